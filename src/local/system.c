/* What a distribution, GnuTLS and the hosts file say: crypto-policies, priorities, addresses; and the
 * system's own store of roots. */
#include "local/internal.h"

#include "crypto/x509.h"

/* ---- crypto-policies(7) ---- */

static const char policy_programs[] =
    "every program that follows the system's policy (OpenSSL, GnuTLS, NSS, Java)";

bool local_is_policy(struct examination *x, const char *path) {
    static const char *const dirs[] = {"/etc/crypto-policies/", "/usr/share/crypto-policies/"};
    const char *real = local_real(x, path);
    for (size_t i = 0; i < TW_COUNT(dirs); i++)
        if (strncmp(real, dirs[i], strlen(dirs[i])) == 0) return true;
    return false;
}

static const char *first_word(struct examination *x, const char *path) {
    struct bytes body, line;
    const char *why;
    if (!local_read(x, path, SETTINGS_MAX_FILE, &body, &why, NULL)) return NULL;
    while (settings_line(&body, &line)) {
        line = settings_trim(line);
        if (line.n && line.p[0] != '#') return arena_str(x->a, line);
    }
    return NULL;
}

/* "DEFAULT:SHA1": the policy, and what changes it. */
static bool is_called(const char *policy, const char *name) {
    size_t n = strlen(name);
    return strncmp(policy, name, n) == 0 && (policy[n] == 0 || policy[n] == ':');
}

void examine_policies(struct examination *x) {
    static const char *const files[] = {"/etc/crypto-policies/state/current", "/etc/crypto-policies/config"};
    static const struct {
        const char *name;
        enum local_severity severity;
        const char *what;
    } known[] = {
        {"DEFAULT", LOCAL_NOTE, "the ordinary one"},
        {"LEGACY", LOCAL_WARNING, "which also accepts old versions and weak keys"},
        {"FIPS", LOCAL_NOTE,
         "which leaves out what is not approved (X25519, ChaCha20, TLS 1.2 without extended master secret)"},
        {"FUTURE", LOCAL_BREAKS,
         "which refuses RSA keys of less than 3072 bits: most public servers have one of 2048 in their "
         "chain"},
        {"EMPTY", LOCAL_BREAKS, "which allows nothing at all"}};
    static const char undo[] =
        "As root: update-crypto-policies --set DEFAULT, then start the programs again.";
    for (size_t i = 0; i < TW_COUNT(files); i++) {
        const struct origin at = {.file = files[i], .program = policy_programs};
        const char *policy = first_word(x, files[i]);
        if (!policy) continue;
        for (size_t k = 0; k < TW_COUNT(known); k++)
            if (is_called(policy, known[k].name))
                tell(x, &at, known[k].severity, "crypto-policy",
                     text_f(x->a, "The system's policy is %s, %s.", shown(x, policy), known[k].what),
                     known[k].severity == LOCAL_NOTE ? NULL : undo);
        return;
    }
}

/* ---- GnuTLS (gnutls "System-wide configuration", read from SYSTEM_PRIORITY_FILE) ---- */

static const char gnutls_programs[] = "programs that use GnuTLS (wget, gnutls-cli, lynx, GNOME)";

/* 128 bits of security and more want RSA keys of 3072 bits (gnutls_sec_param_t). */
static bool is_strict_profile(const char *name) {
    static const char *const strict[] = {"high", "ultra", "future", "suiteb128", "suiteb192"};
    for (size_t i = 0; i < TW_COUNT(strict); i++)
        if (text_eq_nocase(name, strict[i])) return true;
    return false;
}

static void gnutls_profile(struct examination *x, const struct setting *s, const char *id, const char *undo) {
    const struct origin at = origin_of(s, gnutls_programs);
    if (is_strict_profile(s->value))
        tell(x, &at, LOCAL_BREAKS, id,
             text_f(x->a,
                    "min-verification-profile = %s: certificates with RSA keys of 2048 bits are refused, and "
                    "most "
                    "servers have such a certificate in their chain.",
                    text_escape(x->a, bytes_str(s->value), 40)),
             undo);
}

