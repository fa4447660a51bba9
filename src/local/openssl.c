/* OpenSSL's configuration, found as OpenSSL finds it, and what its section system_default does to every
 * program that uses the library (config(5), SSL_CONF_cmd(3)). */
#include "local/internal.h"

#include "crypto/x509.h"
#include "local/process.h"

static const char *environment(void *arg, const char *name) {
    const struct examination *x = arg;
    return local_env(x->m, name);
}

static void read_file(struct settings_reader *r, const char *path) {
    struct examination *x = r->arg;
    const struct origin at = {.file = path, .program = "programs that use OpenSSL"};
    struct bytes body;
    const char *why;
    bool missing;
    if (local_read(x, path, SETTINGS_MAX_FILE, &body, &why, &missing)) {
        x->r->n_read++;
        settings_openssl(r, path, body);
    } else if (!missing) {
        tell(x, &at, LOCAL_WARNING, "settings-unreadable",
             text_f(x->a, "This file of settings was not examined: %s.", why), NULL);
    }
}

static bool ends_in(const char *s, const char *suffix) {
    size_t n = strlen(s), m = strlen(suffix);
    return n >= m && strcmp(s + n - m, suffix) == 0;
}

/* A folder stands for its files that end in .cnf or .conf (config(5), .include). */
static void include(struct settings_reader *r, const char *path) {
    enum { MAX = 64 };
    struct examination *x = r->arg;
    char *names[MAX];
    if (!local_is_dir(x, path)) {
        read_file(r, path);
        return;
    }
    size_t n = local_list(x, path, "", names, MAX);
    for (size_t i = 0; i < n; i++)
        if (ends_in(names[i], ".cnf") || ends_in(names[i], ".conf"))
            read_file(r, text_f(x->a, "%s/%s", path, names[i]));
}

/* ---- what is set ---- */

/* One section of settings under way. */
struct section {
    struct examination *x;
    const struct settings *s;
    const char *name;    /* of the section with the commands */
    const char *program; /* whom it concerns */
    enum local_severity most;
};

/* "MinProtocol", also as "SSL.MinProtocol" is not written in files; commands compare without case. */
static const struct setting *command(const struct section *sec, const char *key) {
    return settings_find_nocase(sec->s, sec->name, key);
}

static const char *written(struct examination *x, const struct setting *s) {
    return text_f(x->a, "%s = %s", s->key, text_escape(x->a, bytes_str(s->value), 120));
}

static const char *undo(struct examination *x, const struct setting *s) {
    if (local_is_policy(x, s->file))
        return "Set the system's policy back to its default, as root: update-crypto-policies --set DEFAULT.";
    return text_f(
        x->a,
        "Take the line out, or comment it out, in %s (line %zu).\nTo try without it, for one program: "
        "OPENSSL_CONF=/dev/null PROGRAM.",
        text_escape(x->a, bytes_str(s->file), 300), s->line);
}

static const char *id_of(struct examination *x, const struct setting *s, const char *otherwise) {
    return local_is_policy(x, s->file) ? "crypto-policy" : otherwise;
}

/* "-TLSv1.2", "ALL,-TLSv1.3": a list of changes; without ALL it begins with nothing. */
static void protocol_list(struct examination *x, const char *value, struct version_policy *p) {
    struct words w = {value, ", "};
    const char *word;
    bool first = true;
    while (words_next(x, &w, &word)) {
        bool off = word[0] == '-';
        if (word[0] == '-' || word[0] == '+')
            word++;
        else if (first)
            p->no_12 = p->no_13 = true;
        first = false;
        uint16_t v = text_eq_nocase(word, "ALL") ? 0xFFFF : local_version(word);
        if (v == 0xFFFF || v == 0x0303) p->no_12 = off;
        if (v == 0xFFFF || v == 0x0304) p->no_13 = off;
    }
}

