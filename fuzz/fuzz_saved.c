/* The file of --compare: a report from anywhere. What it says must be text that can be printed. */
#include "report/compare.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *s) {
    for (; s && *s; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7F) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena a;
    arena_init(&a);
    const struct request r = {.host = "a.test", .host_shown = "a.test", .port = 443};
    struct saved saved;
    const char *why;
    bool read = saved_read(&a, "file", bytes_of(data, size), &r, &saved, &why);
    if (read == (why != NULL)) abort();
    check(saved.at);
    for (size_t i = 0; i < COMPARISON_MAX; i++) check(saved.values[i]);
    arena_done(&a);
    return 0;
}
