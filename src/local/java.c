/* Every JVM that is found: its security properties, and its store of roots. */
#include "local/internal.h"

enum { MAX_HOMES = 32, MAX_BITS = 100000 };

struct homes {
    const char *path[MAX_HOMES];
    size_t n;
};

/* One JVM has many names (java-1.17.0-openjdk-amd64 -> java-17-openjdk-amd64). */
static void add_home(struct examination *x, struct homes *h, const char *path) {
    const char *real = local_real(x, path);
    if (h->n == MAX_HOMES || !local_is_dir(x, text_f(x->a, "%s/lib", real))) return;
    for (size_t i = 0; i < h->n; i++)
        if (strcmp(h->path[i], real) == 0) return;
    h->path[h->n++] = real;
}

static void add_folder(struct examination *x, struct homes *h, const char *dir) {
    char *names[MAX_HOMES];
    size_t n = dir ? local_list(x, dir, "", names, MAX_HOMES) : 0;
    for (size_t i = 0; i < n; i++)
        if (local_modified(x, text_f(x->a, "%s/%s/bin/java", dir, names[i])))
            add_home(x, h, text_f(x->a, "%s/%s", dir, names[i]));
}

/* "/usr/lib/jvm/x/bin/java" -> "/usr/lib/jvm/x"; of Java 8 "/usr/lib/jvm/x/jre/bin/java". */
static void add_program(struct examination *x, struct homes *h) {
    const char *java = local_which(x, "java"), *end;
    if (!java) return;
    java = local_real(x, java);
    end = strstr(java, "/bin/java");
    if (end) add_home(x, h, arena_str(x->a, bytes_of(java, (size_t)(end - java))));
}

/* ---- properties ---- */

static const struct disabled {
    const char *name, *what;
} needed[] = {
    {"RSA", "certificates with RSA keys"},
    {"EC", "ECDSA keys, and with them all elliptic curves"},
    {"ECDHE", "the key exchange that all current servers use"},
    {"SHA256", "SHA-256"},
    {"SHA256withRSA", "the signature of most certificates"},
    {"AES", "AES"},
    {"GCM", "AES-GCM"},
    {"TLS_AES_128_GCM_SHA256", "the suite that every server of TLS 1.3 has"},
    {"RSASSA-PSS", "the signature of TLS 1.3 servers with RSA keys"},
};

/* One JVM's property under way. */
struct property {
    const struct setting *s;
    const char *program;
};

static const char *undo(struct examination *x, const struct setting *s) {
    if (local_is_policy(x, s->file)) return "As root: update-crypto-policies --set DEFAULT.";
    return text_f(
        x->a,
        "Put the property %s back to what the JDK came with, in %s (line %zu).\nTo try without it: java "
        "-Djava.security.properties=FILE, where FILE holds the property as it should be.",
        s->key, text_escape(x->a, bytes_str(s->file), 300), s->line);
}

static const char *id_of(struct examination *x, const struct setting *s, const char *otherwise) {
    return local_is_policy(x, s->file) ? "crypto-policy" : otherwise;
}

/* "RSA keySize < 2048", "EC keySize < 224". */
static void judge_size(struct examination *x, const struct property *p, const char *entry) {
    const char *size = strstr(entry, "keySize");
    const char *less = size ? strchr(size, '<') : NULL;
    const struct origin at = origin_of(p->s, p->program);
    uint64_t bits = 0;
    if (!less) return;
    less += 1 + (less[1] == '=');
    less += strspn(less, " ");
    if (!text_number(arena_str(x->a, bytes_of(less, strspn(less, "0123456789"))), MAX_BITS, &bits)) return;
    bool rsa = strncmp(entry, "RSA ", 4) == 0 && bits > 2048,
         ec = strncmp(entry, "EC ", 3) == 0 && bits > 256;
    if (rsa || ec)
        tell(x, &at, LOCAL_BREAKS, id_of(x, p->s, "client-config-broken"),
             text_f(x->a,
                    "%s holds \"%s\": keys of %s are refused, and most servers have one in their chain.",
                    p->s->key, text_escape(x->a, bytes_str(entry), 80), rsa ? "2048 bits" : "256 bits"),
             undo(x, p->s));
}

static void judge_entry(struct examination *x, const struct property *p, const char *entry,
                        struct version_policy *v) {
    const struct origin at = origin_of(p->s, p->program);
    if (strcmp(entry, "TLSv1.2") == 0) v->no_12 = true;
    if (strcmp(entry, "TLSv1.3") == 0) v->no_13 = true;
    for (size_t i = 0; i < TW_COUNT(needed); i++)
        if (strcmp(entry, needed[i].name) == 0)
            tell(x, &at, LOCAL_BREAKS, id_of(x, p->s, "client-config-broken"),
                 text_f(x->a, "%s disables %s: %s.", p->s->key, entry, needed[i].what), undo(x, p->s));
    judge_size(x, p, entry);
}

