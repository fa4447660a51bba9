/* Pairs of hellos made by chance, and servers that refuse a hello unless planted demands hold. A demand is
 * checked on the bytes of the hello, by other code than that which makes hellos of factors. */
#ifndef TW_TESTS_PLANTED_H
#define TW_TESTS_PLANTED_H

#include "probe/factor.h"
#include "probe/modern.h"

#include <assert.h>

static inline uint32_t chance(uint64_t *state) { /* xorshift64* */
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (uint32_t)(*state * 0x2545F4914F6CDD1D >> 32);
}
static inline size_t pick(uint64_t *state, size_t n) {
    return chance(state) % n;
}
static inline bool one_in(uint64_t *state, unsigned n) {
    return chance(state) % n == 0;
}

static inline void shuffle(uint64_t *state, uint16_t *v, size_t n) {
    for (size_t i = n; i > 1; i--) {
        size_t k = pick(state, i);
        uint16_t x = v[i - 1];
        v[i - 1] = v[k];
        v[k] = x;
    }
}

static inline size_t random_suites(uint64_t *state, uint16_t *v, uint16_t min, uint16_t max) {
    size_t n, n_table;
    const struct suite *table = suite_table(&n_table);
    unsigned rarity = 2 + chance(state) % 12;
    do {
        n = 0;
        for (size_t i = 0; i < n_table && n < 120; i++) {
            bool fits = table[i].min_version <= max && table[i].max_version >= min && table[i].kx != KX_OTHER;
            if (fits && one_in(state, table[i].min_version >= TLS_1_3 ? 2 : rarity)) v[n++] = table[i].id;
        }
    } while (n == 0);
    shuffle(state, v, n);
    return n;
}

static inline void random_groups(uint64_t *state, struct hello *h) {
    uint16_t v[HELLO_MAX_LIST];
    size_t n = 0, n_table;
    const struct group *table = group_table(&n_table);
    for (size_t i = 0; i < n_table && n < 20; i++)
        if (table[i].share_size > 0 && one_in(state, 3)) v[n++] = table[i].id;
    if (n == 0 || one_in(state, 4)) v[n++] = GROUP_X25519;
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (!u16_has(v, kept, v[i])) v[kept++] = v[i];
    shuffle(state, v, kept);
    h->groups.n = 1; /* no GREASE: see random_trial() */
    h->groups.v[0] = v[0];
    hello_set_groups(h, v, kept);
    h->key_share_empty = h->key_shares.n == 0;
}

static inline void random_sigalgs(uint64_t *state, struct hello *h) {
    size_t n_table;
    const struct sigscheme *table = sigscheme_table(&n_table);
    h->sigalgs.n = 0;
    for (size_t i = 0; i < n_table && h->sigalgs.n < 30; i++)
        if (table[i].id < 0xFE00 && one_in(state, 2)) h->sigalgs.v[h->sigalgs.n++] = table[i].id;
    if (h->sigalgs.n == 0) h->sigalgs.v[h->sigalgs.n++] = SIG_RSA_PKCS1_SHA256;
    shuffle(state, h->sigalgs.v, h->sigalgs.n);
}

static inline void random_alpn(uint64_t *state, struct hello *h) {
    static const char *const offers[] = {"h2,http/1.1",        "http/1.1",    "h2",
                                         "imap,pop3,http/1.1", "http/1.1,h2", "dot"};
    if (!one_in(state, 3)) (void)hello_set_alpn(h, offers[pick(state, TW_COUNT(offers))]);
}

