/* `tlswhy-chain/1` (docs/chain.md). Strings of certificates come escaped from where they were read. */
#include "crypto/x509.h"
#include "report/chain.h"
#include "report/json_parts.h"

static json_t *index_of(uint32_t i) {
    return i == CHAIN_NONE ? json_null() : json_integer((json_int_t)i);
}

static json_t *indices(const uint32_t *list, size_t n) {
    json_t *array = json_sure(json_array());
    for (size_t i = 0; i < n; i++) json_append(array, index_of(list[i]));
    return array;
}

static json_t *files(struct arena *a, const struct chain_set *s) {
    json_t *array = json_sure(json_array());
    for (size_t i = 0; i < s->n_files; i++) {
        const struct chain_file *f = &s->files[i];
        json_t *o = json_sure(json_object());
        json_put(o, "name", json_text(a, f->name));
        json_put(o, "format", json_text(a, bundle_format_name(f->content.format)));
        json_put(o, "certificates", json_integer((json_int_t)f->n_certs));
        json_put(o, "keys", json_integer((json_int_t)f->n_keys));
        json_append(array, o);
    }
    return array;
}

static const char *origin_word(unsigned origin) {
    return origin & PKI_SENT ? "file" : origin & PKI_FETCHED ? "fetched" : "trusted";
}

static const char *role_of(const struct chain_verdict *v, uint32_t i) {
    const struct chain_cert *c = &v->certs[i];
    const struct pki_cert *cert = chain_cert_at(v, i);
    if (c->depth == 0) return "leaf";
    if (!cert->readable) return NULL;
    if (cert->self_issued && (c->needless == CHAIN_ROOT || c->origin == PKI_ANCHOR)) return "root";
    return cert->ca ? "intermediate" : c->leaf_like ? "leaf" : "other";
}

static const char *state_of(const struct pki_cert *c, int64_t at) {
    return at > c->not_after ? "expired" : at < c->not_before ? "not-yet-valid" : "valid";
}

static json_t *names_of(struct arena *a, const struct pki_cert *c) {
    json_t *array = json_sure(json_array());
    struct der list = pki_ext_list(c, PKI_EXT_SAN);
    struct pki_gn gn;
    while (pki_gn_next(&list, &gn)) {
        char *text = gn.kind == PKI_GN_DNS  ? text_escape(a, gn.value, 255)
                     : gn.kind == PKI_GN_IP ? text_ip(a, gn.value)
                                            : NULL;
        if (text) json_append(array, json_text(a, text));
    }
    return array;
}

/* Only where it could be read. */
static void put_content(struct arena *a, json_t *o, const struct pki_cert *c, int64_t at) {
    bool ok = c->readable;
    json_put(o, "subject", json_text(a, ok ? pki_name_text(a, c->subject) : NULL));
    json_put(o, "issuer", json_text(a, ok ? pki_name_text(a, c->issuer) : NULL));
    json_put(o, "serial", json_text(a, ok ? der_serial_text(a, c->serial) : NULL));
    json_put(o, "not_before", json_text(a, ok ? text_time(a, c->not_before) : NULL));
    json_put(o, "not_after", json_text(a, ok ? text_time(a, c->not_after) : NULL));
    json_put(o, "state", json_text(a, ok ? state_of(c, at) : NULL));
    json_put(o, "san", ok ? names_of(a, c) : json_array());
    json_put(o, "key", json_text(a, ok ? pki_key_text(a, &c->key) : NULL));
    json_put(o, "signature", json_text(a, ok ? pki_sigalg_text(a, &c->outer) : NULL));
}

static json_t *one_certificate(struct arena *a, const struct chain_verdict *v, uint32_t i) {
    const struct chain_cert *c = &v->certs[i];
    const struct pki_cert *cert = chain_cert_at(v, i);
    json_t *o = json_sure(json_object());
    uint8_t digest[HASH_MAX];
    json_put(o, "origin", json_text(a, origin_word(c->origin)));
    json_put(o, "file", index_of(c->file));
    json_put(o, "place", c->place ? json_integer((json_int_t)c->place) : json_null());
    json_put(o, "line", c->line ? json_integer((json_int_t)c->line) : json_null());
    json_put(o, "role", json_text(a, role_of(v, i)));
    put_content(a, o, cert, v->query->at);
    json_put(o, "sha256",
             json_text(a, text_hex(a, bytes_of(digest, hash_once(HASH_SHA256, cert->der, digest)))));
    return o;
}

static json_t *certificates(struct arena *a, const struct chain_verdict *v) {
    json_t *array = json_sure(json_array());
    for (uint32_t i = 0; i < v->n_certs; i++) json_append(array, one_certificate(a, v, i));
    return array;
}

