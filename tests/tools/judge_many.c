/* Judges many chains in one process, as `tlswhy verify` judges one: what a suite of thousands of cases takes.
 *
 * On standard input a head in one line for each case, then the bytes of its files, one after the other:
 *
 *     JUDGE PURPOSE SECONDS HOST DEPTH LEAF UNTRUSTED ROOTS CRLS
 *
 * PURPOSE is any, server or client; SECONDS since 1970; HOST a name, an address or "-"; DEPTH a number of
 * intermediates or "-"; then the sizes of the files in bytes, CRLS "-" where revocation is not asked. On
 * standard output a line for each: accepted, or rejected and CODE@PLACE for every reason. Exit status 2 for
 * what cannot be read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/verify.h"

struct head {
    char judge[32], purpose[8], host[300], depth[12], crls[12];
    long long at;
    size_t leaf, untrusted, roots;
};

static void die(const char *what, const char *which) {
    fprintf(stderr, "judge_many: %s: %s\n", what, which);
    exit(2);
}

static bool read_head(struct head *h) {
    char line[512];
    if (!fgets(line, sizeof(line), stdin)) return false;
    if (sscanf(line, "%31s %7s %lld %299s %11s %zu %zu %zu %11s", h->judge, h->purpose, &h->at, h->host,
               h->depth, &h->leaf, &h->untrusted, &h->roots, h->crls) != 9)
        die("no head", line);
    return true;
}

static struct bytes read_bytes(struct arena *a, size_t n) {
    uint8_t *p = arena_alloc(a, n + 1);
    if (fread(p, 1, n, stdin) != n) die("ends early", "a file");
    return bytes_of(p, n);
}

static void set_purpose(struct pki_query *q, const char *word) {
    static const char *const words[] = {
        [PKI_PURPOSE_ANY] = "any", [PKI_PURPOSE_SERVER] = "server", [PKI_PURPOSE_CLIENT] = "client"};
    for (size_t i = 0; i < TW_COUNT(words); i++)
        if (strcmp(words[i], word) == 0) q->purpose = (enum pki_purpose)i;
}

static void print(const struct verify_outcome *out) {
    const struct pki_path *path = &out->found.paths[0];
    fputs(out->accepted ? "accepted" : "rejected", stdout);
    for (size_t i = 0; i < path->n_problems; i++)
        printf(" %s@%zu", pki_problem_code(path->problems[i].kind), path->problems[i].depth);
    if (out->found.outcome == PKI_BUDGET) fputs(" work-limit@0", stdout);
    putchar('\n');
}

static void give(struct verify_request *r, enum verify_file kind, struct bytes file) {
    r->files[kind].list[r->files[kind].n++] = file;
}

static void judge(struct arena *a, const struct head *h) {
    struct verify_request r = {.query = {.judge = pki_judge_find(h->judge), .at = h->at}};
    struct verify_outcome out;
    struct pki_host host;
    struct verify_trouble bad;
    if (!r.query.judge) die("no such judge", h->judge);
    set_purpose(&r.query, h->purpose);
    if (strcmp(h->host, "-") != 0) {
        if (!pki_host_read(h->host, &host)) die("no host name", h->host);
        r.query.host = &host;
    }
    r.query.has_max_cas = strcmp(h->depth, "-") != 0;
    if (r.query.has_max_cas) r.query.max_cas = (uint32_t)strtoul(h->depth, NULL, 10);
    give(&r, VERIFY_LEAF, read_bytes(a, h->leaf));
    give(&r, VERIFY_UNTRUSTED, read_bytes(a, h->untrusted));
    give(&r, VERIFY_ROOTS, read_bytes(a, h->roots));
    if (strcmp(h->crls, "-") != 0) give(&r, VERIFY_CRLS, read_bytes(a, strtoul(h->crls, NULL, 10)));
    if (!verify_run(a, &r, &out, &bad)) die("cannot be read", bad.why);
    print(&out);
}

int main(void) {
    struct head head;
    while (read_head(&head)) {
        struct arena a;
        arena_init(&a);
        judge(&a, &head);
        arena_done(&a);
    }
    return 0;
}
