#include "crypto/lib.h"

#include <assert.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <sys/random.h>

static OSSL_LIB_CTX *ctx;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_ctx(void) {
    ctx = OSSL_LIB_CTX_new();
    if (!ctx) ctx = OSSL_LIB_CTX_get0_global_default();
}

OSSL_LIB_CTX *lib_ctx(void) {
    pthread_once(&once, make_ctx);
    return ctx;
}

static const char *const md_names[] = {
    [HASH_MD5_SHA1] = "MD5-SHA1", [HASH_SHA1] = "SHA1",     [HASH_SHA256] = "SHA256",
    [HASH_SHA384] = "SHA384",     [HASH_SHA512] = "SHA512", [HASH_MD5] = "MD5",
};

/* A fetch walks all providers: do it once for each name and keep the answer for the life of the process. */
const EVP_MD *lib_md_by_name(const char *name) {
    static const char *const others[] = {"SHA224", "SHA3-256"};
    static EVP_MD *cache[TW_COUNT(md_names) + TW_COUNT(others)];
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    const size_t n = TW_COUNT(md_names);
    for (size_t i = 0; i < TW_COUNT(cache); i++) {
        if (strcmp(i < n ? md_names[i] : others[i - n], name) != 0) continue;
        pthread_mutex_lock(&lock);
        if (!cache[i]) cache[i] = EVP_MD_fetch(lib_ctx(), name, NULL);
        pthread_mutex_unlock(&lock);
        return cache[i];
    }
    return NULL;
}

const EVP_MD *lib_md(enum hash_alg alg) {
    const EVP_MD *md = lib_md_by_name(md_names[alg]);
    assert(md);
    return md;
}

const EVP_CIPHER *lib_cipher(enum suite_cipher c) {
    static const char *const names[CIPHER__COUNT] = {
        [CIPHER_AES_128_GCM] = "AES-128-GCM",
        [CIPHER_AES_256_GCM] = "AES-256-GCM",
        [CIPHER_AES_128_CCM] = "AES-128-CCM",
        [CIPHER_AES_256_CCM] = "AES-256-CCM",
        [CIPHER_AES_128_CCM_8] = "AES-128-CCM",
        [CIPHER_AES_256_CCM_8] = "AES-256-CCM",
        [CIPHER_CHACHA20_POLY1305] = "ChaCha20-Poly1305",
        [CIPHER_AES_128_CBC] = "AES-128-CBC",
        [CIPHER_AES_256_CBC] = "AES-256-CBC",
        [CIPHER_3DES_CBC] = "DES-EDE3-CBC",
        [CIPHER_CAMELLIA_128_CBC] = "CAMELLIA-128-CBC",
        [CIPHER_CAMELLIA_256_CBC] = "CAMELLIA-256-CBC",
    };
    static EVP_CIPHER *cache[CIPHER__COUNT];
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    if (c <= CIPHER_NONE || c >= CIPHER__COUNT) return NULL;
    pthread_mutex_lock(&lock);
    if (!cache[c]) cache[c] = EVP_CIPHER_fetch(lib_ctx(), names[c], NULL);
    pthread_mutex_unlock(&lock);
    return cache[c];
}

/* The system's own: OpenSSL's generator takes half a millisecond to start, for numbers that hide nothing. */
void crypto_random(uint8_t *out, size_t n) {
    for (size_t done = 0; done < n;) {
        ssize_t got = getrandom(out + done, n - done, 0);
        if (got > 0)
            done += (size_t)got;
        else
            assert(errno == EINTR);
    }
}