/* Whatever else a client may send: the plain ones, and some with a body of their own. */
static inline void random_extensions(uint64_t *state, struct hello *h) {
    static const uint16_t plain[] = {EXT_STATUS_REQUEST,         EXT_SIGNED_CERTIFICATE_TIMESTAMP,
                                     EXT_EXTENDED_MASTER_SECRET, EXT_SESSION_TICKET,
                                     EXT_RENEGOTIATION_INFO,     EXT_EC_POINT_FORMATS,
                                     EXT_POST_HANDSHAKE_AUTH,    EXT_ENCRYPT_THEN_MAC};
    static const uint16_t odd[] = {EXT_COMPRESS_CERTIFICATE,
                                   EXT_RECORD_SIZE_LIMIT,
                                   EXT_DELEGATED_CREDENTIAL,
                                   EXT_APPLICATION_SETTINGS,
                                   EXT_ECH,
                                   13172,
                                   30032,
                                   22222};
    for (size_t i = 0; i < TW_COUNT(plain); i++)
        if (!one_in(state, 3)) hello_add_ext(h, plain[i]);
    for (size_t i = 0; i < TW_COUNT(odd); i++) {
        uint8_t body[40];
        size_t n = 2 + pick(state, 3);
        for (size_t k = 0; k < n; k++) body[k] = (uint8_t)chance(state);
        if (one_in(state, 3)) hello_add_ext_raw(h, odd[i], bytes_of(body, n));
    }
}

static inline void shuffle_extensions(uint64_t *state, struct hello *h) {
    for (size_t i = h->n_ext; i > 1; i--) {
        size_t k = pick(state, i);
        struct hello_ext x = h->ext[i - 1];
        h->ext[i - 1] = h->ext[k];
        h->ext[k] = x;
    }
}

static inline struct trial random_trial(uint64_t *state) {
    static const uint16_t newest[] = {TLS_1_0, TLS_1_2, TLS_1_2, TLS_1_3, TLS_1_3};
    struct trial t = {.stop = STOP_SERVER_FLIGHT};
    struct hello *h = &t.hello;
    uint16_t max = newest[pick(state, TW_COUNT(newest))];
    uint16_t min = (uint16_t)(max - pick(state, max - TLS_SSL3));
    *h = (struct hello){.record_version = one_in(state, 4) ? TLS_1_2 : TLS_1_0, .n_compressions = 1};
    if (one_in(state, 6)) {
        h->compressions[0] = 1; /* DEFLATE, then none */
        h->n_compressions = 2;
    }
    h->session_id_n = one_in(state, 2) ? 32 : 0;
    if (max < TLS_1_3 || one_in(state, 3)) random_extensions(state, h);
    if (one_in(state, 2)) {
        static const char *const names[] = {"www.one.example", "two.example"};
        const char *name = names[pick(state, 2)];
        memcpy(h->server_name, name, strlen(name));
        hello_add_ext(h, EXT_SERVER_NAME);
    }
    random_groups(state, h);
    random_sigalgs(state, h);
    if (max >= TLS_1_3 || !one_in(state, 4)) hello_add_ext(h, EXT_SUPPORTED_GROUPS);
    hello_set_versions(h, &t.policy, min, max);
    h->n_suites = random_suites(state, h->suites, min, max);
    random_alpn(state, h);
    shuffle_extensions(state, h);
    if (one_in(state, 3)) {
        hello_add_ext(h, EXT_PADDING);
        h->pad_to = (uint16_t)(4000 + 100 * pick(state, 3)); /* above all that it may be padded from */
    }
    if (one_in(state, 3)) { /* GREASE, as browsers send it */
        memmove(h->suites + 1, h->suites, h->n_suites * sizeof(h->suites[0]));
        h->suites[0] = 0x5A5A;
        h->n_suites++;
    }
    t.policy.need_renegotiation_info = one_in(state, 2);
    return t;
}

/* --- demands on the bytes --- */

struct reading {
    uint8_t room[HELLO_MAX_BYTES + 1024];
    struct hello_view view;
    uint16_t record_version;
    struct eng_policy policy;
};

static inline void read_trial(struct reading *r, const struct trial *t) {
    struct wr w = wr_init(r->room, sizeof(r->room));
    hello_write(&w, &t->hello, NULL);
    assert(!w.overflow);
    struct rd rd;
    rd_init(&rd, wr_bytes(&w));
    bool whole = hello_view(&rd, &r->view);
    assert(whole);
    r->record_version = t->hello.record_version;
    r->policy = t->policy;
}

static inline struct bytes body(const struct reading *r, uint16_t type, bool *there) {
    return ext_find(r->view.extensions, type, there);
}

