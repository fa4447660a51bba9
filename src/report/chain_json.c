/* `tlswhy-chain/1` (docs/chain.md). Strings of certificates come escaped from where they were read. */
#include "crypto/x509.h"
#include "report/chain.h"

#include <jansson.h>

static json_t *sure(json_t *j) {
    if (!j) mem_failed();
    return j;
}

static void put(json_t *object, const char *key, json_t *value) {
    if (json_object_set_new(object, key, sure(value)) != 0) mem_failed();
}

static void append(json_t *array, json_t *value) {
    if (json_array_append_new(array, sure(value)) != 0) mem_failed();
}

static json_t *string_of(struct arena *a, const char *s) {
    if (!s) return json_null();
    json_t *j = json_string(s);
    return j ? j : sure(json_string(text_escape(a, bytes_str(s), SIZE_MAX)));
}

static json_t *index_of(uint32_t i) {
    return i == CHAIN_NONE ? json_null() : json_integer((json_int_t)i);
}

static json_t *strings(struct arena *a, const char *const *s, size_t n) {
    json_t *array = sure(json_array());
    for (size_t i = 0; i < n; i++) append(array, string_of(a, s[i]));
    return array;
}

static json_t *indices(const uint32_t *list, size_t n) {
    json_t *array = sure(json_array());
    for (size_t i = 0; i < n; i++) append(array, index_of(list[i]));
    return array;
}