static json_t *problems(struct arena *a, const struct chain_verdict *v) {
    json_t *array = json_sure(json_array());
    for (size_t i = 0; i < v->n_problems; i++) {
        json_t *o = json_sure(json_object());
        json_put(o, "code", json_text(a, v->problems[i].code));
        json_put(o, "cert", index_of(v->problems[i].cert));
        json_put(o, "text", json_text(a, v->problems[i].text));
        json_append(array, o);
    }
    return array;
}

static json_t *needless(struct arena *a, const struct chain_verdict *v) {
    json_t *array = json_sure(json_array());
    for (uint32_t i = 0; i < v->n_certs; i++) {
        const struct chain_cert *c = &v->certs[i];
        if (c->needless == CHAIN_NEEDED || !(c->origin & PKI_SENT)) continue;
        json_t *o = json_sure(json_object());
        json_put(o, "cert", index_of(i));
        json_put(o, "reason", json_text(a, chain_needless_word(c->needless)));
        json_put(o, "text", json_text(a, c->why));
        json_append(array, o);
    }
    return array;
}

static json_t *fetches(struct arena *a, const struct report_chain *r) {
    json_t *array = json_sure(json_array());
    for (size_t i = 0; i < r->n_fetches; i++) {
        json_t *o = json_sure(json_object());
        json_put(o, "url", json_text(a, r->fetches[i].url));
        json_put(o, "problem", json_text(a, r->fetches[i].problem));
        json_append(array, o);
    }
    return array;
}

static json_t *missing(struct arena *a, const struct report_chain *r) {
    const struct chain_verdict *v = r->v;
    if (!v->is_missing) return json_null();
    json_t *o = json_sure(json_object()), *got = json_sure(json_array());
    for (size_t i = 0; i < v->n_path; i++)
        if (v->certs[v->path[i]].origin == PKI_FETCHED) json_append(got, index_of(v->path[i]));
    json_put(o, "issuer", json_text(a, v->missing_issuer));
    json_put(o, "of", index_of(v->missing_above));
    json_put(o, "urls", json_texts(a, v->urls, v->n_urls));
    json_put(o, "fetched", got);
    json_put(o, "complete", json_boolean(v->complete));
    return o;
}

static json_t *key(const struct chain_verdict *v) {
    json_t *o = json_sure(json_object());
    json_put(o, "given", json_boolean(v->key != CHAIN_KEY_NOT_GIVEN));
    json_put(o, "matches",
             v->key == CHAIN_KEY_FITS      ? json_true()
             : v->key == CHAIN_KEY_DIFFERS ? json_false()
                                           : json_null());
    json_put(o, "cert", index_of(v->key_cert));
    return o;
}

static json_t *path(struct arena *a, const struct chain_verdict *v) {
    json_t *array = json_sure(json_array());
    for (size_t i = 0; i < v->n_path; i++) {
        uint8_t digest[HASH_MAX];
        size_t n = hash_once(HASH_SHA256, chain_cert_at(v, v->path[i])->der, digest);
        json_append(array, json_text(a, text_hex(a, bytes_of(digest, n))));
    }
    return array;
}

char *report_chain_json(struct arena *a, const struct report_chain *r) {
    static const char *const words[] = {
        [CHAIN_IN_ORDER] = "in-order", [CHAIN_TO_REPAIR] = "repair", [CHAIN_REFUSED] = "refused"};
    const struct chain_verdict *v = r->v;
    json_t *o = json_sure(json_object());
    json_put(o, "schema", json_string("tlswhy-chain/1"));
    json_put(o, "verdict", json_string(words[v->kind]));
    json_put(o, "judge", json_string(v->query->judge->name));
    json_put(o, "at", json_text(a, text_time(a, v->query->at)));
    json_put(o, "host", json_text(a, r->host));
    json_put(o, "files", files(a, v->set));
    json_put(o, "certificates", certificates(a, v));
    json_put(o, "leaf", index_of(v->leaf));
    json_put(o, "path", path(a, v));
    json_put(o, "chain", indices(v->path, v->n_path));
    json_put(o, "problems", problems(a, v));
    json_put(o, "needless", needless(a, v));
    json_put(o, "missing", missing(a, r));
    json_put(o, "fetches", fetches(a, r));
    json_put(o, "key", key(v));
    json_put(o, "repaired", v->complete ? indices(v->repaired, v->n_repaired) : json_array());
    json_put(o, "changes", json_texts(a, v->changes, v->n_changes));
    json_put(o, "notes", json_texts(a, v->notes, v->n_notes));
    return json_finish(a, o);
}
