/* The order of what a server would send, what in it is needless, and the repaired file. RFC 5246 7.4.2: the
 * sender's certificate comes first, and each following one must certify the one before it; RFC 8446 4.4.2
 * lets clients be tolerant, and not all are. */
#include "diagnose/chain_internal.h"

enum { MAX_CHECKS = 256, MAX_ROUNDS = 8, MAX_TOLD = 16 };

const char *chain_needless_word(enum chain_needless n) {
    static const char *const words[CHAIN__NEEDLESS_COUNT] = {
        [CHAIN_NEEDED] = "needed",       [CHAIN_ROOT] = "root",
        [CHAIN_DUPLICATE] = "duplicate", [CHAIN_EXPIRED] = "expired-cross-certificate",
        [CHAIN_ALTERNATE] = "alternate", [CHAIN_OTHER_LEAF] = "other-leaf",
        [CHAIN_UNRELATED] = "unrelated", [CHAIN_UNREADABLE] = "unreadable"};
    return words[n];
}

void chain_change_add(struct chain_verdict *v, const char *text) {
    v->changes = chain_grow(v->set->a, v->changes, v->n_changes, &v->room_changes, sizeof(*v->changes));
    v->changes[v->n_changes++] = text;
}

static const struct pki_item *item_at(const struct chain_verdict *v, uint32_t i) {
    return pki_pool_item(v->set->pool, v->certs[i].item);
}

static bool is_self_signed(const struct chain_verdict *v, uint32_t i) {
    size_t item = v->certs[i].item;
    return item_at(v, i)->cert.self_issued &&
           pki_pool_signed(v->set->pool, item, item, NULL) == PKI_SIGNATURE_YES;
}

/* ---- what is needless ---- */

/* One in the path with the same name: with the same key (a twin), or not. */
static const struct pki_item *namesake(const struct chain_verdict *v, uint32_t i, bool same_key) {
    const struct pki_item *item = item_at(v, i);
    for (size_t depth = 0; depth < v->n_path; depth++) {
        const struct pki_item *other = item_at(v, v->path[depth]);
        if (other != item && other->subject_id == item->subject_id &&
            (other->key_id == item->key_id) == same_key)
            return other;
    }
    return NULL;
}

static enum chain_needless sort_one(const struct chain_verdict *v, uint32_t i) {
    const struct chain_cert *c = &v->certs[i];
    const struct pki_cert *cert = &item_at(v, i)->cert;
    if (c->depth != CHAIN_NONE)
        return c->depth > 0 && cert->self_issued && is_self_signed(v, i) ? CHAIN_ROOT : CHAIN_NEEDED;
    if (c->same_as != CHAIN_NONE) return CHAIN_DUPLICATE;
    if (!cert->readable) return CHAIN_UNREADABLE;
    if (c->leaf_like) return CHAIN_OTHER_LEAF;
    if (!namesake(v, i, true)) return CHAIN_UNRELATED; /* so far: find_relatives() knows more */
    if (is_self_signed(v, i)) return CHAIN_ROOT;
    return cert->not_after < v->query->at ? CHAIN_EXPIRED : CHAIN_ALTERNATE;
}

/* Who issued something that is related is related: the rest of another path. `child`: by name, a related
 * certificate that was issued by it (plus 1). */
static bool relate(const struct chain_verdict *v, uint32_t i, const uint32_t *child, size_t *checks) {
    uint32_t below = child[item_at(v, i)->subject_id];
    if (!below || *checks == 0) return false;
    --*checks;
    return pki_pool_signed(v->set->pool, v->certs[below - 1].item, v->certs[i].item, NULL) ==
           PKI_SIGNATURE_YES;
}

static uint32_t count_names(const struct chain_verdict *v) {
    uint32_t names = 0;
    for (uint32_t i = 0; i < v->n_certs; i++) {
        const struct pki_item *item = item_at(v, i);
        if (item->subject_id >= names) names = item->subject_id + 1;
        if (item->issuer_id >= names) names = item->issuer_id + 1;
    }
    return names;
}

