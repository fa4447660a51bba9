/* Certificate files: what is in them, and the judgement of `tlswhy chain` on it. The input: how many bytes of
 * password, the password, and a file. */
#include "base/text.h"
#include "crypto/identity.h"
#include "diagnose/chain_check.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_SIZE = 1 << 16, MAX_CERTS = 200 };

static void check(bool holds) {
    if (!holds) abort();
}

static void check_bundle(const struct bundle *b, struct bytes file) {
    size_t lines = 1;
    for (size_t i = 0; i < file.n; i++) lines += file.p[i] == '\n';
    check((b->format == BUNDLE_NONE) == (b->problem != NULL));
    check(b->format != BUNDLE_NONE || b->n == 0);
    check(b->n <= file.n);
    for (size_t i = 0; i < b->n; i++) {
        const struct bundle_item *item = &b->items[i];
        check(item->line <= lines);
        check((item->line == 0) == (item->label == NULL));
        check(item->kind != BUNDLE_KEY ||
              (item->der.n > 0) == !(item->trouble & (BUNDLE_LOCKED | BUNDLE_BROKEN)));
    }
}

static void check_verdict(struct arena *a, const struct chain_verdict *v) {
    check(v->leaf < v->n_certs && v->n_path > 0 && v->path[0] == v->leaf);
    check((v->kind == CHAIN_IN_ORDER) == (v->n_problems == 0));
    check(v->n_repaired >= 1 && v->n_repaired <= v->n_path && v->repaired[0] == v->leaf);
    for (uint32_t i = 0; i < v->n_certs; i++) {
        check((v->certs[i].needless == CHAIN_NEEDED) == (v->certs[i].why == NULL));
        (void)chain_where(a, v->set, &v->certs[i]);
        (void)chain_name(a, chain_cert_at(v, i));
    }
    for (size_t i = 0; i < v->n_problems; i++)
        check(v->problems[i].cert == CHAIN_NONE || v->problems[i].cert < v->n_certs);
}

static void judge(struct arena *a, const struct bundle *b) {
    struct pki_query q = {.judge = pki_judge_find("modern"), .at = 1769817600};
    struct chain_set set;
    struct chain_verdict v;
    chain_set_init(&set, a);
    chain_set_add(&set, "file", b);
    if (set.n_certs == 0 || set.n_certs > MAX_CERTS) return;
    chain_check(&set, &q, &v);
    check_verdict(a, &v);
    /* The last certificate as a trusted root. */
    (void)pki_pool_add(set.pool, pki_pool_item(set.pool, set.certs[set.n_certs - 1].item)->cert.der,
                       PKI_ANCHOR);
    chain_check(&set, &q, &v);
    check_verdict(a, &v);
}

/* The same file as a client's certificate and key. */
static void read_identity(struct arena *a, struct bytes file, const char *password) {
    struct identity own;
    struct bytes signature;
    if (identity_read(a, &(struct identity_file){"file", file, password}, NULL, &own)) return;
    check(own.n > 0 && own.key && own.key_of <= own.n && (!own.fits || own.key_of));
    size_t n;
    const struct sigscheme *table = sigscheme_table(&n);
    for (size_t i = 0; i < n; i++)
        if (privkey_bits(own.key) <= 4096) (void)privkey_sign(own.key, table[i].id, file, a, &signature);
    identity_free(&own);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct bytes in = {data, size};
    if (size == 0 || size > MAX_SIZE) return 0;
    struct bytes password = bytes_cut(in, 1, data[0] & 0x0F);
    struct bytes file = bytes_cut(in, 1 + password.n, in.n);
    struct arena a;
    struct bundle b;
    arena_init(&a);
    bundle_read(&a, file, arena_str(&a, password), &b);
    read_identity(&a, file, arena_str(&a, password));
    check_bundle(&b, file);
    judge(&a, &b);
    arena_done(&a);
    return 0;
}
