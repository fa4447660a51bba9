#include "report/compare.h"

#include <assert.h>
#include <jansson.h>

/* ---- reading a report: bytes from anywhere ---- */

static const char *text_at(struct arena *a, const json_t *o, const char *key) {
    const char *s = json_string_value(json_object_get(o, key));
    return s ? text_escape(a, bytes_of(s, strlen(s)), SAVED_MAX_TEXT) : NULL;
}

static const char *of_handshake(struct arena *a, const json_t *report, const char *key) {
    return text_at(a, json_object_get(report, "handshake"), key);
}

static const char *read_verdict(struct arena *a, const json_t *report) {
    return text_at(a, report, "verdict");
}
static const char *read_causes(struct arena *a, const json_t *report) {
    const json_t *causes = json_object_get(report, "causes");
    struct text t;
    text_init(&t, a);
    for (size_t i = 0; i < json_array_size(causes) && t.n < SAVED_MAX_TEXT; i++) {
        const char *id = text_at(a, json_array_get(causes, i), "id");
        if (id) text_addf(&t, "%s%s", t.n ? ", " : "", id);
    }
    return t.n ? t.s : NULL;
}
static const char *read_address(struct arena *a, const json_t *report) {
    return text_at(a, json_object_get(report, "target"), "address");
}
static const char *read_outcome(struct arena *a, const json_t *report) {
    return of_handshake(a, report, "outcome");
}
static const char *read_version(struct arena *a, const json_t *report) {
    return of_handshake(a, report, "version");
}
static const char *read_cipher(struct arena *a, const json_t *report) {
    return of_handshake(a, report, "cipher");
}
static const char *read_alpn(struct arena *a, const json_t *report) {
    return of_handshake(a, report, "alpn");
}
static const char *read_leaf(struct arena *a, const json_t *report) {
    const json_t *leaf = json_array_get(json_object_get(report, "certificates"), 0);
    const char *subject = text_at(a, leaf, "subject"), *hash = text_at(a, leaf, "sha256");
    return subject && hash ? text_f(a, "%s (SHA-256 %.16s…)", subject, hash) : NULL;
}
static const char *read_issuer(struct arena *a, const json_t *report) {
    return text_at(a, json_array_get(json_object_get(report, "certificates"), 0), "issuer");
}
static const char *read_client(struct arena *a, const json_t *report) {
    return text_at(a, json_object_get(report, "client"), "profile");
}

enum row { ROW_VERDICT, ROW_CAUSES, ROW_ADDRESS, ROW_OUTCOME, ROW_LEAF, ROW_ISSUER, ROW__FIRST_OTHER };
static const struct {
    const char *what;
    const char *(*read)(struct arena *a, const json_t *report);
} rows[] = {
    [ROW_VERDICT] = {"verdict", read_verdict},
    [ROW_CAUSES] = {"causes", read_causes},
    [ROW_ADDRESS] = {"address", read_address},
    [ROW_OUTCOME] = {"handshake", read_outcome},
    [ROW_LEAF] = {"certificate", read_leaf},
    [ROW_ISSUER] = {"issuer", read_issuer},
    [ROW__FIRST_OTHER] = {"version", read_version},
    {"cipher", read_cipher},
    {"ALPN", read_alpn},
    {"client", read_client},
};
static_assert(TW_COUNT(rows) <= COMPARISON_MAX, "a place for every row");

static void read_rows(struct arena *a, const json_t *report, struct saved *ret) {
    for (size_t i = 0; i < TW_COUNT(rows); i++) ret->values[i] = rows[i].read(a, report);
    ret->at = text_at(a, report, "at");
    const char *verdict = ret->values[ROW_VERDICT];
    ret->connects = verdict && (strcmp(verdict, "ok") == 0 || strcmp(verdict, "partial") == 0);
}

static bool is_same_endpoint(struct arena *a, const json_t *report, const struct request *r) {
    const json_t *target = json_object_get(report, "target");
    const char *host = text_at(a, target, "host");
    return host && text_eq_nocase(host, r->host_shown) &&
           json_integer_value(json_object_get(target, "port")) == r->port;
}

bool saved_read(struct arena *a, const char *name, struct bytes file, const struct request *r,
                struct saved *ret, const char **why) {
    json_error_t error;
    json_t *report = json_loadb((const char *)file.p, file.n, 0, &error);
    const char *schema = json_string_value(json_object_get(report, "schema"));
    *ret = (struct saved){.name = name};
    *why = NULL;
    if (!report)
        *why = text_f(a, "line %d: no JSON", error.line);
    else if (!schema || strcmp(schema, "tlswhy-report/1") != 0)
        *why = "it is no report of tlswhy (--save FILE, or --json)";
    else if (!is_same_endpoint(a, report, r))
        *why = text_f(a, "it is about another endpoint than %s port %u", r->host_shown, r->port);
    else
        read_rows(a, report, ret);
    json_decref(report);
    return !*why;
}

/* ---- comparing ---- */

static bool same(const char *x, const char *y) {
    return !x == !y && (!x || strcmp(x, y) == 0);
}

static bool differs(const struct saved *then, const struct saved *now, enum row row) {
    return then->values[row] && now->values[row] && !same(then->values[row], now->values[row]);
}

/* What two vantage points decide, and what they leave open: the other run is another place, another time, or
 * both. */
static const char *conclude(struct arena *a, const struct saved *then, const struct saved *now) {
    bool another_machine = differs(then, now, ROW_ADDRESS);
    if (then->connects == now->connects && same(then->values[ROW_CAUSES], now->values[ROW_CAUSES]))
        return now->connects
                   ? "Both runs connect."
                   : "Both runs fail in the same way: the cause does not lie in the network of one of them.";
    if (then->connects == now->connects)
        return now->connects ? "Both runs connect, and not everything is right in both."
                             : "Both runs fail, for other reasons: compare the causes.";
    const char *good = then->connects ? then->name : "this run",
               *bad = then->connects ? "this run" : then->name;
    if (another_machine)
        return text_f(
            a,
            "%s connects and %s does not, and they reached other addresses: one machine of several may "
            "be at fault. Run both with --connect-to and the same address to decide.",
            good, bad);
    if (differs(then, now, ROW_LEAF))
        return text_f(
            a,
            "%s connects and %s does not, and the same address showed them other certificates: either "
            "somebody between answers in one of them, or the server's certificate was changed between the "
            "two.",
            good, bad);
    return text_f(
        a,
        "%s connects to the same address and %s does not: if they ran at about the same time, the difference "
        "lies between here and there, or in what the server holds against one of the two networks; if not, "
        "the server may have changed since.",
        good, bad);
}

struct comparison compare_reports(struct arena *a, const struct saved *then, const char *report) {
    struct comparison c = {.with = then};
    struct saved now = {.name = "this run"};
    json_t *own = json_loads(report, 0, NULL);
    if (!own) mem_failed(); /* it is our own */
    read_rows(a, own, &now);
    json_decref(own);
    for (size_t i = 0; i < TW_COUNT(rows); i++)
        if (!same(then->values[i], now.values[i]))
            c.list[c.n++] = (struct difference){rows[i].what, then->values[i], now.values[i]};
    c.conclusion = conclude(a, then, &now);
    return c;
}
