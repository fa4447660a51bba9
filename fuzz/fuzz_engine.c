/* The whole engine, fed what a fuzzer makes of a server. The first byte of the input chooses the client's
 * hello, the second how the rest is cut into pieces and how the connection ends.
 *
 * Twice: as it is (mutations end at the first MAC), and with TLSWHY_FUZZ_TRANSPARENT, where the linker's
 * --wrap puts the functions below in the place of the crypto room's: records are in the clear, every
 * signature and share is good, and all secrets are zero, so that a Finished of zeros is right. */
#include "engine/engine.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#ifdef TLSWHY_FUZZ_TRANSPARENT
bool __wrap_hmac(enum hash_alg alg, struct bytes key, struct bytes data, uint8_t out[HASH_MAX]);
bool __wrap_tls_prf(enum hash_alg alg, struct bytes secret, const char *label, struct bytes seed,
                    uint8_t *out, size_t n);
bool __wrap_kx_derive(const struct kx *k, struct bytes peer, bool strip, uint8_t out[CRYPTO_SHARE_MAX],
                      size_t *ret_n);
bool __wrap_pubkey_verify(const struct pubkey *k, uint16_t sigscheme, struct bytes data,
                          struct bytes signature);
bool __wrap_seal_read(struct seal *s, uint8_t *type, uint16_t version, struct bytes body, uint8_t *out,
                      size_t cap, size_t *ret_n);

bool __wrap_hmac(enum hash_alg alg, struct bytes key, struct bytes data, uint8_t out[HASH_MAX]) {
    (void)key;
    (void)data;
    memset(out, 0, hash_size(alg));
    return true;
}

bool __wrap_tls_prf(enum hash_alg alg, struct bytes secret, const char *label, struct bytes seed,
                    uint8_t *out, size_t n) {
    (void)alg;
    (void)secret;
    (void)label;
    (void)seed;
    memset(out, 0, n);
    return true;
}

bool __wrap_kx_derive(const struct kx *k, struct bytes peer, bool strip, uint8_t out[CRYPTO_SHARE_MAX],
                      size_t *ret_n) {
    (void)k;
    (void)peer;
    (void)strip;
    memset(out, 0, 32);
    *ret_n = 32;
    return true;
}

bool __wrap_pubkey_verify(const struct pubkey *k, uint16_t sigscheme, struct bytes data,
                          struct bytes signature) {
    (void)k;
    (void)sigscheme;
    (void)data;
    (void)signature;
    return true;
}

/* An application_data record ends with its inner type, as in 1.3, where that is one of the types; else it is
 * what it says. */
bool __wrap_seal_read(struct seal *s, uint8_t *type, uint16_t version, struct bytes body, uint8_t *out,
                      size_t cap, size_t *ret_n) {
    (void)s;
    (void)version;
    if (body.n > cap) return false;
    if (body.n) memcpy(out, body.p, body.n);
    *ret_n = body.n;
    if (*type != CT_APPLICATION_DATA || body.n == 0) return true;
    uint8_t inner = body.p[body.n - 1];
    if (inner < CT_CHANGE_CIPHER_SPEC || inner > CT_HEARTBEAT) return true;
    *type = inner;
    *ret_n = body.n - 1;
    return true;
}
#endif

enum { MAX_KEYS = 32 };
static struct kx *keys[MAX_KEYS];
static uint16_t key_groups[MAX_KEYS];
static size_t n_keys;

/* Kept from run to run: making them costs more than all the rest. */
static const struct kx *key_for(void *arg, uint16_t group) {
    (void)arg;
    for (size_t i = 0; i < n_keys; i++)
        if (key_groups[i] == group) return keys[i];
    if (n_keys == MAX_KEYS) return NULL;
    key_groups[n_keys] = group;
    keys[n_keys] = kx_new(group);
    return keys[n_keys++];
}

static void zeros(void *arg, uint8_t *out, size_t n) {
    (void)arg;
    memset(out, 0, n);
}

static const uint16_t suites[] = {0x1301, 0x1302, 0x1303, 0xC02F, 0xC030, 0xC02B, 0xC009, 0xC013, 0x009C,
                                  0x002F, 0x0035, 0x009E, 0x0033, 0x000A, 0x0005, 0x0034, 0x0003, 0xCCA8};
static const uint16_t extensions[] = {EXT_SERVER_NAME,
                                      EXT_EXTENDED_MASTER_SECRET,
                                      EXT_RENEGOTIATION_INFO,
                                      EXT_SUPPORTED_GROUPS,
                                      EXT_EC_POINT_FORMATS,
                                      EXT_SESSION_TICKET,
                                      EXT_ALPN,
                                      EXT_STATUS_REQUEST,
                                      EXT_SIGNATURE_ALGORITHMS,
                                      EXT_ENCRYPT_THEN_MAC,
                                      EXT_POST_HANDSHAKE_AUTH,
                                      EXT_KEY_SHARE,
                                      EXT_SUPPORTED_VERSIONS,
                                      EXT_PSK_KEY_EXCHANGE_MODES,
                                      EXT_APPLICATION_SETTINGS,
                                      EXT_COMPRESS_CERTIFICATE,
                                      EXT_PADDING};

