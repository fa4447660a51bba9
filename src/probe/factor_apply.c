/* Making a hello of two: what was changed from the one, the rest from the other, and what a legal hello must
 * have beside them. */
#include "probe/factor_internal.h"

#include <stdlib.h>

/* A hello in the making. */
struct draft {
    const struct factors *f;
    const struct factor_set *set;
    const struct hello *from, *to;
    struct items versions;
    struct hello *h;
};

static bool is_in(const struct draft *d, enum factor_kind kind, uint32_t arg) {
    for (size_t i = 0; i < d->f->n; i++)
        if (d->f->list[i].kind == kind && d->f->list[i].arg == arg && factor_set_has(d->set, i)) return true;
    return false;
}

/* For kinds of which there is one factor at most. */
static bool changed(const struct draft *d, enum factor_kind kind) {
    for (size_t i = 0; i < d->f->n; i++)
        if (d->f->list[i].kind == kind && factor_set_has(d->set, i)) return true;
    return false;
}

static const struct hello *side(const struct draft *d, enum factor_kind kind) {
    return changed(d, kind) ? d->to : d->from;
}

/* The items of one kind that are to be there. */
static struct items kept(const struct draft *d, enum factor_kind kind, const struct items *from) {
    struct items l = *from;
    for (size_t i = 0; i < d->f->n; i++) {
        const struct factor *x = &d->f->list[i];
        if (x->kind != kind || !factor_set_has(d->set, i)) continue;
        if (x->how == FACTOR_ADDED)
            items_add(&l, (uint16_t)x->arg);
        else if (x->how == FACTOR_REMOVED)
            items_drop(&l, (uint16_t)x->arg);
    }
    return l;
}

/* A list that has lost all its items, and got none yet, keeps one: an empty one would be no legal hello. */
static void keep_one(struct items *keep, const struct items *from) {
    if (keep->n == 0 && from->n > 0) items_add(keep, from->v[0]);
}

static void insert_behind(struct items *l, uint16_t x, const struct items *order, size_t at) {
    if (l->n == TW_COUNT(l->v)) return;
    size_t place = 0;
    for (size_t i = at; i-- > 0 && place == 0;)
        for (size_t k = 0; k < l->n; k++)
            if (l->v[k] == order->v[i]) place = k + 1;
    memmove(l->v + place + 1, l->v + place, (l->n - place) * sizeof(l->v[0]));
    l->v[place] = x;
    l->n++;
}

/* `keep` in the order of `first`; what only `second` has stands behind what it stands behind there. */
static struct items merge(const struct items *first, const struct items *second, const struct items *keep) {
    struct items l = {.n = 0};
    for (size_t i = 0; i < first->n; i++)
        if (items_has(keep, first->v[i])) items_add(&l, first->v[i]);
    for (size_t i = 0; i < second->n; i++)
        if (items_has(keep, second->v[i]) && !items_has(&l, second->v[i]))
            insert_behind(&l, second->v[i], second, i);
    return l;
}

static struct items in_order(const struct draft *d, enum factor_kind order, const struct items *from,
                             const struct items *to, const struct items *keep) {
    return changed(d, order) ? merge(to, from, keep) : merge(from, to, keep);
}

/* GREASE of the side that it is taken from: in front where it stands in front there. The list is written to
 * `v`, which holds `room` numbers. */
static size_t put_list(uint16_t *v, size_t room, const struct items *l, const uint16_t *model,
                       size_t n_model) {
    size_t n = 0;
    if (n_model > 0 && is_grease(model[0])) v[n++] = model[0];
    for (size_t i = 0; i < l->n && n < room; i++) v[n++] = l->v[i];
    for (size_t i = 1; i < n_model && n < room; i++)
        if (is_grease(model[i])) v[n++] = model[i];
    return n;
}

static void put_u16(struct u16_list *out, const struct items *l, const struct u16_list *model) {
    *out = (struct u16_list){0};
    out->n = put_list(out->v, TW_COUNT(out->v), l, model->v, model->n);
}

/* --- versions --- */

static int newest_first(const void *x, const void *y) {
    return *(const uint16_t *)y - *(const uint16_t *)x;
}

