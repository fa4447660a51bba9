#include "diagnose/chain_check.h"

#include "diagnose/chain_internal.h"

#include <stdarg.h>
#include <stdio.h>

static const int64_t SOON = INT64_C(14) * 86400;

void chain_problem_add(struct chain_verdict *v, const char *code, uint32_t cert, const char *format, ...) {
    struct arena *a = v->set->a;
    va_list ap, again;
    va_start(ap, format);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, format, ap);
    va_end(ap);
    char *text = arena_alloc(a, n > 0 ? (size_t)n + 1 : 1);
    if (n > 0) (void)vsnprintf(text, (size_t)n + 1, format, again);
    va_end(again);
    v->problems = chain_grow(a, v->problems, v->n_problems, &v->room_problems, sizeof(*v->problems));
    v->problems[v->n_problems++] = (struct chain_problem){code, cert, text};
}

void chain_note_add(struct chain_verdict *v, const char *text) {
    v->notes = chain_grow(v->set->a, v->notes, v->n_notes, &v->room_notes, sizeof(*v->notes));
    v->notes[v->n_notes++] = text;
}

/* ---- the path ---- */

/* The path's certificates as places in certs; the anchor gets one at the end where no file holds it. */
static void take_path(struct chain_verdict *v) {
    const struct chain_set *s = v->set;
    const struct pki_path *path = &v->found.paths[0];
    v->certs = ARENA_ARRAY(s->a, struct chain_cert, s->n_certs + path->n);
    v->n_certs = s->n_certs;
    memcpy(v->certs, s->certs, s->n_certs * sizeof(*v->certs));
    v->path = ARENA_ARRAY(s->a, uint32_t, path->n);
    v->n_path = path->n;
    uint32_t *where = ARENA_ARRAY(s->a, uint32_t, pki_pool_count(s->pool) + 1); /* plus 1; 0: nowhere */
    for (uint32_t i = 0; i < s->n_certs; i++)
        if (!where[s->certs[i].item]) where[s->certs[i].item] = i + 1;
    for (size_t depth = 0; depth < path->n; depth++) {
        if (!where[path->items[depth]]) {
            v->certs[v->n_certs] = (struct chain_cert){
                .item = path->items[depth], .origin = PKI_ANCHOR, .file = CHAIN_NONE, .same_as = CHAIN_NONE};
            where[path->items[depth]] = (uint32_t)++v->n_certs;
        }
        v->path[depth] = where[path->items[depth]] - 1;
        v->certs[v->path[depth]].depth = (uint32_t)depth;
    }
}

/* A client's certificate (mutual TLS) is judged as one. */
static enum pki_purpose purpose_of(const struct pki_cert *leaf) {
    bool only_client = pki_has_ext(leaf, PKI_EXT_EXT_KEY_USAGE) && leaf->eku & PKI_EKU_CLIENT_AUTH &&
                       !(leaf->eku & (PKI_EKU_SERVER_AUTH | PKI_EKU_ANY));
    return only_client ? PKI_PURPOSE_CLIENT : PKI_PURPOSE_SERVER;
}

/* ---- what is missing ---- */

static void take_urls(struct chain_verdict *v, const struct pki_cert *top) {
    enum { MAX_URLS = 8 };
    struct arena *a = v->set->a;
    struct der list = pki_ext_list(top, PKI_EXT_AIA);
    enum pki_access method;
    struct pki_gn gn;
    v->urls = ARENA_ARRAY(a, const char *, MAX_URLS);
    while (v->n_urls < MAX_URLS && pki_access_next(&list, &method, &gn))
        if (method == PKI_ACCESS_CA_ISSUERS && gn.kind == PKI_GN_URI && bytes_start_with(gn.value, "http://"))
            v->urls[v->n_urls++] = text_escape(a, gn.value, 1024);
}

static const char *issuer_name(struct arena *a, const struct pki_cert *c) {
    char *cn = pki_name_attr(a, c->issuer, PKI_ATTR_CN);
    return text_f(a, "'%s'", cn ? cn : pki_name_text(a, c->issuer));
}