static void judge_protocols(const struct section *sec) {
    struct examination *x = sec->x;
    const struct setting *min = command(sec, "MinProtocol"), *max = command(sec, "MaxProtocol");
    const struct setting *list = command(sec, "Protocol"), *last = max ? max : min ? min : list;
    struct version_policy p = {0};
    struct text says;
    if (!last) return;
    text_init(&says, x->a);
    if (min) text_add(&says, written(x, min));
    if (max) text_addf(&says, "%s%s", says.n ? ", " : "", written(x, max));
    if (list) text_addf(&says, "%s%s", says.n ? ", " : "", written(x, list));
    p.min = min ? local_version(min->value) : 0;
    p.max = max ? local_version(max->value) : 0;
    if (list) protocol_list(x, list->value, &p);
    /* The one that does harm is shown. */
    const struct setting *at = p.max && p.max < 0x0304 ? max : min ? min : last;
    p.says = text_f(x->a, "%s (section %s)", says.s, shown(x, sec->name));
    p.undo = undo(x, at);
    p.id = id_of(x, at, "client-version-policy");
    const struct origin origin = origin_of(at, sec->program);
    judge_versions(x, &origin, &p);
}

/* RFC 9325 4.2: RSA keys of public certificates have 2048 bits, which level 3 (128 bits of security) refuses.
 */
static void judge_level(const struct section *sec, const struct setting *s) {
    struct examination *x = sec->x;
    const char *level = strstr(s->value, "@SECLEVEL=");
    const struct origin at = origin_of(s, sec->program);
    if (!level) return;
    char digit = level[strlen("@SECLEVEL=")];
    if (digit >= '3' && digit <= '5')
        tell(x, &at, LOCAL_BREAKS, id_of(x, s, "client-config-broken"),
             text_f(x->a,
                    "%s asks for security level %c: certificates with RSA keys of 2048 bits are refused, and "
                    "most "
                    "servers have such a certificate in their chain.",
                    written(x, s), digit),
             undo(x, s));
    if (digit == '0' || digit == '1')
        tell(
            x, &at, LOCAL_WARNING, "client-weakened",
            text_f(x->a,
                   "%s lowers the security level to %c: keys and signatures that can be broken are accepted.",
                   written(x, s), digit),
            undo(x, s));
}

/* What the openssl program itself makes of the list, away from this configuration. */
static void judge_ciphers(const struct section *sec) {
    struct examination *x = sec->x;
    const struct setting *s = command(sec, "CipherString");
    const char *openssl = local_which(x, "openssl");
    if (!s) return;
    judge_level(sec, s);
    if (!openssl || !x->m->run || !s->value[0] || s->value[0] == '-') return;
    const char *const argv[] = {openssl, "ciphers", "-s", "-tls1_2", "-v", s->value, NULL};
    const char *const changes[] = {"OPENSSL_CONF=/dev/null", NULL};
    struct process p = {.argv = argv, .changes = changes, .limit_ns = PROCESS_SHORT};
    const struct origin at = origin_of(s, sec->program);
    processes_run(x->a, x->m->env, &p, 1);
    if (p.state == PROCESS_ENDED && (p.status != 0 || !strstr(p.out, "Kx=")))
        tell(
            x, &at, LOCAL_BREAKS, id_of(x, s, "client-config-broken"),
            text_f(x->a,
                   "%s leaves no cipher suite for TLS 1.2: connections to every server without TLS 1.3 fail.",
                   written(x, s)),
            undo(x, s));
    else if (p.state == PROCESS_ENDED && !strstr(p.out, "Kx=ECDH"))
        tell(x, &at, LOCAL_BREAKS, id_of(x, s, "client-config-broken"),
             text_f(x->a,
                    "%s leaves no ECDHE cipher suite for TLS 1.2, the only kind that most servers without "
                    "TLS 1.3 "
                    "accept.",
                    written(x, s)),
             undo(x, s));
}

/* The list holds one of `usual`, or the setting breaks. Not a list: nothing is said. */
struct usual {
    const char *command, *what;
    const char *names[8];
};

