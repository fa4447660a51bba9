/* What the files hold, and which certificate in them is the server's own. */
#include "diagnose/chain_internal.h"

void *chain_grow(struct arena *a, void *array, size_t n, size_t *room, size_t size) {
    if (n < *room) return array;
    *room = *room ? *room * 2 : 8;
    void *more = arena_alloc(a, *room * size);
    if (n) memcpy(more, array, n * size);
    return more;
}

void chain_set_init(struct chain_set *s, struct arena *a) {
    *s = (struct chain_set){.a = a, .pool = pki_pool_new(a)};
}

static struct chain_cert *add_cert(struct chain_set *s, struct bytes der, unsigned origin) {
    s->certs = chain_grow(s->a, s->certs, s->n_certs, &s->room_certs, sizeof(*s->certs));
    struct chain_cert *c = &s->certs[s->n_certs++];
    *c = (struct chain_cert){.item = pki_pool_add(s->pool, der, origin),
                             .origin = origin,
                             .file = CHAIN_NONE,
                             .depth = CHAIN_NONE,
                             .same_as = CHAIN_NONE};
    return c;
}

static void add_key(struct chain_set *s, const struct bundle_item *item, uint32_t file) {
    s->keys = chain_grow(s->a, s->keys, s->n_keys, &s->room_keys, sizeof(*s->keys));
    s->keys[s->n_keys++] = (struct chain_key){
        .file = file, .line = item->line, .spki = item->der, .locked = item->trouble & BUNDLE_LOCKED};
}

void chain_set_add(struct chain_set *s, const char *name, const struct bundle *content) {
    uint32_t file = (uint32_t)s->n_files;
    s->files = chain_grow(s->a, s->files, s->n_files, &s->room_files, sizeof(*s->files));
    struct chain_file *f = &s->files[s->n_files++];
    *f = (struct chain_file){.name = name, .content = *content};
    for (size_t i = 0; i < content->n; i++) {
        const struct bundle_item *item = &content->items[i];
        if (item->kind == BUNDLE_KEY) {
            f->n_keys++;
            add_key(s, item, file);
        }
        if (item->kind != BUNDLE_CERT || item->der.n == 0) continue; /* its trouble is told of the file */
        struct chain_cert *c = add_cert(s, item->der, PKI_SENT);
        c->file = file;
        c->place = ++f->n_certs;
        c->line = item->line;
    }
}

void chain_set_fetched(struct chain_set *s, struct bytes der, const char *url) {
    size_t before = pki_pool_count(s->pool);
    size_t item = pki_pool_add(s->pool, der, PKI_FETCHED);
    if (item < before) return; /* it is there already */
    add_cert(s, der, PKI_FETCHED)->url = url;
}

const char *chain_name(struct arena *a, const struct pki_cert *c) {
    char *cn = c->subject.p ? pki_name_attr(a, c->subject, PKI_ATTR_CN) : NULL;
    if (cn) return text_f(a, "'%s'", cn);
    struct der names = pki_ext_list(c, PKI_EXT_SAN);
    struct pki_gn gn;
    if (pki_gn_next(&names, &gn)) return text_f(a, "'%s'", pki_gn_text(a, &gn));
    if (!c->subject.p || pki_name_empty(c->subject)) return "a certificate without a name";
    return text_f(a, "'%s'", pki_name_text(a, c->subject));
}

const char *chain_where(struct arena *a, const struct chain_set *s, const struct chain_cert *c) {
    if (c->file == CHAIN_NONE)
        return c->url ? text_f(a, "fetched from %s", c->url) : "among the trusted roots";
    const struct chain_file *f = &s->files[c->file];
    if (f->n_certs == 1) return f->name;
    if (c->line == 0 || f->content.format != BUNDLE_PEM)
        return text_f(a, "certificate %zu of %s", c->place, f->name);
    return text_f(a, "certificate %zu of %s, line %zu", c->place, f->name, c->line);
}

/* ---- the server's own ---- */

/* For each name, whether a certificate other than one with that very name was issued by it. */
static bool *names_that_issued(const struct chain_set *s, uint32_t *ret_n) {
    uint32_t n = 0;
    for (size_t i = 0; i < s->n_certs; i++) {
        const struct pki_item *item = pki_pool_item(s->pool, s->certs[i].item);
        if (item->subject_id >= n) n = item->subject_id + 1;
        if (item->issuer_id >= n) n = item->issuer_id + 1;
    }
    bool *issued = ARENA_ARRAY(s->a, bool, n + 1);
    for (size_t i = 0; i < s->n_certs; i++) {
        const struct pki_item *item = pki_pool_item(s->pool, s->certs[i].item);
        if (item->cert.readable && item->subject_id != item->issuer_id) issued[item->issuer_id] = true;
    }
    *ret_n = n;
    return issued;
}

static bool has_key(const struct chain_set *s, const struct pki_cert *c) {
    for (size_t i = 0; i < s->n_keys; i++)
        if (bundle_same_key(s->keys[i].spki, c->key.spki)) return true;
    return false;
}

/* The key decides, then what it looks like, then the name that is asked; between equals the first in the
 * files, which is the one that a server takes. */
static unsigned score(const struct chain_set *s, const struct pki_query *q, const struct chain_cert *c,
                      bool issued) {
    const struct pki_cert *cert = &pki_pool_item(s->pool, c->item)->cert;
    if (!cert->readable) return 0;
    return 1 + (c->leaf_like && has_key(s, cert) ? 8u : 0u) + (c->leaf_like ? 4u : 0u) +
           (q->host && pki_host_matches(cert, q->host, q->judge->host_rules) ? 2u : 0u) + (issued ? 0u : 1u);
}

uint32_t chain_choose_leaf(struct chain_set *s, const struct pki_query *q) {
    uint32_t n, best = 0;
    unsigned best_score = 0;
    bool *issued = names_that_issued(s, &n);
    uint32_t *first = ARENA_ARRAY(s->a, uint32_t, pki_pool_count(s->pool) + 1); /* plus 1; 0: none yet */
    for (uint32_t i = 0; i < s->n_certs; i++) {
        struct chain_cert *c = &s->certs[i];
        const struct pki_item *item = pki_pool_item(s->pool, c->item);
        c->same_as = first[c->item] ? first[c->item] - 1 : CHAIN_NONE;
        if (c->same_as != CHAIN_NONE) continue;
        first[c->item] = i + 1;
        c->leaf_like = item->cert.readable && !item->cert.ca && !issued[item->subject_id];
        unsigned this = c->file == CHAIN_NONE ? 0 : score(s, q, c, issued[item->subject_id]);
        if (this <= best_score) continue;
        best = i;
        best_score = this;
    }
    return best;
}