/* Positions of numbers in a list of 2-byte numbers that begins `skip` bytes into `b`; -1: not there. */
static inline int place_in(struct bytes b, size_t skip, uint32_t x) {
    for (size_t i = skip; i + 2 <= b.n; i += 2)
        if ((uint32_t)(b.p[i] << 8 | b.p[i + 1]) == x) return (int)i;
    return -1;
}

static inline int place_of_share(const struct reading *r, uint32_t group) {
    bool there;
    struct bytes b = body(r, EXT_KEY_SHARE, &there);
    for (size_t i = 2; i + 4 <= b.n; i += 4 + (size_t)(b.p[i + 2] << 8 | b.p[i + 3]))
        if ((uint32_t)(b.p[i] << 8 | b.p[i + 1]) == group) return (int)i;
    return -1;
}

static inline bool offers_protocol(const struct reading *r, struct bytes name) {
    bool there;
    struct bytes b = body(r, EXT_ALPN, &there);
    for (size_t i = 2; i < b.n; i += 1 + (size_t)b.p[i])
        if (bytes_eq(bytes_of(b.p + i + 1, b.p[i]), name)) return true;
    return false;
}

/* A server cannot see where a range ends below (RFC 5246 E.1). */
static inline bool offers_version(const struct reading *r, uint32_t v) {
    bool there;
    struct bytes b = body(r, EXT_SUPPORTED_VERSIONS, &there);
    if (there) return place_in(b, 1, v) >= 0;
    return v <= r->view.legacy_version;
}

static inline bool any_grease(struct bytes suites) {
    for (size_t i = 0; i + 2 <= suites.n; i += 2)
        if (is_grease((uint16_t)(suites.p[i] << 8 | suites.p[i + 1]))) return true;
    return false;
}

/* What the two have in common stands in the same order. */
static inline bool same_order(struct bytes x, struct bytes y, size_t skip) {
    int before = -1;
    for (size_t i = skip; i + 2 <= x.n; i += 2) {
        int at = place_in(y, skip, (uint32_t)(x.p[i] << 8 | x.p[i + 1]));
        if (at < 0) continue;
        if (at < before) return false;
        before = at;
    }
    return true;
}

static inline bool same_bytes(const struct reading *r, const struct reading *to, uint16_t type) {
    bool x, y;
    struct bytes a = body(r, type, &x), b = body(to, type, &y);
    return x == y && bytes_eq(a, b);
}

/* Whether the thing that the factor is about is there at all. */
static inline bool is_there(const struct factors *f, const struct factor *x, const struct reading *r) {
    bool there = false;
    switch ((int)x->kind) {
    case FACTOR_VERSION:
        return offers_version(r, x->arg);
    case FACTOR_SUITE:
        return place_in(r->view.suites, 0, x->arg) >= 0;
    case FACTOR_GROUP:
        return place_in(body(r, EXT_SUPPORTED_GROUPS, &there), 2, x->arg) >= 0;
    case FACTOR_SIGALG:
        return place_in(body(r, EXT_SIGNATURE_ALGORITHMS, &there), 2, x->arg) >= 0;
    case FACTOR_KEY_SHARE:
        return place_of_share(r, x->arg) >= 0;
    case FACTOR_ALPN:
        return offers_protocol(r, f->protocol[x->arg]);
    case FACTOR_EXTENSION:
        (void)body(r, (uint16_t)x->arg, &there);
        return there;
    case FACTOR_SNI:
        (void)body(r, EXT_SERVER_NAME, &there);
        return there;
    case FACTOR_PADDING:
        (void)body(r, EXT_PADDING, &there);
        return there;
    case FACTOR_GREASE:
        return any_grease(r->view.suites);
    case FACTOR_SESSION_ID:
        return r->view.session_id.n > 0;
    case FACTOR_RENEGOTIATION:
        return r->policy.need_renegotiation_info;
    default:
        return false;
    }
}

