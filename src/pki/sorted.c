/* The list that GnuTLS 3.7 makes of what a server sent, before it looks at any signature (lib/x509/common.c,
 * _gnutls_sort_clist(); verify-high.c, gnutls_x509_trust_list_verify_crt2() and shorten_clist()).
 *
 * From the leaf upwards, each is followed by the first that may be its issuer. Where that ends without a
 * trusted issuer, what is left over is sorted likewise and stands behind it, until a certificate with a
 * trusted issuer ends the list. Of the trust anchors only the namesakes of the last one's issuer, or of the
 * last one, are asked: whatever stands behind the place where the path could have ended can hide its anchor.
 */
#include "pki/pool.h"

struct sorter {
    const struct pki_pool *pool;
    const struct pki_judge *judge;
    size_t *list, n;
    uint32_t barren; /* no anchor has this name */
};

static const struct pki_item *item_of(const struct sorter *s, size_t place) {
    return pki_pool_item(s->pool, s->list[place]);
}

static size_t first_issuer(const struct sorter *s, size_t from, size_t of) {
    for (size_t i = from + 1; i < s->n; i++)
        if (i != of && pki_may_issue(s->judge, &item_of(s, of)->cert, &item_of(s, i)->cert, false)) return i;
    return SIZE_MAX;
}

/* What begins at `from`, in order; how many of it follow each other. */
static size_t sort_from(struct sorter *s, size_t from) {
    enum { MOST = 32 };
    size_t n = s->n - from, sorted[MOST], n_sorted = 1;
    bool used[MOST] = {true};
    if (n > s->judge->max_sorted || n > MOST) return 1;
    sorted[0] = s->list[from];
    for (size_t i = first_issuer(s, from, from); i != SIZE_MAX && !used[i - from];
         i = first_issuer(s, from, i)) {
        sorted[n_sorted++] = s->list[i];
        used[i - from] = true;
    }
    for (size_t i = 1, to = n_sorted; i < n; i++)
        if (!used[i]) sorted[to++] = s->list[from + i];
    memcpy(s->list + from, sorted, n * sizeof(*sorted));
    return n_sorted;
}

static bool has_trusted_issuer(struct sorter *s, const struct pki_item *item) {
    bool any = false;
    if (item->issuer_id == s->barren) return false;
    for (size_t i = pki_pool_first(s->pool, item->cert.issuer); i != SIZE_MAX;
         i = pki_pool_next(s->pool, i)) {
        const struct pki_item *issuer = pki_pool_item(s->pool, i);
        if (!(issuer->origins & PKI_ANCHOR)) continue;
        if (pki_may_issue(s->judge, &item->cert, &issuer->cert, false)) return true;
        any = true;
    }
    if (!any) s->barren = item->issuer_id;
    return false;
}

/* A root at the end says nothing, and what stands above a trusted certificate neither. */
static void shorten(struct sorter *s) {
    const struct pki_cert *last = &item_of(s, s->n - 1)->cert;
    if (s->n > 1 && pki_may_issue(s->judge, last, last, false)) s->n--;
    for (size_t i = 1; i < s->n; i++)
        if (item_of(s, i)->origins & PKI_ANCHOR && item_of(s, i)->cert.self_issued) s->n = i + 1;
}

void pki_sort(const struct pki_pool *pool, const struct pki_query *q, struct arena *a,
              struct pki_sorted *ret) {
    const size_t n = pki_pool_count(pool);
    struct sorter s = {pool, q->judge, ARENA_ARRAY(a, size_t, n), 0, UINT32_MAX};
    s.list[s.n++] = q->leaf;
    for (size_t i = 0; i < n; i++)
        if (i != q->leaf && pki_pool_item(pool, i)->origins & PKI_SENT) s.list[s.n++] = i;
    for (size_t i = 0; i < s.n;) {
        i += sort_from(&s, i);
        if (has_trusted_issuer(&s, item_of(&s, i - 1))) s.n = i;
    }
    shorten(&s);
    *ret = (struct pki_sorted){s.list, s.n, ARENA_ARRAY(a, size_t, n)};
    for (size_t i = 0; i < s.n; i++) ret->at[s.list[i]] = i + 1;
}

/* verify.c, _gnutls_verify_crt_status(): a trusted certificate takes the place of one with its name and key,
 * and stands above the last one. */
static bool anchor_fits(const struct pki_pool *pool, const struct pki_sorted *sorted, size_t next,
                        const struct pki_item *anchor) {
    const struct pki_item *last = pki_pool_item(pool, sorted->list[sorted->n - 1]);
    if (anchor->subject_id != last->issuer_id && anchor->subject_id != last->subject_id) return false;
    if (next == sorted->n) return true;
    const struct pki_item *sent = pki_pool_item(pool, sorted->list[next]);
    return sent->subject_id == anchor->subject_id && sent->key_id == anchor->key_id;
}

bool pki_sorted_allows(const struct pki_pool *pool, const struct pki_sorted *sorted, size_t below,
                       size_t issuer, bool anchor) {
    const size_t next = sorted->at[below]; /* of what stands above it */
    if (next == 0) return false;
    if (anchor) return anchor_fits(pool, sorted, next, pki_pool_item(pool, issuer));
    return next < sorted->n && sorted->list[next] == issuer;
}
