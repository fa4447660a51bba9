/* Factors in words. */
#include "base/text.h"
#include "probe/factor_internal.h"

/* "X added", "X left out", or for those that are there on both sides `other`. */
struct pattern {
    const char *kind;
    /* by enum factor_how; each takes the value once; NULL: does not occur */
    const char *reason[3], *change[3];
};

static const struct pattern patterns[FACTOR__COUNT] = {
    [FACTOR_SNI] = {"server-name",
                    {"sends no server name (SNI)", "sends the server name %s (SNI)",
                     "sends the server name %s (SNI)"},
                    {"the server name %s sent in SNI", "no server name sent (no SNI)",
                     "another server name sent in SNI"}},
    [FACTOR_VERSION] = {"version",
                        {"does not offer %s", "offers %s", NULL},
                        {"%s added", "%s left out", NULL}},
    [FACTOR_SUITE] = {"cipher-suite",
                      {"does not offer the cipher suite %s", "offers the cipher suite %s", NULL},
                      {"the cipher suite %s added", "the cipher suite %s left out", NULL}},
    [FACTOR_GROUP] = {"group",
                      {"does not offer the group %s", "offers the group %s", NULL},
                      {"the group %s added", "the group %s left out", NULL}},
    [FACTOR_KEY_SHARE] = {"key-share",
                          {"sends no key share for %s", "sends a key share for %s", NULL},
                          {"a key share for %s added", "the key share for %s left out", NULL}},
    [FACTOR_SIGALG] = {"signature-scheme",
                       {"does not offer the signature scheme %s", "offers the signature scheme %s", NULL},
                       {"the signature scheme %s added", "the signature scheme %s left out", NULL}},
    [FACTOR_SIGALG_CERT] = {"certificate-signature-scheme",
                            {"does not offer the signature scheme %s for certificates",
                             "offers the signature scheme %s for certificates", NULL},
                            {"%s added for certificates", "%s left out for certificates", NULL}},
    [FACTOR_ALPN] = {"alpn",
                     {"does not offer the protocol %s in ALPN", "offers the protocol %s in ALPN", NULL},
                     {"%s added to ALPN", "%s left out of ALPN", NULL}},
    [FACTOR_EXTENSION] = {"extension",
                          {"does not send the extension %s", "sends the extension %s",
                           "sends the extension %s with what it holds now"},
                          {"the extension %s added", "the extension %s left out",
                           "the extension %s sent with the other content"}},
    [FACTOR_GREASE] = {"grease",
                       {"sends no reserved test values (GREASE, RFC 8701)",
                        "sends reserved test values (GREASE, RFC 8701)", NULL},
                       {"reserved test values (GREASE) added", "those test values left out", NULL}},
    [FACTOR_PADDING] = {"padding",
                        {"does not pad its ClientHello", "pads its ClientHello",
                         "pads its ClientHello as it does"},
                        {"the ClientHello padded (RFC 7685)", "the padding left out", "another padding"}},
    [FACTOR_SESSION_ID] = {"session-id",
                           {"sends an empty session id", "sends a session id",
                            "sends a session id of that length"},
                           {"a session id sent", "an empty session id", "a session id of another length"}},
    [FACTOR_COMPRESSION] = {"compression",
                            {NULL, NULL, "offers the compression methods that it does"},
                            {NULL, NULL, "other compression methods offered"}},
    [FACTOR_RECORD_VERSION] = {"record-version",
                               {NULL, NULL, "writes %s on the record of its ClientHello"},
                               {NULL, NULL, "another version written there"}},
    [FACTOR_LEGACY_VERSION] = {"legacy-version",
                               {NULL, NULL, "writes %s as client_version"},
                               {NULL, NULL, "another client_version written"}},
    [FACTOR_SUITE_ORDER] = {"cipher-suite-order",
                            {NULL, NULL, "offers its cipher suites in that order"},
                            {NULL, NULL, "the cipher suites in another order"}},
    [FACTOR_GROUP_ORDER] = {"group-order",
                            {NULL, NULL, "offers its groups in that order"},
                            {NULL, NULL, "the groups in another order"}},
    [FACTOR_SIGALG_ORDER] = {"signature-scheme-order",
                             {NULL, NULL, "offers its signature schemes in that order"},
                             {NULL, NULL, "the signature schemes in another order"}},
    [FACTOR_ALPN_ORDER] = {"alpn-order",
                           {NULL, NULL, "offers its protocols in that order"},
                           {NULL, NULL, "the protocols in another order"}},
    [FACTOR_EXTENSION_ORDER] = {"extension-order",
                                {NULL, NULL, "sends its extensions in that order"},
                                {NULL, NULL, "the extensions in another order"}},
    [FACTOR_SEGMENTS] = {"segments",
                         {"sends its ClientHello in one piece", "sends its ClientHello in two pieces",
                          "cuts its ClientHello where it does"},
                         {"it sent in two pieces", "it sent in one piece", "it cut elsewhere"}},
    [FACTOR_RENEGOTIATION] = {"secure-renegotiation",
                              {"does not insist on secure renegotiation",
                               "insists on secure renegotiation (RFC 5746)", NULL},
                              {"that demanded", "that given up", NULL}},
    [FACTOR_EXTENDED_SECRET] = {"extended-master-secret",
                                {"does not insist on the extended master secret",
                                 "insists on the extended master secret (RFC 7627)", NULL},
                                {"that demanded", "that given up", NULL}},
    [FACTOR_DH_BITS] = {"dh-size",
                        {NULL, NULL, "takes Diffie-Hellman groups from %s on"},
                        {NULL, NULL, "smaller ones taken as well"}},
    [FACTOR_OWN_SIGALGS] = {"own-signature-schemes",
                            {"takes signatures by any scheme",
                             "takes only signatures by schemes that it offered", NULL},
                            {"only those on offer taken", "any other taken as well", NULL}},
};

