/* What the search for the smallest change costs: connections and waves over random pairs of hellos with one,
 * two and three planted reasons, beside a search that leaves out one factor after the other. No network: the
 * server is a set of demands. */
#include "planted.h"

#include <stdio.h>

static struct planted p;

struct figures {
    double factors, connections, waves, slow;
    unsigned most;
    bool exact;
};

static struct figures measure(size_t reasons, unsigned width, unsigned pairs) {
    struct figures f = {.exact = true};
    uint64_t state = 0xC0FFEE + reasons;
    for (unsigned i = 0; i < pairs; i++) {
        (void)plant(&p, &state, reasons);
        struct smallest s;
        search(&p, &s, width);
        f.exact = f.exact && s.end == SMALLEST_FOUND && is_planted(&p, &s.found);
        f.factors += (double)p.f.n / pairs;
        f.connections += (double)s.asked / pairs;
        f.waves += (double)s.waves / pairs;
        f.most = s.asked > f.most ? s.asked : f.most;
        p.handshakes = 0;
        (void)one_at_a_time(&p);
        f.slow += (double)(p.handshakes + 2) / pairs; /* both ends, as in the search */
    }
    return f;
}

int main(void) {
    enum { PAIRS = 200 };
    static const unsigned widths[] = {1, 3, 7};
    bool exact = true;
    printf("smallest change: %u random pairs a row\n"
           "reasons  width  factors  connections (most)  waves  one at a time\n",
           PAIRS);
    for (size_t reasons = 1; reasons <= 3; reasons++)
        for (size_t i = 0; i < TW_COUNT(widths); i++) {
            const struct figures f = measure(reasons, widths[i], PAIRS);
            exact = exact && f.exact;
            printf("%7zu  %5u  %7.0f  %11.1f %6u  %5.1f  %13.1f\n", reasons, widths[i], f.factors,
                   f.connections, f.most, f.waves, f.slow);
        }
    printf("%s\n", exact ? "every planted set was found exactly" : "A PLANTED SET WAS MISSED");
    return !exact;
}