static bool offers_from(const struct draft *d, uint16_t version) {
    return d->versions.v[0] >= version;
}

/* The version that follows from those on offer; and what a client with them takes. */
static void put_versions(struct draft *d, struct eng_policy *policy) {
    const struct items from = items_versions(&d->f->from), to = items_versions(&d->f->to);
    d->versions = kept(d, FACTOR_VERSION, &from);
    keep_one(&d->versions, &from);
    qsort(d->versions.v, d->versions.n, sizeof(d->versions.v[0]), newest_first);
    const struct items *v = &d->versions;
    bool as_to = changed(d, FACTOR_VERSION) && items_same_set(v, &to);
    const struct trial *model = as_to ? &d->f->to : items_same_set(v, &from) ? &d->f->from : NULL;
    policy->max_version = model ? model->policy.max_version : v->v[0];
    policy->min_version = model ? model->policy.min_version : v->v[v->n - 1];

    struct items list = *v;
    items_drop(&list, TLS_SSL3);
    put_u16(&d->h->versions, &list, &side(d, FACTOR_GREASE)->versions);
    d->h->legacy_version = v->v[0] > TLS_1_2 ? TLS_1_2 : v->v[0];
    uint16_t odd = factor_odd_legacy(changed(d, FACTOR_LEGACY_VERSION) ? &d->f->to : &d->f->from);
    if (odd) d->h->legacy_version = odd;
    d->h->record_version = side(d, FACTOR_RECORD_VERSION)->record_version;
}

/* supported_versions is needed for TLS 1.3 alone; a client without may send it. */
static bool keeps_supported_versions(const struct draft *d) {
    if (offers_from(d, TLS_1_3)) return true;
    const struct items from = items_versions(&d->f->from), to = items_versions(&d->f->to);
    if (items_same_set(&d->versions, &from)) return factor_sends(d->from, EXT_SUPPORTED_VERSIONS);
    return items_same_set(&d->versions, &to) && factor_sends(d->to, EXT_SUPPORTED_VERSIONS);
}

static void put_suites(struct draft *d) {
    const struct items from = items_suites(d->from), to = items_suites(d->to);
    struct items keep = kept(d, FACTOR_SUITE, &from);
    const struct items *come = &d->f->suites_come;
    for (size_t i = 0; i < come->n; i++)
        if (factor_suite_fits(come->v[i], &d->versions)) items_add(&keep, come->v[i]);
    keep_one(&keep, &from);
    const struct items l = in_order(d, FACTOR_SUITE_ORDER, &from, &to, &keep);
    const struct hello *grease = side(d, FACTOR_GREASE);
    d->h->n_suites = put_list(d->h->suites, TW_COUNT(d->h->suites), &l, grease->suites, grease->n_suites);
}

/* --- extensions --- */

/* The side that an extension's body comes from. */
static const struct hello *body_from(const struct draft *d, uint16_t type) {
    if (!factor_sends(d->from, type)) return d->to;
    return factor_sends(d->to, type) && is_in(d, FACTOR_EXTENSION, type) ? d->to : d->from;
}

static bool keeps_ext(const struct draft *d, uint16_t type) {
    if (type == EXT_SERVER_NAME) return factor_sends(side(d, FACTOR_SNI), type);
    if (type == EXT_PADDING) return factor_sends(side(d, FACTOR_PADDING), type);
    if (type == EXT_SUPPORTED_VERSIONS) return keeps_supported_versions(d);
    uint16_t version = factor_version_of_ext(d->f, type);
    if (version) return offers_from(d, version);
    /* RFC 8446 9.2: a hello with TLS 1.3 needs both */
    bool needed = type == EXT_SUPPORTED_GROUPS || type == EXT_SIGNATURE_ALGORITHMS;
    if (needed && offers_from(d, TLS_1_3)) return true;
    bool from = factor_sends(d->from, type), to = factor_sends(d->to, type);
    return from && to ? true : from != is_in(d, FACTOR_EXTENSION, type);
}