/* With the values where a whole list comes or goes. */
static const char *extension_value(struct arena *a, const struct factors *f, const struct factor *x) {
    const char *name = arena_strdup(a, extension_name((uint16_t)x->arg));
    const struct hello *one = x->how == FACTOR_ADDED ? &f->to.hello : &f->from.hello;
    struct text t;
    text_init(&t, a);
    if (x->arg == EXT_SUPPORTED_GROUPS)
        for (size_t i = 0; i < one->groups.n; i++)
            if (!is_grease(one->groups.v[i]))
                text_addf(&t, "%s%s", t.n ? ", " : "", group_name(one->groups.v[i]));
    if (x->arg == EXT_ALPN) {
        const struct items l = items_protocols(f, one);
        for (size_t i = 0; i < l.n; i++)
            text_addf(&t, "%s%s", t.n ? ", " : "", text_escape(a, f->protocol[l.v[i]], 64));
    }
    return t.n && x->how != FACTOR_OTHER ? text_f(a, "%s (%s)", name, t.s) : name;
}

static const char *server_name(struct arena *a, const struct factors *f, const struct factor *x) {
    const char *name = x->how == FACTOR_ADDED ? f->to.hello.server_name : f->from.hello.server_name;
    return text_f(a, "\"%s\"", text_escape(a, bytes_str(name), HELLO_MAX_NAME));
}

static const char *protocol(struct arena *a, const struct factors *f, const struct factor *x) {
    return text_f(a, "\"%s\"", text_escape(a, f->protocol[x->arg], 255));
}
static const char *record_version(struct arena *a, const struct factors *f, const struct factor *x) {
    (void)x;
    return arena_strdup(a, version_name(f->from.hello.record_version));
}
static const char *legacy_version(struct arena *a, const struct factors *f, const struct factor *x) {
    (void)x;
    return arena_strdup(a, version_name(f->from.hello.legacy_version));
}
static const char *dh_bits(struct arena *a, const struct factors *f, const struct factor *x) {
    (void)x;
    return text_f(a, "%u bits", f->from.policy.dh_min_bits);
}

static const char *value_of(struct arena *a, const struct factors *f, const struct factor *x) {
    static const char *(*const name[FACTOR__COUNT])(uint16_t) = {
        [FACTOR_VERSION] = version_name,  [FACTOR_SUITE] = suite_name,
        [FACTOR_GROUP] = group_name,      [FACTOR_KEY_SHARE] = group_name,
        [FACTOR_SIGALG] = sigscheme_name, [FACTOR_SIGALG_CERT] = sigscheme_name};
    static const char *(*const say[FACTOR__COUNT])(struct arena *, const struct factors *,
                                                   const struct factor *) = {
        [FACTOR_SNI] = server_name,
        [FACTOR_ALPN] = protocol,
        [FACTOR_EXTENSION] = extension_value,
        [FACTOR_RECORD_VERSION] = record_version,
        [FACTOR_LEGACY_VERSION] = legacy_version,
        [FACTOR_DH_BITS] = dh_bits};
    if (name[x->kind]) return arena_strdup(a, name[x->kind]((uint16_t)x->arg));
    return say[x->kind] ? say[x->kind](a, f, x) : NULL;
}

/* The one "%s" of a pattern replaced. */
static const char *fill(struct arena *a, const char *pattern, const char *value) {
    const char *hole = strstr(pattern, "%s");
    if (!hole) return pattern;
    return text_f(a, "%.*s%s%s", (int)(hole - pattern), pattern, value ? value : "", hole + 2);
}

/* A version beyond the end of the range says so. */
static const char *version_reason(struct arena *a, const struct factors *f, const struct factor *x,
                                  const char *otherwise) {
    const struct items from = items_versions(&f->from);
    if (x->how != FACTOR_ADDED || from.n == 0) return otherwise;
    if (x->arg > from.v[0]) return text_f(a, "offers nothing newer than %s", version_name(from.v[0]));
    if (x->arg < from.v[from.n - 1])
        return text_f(a, "offers nothing older than %s", version_name(from.v[from.n - 1]));
    return otherwise;
}

struct factor_words factor_say(struct arena *a, const struct factors *f, const struct factor *x) {
    static const char *const how[] = {
        [FACTOR_ADDED] = "added", [FACTOR_REMOVED] = "removed", [FACTOR_OTHER] = "other"};
    const struct pattern *p = &patterns[x->kind];
    const char *value = value_of(a, f, x);
    struct factor_words w = {.kind = p->kind, .how = how[x->how], .value = value};
    w.reason = fill(a, p->reason[x->how], value);
    w.change = fill(a, p->change[x->how], value);
    if (x->kind == FACTOR_VERSION) w.reason = version_reason(a, f, x, w.reason);
    return w;
}