static void make_hello(struct hello *h, uint8_t choice) {
    h->record_version = TLS_1_0;
    h->legacy_version = choice & 4 ? (uint16_t)(TLS_SSL3 + (choice >> 4 & 3)) : TLS_1_2;
    memset(h->random, 0x11, sizeof(h->random));
    memset(h->session_id, 0x22, sizeof(h->session_id)); /* so that seeds can echo it */
    h->session_id_n = choice & 8 ? sizeof(h->session_id) : 0;
    for (size_t i = 0; i < TW_COUNT(suites); i++) h->suites[h->n_suites++] = suites[i];
    h->n_compressions = 1;
    for (size_t i = 0; i < TW_COUNT(extensions); i++) h->ext[h->n_ext++].type = extensions[i];
    h->groups = (struct u16_list){{GROUP_X25519, GROUP_SECP256R1, GROUP_X25519MLKEM768}, 3};
    h->key_shares = (struct u16_list){{GROUP_X25519, GROUP_X25519MLKEM768}, 2};
    h->sigalgs =
        (struct u16_list){{SIG_ECDSA_SECP256R1_SHA256, SIG_RSA_PSS_RSAE_SHA256, SIG_RSA_PKCS1_SHA256}, 3};
    hello_set_alpn(h, "h2,http/1.1");
    if (choice & 4)
        hello_drop_ext(h, EXT_SUPPORTED_VERSIONS);
    else
        h->versions = (struct u16_list){{TLS_1_3, TLS_1_2}, 2};
}

static void drain(struct engine *e) {
    engine_sent(e, engine_out(e).n);
}

static void feed(struct engine *e, struct bytes in, size_t step) {
    drain(e);
    while (in.n > 0) {
        struct bytes part = bytes_cut(in, 0, step ? step : in.n);
        engine_feed(e, part, 1);
        in = bytes_cut(in, part.n, in.n);
        drain(e);
        if (engine_open(e)) engine_write_app(e, bytes_str("HEAD / HTTP/1.0\r\n\r\n"), 2);
    }
}

static void end(struct engine *e, uint8_t how) {
    if (how & 1) engine_close(e, 3);
    if (how & 2)
        engine_timeout(e, 3);
    else if (how & 4)
        engine_reset(e, 3);
    else
        engine_eof(e, 3);
}

/* What must hold however the server behaves. */
static void check(const struct engine *e, const struct transcript *t, size_t n) {
    assert(t->result != RESULT_RUNNING);
    assert(engine_over(e));
    assert((t->result == RESULT_VIOLATION) == (t->violation != VIOLATION_NONE));
    assert((t->result == RESULT_REFUSED) == (t->refusal != REFUSAL_NONE));
    assert(t->violation == VIOLATION_NONE || t->place);
    assert(!t->finished || t->version);
    assert(t->n_msgs <= 3 * (ENGINE_MAX_MESSAGES + 16));
    assert(t->first_bytes.n <= 512 && t->first_bytes.n <= n);
    for (const struct msg *m = t->first; m; m = m->next)
        assert(m->from == SIDE_CLIENT || m->stream_off + m->wire_n <= n + RECORD_PLAIN_MAX);
}

/* A client's certificate and key, made for this program and nothing else. */
static const char client_pem[] = "-----BEGIN CERTIFICATE-----\n"
                                 "MIIBdTCCARugAwIBAgIUEvngJT+VJyCpqgBydKCA1xT6G8AwCgYIKoZIzj0EAwIw\n"
                                 "DzENMAsGA1UEAwwEZnV6ejAgFw0yNjExMjUxNDExNDFaGA8yMTI2MTEwMTE0MTE0\n"
                                 "MVowDzENMAsGA1UEAwwEZnV6ejBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNvP\n"
                                 "D40gLxN7ziT5SxvhEl/KRS/MtVxvnhpHP8m/Qhqwje/uXybbJCOyFYItlHh8gzRL\n"
                                 "igs1b6wmU4KHnFznI8mjUzBRMB0GA1UdDgQWBBRmwl5aObhRkg/rii3DfGyGw2oh\n"
                                 "QTAfBgNVHSMEGDAWgBRmwl5aObhRkg/rii3DfGyGw2ohQTAPBgNVHRMBAf8EBTAD\n"
                                 "AQH/MAoGCCqGSM49BAMCA0gAMEUCIBwUC7nxj0/WTmRES1DahcOx0VR112MQDYWV\n"
                                 "RDNkj64KAiEAkT4J403vlYAGazeyABXEv9DPI70VYEP4GWkTPED7nsM=\n"
                                 "-----END CERTIFICATE-----\n"
                                 "-----BEGIN PRIVATE KEY-----\n"
                                 "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgHK3GBvG2kItU+Ye5\n"
                                 "MtaFVJX885QCKKUJz90vOvBBNEehRANCAATbzw+NIC8Te84k+Usb4RJfykUvzLVc\n"
                                 "b54aRz/Jv0IasI3v7l8m2yQjshWCLZR4fIM0S4oLNW+sJlOCh5xc5yPJ\n"
                                 "-----END PRIVATE KEY-----\n";

static const struct identity *client_identity(void) {
    static struct arena lasting;
    static struct identity own;
    const struct identity_file file = {"client", bytes_str(client_pem), ""};
    if (!own.key && identity_read(&lasting, &file, NULL, &own)) abort();
    return &own;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    if (n < 2) return 0;
    struct arena a;
    arena_init(&a);
    struct hello h = {0};
    make_hello(&h, data[0]);
    struct transcript *t = transcript_new(&a);
    struct eng_config config = {
        .hello = &h,
        .policy = {.min_version = data[0] & 4 ? TLS_SSL3 : TLS_1_0, .dh_min_bits = 512, .check_sigalg = true},
        .stop = (enum eng_stop)(data[0] & 3 ? STOP_FINISHED : STOP_SERVER_FLIGHT),
        .key_for = key_for,
        .identity = data[0] & 8 ? client_identity() : NULL,
        .random = zeros};
    struct engine *e = engine_new(&config, t);
    feed(e, bytes_of(data + 2, n - 2), data[1] >> 3);
    end(e, data[1] & 7);
    check(e, t, n - 2);
    engine_free(e);
    arena_done(&a);
    return 0;
}