/* A list of the hello: merged item by item, or that of one side as it is. */
static void put_items(struct draft *d, uint16_t type, enum factor_kind item, enum factor_kind order,
                      struct u16_list *out) {
    const struct items from = items_listed(d->from, type), to = items_listed(d->to, type);
    struct items l = items_listed(body_from(d, type), type);
    if (factor_listed(d->f, type)) {
        struct items keep = kept(d, item, &from);
        keep_one(&keep, &from);
        l = in_order(d, order, &from, &to, &keep);
    }
    put_u16(out, &l, factor_list(side(d, FACTOR_GREASE), type));
}

/* Whether the share of this group, which is on offer, is to be there. */
static bool keeps_share(const struct draft *d, uint16_t group) {
    const struct items a = items_listed(d->from, EXT_SUPPORTED_GROUPS),
                       b = items_listed(d->to, EXT_SUPPORTED_GROUPS);
    bool from = items_has(&a, group) && factor_sends(d->from, EXT_KEY_SHARE);
    bool to = items_has(&b, group) && factor_sends(d->to, EXT_KEY_SHARE);
    const struct items from_shares = items_listed(d->from, EXT_KEY_SHARE),
                       to_shares = items_listed(d->to, EXT_KEY_SHARE);
    if (from && to) return items_has(&from_shares, group) != is_in(d, FACTOR_KEY_SHARE, group);
    return from ? items_has(&from_shares, group) : to && items_has(&to_shares, group);
}

static bool same_groups(const struct draft *d, const struct hello *one) {
    const struct items x = items_listed(d->h, EXT_SUPPORTED_GROUPS),
                       y = items_listed(one, EXT_SUPPORTED_GROUPS);
    return x.n == y.n && memcmp(x.v, y.v, x.n * sizeof(x.v[0])) == 0;
}

/* In the order of the groups (RFC 8446 4.2.8). Where none is left of those there were, the first group that a
 * share can be made for: an empty list would be one more difference. */
static void put_shares(struct draft *d) {
    const struct items groups = items_listed(d->h, EXT_SUPPORTED_GROUPS);
    struct items l = {.n = 0};
    for (size_t i = 0; i < groups.n; i++)
        if (keeps_share(d, groups.v[i])) items_add(&l, groups.v[i]);
    const struct hello *one = factor_sends(d->from, EXT_KEY_SHARE) ? d->from : d->to;
    const struct items before = items_listed(one, EXT_KEY_SHARE);
    for (size_t i = 0; i < groups.n && l.n == 0 && before.n > 0; i++) {
        const struct group *g = group_by_id(groups.v[i]);
        if (g && g->supported) items_add(&l, groups.v[i]);
    }
    if (same_groups(d, one) && items_same_set(&l, &before)) l = before;
    put_u16(&d->h->key_shares, &l, &side(d, FACTOR_GREASE)->key_shares);
    d->h->key_share_empty = one->key_share_empty || l.n == 0;
}

static void put_alpn(struct draft *d) {
    const struct hello *one = body_from(d, EXT_ALPN);
    const struct items from = items_protocols(d->f, d->from), to = items_protocols(d->f, d->to);
    struct items l = items_protocols(d->f, one);
    if (factor_listed(d->f, EXT_ALPN)) {
        const struct items keep = kept(d, FACTOR_ALPN, &from);
        l = in_order(d, FACTOR_ALPN_ORDER, &from, &to, &keep);
    }
    struct wr w = wr_init(d->h->alpn, sizeof(d->h->alpn));
    for (size_t i = 0; i < l.n; i++) wr_vec(&w, 1, d->f->protocol[l.v[i]]);
    d->h->alpn_n = w.overflow ? 0 : w.n;
}

static const struct hello_ext *ext_of(const struct hello *h, uint16_t type) {
    for (size_t i = 0; i < h->n_ext; i++)
        if (h->ext[i].type == type) return &h->ext[i];
    return NULL;
}

static void put_ext(struct draft *d, uint16_t type, const struct hello *one) {
    const struct hello_ext *e = ext_of(one, type);
    if (d->h->n_ext == HELLO_MAX_EXT) return;
    if (e && e->raw && e->raw_n <= HELLO_MAX_RAW - d->h->raw_n)
        hello_add_ext_raw(d->h, type, bytes_of(one->raw + e->raw_off, e->raw_n));
    else
        hello_add_ext(d->h, type);
}