/* Where both sides have it: whether it is as in `to`. */
static inline bool is_as_in(const struct factor *x, const struct reading *r, const struct reading *to) {
    bool ignored;
    switch ((int)x->kind) {
    case FACTOR_EXTENSION:
        return same_bytes(r, to, (uint16_t)x->arg);
    case FACTOR_SNI:
        return same_bytes(r, to, EXT_SERVER_NAME);
    case FACTOR_COMPRESSION:
        return bytes_eq(r->view.compressions, to->view.compressions);
    case FACTOR_RECORD_VERSION:
        return r->record_version == to->record_version;
    case FACTOR_SUITE_ORDER:
        return same_order(r->view.suites, to->view.suites, 0);
    case FACTOR_GROUP_ORDER:
        return same_order(body(r, EXT_SUPPORTED_GROUPS, &ignored), body(to, EXT_SUPPORTED_GROUPS, &ignored),
                          2);
    case FACTOR_SIGALG_ORDER:
        return same_order(body(r, EXT_SIGNATURE_ALGORITHMS, &ignored),
                          body(to, EXT_SIGNATURE_ALGORITHMS, &ignored), 2);
    default:
        return false;
    }
}

struct planted {
    struct factors f;
    struct reading to;
    size_t demand[3];
    size_t n;
    unsigned handshakes;
};

static inline bool demand_holds(const struct planted *p, size_t i, const struct reading *r) {
    const struct factor *x = &p->f.list[i];
    if (x->how == FACTOR_OTHER) return is_as_in(x, r, &p->to);
    return is_there(&p->f, x, r) == (x->how == FACTOR_ADDED);
}

/* The server. */
static inline bool server_takes(struct planted *p, const struct factor_set *set) {
    struct trial t;
    struct reading r;
    factors_apply(&p->f, set, &t);
    read_trial(&r, &t);
    p->handshakes++;
    for (size_t i = 0; i < p->n; i++)
        if (!demand_holds(p, p->demand[i], &r)) return false;
    return true;
}

/* A demand must be one that its factor alone decides: the key share of a group that is not on offer is none.
 */
static inline bool is_clean(struct planted *p) {
    struct factor_set all = {0}, own = {0};
    for (size_t i = 0; i < p->f.n; i++) factor_set_put(&all, i, true);
    for (size_t i = 0; i < p->n; i++) factor_set_put(&own, p->demand[i], true);
    if (factor_set_count(&own) != p->n || !server_takes(p, &all) || !server_takes(p, &own)) return false;
    for (size_t i = 0; i < p->n; i++) {
        struct factor_set most = all, less = own;
        factor_set_put(&most, p->demand[i], false);
        factor_set_put(&less, p->demand[i], false);
        if (server_takes(p, &most) || server_takes(p, &less)) return false;
    }
    return true;
}

/* A random pair with `n` demands; the number of attempts that it took. */
static inline unsigned plant(struct planted *p, uint64_t *state, size_t n) {
    for (unsigned attempts = 1;; attempts++) {
        const struct trial from = random_trial(state), to = random_trial(state);
        factors_between(&p->f, &from, &to);
        if (p->f.n < 10) continue;
        read_trial(&p->to, &to);
        p->n = n;
        for (size_t i = 0; i < n; i++) p->demand[i] = pick(state, p->f.n);
        bool clean = is_clean(p);
        p->handshakes = 0;
        if (clean) return attempts;
    }
}

static inline bool is_planted(const struct planted *p, const struct factor_set *found) {
    if (factor_set_count(found) != p->n) return false;
    for (size_t i = 0; i < p->n; i++)
        if (!factor_set_has(found, p->demand[i])) return false;
    return true;
}

/* The search, with the server in the place of the network. */
static inline void search(struct planted *p, struct smallest *s, unsigned width) {
    smallest_begin(s, p->f.n, width, SMALLEST_TRIALS);
    for (size_t n; (n = smallest_ask(s)) > 0; smallest_told(s))
        for (size_t i = 0; i < n; i++) s->wave[i].success = server_takes(p, &s->wave[i].set);
}

/* What it takes to leave out one factor after the other: the answer, in p->handshakes trials. */
static inline struct factor_set one_at_a_time(struct planted *p) {
    struct factor_set set = {0};
    for (size_t i = 0; i < p->f.n; i++) factor_set_put(&set, i, true);
    for (size_t i = 0; i < p->f.n; i++) {
        factor_set_put(&set, i, false);
        if (!server_takes(p, &set)) factor_set_put(&set, i, true);
    }
    return set;
}

#endif
