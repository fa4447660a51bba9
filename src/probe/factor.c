/* Finding the factors. */
#include "probe/factor_internal.h"

#include <assert.h>

bool items_has(const struct items *l, uint16_t x) {
    return u16_has(l->v, l->n, x);
}

void items_add(struct items *l, uint16_t x) {
    if (l->n < TW_COUNT(l->v) && !items_has(l, x)) l->v[l->n++] = x;
}

void items_drop(struct items *l, uint16_t x) {
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++)
        if (l->v[i] != x) l->v[n++] = l->v[i];
    l->n = n;
}

bool items_same_set(const struct items *x, const struct items *y) {
    for (size_t i = 0; i < x->n; i++)
        if (!items_has(y, x->v[i])) return false;
    return x->n == y->n;
}

static struct items items_of(const uint16_t *v, size_t n) {
    struct items l = {.n = 0};
    for (size_t i = 0; i < n; i++)
        if (!is_grease(v[i])) items_add(&l, v[i]);
    return l;
}

struct items items_suites(const struct hello *h) {
    return items_of(h->suites, h->n_suites);
}

const struct u16_list *factor_list(const struct hello *h, uint16_t type) {
    switch (type) {
    case EXT_SUPPORTED_GROUPS:
        return &h->groups;
    case EXT_KEY_SHARE:
        return &h->key_shares;
    case EXT_SIGNATURE_ALGORITHMS:
        return &h->sigalgs;
    default:
        assert(type == EXT_SIGNATURE_ALGORITHMS_CERT);
        return &h->sigalgs_cert;
    }
}

struct items items_listed(const struct hello *h, uint16_t type) {
    const struct u16_list *l = factor_list(h, type);
    return items_of(l->v, l->n);
}

struct items items_extensions(const struct hello *h) {
    struct items l = {.n = 0};
    for (size_t i = 0; i < h->n_ext; i++)
        if (!is_grease(h->ext[i].type) && factor_sends(h, h->ext[i].type)) items_add(&l, h->ext[i].type);
    return l;
}

static size_t protocol_index(const struct factors *f, struct bytes name) {
    size_t i = 0;
    while (i < f->n_protocols && !bytes_eq(f->protocol[i], name)) i++;
    return i;
}

struct items items_protocols(const struct factors *f, const struct hello *h) {
    struct items l = {.n = 0};
    struct rd r;
    rd_init(&r, bytes_of(h->alpn, h->alpn_n));
    while (rd_left(&r) > 0) {
        size_t at = protocol_index(f, rd_vec(&r, 1, "protocol_name"));
        if (rd_ok(&r) && at < f->n_protocols) items_add(&l, (uint16_t)at);
    }
    return l;
}

static void learn_protocols(struct factors *f, const struct hello *h) {
    struct rd r;
    rd_init(&r, bytes_of(h->alpn, h->alpn_n));
    while (rd_left(&r) > 0 && f->n_protocols < FACTORS_MAX_PROTOCOLS) {
        struct bytes name = rd_vec(&r, 1, "protocol_name");
        if (rd_ok(&r) && protocol_index(f, name) == f->n_protocols) f->protocol[f->n_protocols++] = name;
    }
}

/* SSL 3.0 cannot stand in supported_versions, but a server may answer with it where the client takes it. */
struct items items_versions(const struct trial *t) {
    struct items l = {.n = 0};
    const struct hello *h = &t->hello;
    uint16_t min = t->policy.min_version;
    if (factor_sends(h, EXT_SUPPORTED_VERSIONS)) {
        for (uint16_t v = TLS_1_3; v >= TLS_SSL3; v--)
            if (hello_offers_version(h, v)) items_add(&l, v);
        if (min == TLS_SSL3) items_add(&l, TLS_SSL3);
        return l;
    }
    uint16_t max = h->legacy_version < TLS_1_2 ? h->legacy_version : TLS_1_2;
    for (uint16_t v = max; v >= TLS_SSL3 && (v >= min || v == max); v--) items_add(&l, v);
    return l;
}

uint16_t factor_odd_legacy(const struct trial *t) {
    const struct items l = items_versions(t);
    uint16_t newest = l.n ? l.v[0] : TLS_1_2;
    uint16_t usual = newest > TLS_1_2 ? TLS_1_2 : newest;
    return t->hello.legacy_version == usual ? 0 : t->hello.legacy_version;
}

