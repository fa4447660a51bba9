#include "play.h"

static const struct kx *key_for(void *arg, uint16_t group) {
    struct play *p = arg;
    for (size_t i = 0; i < p->n_keys; i++)
        if (p->group[i] == group) return p->kx[i];
    assert_true(p->n_keys < PLAY_MAX_KEYS);
    play_set_key(p, group, kx_new(group));
    return p->kx[p->n_keys - 1];
}

static void random_bytes(void *arg, uint8_t *out, size_t n) {
    (void)arg;
    memset(out, 0x5A, n);
}

void play_init(struct play *p) {
    static const uint16_t exts[] = {EXT_SERVER_NAME,
                                    EXT_EXTENDED_MASTER_SECRET,
                                    EXT_RENEGOTIATION_INFO,
                                    EXT_SUPPORTED_GROUPS,
                                    EXT_EC_POINT_FORMATS,
                                    EXT_SESSION_TICKET,
                                    EXT_ALPN,
                                    EXT_STATUS_REQUEST,
                                    EXT_SIGNATURE_ALGORITHMS,
                                    EXT_ENCRYPT_THEN_MAC,
                                    EXT_KEY_SHARE,
                                    EXT_SUPPORTED_VERSIONS,
                                    EXT_PSK_KEY_EXCHANGE_MODES};
    *p = (struct play){0};
    arena_init(&p->a);
    p->t = transcript_new(&p->a);
    text_init(&p->sent, &p->a);
    struct hello *h = &p->hello;
    h->record_version = TLS_1_0;
    h->legacy_version = TLS_1_2;
    memset(h->random, 0x11, sizeof(h->random));
    memset(h->session_id, 0x22, sizeof(h->session_id));
    h->session_id_n = sizeof(h->session_id);
    static const uint16_t suites[] = {0x1301, 0x1302, 0xC02F, 0xC02B, 0x009C, 0x0005};
    for (size_t i = 0; i < TW_COUNT(suites); i++) h->suites[h->n_suites++] = suites[i];
    h->n_compressions = 1;
    for (size_t i = 0; i < TW_COUNT(exts); i++) h->ext[h->n_ext++].type = exts[i];
    h->versions = (struct u16_list){{TLS_1_3, TLS_1_2}, 2};
    h->groups = (struct u16_list){{GROUP_X25519, GROUP_SECP256R1, GROUP_X25519MLKEM768}, 3};
    h->key_shares = (struct u16_list){{GROUP_X25519, GROUP_X25519MLKEM768}, 2};
    h->sigalgs =
        (struct u16_list){{SIG_ECDSA_SECP256R1_SHA256, SIG_RSA_PSS_RSAE_SHA256, SIG_RSA_PKCS1_SHA256}, 3};
    assert_true(hello_set_alpn(h, "h2,http/1.1"));
    p->config = (struct eng_config){.hello = h,
                                    .policy = {.min_version = TLS_1_0, .check_sigalg = true},
                                    .stop = STOP_FINISHED,
                                    .key_for = key_for,
                                    .random = random_bytes,
                                    .arg = p};
}

void play_set_key(struct play *p, uint16_t group, struct kx *kx) {
    p->group[p->n_keys] = group;
    p->kx[p->n_keys++] = kx;
}

void play_start(struct play *p) {
    p->e = engine_new(&p->config, p->t);
}

void play_done(struct play *p) {
    engine_free(p->e);
    for (size_t i = 0; i < p->n_keys; i++) kx_free(p->kx[i]);
    arena_done(&p->a);
}

void play_drain(struct play *p) {
    struct bytes out = engine_out(p->e);
    text_add_n(&p->sent, (const char *)out.p, out.n);
    engine_sent(p->e, out.n);
}

void play_feed(struct play *p, struct bytes in, size_t step) {
    play_drain(p);
    while (in.n > 0) {
        struct bytes part = bytes_cut(in, 0, step ? step : in.n);
        engine_feed(p->e, part, ++p->now);
        in = bytes_cut(in, part.n, in.n);
        play_drain(p);
    }
}

struct bytes play_sent(const struct play *p) {
    return bytes_of(p->sent.s, p->sent.n);
}

static uint8_t nibble(char c) {
    return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

struct bytes from_hex(struct arena *a, const char *hex) {
    size_t n = hex ? strlen(hex) / 2 : 0;
    uint8_t *p = arena_alloc(a, n + 1);
    for (size_t i = 0; i < n; i++) p[i] = (uint8_t)(nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
    return bytes_of(p, n);
}

const char *play_summary(struct play *p) {
    const struct transcript *t = p->t;
    struct text s;
    text_init(&s, &p->a);
    text_addf(&s, "result %d stage %d refusal %d violation %d place %s alerts %u %u\n", (int)t->result,
              (int)t->stage, (int)t->refusal, (int)t->violation, t->place ? t->place : "-", t->sent_alert,
              t->peer_alert);
    text_addf(&s, "chosen %x %x %x %x dh %u alpn %s finished %d first %s\n", t->version, t->suite, t->group,
              t->sigscheme, t->dh_bits, text_hex(&p->a, t->alpn), t->finished,
              text_hex(&p->a, t->first_bytes));
    for (const struct msg *m = t->first; m; m = m->next)
        text_addf(&s, "%d %d %u %u %d %x at %zu, %zu: %s\n", (int)m->from, (int)m->kind, m->type, m->level,
                  m->encrypted, m->record_version, m->stream_off, m->wire_n, text_hex(&p->a, m->body));
    return s.s;
}
