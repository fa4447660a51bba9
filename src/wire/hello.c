#include "wire/hello.h"

#include <assert.h>

bool u16_has(const uint16_t *v, size_t n, uint16_t x) {
    for (size_t i = 0; i < n; i++)
        if (v[i] == x) return true;
    return false;
}

/* Index of an extension, n_ext if it is not there. */
static size_t find_ext(const struct hello *h, uint16_t type) {
    size_t i = 0;
    while (i < h->n_ext && h->ext[i].type != type) i++;
    return i;
}

bool hello_has_ext(const struct hello *h, uint16_t type) {
    return find_ext(h, type) < h->n_ext;
}

/* Gives the extension's bytes in hello.raw back, so that bending a hello again and again never runs
 * out of room. */
static void free_raw(struct hello *h, struct hello_ext *e) {
    if (!e->raw) return;
    size_t end = (size_t)e->raw_off + e->raw_n;
    memmove(h->raw + e->raw_off, h->raw + end, h->raw_n - end);
    h->raw_n -= e->raw_n;
    memset(h->raw + h->raw_n, 0, e->raw_n);
    for (size_t i = 0; i < h->n_ext; i++)
        if (h->ext[i].raw && h->ext[i].raw_off >= end)
            h->ext[i].raw_off = (uint16_t)(h->ext[i].raw_off - e->raw_n);
    e->raw = false;
    e->raw_off = e->raw_n = 0;
}

/* Where a new extension belongs: pre_shared_key must be the last (RFC 8446 4.2.11), and padding can
 * count only what is known before it, so clients write it right before that one. */
static size_t place_of(const struct hello *h, uint16_t type) {
    size_t at = h->n_ext;
    if (type == EXT_PRE_SHARED_KEY) return at;
    while (at > 0 && (h->ext[at - 1].type == EXT_PRE_SHARED_KEY ||
                      (type != EXT_PADDING && h->ext[at - 1].type == EXT_PADDING)))
        at--;
    return at;
}

void hello_add_ext(struct hello *h, uint16_t type) {
    size_t at = find_ext(h, type);
    if (at < h->n_ext) {
        free_raw(h, &h->ext[at]);
        return;
    }
    assert(h->n_ext < HELLO_MAX_EXT);
    at = place_of(h, type);
    memmove(h->ext + at + 1, h->ext + at, (h->n_ext - at) * sizeof(h->ext[0]));
    h->ext[at] = (struct hello_ext){.type = type};
    h->n_ext++;
    h->no_extensions = false;
}

void hello_add_ext_raw(struct hello *h, uint16_t type, struct bytes body) {
    hello_add_ext(h, type);
    assert(body.n <= HELLO_MAX_RAW - h->raw_n);
    struct hello_ext *e = &h->ext[find_ext(h, type)];
    e->raw = true;
    e->raw_off = (uint16_t)h->raw_n;
    e->raw_n = (uint16_t)body.n;
    if (body.n) memcpy(h->raw + h->raw_n, body.p, body.n);
    h->raw_n += body.n;
}

static void drop_ext_at(struct hello *h, size_t at) {
    free_raw(h, &h->ext[at]);
    h->n_ext--;
    memmove(h->ext + at, h->ext + at + 1, (h->n_ext - at) * sizeof(h->ext[0]));
    h->ext[h->n_ext] = (struct hello_ext){0};
}

void hello_drop_ext(struct hello *h, uint16_t type) {
    for (size_t i = h->n_ext; i-- > 0;)
        if (h->ext[i].type == type) drop_ext_at(h, i);
}

/* Without supported_versions every version up to legacy_version is offered (RFC 5246 E.1). */
bool hello_offers_version(const struct hello *h, uint16_t version) {
    if (!h->no_extensions && hello_has_ext(h, EXT_SUPPORTED_VERSIONS))
        return u16_has(h->versions.v, h->versions.n, version);
    return version >= TLS_SSL3 && version <= h->legacy_version;
}

uint16_t hello_max_version(const struct hello *h) {
    if (h->no_extensions || !hello_has_ext(h, EXT_SUPPORTED_VERSIONS)) return h->legacy_version;
    uint16_t max = 0;
    for (size_t i = 0; i < h->versions.n; i++) { /* drafts and GREASE have another first byte */
        uint16_t v = h->versions.v[i];
        if (v >> 8 == TLS_1_3 >> 8 && v > max) max = v;
    }
    return max;
}

bool hello_has_suite(const struct hello *h, uint16_t id) {
    return u16_has(h->suites, h->n_suites, id);
}

bool hello_offers_alpn(const struct hello *h, struct bytes name) {
    if (h->no_extensions || !hello_has_ext(h, EXT_ALPN)) return false;
    struct rd r;
    rd_init(&r, bytes_of(h->alpn, h->alpn_n));
    while (rd_left(&r) > 0) {
        struct bytes offered = rd_vec(&r, 1, "protocol_name");
        if (rd_ok(&r) && bytes_eq(offered, name)) return true;
    }
    return false;
}

bool hello_set_alpn(struct hello *h, const char *names) {
    uint8_t room[HELLO_MAX_ALPN];
    struct wr w = wr_init(room, sizeof(room));
    for (;;) {
        size_t n = strcspn(names, ",:");
        if (n == 0) return false;
        wr_vec(&w, 1, bytes_of(names, n));
        names += n;
        if (!*names) break;
        names++;
    }
    if (w.overflow) return false;
    memset(h->alpn, 0, sizeof(h->alpn));
    memcpy(h->alpn, room, w.n);
    h->alpn_n = w.n;
    hello_add_ext(h, EXT_ALPN);
    return true;
}

static size_t drop_grease(uint16_t *v, size_t n) {
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (!is_grease(v[i])) v[kept++] = v[i];
    memset(v + kept, 0, (n - kept) * sizeof(v[0]));
    return kept;
}

void hello_drop_grease(struct hello *h) {
    struct u16_list *lists[] = {&h->versions, &h->groups, &h->key_shares, &h->sigalgs, &h->sigalgs_cert};
    for (size_t i = 0; i < TW_COUNT(lists); i++) lists[i]->n = drop_grease(lists[i]->v, lists[i]->n);
    h->n_suites = drop_grease(h->suites, h->n_suites);
    for (size_t i = h->n_ext; i-- > 0;)
        if (is_grease(h->ext[i].type)) drop_ext_at(h, i);
}