/* Entries have blanks inside; the comma is between. */
static bool next_entry(struct examination *x, const char **rest, const char **ret) {
    if (!**rest) return false;
    size_t n = strcspn(*rest, ",");
    *ret = arena_str(x->a, settings_trim(bytes_of(*rest, n)));
    *rest += n + ((*rest)[n] == ',');
    return true;
}

static void judge_disabled(struct examination *x, const struct property *p) {
    const char *rest = p->s->value, *entry;
    struct version_policy v = {
        .says = p->s->key, .undo = undo(x, p->s), .id = id_of(x, p->s, "client-version-policy")};
    const struct origin at = origin_of(p->s, p->program);
    while (next_entry(x, &rest, &entry)) judge_entry(x, p, entry, &v);
    judge_versions(x, &at, &v);
    if (strcmp(p->s->key, "jdk.tls.disabledAlgorithms") == 0 && !strstr(p->s->value, "SSLv3"))
        tell(x, &at, LOCAL_WARNING, "client-weakened",
             text_f(x->a, "%s does not hold SSLv3: versions and suites that are broken are let in.",
                    p->s->key),
             undo(x, p->s));
}

static void judge_protocols(struct examination *x, const struct property *p) {
    struct version_policy v = {
        .no_12 = true,
        .no_13 = true,
        .says = text_f(x->a, "%s = %s", p->s->key, text_escape(x->a, bytes_str(p->s->value), 120)),
        .undo = undo(x, p->s),
        .id = id_of(x, p->s, "client-version-policy")};
    const char *rest = p->s->value, *entry;
    const struct origin at = origin_of(p->s, p->program);
    while (next_entry(x, &rest, &entry)) {
        if (strcmp(entry, "TLSv1.2") == 0) v.no_12 = false;
        if (strcmp(entry, "TLSv1.3") == 0) v.no_13 = false;
        if (strcmp(entry, "TLSv1") == 0 || strcmp(entry, "TLSv1.1") == 0) v.weak = true;
    }
    judge_versions(x, &at, &v);
}

static void judge_properties(struct examination *x, const char *file, const char *program) {
    static const struct {
        const char *key;
        void (*judge)(struct examination *x, const struct property *p);
    } keys[] = {{"jdk.tls.disabledAlgorithms", judge_disabled},
                {"jdk.certpath.disabledAlgorithms", judge_disabled},
                {"jdk.tls.client.protocols", judge_protocols}};
    struct settings s;
    if (!local_settings(x, SETTINGS_PROPERTIES, file, program, &s)) return;
    for (size_t i = 0; i < TW_COUNT(keys); i++) {
        const struct property p = {settings_find(&s, "", keys[i].key), program};
        if (p.s && p.s->value[0]) keys[i].judge(x, &p);
    }
}

/* ---- one JVM ---- */

static void judge_home(struct examination *x, const char *home) {
    static const char *const properties[] = {"conf/security/java.security", "lib/security/java.security",
                                             "jre/lib/security/java.security"};
    static const char *const stores[] = {"lib/security/cacerts", "jre/lib/security/cacerts"};
    const char *program = text_f(x->a, "Java programs on %s", text_escape(x->a, bytes_str(home), 200));
    const struct local_store *store = NULL;
    for (size_t i = 0; i < TW_COUNT(properties); i++)
        judge_properties(x, text_f(x->a, "%s/%s", home, properties[i]), program);
    const char *path = NULL;
    for (size_t i = 0; i < TW_COUNT(stores) && !path; i++) {
        const char *one = text_f(x->a, "%s/%s", home, stores[i]);
        if (local_modified(x, one)) path = local_real(x, one);
    }
    if (path) store = store_note(x, path, program, NULL);
    const struct origin at = {.file = path ? path : text_f(x->a, "%s/%s", home, stores[0]),
                              .program = program};
    if (!store || store->problem || store->roots == 0)
        tell(x, &at, LOCAL_BREAKS, "client-trust-store-missing",
             text_f(x->a,
                    "This Java has no store of trusted roots that can be used: %s. It trusts no certificate.",
                    store ? store->problem ? store->problem : "it is empty" : "there is no cacerts"),
             "Install the package ca-certificates-java, or link cacerts to /etc/ssl/certs/java/cacerts.");
}

void examine_java(struct examination *x) {
    static const char *const folders[] = {"/usr/lib/jvm", "/usr/java", "/opt", "/opt/java"};
    struct homes h = {.n = 0};
    const char *chosen = local_env(x->m, "JAVA_HOME");
    if (chosen && chosen[0] == '/') add_home(x, &h, chosen);
    add_program(x, &h);
    for (size_t i = 0; i < TW_COUNT(folders); i++) add_folder(x, &h, folders[i]);
    add_folder(x, &h, local_home(x, ".sdkman/candidates/java"));
    add_folder(x, &h, local_home(x, ".jdks"));
    for (size_t i = 0; i < h.n; i++) judge_home(x, h.path[i]);
    judge_properties(x, "/etc/crypto-policies/back-ends/java.config",
                     "Java programs that follow the system's policy");
}
