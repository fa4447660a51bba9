#include "crypto/lib.h"

#include <assert.h>

struct hash {
    EVP_MD_CTX *ctx;
    enum hash_alg alg;
};

size_t hash_size(enum hash_alg alg) {
    static const size_t size[] = {
        [HASH_MD5_SHA1] = 36, [HASH_SHA1] = 20,   [HASH_SHA256] = 32,
        [HASH_SHA384] = 48,   [HASH_SHA512] = 64, [HASH_MD5] = 16,
    };
    return size[alg];
}

struct hash *hash_new(enum hash_alg alg) {
    struct hash *h = mem_alloc(sizeof(*h));
    *h = (struct hash){.ctx = EVP_MD_CTX_new(), .alg = alg};
    int ok = h->ctx && EVP_DigestInit_ex2(h->ctx, lib_md(alg), NULL);
    assert(ok);
    (void)ok;
    return h;
}

void hash_free(struct hash *h) {
    if (!h) return;
    EVP_MD_CTX_free(h->ctx);
    mem_free(h);
}

void hash_add(struct hash *h, struct bytes b) {
    if (b.n) EVP_DigestUpdate(h->ctx, b.p, b.n);
}

size_t hash_now(const struct hash *h, uint8_t out[HASH_MAX]) {
    EVP_MD_CTX *copy = EVP_MD_CTX_new();
    unsigned n = 0;
    int ok = copy && EVP_MD_CTX_copy_ex(copy, h->ctx) && EVP_DigestFinal_ex(copy, out, &n);
    assert(ok);
    (void)ok;
    EVP_MD_CTX_free(copy);
    return n;
}

size_t hash_once(enum hash_alg alg, struct bytes b, uint8_t out[HASH_MAX]) {
    unsigned n = 0;
    int ok = EVP_Digest(b.p, b.n, out, &n, lib_md(alg), NULL);
    assert(ok);
    (void)ok;
    return n;
}