static bool is_raw(const struct hello *h, uint16_t type) {
    for (size_t i = 0; i < h->n_ext; i++)
        if (h->ext[i].type == type) return h->ext[i].raw;
    return false;
}

bool factor_sends(const struct hello *h, uint16_t type) {
    if (h->no_extensions || !hello_has_ext(h, type)) return false;
    if (is_raw(h, type)) return true;
    switch (type) {
    case EXT_SERVER_NAME:
        return h->server_name[0] != 0;
    case EXT_SUPPORTED_GROUPS:
        return h->groups.n > 0;
    case EXT_SIGNATURE_ALGORITHMS:
        return h->sigalgs.n > 0;
    case EXT_SIGNATURE_ALGORITHMS_CERT:
        return h->sigalgs_cert.n > 0;
    case EXT_ALPN:
        return h->alpn_n > 0;
    case EXT_SUPPORTED_VERSIONS:
        return h->versions.n > 0;
    case EXT_KEY_SHARE:
        return h->key_shares.n > 0 || h->key_share_empty;
    case EXT_COOKIE:
        return h->cookie_n > 0;
    default:
        return true;
    }
}

/* Extensions with a list of which each item is a factor. */
static const struct list_kind {
    uint16_t type;
    enum factor_kind item, order;
} list_kinds[] = {
    {EXT_SUPPORTED_GROUPS, FACTOR_GROUP, FACTOR_GROUP_ORDER},
    {EXT_SIGNATURE_ALGORITHMS, FACTOR_SIGALG, FACTOR_SIGALG_ORDER},
    {EXT_SIGNATURE_ALGORITHMS_CERT, FACTOR_SIGALG_CERT, FACTOR_SIGALG_ORDER},
};

bool factor_listed(const struct factors *f, uint16_t type) {
    return factor_sends(&f->from.hello, type) && factor_sends(&f->to.hello, type) &&
           !is_raw(&f->from.hello, type) && !is_raw(&f->to.hello, type);
}

static bool offers(const struct trial *t, uint16_t version) {
    const struct items l = items_versions(t);
    return items_has(&l, version);
}

static bool offers_from(const struct trial *t, uint16_t version) {
    const struct items l = items_versions(t);
    return l.n > 0 && l.v[0] >= version;
}

/* RFC 8446 4.2.1, 4.2.8, 4.2.9: a hello without TLS 1.3 has none of them. RFC 5246 7.4.1.4.1: one without
 * TLS 1.2 has no signature_algorithms. */
uint16_t factor_version_of_ext(const struct factors *f, uint16_t type) {
    bool both13 = offers(&f->from, TLS_1_3) && offers(&f->to, TLS_1_3);
    bool one13 = offers(&f->from, TLS_1_3) != offers(&f->to, TLS_1_3);
    switch (type) {
    case EXT_SUPPORTED_VERSIONS:
        return TLS_1_3;
    case EXT_KEY_SHARE:
        return one13 || both13 ? TLS_1_3 : 0;
    case EXT_PSK_KEY_EXCHANGE_MODES:
    case EXT_EARLY_DATA:
    case EXT_PRE_SHARED_KEY:
        return one13 ? TLS_1_3 : 0;
    case EXT_SIGNATURE_ALGORITHMS: {
        bool sent = factor_sends(&f->from.hello, type);
        const struct trial *without = sent ? &f->to : &f->from, *with = sent ? &f->from : &f->to;
        bool one = !factor_sends(&without->hello, type) && factor_sends(&with->hello, type);
        return one && !offers_from(without, TLS_1_2) && offers_from(with, TLS_1_2) ? TLS_1_2 : 0;
    }
    default:
        return 0;
    }
}

bool factor_suite_fits(uint16_t suite, const struct items *versions) {
    const struct suite *s = suite_by_id(suite);
    for (size_t i = 0; s && s->kx != KX_OTHER && i < versions->n; i++)
        if (versions->v[i] >= s->min_version && versions->v[i] <= s->max_version) return true;
    return false;
}

static bool any_fits(const struct items *suites, uint16_t version) {
    const struct items one = {.v = {version}, .n = 1};
    for (size_t i = 0; i < suites->n; i++)
        if (factor_suite_fits(suites->v[i], &one)) return true;
    return false;
}