/* TLS 1.2 and 1.3 switched on or off by one word. */
static void switch_version(struct version_policy *p, uint16_t v, bool all, bool off) {
    if (all || v == 0x0303) p->no_12 = off;
    if (all || v == 0x0304) p->no_13 = off;
}

/* "NORMAL:-VERS-TLS1.2:%PROFILE_HIGH": what a priority string takes away. */
static void gnutls_priority(struct examination *x, const struct setting *s, const char *id,
                            const char *undo) {
    const struct origin at = origin_of(s, gnutls_programs);
    struct version_policy p = {.id = id,
                               .undo = undo,
                               .says = text_f(x->a, "%s = %s", text_escape(x->a, bytes_str(s->key), 40),
                                              text_escape(x->a, bytes_str(s->value), 120))};
    struct words w = {s->value, ":,"};
    const char *word;
    while (words_next(x, &w, &word)) {
        bool off = word[0] == '-' || word[0] == '!', on = word[0] == '+';
        const char *name = word + (off || on);
        if (text_eq_nocase(word, "NONE")) switch_version(&p, 0, true, true);
        if (!(off || on) || strncmp(name, "VERS-", 5) != 0) continue;
        switch_version(&p, local_version(name),
                       text_eq_nocase(name, "VERS-ALL") || text_eq_nocase(name, "VERS-TLS-ALL"), off);
    }
    judge_versions(x, &at, &p);
}

static bool is_allowlist(const struct settings *s) {
    const struct setting *mode = settings_find_nocase(s, NULL, "override-mode");
    return mode && text_eq_nocase(mode->value, "allowlist");
}

static void gnutls_overrides(struct examination *x, const struct settings *s, const char *id,
                             const char *undo) {
    bool allowlist = is_allowlist(s);
    /* Of a list of what is allowed, the rest is off. */
    struct version_policy p = {.id = id, .undo = undo, .no_12 = allowlist, .no_13 = allowlist};
    const struct setting *last = NULL;
    for (size_t i = 0; i < s->n; i++) {
        const struct setting *one = &s->list[i];
        bool off = text_eq_nocase(one->key, "disabled-version"),
             on = text_eq_nocase(one->key, "enabled-version");
        if (text_eq_nocase(one->key, "min-verification-profile")) gnutls_profile(x, one, id, undo);
        if (!off && !(on && allowlist)) continue;
        last = one;
        switch_version(&p, local_version(one->value), false, off);
    }
    if (!last) return;
    p.says = allowlist ? "The list of versions that are enabled"
                       : text_escape(x->a, bytes_str(text_f(x->a, "%s = %s", last->key, last->value)), 120);
    const struct origin at = origin_of(last, gnutls_programs);
    judge_versions(x, &at, &p);
}

void examine_gnutls(struct examination *x) {
    const char *chosen = local_env(x->m, "GNUTLS_SYSTEM_PRIORITY_FILE");
    const char *path = chosen ? chosen : "/etc/gnutls/config";
    struct settings s;
    if (!local_settings(x, SETTINGS_INI, path, gnutls_programs, &s)) return;
    bool policy = local_is_policy(x, path);
    const char *undo = policy ? "As root: update-crypto-policies --set DEFAULT."
                              : text_f(x->a,
                                       "Take the line out of %s.\nTo try without it: "
                                       "GNUTLS_SYSTEM_PRIORITY_FILE=/dev/null PROGRAM.",
                                       text_escape(x->a, bytes_str(path), 300));
    const char *id = policy ? "crypto-policy" : "client-version-policy";
    gnutls_overrides(x, &s, id, undo);
    for (size_t i = 0; i < s.n; i++)
        if (text_eq_nocase(s.list[i].section, "priorities")) gnutls_priority(x, &s.list[i], id, undo);
}

/* ---- hosts(5) ---- */