static json_t *files(struct arena *a, const struct chain_set *s) {
    json_t *array = sure(json_array());
    for (size_t i = 0; i < s->n_files; i++) {
        const struct chain_file *f = &s->files[i];
        json_t *o = sure(json_object());
        put(o, "name", string_of(a, f->name));
        put(o, "format", string_of(a, bundle_format_name(f->content.format)));
        put(o, "certificates", json_integer((json_int_t)f->n_certs));
        put(o, "keys", json_integer((json_int_t)f->n_keys));
        append(array, o);
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
    json_t *array = sure(json_array());
    struct der list = pki_ext_list(c, PKI_EXT_SAN);
    struct pki_gn gn;
    while (pki_gn_next(&list, &gn)) {
        char *text = gn.kind == PKI_GN_DNS  ? text_escape(a, gn.value, 255)
                     : gn.kind == PKI_GN_IP ? text_ip(a, gn.value)
                                            : NULL;
        if (text) append(array, string_of(a, text));
    }
    return array;
}

/* Only where it could be read. */
static void put_content(struct arena *a, json_t *o, const struct pki_cert *c, int64_t at) {
    bool ok = c->readable;
    put(o, "subject", string_of(a, ok ? pki_name_text(a, c->subject) : NULL));
    put(o, "issuer", string_of(a, ok ? pki_name_text(a, c->issuer) : NULL));
    put(o, "serial", string_of(a, ok ? der_serial_text(a, c->serial) : NULL));
    put(o, "not_before", string_of(a, ok ? text_time(a, c->not_before) : NULL));
    put(o, "not_after", string_of(a, ok ? text_time(a, c->not_after) : NULL));
    put(o, "state", string_of(a, ok ? state_of(c, at) : NULL));
    put(o, "san", ok ? names_of(a, c) : json_array());
    put(o, "key", string_of(a, ok ? pki_key_text(a, &c->key) : NULL));
    put(o, "signature", string_of(a, ok ? pki_sigalg_text(a, &c->outer) : NULL));
}

static json_t *one_certificate(struct arena *a, const struct chain_verdict *v, uint32_t i) {
    const struct chain_cert *c = &v->certs[i];
    const struct pki_cert *cert = chain_cert_at(v, i);
    json_t *o = sure(json_object());
    uint8_t digest[HASH_MAX];
    put(o, "origin", string_of(a, origin_word(c->origin)));
    put(o, "file", index_of(c->file));
    put(o, "place", c->place ? json_integer((json_int_t)c->place) : json_null());
    put(o, "line", c->line ? json_integer((json_int_t)c->line) : json_null());
    put(o, "role", string_of(a, role_of(v, i)));
    put_content(a, o, cert, v->query->at);
    put(o, "sha256", string_of(a, text_hex(a, bytes_of(digest, hash_once(HASH_SHA256, cert->der, digest)))));
    return o;
}

static json_t *certificates(struct arena *a, const struct chain_verdict *v) {
    json_t *array = sure(json_array());
    for (uint32_t i = 0; i < v->n_certs; i++) append(array, one_certificate(a, v, i));
    return array;
}

static json_t *problems(struct arena *a, const struct chain_verdict *v) {
    json_t *array = sure(json_array());
    for (size_t i = 0; i < v->n_problems; i++) {
        json_t *o = sure(json_object());
        put(o, "code", string_of(a, v->problems[i].code));
        put(o, "cert", index_of(v->problems[i].cert));
        put(o, "text", string_of(a, v->problems[i].text));
        append(array, o);
    }
    return array;
}

static json_t *needless(struct arena *a, const struct chain_verdict *v) {
    json_t *array = sure(json_array());
    for (uint32_t i = 0; i < v->n_certs; i++) {
        const struct chain_cert *c = &v->certs[i];
        if (c->needless == CHAIN_NEEDED || !(c->origin & PKI_SENT)) continue;
        json_t *o = sure(json_object());
        put(o, "cert", index_of(i));
        put(o, "reason", string_of(a, chain_needless_word(c->needless)));
        put(o, "text", string_of(a, c->why));
        append(array, o);
    }
    return array;
}

static json_t *fetches(struct arena *a, const struct report_chain *r) {
    json_t *array = sure(json_array());
    for (size_t i = 0; i < r->n_fetches; i++) {
        json_t *o = sure(json_object());
        put(o, "url", string_of(a, r->fetches[i].url));
        put(o, "problem", string_of(a, r->fetches[i].problem));
        append(array, o);
    }
    return array;
}

static json_t *missing(struct arena *a, const struct report_chain *r) {
    const struct chain_verdict *v = r->v;
    if (!v->is_missing) return json_null();
    json_t *o = sure(json_object()), *got = sure(json_array());
    for (size_t i = 0; i < v->n_path; i++)
        if (v->certs[v->path[i]].origin == PKI_FETCHED) append(got, index_of(v->path[i]));
    put(o, "issuer", string_of(a, v->missing_issuer));
    put(o, "of", index_of(v->missing_above));
    put(o, "urls", strings(a, v->urls, v->n_urls));
    put(o, "fetched", got);
    put(o, "complete", json_boolean(v->complete));
    return o;
}

static json_t *key(const struct chain_verdict *v) {
    json_t *o = sure(json_object());
    put(o, "given", json_boolean(v->key != CHAIN_KEY_NOT_GIVEN));
    put(o, "matches",
        v->key == CHAIN_KEY_FITS      ? json_true()
        : v->key == CHAIN_KEY_DIFFERS ? json_false()
                                      : json_null());
    put(o, "cert", index_of(v->key_cert));
    return o;
}

static json_t *path(struct arena *a, const struct chain_verdict *v) {
    json_t *array = sure(json_array());
    for (size_t i = 0; i < v->n_path; i++) {
        uint8_t digest[HASH_MAX];
        size_t n = hash_once(HASH_SHA256, chain_cert_at(v, v->path[i])->der, digest);
        append(array, string_of(a, text_hex(a, bytes_of(digest, n))));
    }
    return array;
}

static int collect(const char *chunk, size_t n, void *out) {
    text_add_n(out, chunk, n);
    return 0;
}

char *report_chain_json(struct arena *a, const struct report_chain *r) {
    static const char *const words[] = {
        [CHAIN_IN_ORDER] = "in-order", [CHAIN_TO_REPAIR] = "repair", [CHAIN_REFUSED] = "refused"};
    const struct chain_verdict *v = r->v;
    json_t *o = sure(json_object());
    put(o, "schema", json_string("tlswhy-chain/1"));
    put(o, "verdict", json_string(words[v->kind]));
    put(o, "judge", json_string(v->query->judge->name));
    put(o, "at", string_of(a, text_time(a, v->query->at)));
    put(o, "host", string_of(a, r->host));
    put(o, "files", files(a, v->set));
    put(o, "certificates", certificates(a, v));
    put(o, "leaf", index_of(v->leaf));
    put(o, "path", path(a, v));
    put(o, "chain", indices(v->path, v->n_path));
    put(o, "problems", problems(a, v));
    put(o, "needless", needless(a, v));
    put(o, "missing", missing(a, r));
    put(o, "fetches", fetches(a, r));
    put(o, "key", key(v));
    put(o, "repaired", v->complete ? indices(v->repaired, v->n_repaired) : json_array());
    put(o, "changes", strings(a, v->changes, v->n_changes));
    put(o, "notes", strings(a, v->notes, v->n_notes));
    struct text out;
    text_init(&out, a);
    if (json_dump_callback(o, collect, &out, JSON_INDENT(2)) != 0) mem_failed();
    text_add(&out, "\n");
    json_decref(o);
    return out.s;
}