static bool is_related(enum chain_needless n) {
    return n == CHAIN_NEEDED || n == CHAIN_ROOT || n == CHAIN_ALTERNATE || n == CHAIN_EXPIRED;
}

static void find_relatives(struct chain_verdict *v) {
    size_t checks = MAX_CHECKS;
    uint32_t *child = ARENA_ARRAY(v->set->a, uint32_t, count_names(v) + 1);
    bool more = true;
    for (int round = 0; more && round < MAX_ROUNDS; round++) {
        more = false;
        for (uint32_t i = 0; i < v->n_certs; i++)
            if (is_related(v->certs[i].needless)) child[item_at(v, i)->issuer_id] = i + 1;
        for (uint32_t i = 0; i < v->n_certs; i++) {
            if (v->certs[i].needless != CHAIN_UNRELATED || !relate(v, i, child, &checks)) continue;
            v->certs[i].needless = is_self_signed(v, i) ? CHAIN_ROOT : CHAIN_ALTERNATE;
            more = true;
        }
    }
}

static const char *why(const struct chain_verdict *v, uint32_t i) {
    struct arena *a = v->set->a;
    const struct chain_cert *c = &v->certs[i];
    const struct pki_cert *cert = &item_at(v, i)->cert;
    const struct pki_item *twin;
    char *place;
    switch (c->needless) {
    case CHAIN_NEEDED:
        return NULL;
    case CHAIN_ROOT:
        return "a root: clients have the roots that they trust, and take none from a server";
    case CHAIN_DUPLICATE:
        return text_f(a, "the same as %s", chain_where(a, v->set, &v->certs[c->same_as]));
    case CHAIN_EXPIRED:
        twin = namesake(v, i, true);
        return text_f(a, "expired on %s; %s with the same name and key is valid until %s and takes its place",
                      text_time(a, cert->not_after), twin ? chain_name(a, &twin->cert) : "another",
                      twin ? text_time(a, twin->cert.not_after) : "later");
    case CHAIN_ALTERNATE:
        return "part of another path, for clients with other roots";
    case CHAIN_OTHER_LEAF:
        return "a second server's certificate: a server sends one only";
    case CHAIN_UNRELATED:
        if (namesake(v, i, false))
            return "it has the name of a CA in the chain and another key: it signed nothing here";
        return "it issued none of the others";
    case CHAIN_UNREADABLE:
        place = pki_cert_place(a, cert);
        return place ? text_f(a, "it cannot be read: %s", place) : "it cannot be read";
    case CHAIN__NEEDLESS_COUNT:
        break;
    }
    return NULL;
}

/* ---- the order ---- */

/* As a server would send them: the leaf's file first, then the others as they were given. */
static uint32_t *served(const struct chain_verdict *v, size_t *ret_n) {
    const struct chain_set *s = v->set;
    uint32_t first = v->certs[v->leaf].file, *list = ARENA_ARRAY(s->a, uint32_t, s->n_certs + 1);
    size_t n = 0;
    for (int pass = 0; pass < 2; pass++)
        for (uint32_t i = 0; i < s->n_certs; i++)
            if (v->certs[i].file != CHAIN_NONE && (v->certs[i].file == first) == (pass == 0)) list[n++] = i;
    *ret_n = n;
    return list;
}

static bool is_harmless(enum chain_needless n) {
    return n == CHAIN_NEEDED || n == CHAIN_ROOT || n == CHAIN_ALTERNATE;
}

/* In PKCS #7 (a SET, RFC 5652 10.2.3) and PKCS #12 the order says nothing: who reads them puts it right. */
static bool is_ordered_file(const struct chain_verdict *v, uint32_t i) {
    enum bundle_format f = v->set->files[v->certs[i].file].content.format;
    return f == BUNDLE_PEM || f == BUNDLE_DER;
}