static void tell_missing(struct chain_verdict *v) {
    struct arena *a = v->set->a;
    const struct pki_path *path = &v->found.paths[0];
    uint32_t top = v->path[v->n_path - 1];
    bool open = pki_path_has(path, PKI_PROBLEM_NO_ISSUER);
    for (size_t i = 1; i < v->n_path && !v->is_missing; i++) {
        const struct chain_cert *c = &v->certs[v->path[i]];
        if (c->origin != PKI_FETCHED) continue;
        v->is_missing = true;
        v->missing_above = v->path[i - 1];
        const struct pki_cert *below = chain_cert_at(v, v->missing_above);
        chain_problem_add(
            v, "chain-missing-intermediate", v->missing_above,
            "The certificate of %s, which issued %s, is missing from the files; it was fetched from %s.",
            issuer_name(a, below), chain_name(a, below), c->url);
    }
    if (open) {
        const struct pki_cert *c = chain_cert_at(v, top);
        v->is_missing = true;
        v->missing_above = top;
        take_urls(v, c);
        chain_problem_add(v, "chain-missing-intermediate", top,
                          "The certificate of %s, which issued %s, is neither in the files nor among the "
                          "trusted roots%s%s.",
                          issuer_name(a, c), chain_name(a, c), v->n_urls ? "; it is to be had from " : "",
                          v->n_urls ? v->urls[0] : "");
    }
    v->complete = !open;
    if (v->is_missing) v->missing_issuer = pki_name_text(a, chain_cert_at(v, v->missing_above)->issuer);
}

/* "the certificate …" as a sentence. */
static const char *sentence(struct arena *a, const char *text, const char *more) {
    char *s = text_f(a, "%s%s.", text, more);
    if (*s >= 'a' && *s <= 'z') *s = (char)(*s - 'a' + 'A');
    return s;
}

static void tell_path_problems(struct chain_verdict *v) {
    const struct pki_path *path = &v->found.paths[0];
    for (size_t i = 0; i < path->n_problems; i++) {
        const struct pki_problem *p = &path->problems[i];
        if (p->kind == PKI_PROBLEM_NO_ISSUER) continue;
        uint32_t at = v->path[p->depth < v->n_path ? p->depth : v->n_path - 1];
        bool expired = p->kind == PKI_PROBLEM_CA_EXPIRED;
        chain_problem_add(v, pki_problem_code(p->kind), at, "%s",
                          sentence(v->set->a, p->text, expired ? ", and no other path goes around it" : ""));
    }
    if (v->found.outcome == PKI_BUDGET)
        chain_problem_add(v, "work-limit", CHAIN_NONE,
                          "The work that may be done was used up before a valid path was found.");
}

/* ---- the key ---- */

static const struct chain_key *readable_key(const struct chain_set *s) {
    for (size_t i = 0; i < s->n_keys; i++)
        if (s->keys[i].spki.n) return &s->keys[i];
    return NULL;
}

/* The leaf, if one of the keys is its; else the first that one of them fits. */
static uint32_t whose_key(const struct chain_verdict *v) {
    const struct chain_set *s = v->set;
    uint32_t other = CHAIN_NONE;
    for (size_t k = 0; k < s->n_keys; k++) {
        if (bundle_same_key(s->keys[k].spki, chain_cert_at(v, v->leaf)->key.spki)) return v->leaf;
        for (uint32_t i = 0; i < s->n_certs && other == CHAIN_NONE; i++)
            if (bundle_same_key(s->keys[k].spki, chain_cert_at(v, i)->key.spki)) other = i;
    }
    return other;
}

static void tell_key(struct chain_verdict *v) {
    const struct chain_set *s = v->set;
    v->key_cert = CHAIN_NONE;
    if (s->n_keys == 0) return;
    const struct chain_key *key = readable_key(s);
    if (!key) {
        v->key = CHAIN_KEY_UNREADABLE;
        if (s->keys[0].locked)
            chain_note_add(v,
                           "The private key is under a passphrase: whether it belongs to the certificate was "
                           "not checked (--pass).");
        else
            chain_problem_add(v, "key-file-problem", CHAIN_NONE, "The private key in %s cannot be read.",
                              s->files[s->keys[0].file].name);
        return;
    }
    const struct pki_cert *leaf = chain_cert_at(v, v->leaf);
    v->key_cert = whose_key(v);
    v->key = v->key_cert == v->leaf ? CHAIN_KEY_FITS : CHAIN_KEY_DIFFERS;
    if (v->key == CHAIN_KEY_FITS) return;
    const char *file = s->files[key->file].name;
    if (v->key_cert == CHAIN_NONE)
        chain_problem_add(v, "key-cert-mismatch", v->leaf,
                          "The private key in %s does not belong to %s, nor to any other certificate here.",
                          file, chain_name(s->a, leaf));
    else
        chain_problem_add(v, "key-cert-mismatch", v->leaf,
                          "The private key in %s belongs to %s, and not to %s.", file,
                          chain_name(s->a, chain_cert_at(v, v->key_cert)), chain_name(s->a, leaf));
}

