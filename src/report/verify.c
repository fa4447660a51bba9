#include "report/verify.h"

#include "report/json_parts.h"

size_t report_verify_reasons(struct arena *a, const struct pki_search *found, struct report_reason **ret) {
    const struct pki_path *path = &found->paths[0];
    size_t n = 0;
    *ret = ARENA_ARRAY(a, struct report_reason, path->n_problems + 1);
    for (size_t i = 0; i < path->n_problems; i++) {
        const struct pki_problem *p = &path->problems[i];
        (*ret)[n++] = (struct report_reason){pki_problem_code(p->kind), p->depth, p->text};
    }
    if (found->outcome == PKI_BUDGET)
        (*ret)[n++] = (struct report_reason){
            "work-limit", 0, "the work that may be done was used up before a valid path was found"};
    return n;
}

static json_t *reasons_of(struct arena *a, const struct pki_search *found) {
    json_t *array = json_sure(json_array());
    struct report_reason *reasons;
    for (size_t i = 0, n = report_verify_reasons(a, found, &reasons); i < n; i++) {
        json_t *o = json_sure(json_object());
        json_put(o, "code", json_text(a, reasons[i].code));
        json_put(o, "cert", json_integer((json_int_t)reasons[i].cert));
        json_put(o, "text", json_text(a, reasons[i].text));
        json_append(array, o);
    }
    return array;
}

static json_t *path_of(struct arena *a, const struct pki_pool *pool, const struct pki_path *path) {
    json_t *array = json_sure(json_array());
    for (size_t i = 0; i < path->n; i++) {
        uint8_t digest[HASH_MAX];
        size_t n = hash_once(HASH_SHA256, pki_pool_item(pool, path->items[i])->cert.der, digest);
        json_append(array, json_text(a, text_hex(a, bytes_of(digest, n))));
    }
    return array;
}

static const char *word_of(const struct pki_search *found) {
    return found->outcome == PKI_FOUND ? "accepted" : "rejected";
}

char *report_verify_json(struct arena *a, const struct pki_judge *judge, const struct pki_pool *pool,
                         const struct pki_search *found) {
    json_t *o = json_sure(json_object()), *work = json_sure(json_object());
    json_put(o, "verdict", json_text(a, word_of(found)));
    json_put(o, "reasons", reasons_of(a, found));
    json_put(o, "path", path_of(a, pool, &found->paths[0]));
    json_put(o, "judge", json_text(a, judge->name));
    json_put(work, "signatures", json_integer((json_int_t)found->signatures));
    json_put(work, "nodes", json_integer((json_int_t)found->nodes));
    json_put(o, "work", work);
    return json_finish_line(a, o);
}

char *report_verify_text(struct arena *a, const struct pki_search *found) {
    struct report_reason *reasons;
    struct text t;
    text_init(&t, a);
    text_addf(&t, "%s\n", word_of(found));
    for (size_t i = 0, n = report_verify_reasons(a, found, &reasons); i < n; i++)
        text_addf(&t, "  %s: %s\n", reasons[i].code, reasons[i].text);
    return t.s;
}