static void judge_list(const struct section *sec, const struct usual *u) {
    struct examination *x = sec->x;
    const struct setting *s = command(sec, u->command);
    struct words w = {s ? s->value : "", ":, "};
    const char *word;
    if (!s) return;
    while (words_next(x, &w, &word))
        for (size_t i = 0; i < TW_COUNT(u->names) && u->names[i]; i++)
            if (text_eq_nocase(word + strspn(word, "?*-"), u->names[i])) return;
    const struct origin at = origin_of(s, sec->program);
    tell(x, &at, LOCAL_BREAKS, id_of(x, s, "client-config-broken"),
         text_f(x->a, "%s leaves none of the %s that servers have in common.", written(x, s), u->what),
         undo(x, s));
}

static void judge_section(const struct section *sec) {
    static const struct usual lists[] = {
        {"Ciphersuites",
         "TLS 1.3 cipher suites",
         {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}},
        {"Groups",
         "groups (curves)",
         {"X25519", "P-256", "prime256v1", "secp256r1", "P-384", "secp384r1", "DEFAULT"}},
        {"Curves",
         "groups (curves)",
         {"X25519", "P-256", "prime256v1", "secp256r1", "P-384", "secp384r1", "DEFAULT"}}};
    judge_protocols(sec);
    judge_ciphers(sec);
    for (size_t i = 0; i < TW_COUNT(lists); i++) judge_list(sec, &lists[i]);
}

/* "openssl_conf = A", [A] "ssl_conf = B", [B] "system_default = C", [C] the commands. Other names in B are
 * for programs that ask for them. */
static void judge_application(struct examination *x, const struct settings *s, const char *key,
                              const char *program) {
    const struct setting *init = settings_find(s, "default", key);
    const struct setting *modules = init ? settings_find(s, init->value, "ssl_conf") : NULL;
    for (size_t i = 0; modules && i < s->n; i++) {
        const struct setting *name = &s->list[i];
        bool system = strcmp(name->key, "system_default") == 0;
        if (strcmp(name->section, modules->value) != 0 || settings_find(s, name->section, name->key) != name)
            continue;
        const struct section sec = {
            .x = x,
            .s = s,
            .name = name->value,
            .program =
                system ? program
                       : text_f(x->a, "programs that ask OpenSSL for its section %s", shown(x, name->key))};
        judge_section(&sec);
    }
}

void examine_openssl(struct examination *x) {
    static const char everybody[] =
        "every program that uses OpenSSL and asks for nothing of its own (curl, Ruby, PHP, nginx)";
    const char *chosen = local_env(x->m, "OPENSSL_CONF");
    const char *path = chosen ? chosen : text_f(x->a, "%s/openssl.cnf", trust_openssl_dir());
    const struct origin at = {.file = path, .program = everybody};
    struct settings s;
    struct settings_reader r = {.s = &s,
                                .include = include,
                                .environment = environment,
                                .arg = x,
                                .dir = local_env(x->m, "OPENSSL_CONF_INCLUDE")};
    settings_init(&s, x->a);
    if (chosen && strcmp(chosen, "/dev/null") == 0) return;
    if (chosen && !local_modified(x, path))
        tell(x, &at, LOCAL_NOTE, "settings-unreadable",
             "OPENSSL_CONF names a file that is not there: OpenSSL goes on without any configuration.", NULL);
    read_file(&r, path);
    if (s.problem) {
        const struct origin where = {.file = s.problem_file, .line = s.problem_line, .program = everybody};
        tell(x, &where, LOCAL_WARNING, "settings-unreadable",
             text_f(x->a,
                    "OpenSSL cannot read this: %s. Some programs end with an error, others go on without any "
                    "of these "
                    "settings.",
                    s.problem),
             "Correct the line; `openssl version` with OPENSSL_CONF set to the file says what is wrong.");
    }
    judge_application(x, &s, "openssl_conf", everybody);
    judge_application(x, &s, "nodejs_conf", "Node");
}
