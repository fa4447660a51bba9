/* certcost FILE: what reading a certificate costs, in ns, here and by OpenSSL's d2i_X509, over the
 * certificates of a PEM bundle. Prints one line: certificates, ns here, ns by OpenSSL, ns of comparing two
 * names that differ in case only. */
#include "crypto/x509.h"
#include "pki/name.h"

#include <openssl/x509.h>
#include <stdio.h>
#include <time.h>

enum { CERTS_MAX = 1024, ROUNDS = 7 };

struct work {
    struct bytes certs[CERTS_MAX];
    size_t n;
    struct bytes name, shouted;
};

static double now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static size_t read_here(const struct work *w) {
    static struct pki_cert c;
    size_t readable = 0;
    for (size_t i = 0; i < w->n; i++) {
        (void)pki_cert_read(w->certs[i], &c);
        readable += c.readable;
    }
    return readable;
}

static size_t read_by_openssl(const struct work *w) {
    size_t readable = 0;
    for (size_t i = 0; i < w->n; i++) {
        const unsigned char *p = w->certs[i].p;
        X509 *x = d2i_X509(NULL, &p, (long)w->certs[i].n);
        readable += x != NULL;
        X509_free(x);
    }
    return readable;
}

static size_t compare_names(const struct work *w) {
    size_t equal = 0;
    for (size_t i = 0; i < w->n; i++) equal += pki_name_eq(w->name, w->shouted);
    return equal;
}

/* The best of some rounds, a certificate. A round that reads none measures nothing: 0. */
static double cost(size_t (*f)(const struct work *), const struct work *w, size_t repeats) {
    double best = 0;
    for (int round = 0; round < ROUNDS; round++) {
        size_t done = 0;
        double start = now_ns();
        for (size_t i = 0; i < repeats; i++) done += f(w);
        double ns = (now_ns() - start) / (double)(repeats * w->n);
        if (done == 0) return 0;
        if (best == 0 || ns < best) best = ns;
    }
    return best;
}

static struct bytes read_file(struct arena *a, const char *path) {
    enum { ROOM = 4 << 20 };
    FILE *f = fopen(path, "rb");
    uint8_t *p = arena_alloc(a, ROOM);
    size_t n = f ? fread(p, 1, ROOM, f) : 0;
    if (f) fclose(f);
    return bytes_of(p, n);
}

/* A name as its CA writes it, and in capitals. False: it has no small letters. */
static bool make_names(struct arena *a, struct work *w, struct bytes cert) {
    struct pki_cert c;
    struct pki_attr attr;
    (void)pki_cert_read(cert, &c);
    struct bytes copy = arena_copy(a, c.subject);
    uint8_t *shouted = arena_alloc(a, copy.n + 1);
    memcpy(shouted, copy.p, copy.n);
    struct pki_attrs it = pki_attrs_of(copy);
    while (pki_attr_next(&it, &attr)) {
        size_t at = (size_t)(attr.value.p - copy.p);
        for (size_t i = at; i < at + attr.value.n; i++)
            if (shouted[i] >= 'a' && shouted[i] <= 'z') shouted[i] = (uint8_t)(shouted[i] - 32);
    }
    w->name = copy;
    w->shouted = bytes_of(shouted, copy.n);
    return !bytes_eq(w->name, w->shouted);
}

int main(int argc, char **argv) {
    static struct work w;
    struct arena a;
    arena_init(&a);
    w.n = argc == 2 ? certs_from_bytes(&a, read_file(&a, argv[1]), w.certs, CERTS_MAX) : 0;
    if (w.n == 0) {
        fprintf(stderr, "usage: certcost FILE, a PEM bundle\n");
        return 2;
    }
    for (size_t i = 0; i < w.n && !make_names(&a, &w, w.certs[i]); i++) continue;
    printf("%zu %.0f %.0f %.0f\n", w.n, cost(read_here, &w, 100), cost(read_by_openssl, &w, 1),
           cost(compare_names, &w, 10));
    arena_done(&a);
    return 0;
}