/* The GREASE extensions in front (or behind) of all others. */
static void put_grease_ext(struct draft *d, bool front) {
    const struct hello *one = side(d, FACTOR_GREASE);
    for (size_t i = 0; i < one->n_ext; i++)
        if (is_grease(one->ext[i].type) && (i == 0) == front) put_ext(d, one->ext[i].type, one);
}

static void put_extensions(struct draft *d) {
    const struct items from = items_extensions(d->from), to = items_extensions(d->to);
    struct items keep = {.n = 0};
    for (size_t i = 0; i < from.n; i++)
        if (keeps_ext(d, from.v[i])) items_add(&keep, from.v[i]);
    for (size_t i = 0; i < to.n; i++)
        if (keeps_ext(d, to.v[i])) items_add(&keep, to.v[i]);
    const struct items l = in_order(d, FACTOR_EXTENSION_ORDER, &from, &to, &keep);
    put_grease_ext(d, true);
    for (size_t i = 0; i < l.n; i++) put_ext(d, l.v[i], body_from(d, l.v[i]));
    put_grease_ext(d, false);
    d->h->no_extensions = d->h->n_ext == 0 && d->from->no_extensions;
}

static void put_lists(struct draft *d) {
    put_items(d, EXT_SUPPORTED_GROUPS, FACTOR_GROUP, FACTOR_GROUP_ORDER, &d->h->groups);
    put_items(d, EXT_SIGNATURE_ALGORITHMS, FACTOR_SIGALG, FACTOR_SIGALG_ORDER, &d->h->sigalgs);
    put_items(d, EXT_SIGNATURE_ALGORITHMS_CERT, FACTOR_SIGALG_CERT, FACTOR_SIGALG_ORDER, &d->h->sigalgs_cert);
    put_shares(d);
    put_alpn(d);
    memcpy(d->h->server_name, side(d, FACTOR_SNI)->server_name, sizeof(d->h->server_name));
    const struct hello *cookie = body_from(d, EXT_COOKIE);
    memcpy(d->h->cookie, cookie->cookie, sizeof(cookie->cookie));
    d->h->cookie_n = cookie->cookie_n;
}

static void put_shape(struct draft *d, struct trial *ret) {
    struct hello *h = d->h;
    h->session_id_n = side(d, FACTOR_SESSION_ID)->session_id_n;
    const struct hello *one = side(d, FACTOR_COMPRESSION);
    memcpy(h->compressions, one->compressions, sizeof(h->compressions));
    h->n_compressions = one->n_compressions;
    h->pad_to = side(d, FACTOR_PADDING)->pad_to;
    const struct transport *via = changed(d, FACTOR_SEGMENTS) ? &d->f->to.via : &d->f->from.via;
    ret->via.first_segment = via->first_segment;
    ret->via.segment_pause_ns = via->segment_pause_ns;
}

static void put_policy(const struct draft *d, struct eng_policy *p) {
    const struct eng_policy *to = &d->f->to.policy;
    if (changed(d, FACTOR_RENEGOTIATION)) p->need_renegotiation_info = to->need_renegotiation_info;
    if (changed(d, FACTOR_EXTENDED_SECRET)) p->need_ems = to->need_ems;
    if (changed(d, FACTOR_DH_BITS)) p->dh_min_bits = to->dh_min_bits;
    if (changed(d, FACTOR_OWN_SIGALGS)) p->check_sigalg = to->check_sigalg;
}

void factors_apply(const struct factors *f, const struct factor_set *set, struct trial *ret) {
    *ret = f->from;
    static const struct hello blank;
    ret->hello = blank;
    struct draft d = {.f = f, .set = set, .from = &f->from.hello, .to = &f->to.hello, .h = &ret->hello};
    put_versions(&d, &ret->policy);
    put_suites(&d);
    put_lists(&d);
    put_extensions(&d);
    put_shape(&d, ret);
    put_policy(&d, &ret->policy);
}