/* ---- files ---- */

static const struct {
    unsigned trouble;
    const char *code, *text;
} item_troubles[] = {
    {BUNDLE_GLUED, "pem-lines-joined",
     "shares a line with something else: OpenSSL, and servers that use it, do not read past it"},
    {BUNDLE_UNENDED, "pem-not-ended", "has no end: the file was cut off, or a part is missing"},
    {BUNDLE_BROKEN, "pem-not-base64", "is no base64"},
};

/* Each kind once a file: the first place. */
static void tell_item_troubles(struct chain_verdict *v, const struct chain_file *f) {
    for (size_t t = 0; t < TW_COUNT(item_troubles); t++) {
        for (size_t i = 0; i < f->content.n; i++) {
            const struct bundle_item *item = &f->content.items[i];
            if (!(item->trouble & item_troubles[t].trouble) || item->line == 0) continue;
            if (item->kind == BUNDLE_KEY && item->trouble & BUNDLE_BROKEN) continue; /* tell_key() */
            chain_problem_add(v, item_troubles[t].code, CHAIN_NONE,
                              "In %s the block that begins in line %zu %s.", f->name, item->line,
                              item_troubles[t].text);
            break;
        }
    }
}

static void tell_files(struct chain_verdict *v) {
    const struct chain_set *s = v->set;
    for (size_t i = 0; i < s->n_files; i++) {
        const struct chain_file *f = &s->files[i];
        tell_item_troubles(v, f);
        if (f->content.utf16)
            chain_problem_add(
                v, "pem-encoding", CHAIN_NONE,
                "%s is written in UTF-16: OpenSSL, and servers that use it, read nothing of it.", f->name);
        if (f->content.bom)
            chain_problem_add(
                v, "pem-encoding", CHAIN_NONE,
                "%s begins with a byte order mark: OpenSSL, and servers that use it, do not see its "
                "first block.",
                f->name);
        if (f->content.old_encryption)
            chain_note_add(
                v, text_f(s->a,
                          "%s is encrypted with RC2: OpenSSL 3 opens it only with its legacy provider "
                          "(openssl pkcs12 -legacy).",
                          f->name));
    }
}

/* ---- dates ---- */

static void tell_dates(struct chain_verdict *v) {
    struct arena *a = v->set->a;
    const struct pki_cert *leaf = chain_cert_at(v, v->leaf);
    int64_t left = leaf->not_after - v->query->at;
    if (leaf->readable && left >= 0 && left < SOON)
        chain_note_add(v, text_f(a, "%s expires in %s, on %s.", chain_name(a, leaf), text_duration(a, left),
                                 text_time(a, leaf->not_after)));
    for (size_t i = 1; i < v->n_path; i++) {
        const struct pki_cert *c = chain_cert_at(v, v->path[i]);
        if (c->not_after < leaf->not_after && c->not_after >= v->query->at)
            chain_note_add(v, text_f(a, "%s expires on %s, before the server's own certificate does.",
                                     chain_name(a, c), text_time(a, c->not_after)));
    }
}

static enum chain_kind kind_of(const struct chain_verdict *v) {
    if (v->found.outcome != PKI_FOUND || v->is_missing || v->key == CHAIN_KEY_DIFFERS) return CHAIN_REFUSED;
    return v->n_problems ? CHAIN_TO_REPAIR : CHAIN_IN_ORDER;
}

void chain_check(struct chain_set *s, struct pki_query *query, struct chain_verdict *ret) {
    *ret = (struct chain_verdict){.set = s, .query = query, .missing_above = CHAIN_NONE};
    for (size_t i = 0; i < s->n_certs; i++) {
        s->certs[i].needless = CHAIN_NEEDED;
        s->certs[i].depth = CHAIN_NONE;
    }
    ret->leaf = chain_choose_leaf(s, query);
    query->leaf = s->certs[ret->leaf].item;
    query->purpose =
        query->host ? PKI_PURPOSE_SERVER : purpose_of(&pki_pool_item(s->pool, query->leaf)->cert);
    pki_search(s->pool, query, s->a, &ret->found);
    take_path(ret);
    tell_key(ret);
    tell_files(ret);
    chain_order(ret);
    tell_missing(ret);
    tell_path_problems(ret);
    tell_dates(ret);
    ret->kind = kind_of(ret);
}
