#include "cli.h"

enum { WORD_MAX = 40 };

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Levenshtein's distance; letters that changed places count once (optimal string alignment). */
static size_t distance(const char *a, size_t na, const char *b, size_t nb) {
    size_t row[WORD_MAX + 1][WORD_MAX + 1];
    for (size_t i = 0; i <= na; i++) {
        for (size_t j = 0; j <= nb; j++) {
            if (i == 0 || j == 0) {
                row[i][j] = i + j;
                continue;
            }
            size_t change = row[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            row[i][j] = least(change, least(row[i - 1][j], row[i][j - 1]) + 1);
            bool crossed = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (crossed) row[i][j] = least(row[i][j], row[i - 2][j - 2] + 1);
        }
    }
    return row[na][nb];
}

const char *nearest(const char *typed, const char *(*candidate)(size_t i)) {
    const char *found = NULL, *name;
    size_t n = strlen(typed), best = n / 3 + 1;
    if (n < 2 || n > WORD_MAX) return NULL;
    for (size_t i = 0; (name = candidate(i)); i++) {
        size_t length = strlen(name);
        /* A beginning is near, however long the rest. */
        size_t d = length > WORD_MAX ? best : distance(typed, n, name, length);
        if (n >= 3 && strncmp(typed, name, n) == 0) d = 0;
        if (d >= best) continue;
        best = d;
        found = name;
    }
    return found;
}
