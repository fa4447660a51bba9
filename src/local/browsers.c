/* Browsers: databases of certificates, preferences of profiles, and policies of an organisation. */
#include "local/internal.h"

#include <jansson.h>

enum { MAX_PROFILES = 64, MAX_POLICY = 1 << 20 };

/* ---- databases of NSS ---- */

static void judge_database(struct examination *x, const char *dir, const char *program) {
    const char *path = text_f(x->a, "%s/cert9.db", dir);
    const struct origin at = {.file = path, .program = program};
    struct store_content content = {0};
    if (!local_modified(x, path)) return;
    const struct local_store *s = store_note(x, path, program, &content);
    if (s && s->problem)
        tell(x, &at, LOCAL_WARNING, "settings-unreadable",
             text_f(x->a, "The database of certificates was not examined: %s.", s->problem), NULL);
    judge_same_names(x, &at, &content,
                     text_f(x->a,
                            "certutil -D -d sql:%s -n NAME, or in the browser's settings, under certificates",
                            text_escape(x->a, bytes_str(dir), 300)));
}

/* ---- preferences ---- */

/* "security.tls.version.min" and ".max" count from SSL 3 (0) to TLS 1.3 (4). */
static uint16_t pref_version(const struct setting *s) {
    uint64_t v = 0;
    return s && text_number(s->value, 4, &v) ? (uint16_t)(0x0300 + v) : 0;
}

static void judge_prefs(struct examination *x, const char *file, const char *program) {
    struct settings s;
    if (!local_modified(x, file) || !local_settings(x, SETTINGS_PREFS, file, program, &s)) return;
    const struct setting *min = settings_find(&s, "", "security.tls.version.min");
    const struct setting *max = settings_find(&s, "", "security.tls.version.max"), *proxy_type, *one;
    if (min || max) {
        const struct setting *at = pref_version(max) && pref_version(max) < 0x0304 ? max : min ? min : max;
        const struct origin origin = origin_of(at, program);
        const struct version_policy p = {
            .min = pref_version(min),
            .max = pref_version(max),
            .says = text_f(x->a, "%s = %s", at->key, text_escape(x->a, bytes_str(at->value), 20)),
            .undo = text_f(x->a, "In Firefox open about:config, search for %s, and reset it.", at->key)};
        judge_versions(x, &origin, &p);
    }
    proxy_type = settings_find(&s, "", "network.proxy.type");
    one = settings_find(&s, "", "network.proxy.ssl");
    if (proxy_type && strcmp(proxy_type->value, "1") == 0 && one && one->value[0]) {
        const struct origin origin = origin_of(one, program);
        judge_proxy(x, &origin, one->value);
    }
}

static void judge_profile(struct examination *x, const char *dir) {
    const char *program =
        text_f(x->a, "Firefox with the profile %s", text_escape(x->a, bytes_str(strrchr(dir, '/') + 1), 100));
    judge_database(x, dir, program);
    judge_prefs(x, text_f(x->a, "%s/prefs.js", dir), program);
    judge_prefs(x, text_f(x->a, "%s/user.js", dir), program);
}

static void judge_profiles(struct examination *x, const char *dir) {
    char *names[MAX_PROFILES];
    size_t n = dir ? local_list(x, dir, "", names, MAX_PROFILES) : 0;
    for (size_t i = 0; i < n; i++) {
        const char *profile = text_f(x->a, "%s/%s", dir, names[i]);
        if (local_is_dir(x, profile)) judge_profile(x, profile);
    }
}

/* ---- policies (JSON) ---- */

struct policy_file {
    struct examination *x;
    const struct origin *at;
    const char *undo;
};

static const char *string_in(const json_t *object, const char *key) {
    return json_string_value(json_object_get(object, key));
}

static void judge_policy_versions(const struct policy_file *f, const json_t *object) {
    struct examination *x = f->x;
    const char *min = string_in(object, "SSLVersionMin"), *max = string_in(object, "SSLVersionMax");
    if (!min && !max) return;
    struct version_policy p = {
        .min = min ? local_version(min) : 0, .max = max ? local_version(max) : 0, .undo = f->undo};
    bool old = p.max && p.max < 0x0304;
    p.says = text_f(x->a, "The policy SSLVersion%s %s", old || !min ? "Max" : "Min",
                    shown(x, old || !min ? max : min));
    judge_versions(x, f->at, &p);
}