/* The first place where a certificate stands that should have come before; n: none. */
static size_t find_disorder(const struct chain_verdict *v, const uint32_t *list, size_t n) {
    uint32_t depth = 0;
    for (size_t i = 0; i < n; i++) {
        const struct chain_cert *c = &v->certs[list[i]];
        if (i == 0 && c->depth != 0) return 0;
        if (c->depth == CHAIN_NONE) continue;
        if (c->depth < depth) return i;
        depth = c->depth;
    }
    return n;
}

/* Where a server takes the first certificate for its own, another there is the wrong one. */
static void tell_order(struct chain_verdict *v, const uint32_t *all, size_t n_all) {
    struct arena *a = v->set->a;
    uint32_t *list = ARENA_ARRAY(a, uint32_t, n_all + 1);
    size_t n = 0;
    if (!is_ordered_file(v, v->leaf)) return;
    for (size_t i = 0; i < n_all; i++)
        if (is_ordered_file(v, all[i])) list[n++] = all[i];
    size_t at = find_disorder(v, list, n);
    if (at == n) return;
    const char *first = chain_name(a, chain_cert_at(v, list[at]));
    if (at == 0)
        chain_problem_add(v, "chain-wrong-order", v->leaf,
                          "The server's own certificate, %s, must come first, and is %s; first there is %s.",
                          chain_name(a, chain_cert_at(v, v->leaf)),
                          chain_where(a, v->set, &v->certs[v->leaf]), first);
    else
        chain_problem_add(v, "chain-wrong-order", list[at],
                          "%s stands too late (%s): each certificate must be followed by that of its issuer.",
                          first, chain_where(a, v->set, &v->certs[list[at]]));
}

static const char *code_of(enum chain_needless n) {
    switch (n) {
    case CHAIN_EXPIRED:
        return "chain-expired-intermediate";
    case CHAIN_OTHER_LEAF:
        return "chain-several-leaves";
    case CHAIN_UNREADABLE:
        return "cert-malformed";
    case CHAIN_NEEDED:
    case CHAIN_ROOT:
    case CHAIN_DUPLICATE:
    case CHAIN_ALTERNATE:
    case CHAIN_UNRELATED:
    case CHAIN__NEEDLESS_COUNT:
        break;
    }
    return "chain-wrong-order";
}

/* A second leaf in another file is another server's business. */
static bool is_elsewhere(const struct chain_verdict *v, const struct chain_cert *c) {
    return c->needless == CHAIN_OTHER_LEAF && c->file != v->certs[v->leaf].file;
}

static void tell_one_needless(struct chain_verdict *v, uint32_t i) {
    struct arena *a = v->set->a;
    const struct chain_cert *c = &v->certs[i];
    const char *name = c->needless == CHAIN_UNREADABLE ? "A certificate" : chain_name(a, chain_cert_at(v, i));
    const char *where = chain_where(a, v->set, c);
    if (is_elsewhere(v, c)) {
        chain_note_add(v, text_f(a, "%s (%s) is another server's certificate; what is judged here is %s.",
                                 name, where, chain_name(a, chain_cert_at(v, v->leaf))));
        return;
    }
    if (c->needless == CHAIN_EXPIRED)
        chain_problem_add(
            v, code_of(c->needless), i,
            "%s (%s) %s. Old clients (OpenSSL 1.0.2, GnuTLS before 3.6.14) follow the expired one and "
            "fail.",
            name, where, c->why);
    else
        chain_problem_add(v, code_of(c->needless), i, "%s (%s) does not belong there: %s.", name, where,
                          c->why);
}

/* What stands in an unordered container besides is not sent. */
static bool is_to_tell(const struct chain_verdict *v, uint32_t i) {
    enum chain_needless n = v->certs[i].needless;
    if (n == CHAIN_UNRELATED || n == CHAIN_DUPLICATE) return is_ordered_file(v, i);
    return !is_harmless(n);
}