/* With an added version, for which the hello had no suite at all. */
static bool suite_comes(const struct factors *f, uint16_t suite, const struct items *own,
                        const struct items *versions) {
    if (items_has(own, suite)) return false;
    for (size_t i = 0; i < versions->n; i++) {
        const struct items one = {.v = {versions->v[i]}, .n = 1};
        if (offers(&f->from, versions->v[i]) || !factor_suite_fits(suite, &one)) continue;
        if (!any_fits(own, versions->v[i])) return true;
    }
    return false;
}

static void bind_suites(struct factors *f) {
    const struct items own = items_suites(&f->from.hello), other = items_suites(&f->to.hello);
    const struct items versions = items_versions(&f->to);
    f->suites_come.n = 0;
    for (size_t i = 0; i < other.n; i++)
        if (suite_comes(f, other.v[i], &own, &versions)) items_add(&f->suites_come, other.v[i]);
}

/* --- the differences, one kind after the other --- */

static void add(struct factors *f, enum factor_kind kind, enum factor_how how, uint32_t arg) {
    if (f->n == SMALLEST_FACTORS)
        f->too_many = true;
    else
        f->list[f->n++] = (struct factor){kind, how, arg};
}

static void add_items(struct factors *f, enum factor_kind kind, const struct items *from,
                      const struct items *to, bool (*apart)(const struct factors *f, uint16_t x)) {
    for (size_t i = 0; i < to->n; i++)
        if (!items_has(from, to->v[i]) && !(apart && apart(f, to->v[i])))
            add(f, kind, FACTOR_ADDED, to->v[i]);
    for (size_t i = 0; i < from->n; i++)
        if (!items_has(to, from->v[i]) && !(apart && apart(f, from->v[i])))
            add(f, kind, FACTOR_REMOVED, from->v[i]);
}

/* What both have stands in another order. */
static bool reordered(const struct items *from, const struct items *to) {
    size_t k = 0;
    for (size_t i = 0; i < from->n; i++) {
        if (!items_has(to, from->v[i])) continue;
        while (k < to->n && !items_has(from, to->v[k])) k++;
        if (k == to->n || to->v[k++] != from->v[i]) return true;
    }
    return false;
}

static bool has_kind(const struct factors *f, enum factor_kind kind) {
    for (size_t i = 0; i < f->n; i++)
        if (f->list[i].kind == kind) return true;
    return false;
}

static void add_order(struct factors *f, enum factor_kind kind, const struct items *from,
                      const struct items *to) {
    if (!has_kind(f, kind) && reordered(from, to)) add(f, kind, FACTOR_OTHER, 0);
}

static bool is_of_version(const struct factors *f, uint16_t suite) {
    return items_has(&f->suites_come, suite);
}

static void find_suites(struct factors *f) {
    const struct items from = items_suites(&f->from.hello), to = items_suites(&f->to.hello);
    add_items(f, FACTOR_SUITE, &from, &to, is_of_version);
    add_order(f, FACTOR_SUITE_ORDER, &from, &to);
}

/* The oldest first: of several that help, the next one to what a client has is the smallest step. */
static struct items oldest_first(const struct items *l) {
    struct items back = {.n = 0};
    for (size_t i = l->n; i-- > 0;) items_add(&back, l->v[i]);
    return back;
}

static void find_versions(struct factors *f) {
    const struct items own = items_versions(&f->from), other = items_versions(&f->to);
    const struct items from = oldest_first(&own), to = oldest_first(&other);
    add_items(f, FACTOR_VERSION, &from, &to, NULL);
    uint16_t odd_from = factor_odd_legacy(&f->from), odd_to = factor_odd_legacy(&f->to);
    if (odd_from != odd_to) add(f, FACTOR_LEGACY_VERSION, FACTOR_OTHER, 0);
    if (f->from.hello.record_version != f->to.hello.record_version)
        add(f, FACTOR_RECORD_VERSION, FACTOR_OTHER, 0);
}

static void find_lists(struct factors *f) {
    for (size_t i = 0; i < TW_COUNT(list_kinds); i++) {
        const struct list_kind *k = &list_kinds[i];
        if (!factor_listed(f, k->type)) continue;
        const struct items from = items_listed(&f->from.hello, k->type),
                           to = items_listed(&f->to.hello, k->type);
        add_items(f, k->item, &from, &to, NULL);
        add_order(f, k->order, &from, &to);
    }
    if (!factor_listed(f, EXT_ALPN)) return;
    const struct items from = items_protocols(f, &f->from.hello), to = items_protocols(f, &f->to.hello);
    add_items(f, FACTOR_ALPN, &from, &to, NULL);
    add_order(f, FACTOR_ALPN_ORDER, &from, &to);
}