/* Mozilla's "DisabledCiphers": {"TLS_…": true}. */
static void judge_policy_ciphers(const struct policy_file *f, const json_t *object) {
    static const char *const suites[] = {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384",
                                         "TLS_CHACHA20_POLY1305_SHA256"};
    const json_t *disabled = json_object_get(object, "DisabledCiphers");
    size_t n = 0;
    for (size_t i = 0; i < TW_COUNT(suites); i++) n += json_is_true(json_object_get(disabled, suites[i]));
    if (n == TW_COUNT(suites))
        tell(f->x, f->at, LOCAL_BREAKS, "client-config-broken",
             "The policy DisabledCiphers switches off all cipher suites of TLS 1.3: connections to servers "
             "that speak nothing "
             "else fail.",
             f->undo);
}

static void judge_policy_proxy(const struct policy_file *f, const json_t *object) {
    const json_t *proxy = json_object_get(object, "Proxy"),
                 *settings = json_object_get(object, "ProxySettings");
    const char *server = string_in(object, "ProxyServer");
    if (!server) server = string_in(settings, "ProxyServer");
    if (!server) server = string_in(proxy, "SSLProxy");
    if (server && *server) judge_proxy(f->x, f->at, server);
}

static void judge_policy_prefs(const struct policy_file *f, const json_t *object) {
    struct examination *x = f->x;
    const json_t *prefs = json_object_get(object, "Preferences");
    const json_t *min = json_object_get(prefs, "security.tls.version.min");
    const json_t *value = json_is_object(min) ? json_object_get(min, "Value") : min;
    const struct version_policy p = {.min = json_is_integer(value) && json_integer_value(value) == 4 ? 0x0304
                                                                                                     : 0,
                                     .says = "The policy's preference security.tls.version.min = 4",
                                     .undo = f->undo};
    if (p.min) judge_versions(x, f->at, &p);
}

static void judge_policy_file(struct examination *x, const char *path, const char *program) {
    struct bytes body;
    const char *why = "";
    bool missing;
    json_error_t error;
    const struct origin at = {.file = path, .program = program};
    bool read = local_read(x, path, MAX_POLICY, &body, &why, &missing);
    if (missing) return;
    json_t *top = read ? json_loadb((const char *)body.p, body.n, 0, &error) : NULL;
    if (!json_is_object(top)) {
        tell(x, &at, LOCAL_WARNING, "settings-unreadable",
             text_f(x->a, "This file of policies %s%s; the browser follows nothing in it.",
                    read ? "is no JSON" : "cannot be read: ", read ? "" : why),
             "Correct the file: a policy file is one JSON object.");
        json_decref(top);
        return;
    }
    x->r->n_read++;
    /* Mozilla's are below "policies". */
    const json_t *below = json_object_get(top, "policies");
    const json_t *object = below ? below : top;
    const struct policy_file f = {
        x, &at,
        text_f(x->a, "Take the policy out of %s, or ask whoever manages this machine to.", shown(x, path))};
    judge_policy_versions(&f, object);
    judge_policy_ciphers(&f, object);
    judge_policy_proxy(&f, object);
    judge_policy_prefs(&f, object);
    json_decref(top);
}

static void judge_policies(struct examination *x) {
    static const char *const firefox[] = {
        "/etc/firefox/policies/policies.json", "/etc/firefox-esr/policies/policies.json",
        "/usr/lib/firefox/distribution/policies.json", "/usr/lib/firefox-esr/distribution/policies.json"};
    static const struct {
        const char *dir, *program;
    } chromium[] = {{"/etc/chromium/policies/managed", "Chromium"},
                    {"/etc/chromium/policies/recommended", "Chromium"},
                    {"/etc/chromium-browser/policies/managed", "Chromium"},
                    {"/etc/opt/chrome/policies/managed", "Chrome"},
                    {"/etc/opt/chrome/policies/recommended", "Chrome"},
                    {"/etc/opt/edge/policies/managed", "Edge"}};
    for (size_t i = 0; i < TW_COUNT(firefox); i++) judge_policy_file(x, firefox[i], "Firefox");
    for (size_t i = 0; i < TW_COUNT(chromium); i++) {
        char *names[MAX_PROFILES];
        size_t n = local_list(x, chromium[i].dir, ".json", names, MAX_PROFILES);
        for (size_t k = 0; k < n; k++)
            judge_policy_file(x, text_f(x->a, "%s/%s", chromium[i].dir, names[k]), chromium[i].program);
    }
}

void examine_browsers(struct examination *x) {
    static const char *const profiles[] = {".mozilla/firefox", "snap/firefox/common/.mozilla/firefox",
                                           ".var/app/org.mozilla.firefox/.mozilla/firefox", ".thunderbird"};
    const char *own = local_home(x, ".pki/nssdb");
    if (own) judge_database(x, own, "Chromium and other programs that use NSS");
    judge_database(x, "/etc/pki/nssdb", "programs that use NSS");
    for (size_t i = 0; i < TW_COUNT(profiles); i++) judge_profiles(x, local_home(x, profiles[i]));
    judge_policies(x);
}