static void tell_needless(struct chain_verdict *v, const uint32_t *list, size_t n) {
    size_t told = 0, more = 0;
    for (size_t i = 0; i < n; i++) {
        if (!is_to_tell(v, list[i])) continue;
        if (told++ < MAX_TOLD)
            tell_one_needless(v, list[i]);
        else
            more++;
    }
    if (more)
        chain_problem_add(v, "chain-wrong-order", CHAIN_NONE, "%zu more certificates do not belong there.",
                          more);
}

/* ---- the repaired file ---- */

static void take_repaired(struct chain_verdict *v) {
    v->repaired = ARENA_ARRAY(v->set->a, uint32_t, v->n_path);
    for (size_t depth = 0; depth < v->n_path; depth++) {
        const struct chain_cert *c = &v->certs[v->path[depth]];
        if (depth > 0 && (c->origin == PKI_ANCHOR || c->needless == CHAIN_ROOT)) continue;
        v->repaired[v->n_repaired++] = v->path[depth];
    }
}

/* Alternates alone are no reason to write another file: they are there for somebody. */
static void tell_left_out(struct chain_verdict *v, const uint32_t *list, size_t n, bool alternates) {
    struct arena *a = v->set->a;
    size_t told = 0, more = 0;
    for (size_t i = 0; i < n; i++) {
        const struct chain_cert *c = &v->certs[list[i]];
        if (c->needless == CHAIN_NEEDED || is_elsewhere(v, c)) continue;
        if ((c->needless == CHAIN_ALTERNATE) != alternates) continue;
        if (told++ >= MAX_TOLD)
            more++;
        else
            chain_change_add(v, text_f(a, "left out %s (%s): %s", chain_name(a, chain_cert_at(v, list[i])),
                                       chain_where(a, v->set, c), c->why));
    }
    if (more) chain_change_add(v, text_f(a, "left out %zu more", more));
}

static void tell_forms(struct chain_verdict *v) {
    const struct chain_set *s = v->set;
    size_t with_certs = 0;
    for (size_t i = 0; i < s->n_files; i++) {
        const struct bundle *b = &s->files[i].content;
        bool joined = false;
        if (s->files[i].n_certs == 0) continue;
        with_certs++;
        if (b->format != BUNDLE_PEM)
            chain_change_add(v, text_f(s->a, "converted %s from %s to PEM", s->files[i].name,
                                       bundle_format_name(b->format)));
        for (size_t k = 0; k < b->n; k++) joined = joined || b->items[k].trouble & BUNDLE_GLUED;
        if (joined || b->bom || b->utf16)
            chain_change_add(
                v, text_f(s->a, "wrote %s as plain text, each block on lines of its own", s->files[i].name));
    }
    if (with_certs > 1)
        chain_change_add(v, text_f(s->a, "put the certificates of %zu files into one", with_certs));
}

static void tell_changes(struct chain_verdict *v, const uint32_t *list, size_t n) {
    struct arena *a = v->set->a;
    if (find_disorder(v, list, n) < n)
        chain_change_add(v, "put the certificates into the right order, the server's own first");
    for (size_t i = 0; i < v->n_repaired; i++) {
        const struct chain_cert *c = &v->certs[v->repaired[i]];
        if (c->origin == PKI_FETCHED)
            chain_change_add(
                v, text_f(a, "added %s, from %s", chain_name(a, chain_cert_at(v, v->repaired[i])), c->url));
    }
    tell_left_out(v, list, n, false);
    tell_forms(v);
    if (v->n_changes) tell_left_out(v, list, n, true);
}

void chain_order(struct chain_verdict *v) {
    size_t n;
    for (uint32_t i = 0; i < v->n_certs; i++) v->certs[i].needless = sort_one(v, i);
    find_relatives(v);
    for (uint32_t i = 0; i < v->n_certs; i++) v->certs[i].why = why(v, i);
    uint32_t *list = served(v, &n);
    tell_order(v, list, n);
    tell_needless(v, list, n);
    take_repaired(v);
    tell_changes(v, list, n);
}