/* The share of a group that only one of them offers comes with the group. */
static bool not_of_both(const struct factors *f, uint16_t group) {
    return !u16_has(f->from.hello.groups.v, f->from.hello.groups.n, group) ||
           !u16_has(f->to.hello.groups.v, f->to.hello.groups.n, group);
}

static void find_shares(struct factors *f) {
    if (!factor_listed(f, EXT_KEY_SHARE)) return;
    const struct items from = items_listed(&f->from.hello, EXT_KEY_SHARE),
                       to = items_listed(&f->to.hello, EXT_KEY_SHARE);
    add_items(f, FACTOR_KEY_SHARE, &from, &to, not_of_both);
}

static enum factor_how presence(bool from, bool to) {
    return from && to ? FACTOR_OTHER : to ? FACTOR_ADDED : FACTOR_REMOVED;
}

/* Extensions that are compared by other factors than their presence and their body. */
static bool is_apart(const struct factors *f, uint16_t type) {
    if (type == EXT_SERVER_NAME || type == EXT_PADDING) return true;
    if (factor_version_of_ext(f, type) != 0) return true;
    static const uint16_t lists[] = {EXT_SUPPORTED_GROUPS, EXT_SIGNATURE_ALGORITHMS,
                                     EXT_SIGNATURE_ALGORITHMS_CERT, EXT_ALPN, EXT_KEY_SHARE};
    return u16_has(lists, TW_COUNT(lists), type) && factor_listed(f, type);
}

struct written {
    uint8_t room[HELLO_MAX_BYTES + 1024];
    struct hello_view view;
};

static void write_hello(struct written *w, const struct hello *h) {
    struct wr out = wr_init(w->room, sizeof(w->room));
    hello_write(&out, h, NULL);
    assert(!out.overflow);
    struct rd r;
    rd_init(&r, wr_bytes(&out));
    if (!hello_view(&r, &w->view)) w->view = (struct hello_view){0};
}

static void find_extensions(struct factors *f) {
    const struct items from = items_extensions(&f->from.hello), to = items_extensions(&f->to.hello);
    add_items(f, FACTOR_EXTENSION, &from, &to, is_apart);
    struct written x, y;
    write_hello(&x, &f->from.hello);
    write_hello(&y, &f->to.hello);
    for (size_t i = 0; i < from.n; i++) {
        uint16_t type = from.v[i];
        if (!items_has(&to, type) || is_apart(f, type)) continue;
        bool found;
        struct bytes body = ext_find(x.view.extensions, type, &found);
        if (!bytes_eq(body, ext_find(y.view.extensions, type, &found)))
            add(f, FACTOR_EXTENSION, FACTOR_OTHER, type);
    }
    /* padding and pre_shared_key have their place at the end */
    struct items a = from, b = to;
    items_drop(&a, EXT_PADDING);
    items_drop(&b, EXT_PADDING);
    items_drop(&a, EXT_PRE_SHARED_KEY);
    items_drop(&b, EXT_PRE_SHARED_KEY);
    add_order(f, FACTOR_EXTENSION_ORDER, &a, &b);
}

static bool has_grease(const struct hello *h) {
    struct hello without = *h;
    hello_drop_grease(&without);
    return without.n_suites != h->n_suites || without.n_ext != h->n_ext || without.groups.n != h->groups.n ||
           without.versions.n != h->versions.n || without.sigalgs.n != h->sigalgs.n;
}

static void find_shape(struct factors *f) {
    const struct hello *a = &f->from.hello, *b = &f->to.hello;
    bool name_a = factor_sends(a, EXT_SERVER_NAME), name_b = factor_sends(b, EXT_SERVER_NAME);
    if (name_a != name_b || (name_a && strcmp(a->server_name, b->server_name) != 0))
        add(f, FACTOR_SNI, presence(name_a, name_b), 0);
    bool grease_a = has_grease(a), grease_b = has_grease(b);
    if (grease_a != grease_b) add(f, FACTOR_GREASE, presence(grease_a, grease_b), 0);
    bool pad_a = factor_sends(a, EXT_PADDING), pad_b = factor_sends(b, EXT_PADDING);
    if (pad_a != pad_b || (pad_a && a->pad_to != b->pad_to))
        add(f, FACTOR_PADDING, presence(pad_a, pad_b), 0);
    if (a->session_id_n != b->session_id_n)
        add(f, FACTOR_SESSION_ID, presence(a->session_id_n > 0, b->session_id_n > 0), 0);
    if (a->n_compressions != b->n_compressions ||
        memcmp(a->compressions, b->compressions, a->n_compressions) != 0)
        add(f, FACTOR_COMPRESSION, FACTOR_OTHER, 0);
}