static void tell_host(struct examination *x, const char *file, size_t line, const char *address) {
    const struct origin at = {
        .file = file, .line = line, .program = "every program that resolves names by the system"};
    tell(x, &at, LOCAL_WARNING, "hosts-entry",
         text_f(x->a, "The name %s is tied to %s here, whatever DNS says.", shown(x, x->m->host),
                shown(x, address)),
         "If the site has moved or this was for a test, take the line out.");
}

void examine_hosts(struct examination *x) {
    static const char path[] = "/etc/hosts";
    struct bytes body, line;
    const char *why, *address, *name;
    /* That name is nobody else's (RFC 6761 6.3). */
    if (!x->m->host || text_eq_nocase(x->m->host, "localhost") ||
        !local_read(x, path, SETTINGS_MAX_FILE, &body, &why, NULL))
        return;
    x->r->n_read++;
    for (size_t number = 1; settings_line(&body, &line); number++) {
        struct words w = {arena_str(x->a, bytes_cut(line, 0, SETTINGS_MAX_VALUE)), " \t\r"};
        if (w.rest[strspn(w.rest, " \t")] == '#' || !words_next(x, &w, &address)) continue;
        while (words_next(x, &w, &name) && name[0] != '#')
            if (text_eq_nocase(name, x->m->host)) tell_host(x, path, number, address);
    }
}

/* ---- the system's store ---- */

static const char store_programs[] =
    "programs that use the system's store (curl, wget, Python, Go, git, OpenSSL)";

static void tell_store(struct examination *x, const struct local_store *s,
                       const struct store_content *content) {
    const struct origin at = {.file = s->path, .program = store_programs};
    if (s->problem)
        tell(x, &at, LOCAL_BREAKS, "client-trust-store-missing",
             text_f(x->a,
                    "The system's store of trusted roots cannot be used: %s. No certificate is trusted.",
                    s->problem),
             "Install the roots again: apt-get install --reinstall ca-certificates (Debian), dnf reinstall "
             "ca-certificates "
             "(Fedora), apk add ca-certificates (Alpine).");
    judge_same_names(x, &at, content,
                     "taking its file out of /usr/local/share/ca-certificates, then update-ca-certificates");
    if (s->expired)
        tell(x, &at, LOCAL_NOTE, "store-expired-roots",
             text_f(x->a, "%zu of %zu roots in it have expired; programs look past them.", s->expired,
                    content->n),
             NULL);
    if (s->modified && x->m->now - s->modified > INT64_C(3) * 365 * 86400)
        tell(x, &at, LOCAL_WARNING, "client-trust-store-outdated",
             text_f(x->a, "The system's store was last updated %s ago: roots that came since are not in it.",
                    text_duration(x->a, x->m->now - s->modified)),
             "Update the package ca-certificates.");
}

/* A folder alone is enough for OpenSSL, Go and what is built on them. */
static bool has_hashed_folder(struct examination *x) {
    enum { MAX = 4096 };
    static const char dir[] = "/etc/ssl/certs";
    char **names = ARENA_ARRAY(x->a, char *, MAX);
    size_t n = local_list(x, dir, "", names, MAX);
    for (size_t i = 0; i < n; i++)
        if (strspn(names[i], "0123456789abcdef") == 8 && names[i][8] == '.') return true;
    return false;
}

void examine_stores(struct examination *x) {
    const char *bundle;
    struct store_content content = {0};
    for (size_t i = 0; (bundle = trust_system_bundle(i)); i++) {
        bool missing = true;
        struct bytes body;
        const char *why;
        (void)local_read(x, bundle, STORE_MAX_FILE, &body, &why, &missing);
        if (missing) continue;
        const struct local_store *s = store_note(x, bundle, store_programs, &content);
        if (s) tell_store(x, s, &content);
        return;
    }
    if (has_hashed_folder(x)) return;
    const struct origin at = {.program = store_programs};
    tell(x, &at, local_env(x->m, "SSL_CERT_FILE") ? LOCAL_WARNING : LOCAL_BREAKS,
         "client-trust-store-missing",
         "There is no store of trusted roots where systems have it: programs trust no certificate.",
         "Install the package ca-certificates.");
}