static void find_behaviour(struct factors *f) {
    const struct eng_policy *a = &f->from.policy, *b = &f->to.policy;
    const struct transport *x = &f->from.via, *y = &f->to.via;
    if (x->first_segment != y->first_segment || x->segment_pause_ns != y->segment_pause_ns)
        add(f, FACTOR_SEGMENTS, presence(x->first_segment > 0, y->first_segment > 0), 0);
    if (a->need_renegotiation_info != b->need_renegotiation_info)
        add(f, FACTOR_RENEGOTIATION, presence(a->need_renegotiation_info, b->need_renegotiation_info), 0);
    if (a->need_ems != b->need_ems) add(f, FACTOR_EXTENDED_SECRET, presence(a->need_ems, b->need_ems), 0);
    if (a->dh_min_bits != b->dh_min_bits) add(f, FACTOR_DH_BITS, FACTOR_OTHER, b->dh_min_bits);
    if (a->check_sigalg != b->check_sigalg)
        add(f, FACTOR_OWN_SIGALGS, presence(a->check_sigalg, b->check_sigalg), 0);
}

/* --- which to prefer where several would do --- */

enum { WANTED, HARMLESS, LESS, BACKWARDS, UNSAFE };

static int rank_suite(uint16_t id) {
    const struct suite *s = suite_by_id(id);
    if (!s) return HARMLESS;
    return s->grade == GRADE_MODERN ? WANTED : s->grade == GRADE_LEGACY ? BACKWARDS : UNSAFE;
}

static int rank_sigalg(uint16_t id) {
    bool old =
        id == SIG_RSA_PKCS1_SHA1 || id == SIG_ECDSA_SHA1 || id == SIG_RSA_MD5_SHA1 || !sigscheme_by_id(id);
    return old ? UNSAFE : WANTED;
}

static int rank_version(uint16_t v) {
    return v >= TLS_1_2 ? WANTED : UNSAFE; /* RFC 8996 */
}
static int rank_group(uint16_t id) {
    return group_by_id(id) ? WANTED : HARMLESS;
}

static int rank_added(const struct factor *x) {
    static int (*const rank_of[FACTOR__COUNT])(uint16_t) = {[FACTOR_VERSION] = rank_version,
                                                            [FACTOR_SUITE] = rank_suite,
                                                            [FACTOR_SIGALG] = rank_sigalg,
                                                            [FACTOR_SIGALG_CERT] = rank_sigalg,
                                                            [FACTOR_GROUP] = rank_group};
    return rank_of[x->kind] ? rank_of[x->kind]((uint16_t)x->arg) : WANTED;
}

static int rank(const struct factor *x) {
    static const bool policy[FACTOR__COUNT] = {[FACTOR_RENEGOTIATION] = true,
                                               [FACTOR_EXTENDED_SECRET] = true,
                                               [FACTOR_DH_BITS] = true,
                                               [FACTOR_OWN_SIGALGS] = true};
    if (policy[x->kind]) return UNSAFE;
    if (x->kind >= FACTOR_GREASE) return HARMLESS;
    return x->how == FACTOR_ADDED ? rank_added(x) : x->how == FACTOR_OTHER ? HARMLESS : LESS;
}

/* Stable: within a rank the order of the kinds, and of the lists, stays. */
static void sort(struct factors *f) {
    for (size_t i = 1; i < f->n; i++) {
        const struct factor x = f->list[i];
        size_t k = i;
        for (; k > 0 && rank(&f->list[k - 1]) > rank(&x); k--) f->list[k] = f->list[k - 1];
        f->list[k] = x;
    }
}

void factors_between(struct factors *f, const struct trial *from, const struct trial *to) {
    f->from = *from;
    f->to = *to;
    f->n = f->n_protocols = 0;
    f->too_many = false;
    learn_protocols(f, &f->from.hello);
    learn_protocols(f, &f->to.hello);
    bind_suites(f);
    find_versions(f);
    find_suites(f);
    find_lists(f);
    find_shares(f);
    find_extensions(f);
    find_shape(f);
    find_behaviour(f);
    sort(f);
}
