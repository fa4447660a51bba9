#include "local/clients.h"

#include "net/file.h"

void argv_add(struct client_argv *argv, const char *word) {
    if (argv->n + 1 < CLIENT_MAX_ARGV) argv->list[argv->n++] = word;
}

void argv_add_all(struct client_argv *argv, const char *const *words) {
    for (size_t i = 0; words[i]; i++) argv_add(argv, words[i]);
}

/* ---- where to ---- */

static bool is_address(const char *host) {
    return strchr(host, ':') || strspn(host, "0123456789.") == strlen(host);
}

/* In a URL, or before a port. */
static const char *bracketed(struct comparison *k, const char *host) {
    return strchr(host, ':') ? text_f(k->x.a, "[%s]", host) : host;
}

static const char *url_of(struct comparison *k) {
    return text_f(k->x.a, "https://%s:%u/", bracketed(k, k->target->host), k->target->port);
}

static const char *to_host(const struct comparison *k) {
    return k->target->connect ? k->target->connect : k->target->host;
}

static const char *to_port(struct comparison *k) {
    return text_f(k->x.a, "%u", k->target->connect_port ? k->target->connect_port : k->target->port);
}

static const char *seconds(struct comparison *k) {
    return text_f(k->x.a, "%lld", (long long)((k->target->timeout_ns + 999999999) / 1000000000));
}

/* The roots to name: those of --cacert, or the system's where that is the change. NULL: the client's own. */
static const char *roots_of(const struct comparison *k, const struct client_run *r) {
    return k->roots ? k->roots : r->bends & BEND_SYSTEM_STORE ? k->system_store : NULL;
}

/* ---- each client ---- */

/* time_appconnect: when TLS was done; the answer to the request is nobody's matter. */
static const char *prepare_curl(struct comparison *k, struct client_run *r, struct client_argv *argv) {
    const char *roots = roots_of(k, r);
    if (r->bends & BEND_NO_RC) argv_add(argv, "-q");
    argv_add_all(argv, (const char *const[]){"-sS", "-I", "-o", "/dev/null", "--max-time", seconds(k), "-w",
                                             "\\ntlswhy-appconnect=%{time_appconnect}\\n", NULL});
    if (k->target->connect)
        argv_add_all(argv,
                     (const char *const[]){"--connect-to",
                                           text_f(k->x.a, "%s:%u:%s:%s", bracketed(k, k->target->host),
                                                  k->target->port, bracketed(k, to_host(k)), to_port(k)),
                                           NULL});
    if (roots) argv_add_all(argv, (const char *const[]){"--cacert", roots, NULL});
    argv_add(argv, url_of(k));
    return NULL;
}

static bool connected_curl(struct comparison *k, const struct client_run *r) {
    const struct process *p = &r->process;
    (void)k;
    const char *at = strstr(p->out, "tlswhy-appconnect=");
    return at && strspn(at + 18, "0.") != strcspn(at + 18, "\r\n");
}

static const char *prepare_wget(struct comparison *k, struct client_run *r, struct client_argv *argv) {
    const char *roots = roots_of(k, r);
    if (k->target->connect) return "wget cannot be told to connect elsewhere (--connect-to)";
    if (r->bends & BEND_NO_RC) argv_add(argv, "--no-config");
    argv_add_all(argv, (const char *const[]){"-nv", "--spider", "--no-hsts", "--tries=1", "--max-redirect=0",
                                             text_f(k->x.a, "--timeout=%s", seconds(k)), NULL});
    if (roots) argv_add(argv, text_f(k->x.a, "--ca-certificate=%s", roots));
    argv_add(argv, url_of(k));
    return NULL;
}

/* wget(1), "Exit status": 6 and 8 are answers of a server. */
static bool connected_wget(struct comparison *k, const struct client_run *r) {
    const struct process *p = &r->process;
    (void)k;
    return p->state == PROCESS_ENDED && (p->status == 0 || p->status == 6 || p->status == 8);
}

static const char *prepare_openssl(struct comparison *k, struct client_run *r, struct client_argv *argv) {
    const char *host = k->target->host, *roots = roots_of(k, r);
    argv_add_all(argv,
                 (const char *const[]){"s_client", "-brief", "-verify_return_error", "-connect",
                                       text_f(k->x.a, "%s:%s", bracketed(k, to_host(k)), to_port(k)), NULL});
    if (is_address(host))
        argv_add_all(argv, (const char *const[]){"-verify_ip", host, "-noservername", NULL});
    else
        argv_add_all(argv, (const char *const[]){"-verify_hostname", host, "-servername", host, NULL});
    if (roots) argv_add_all(argv, (const char *const[]){"-CAfile", roots, NULL});
    return NULL;
}

static bool connected_openssl(struct comparison *k, const struct client_run *r) {
    const struct process *p = &r->process;
    (void)k;
    return strstr(p->out, "CONNECTION ESTABLISHED") != NULL;
}

static const char *prepare_gnutls(struct comparison *k, struct client_run *r, struct client_argv *argv) {
    const char *host = k->target->host, *roots = roots_of(k, r);
    argv_add_all(argv, (const char *const[]){"--port", to_port(k), NULL});
    if (roots) argv_add(argv, text_f(k->x.a, "--x509cafile=%s", roots));
    if (k->target->connect) argv_add(argv, text_f(k->x.a, "--verify-hostname=%s", host));
    if (k->target->connect && !is_address(host)) argv_add(argv, text_f(k->x.a, "--sni-hostname=%s", host));
    argv_add(argv, to_host(k));
    return NULL;
}

static bool connected_gnutls(struct comparison *k, const struct client_run *r) {
    const struct process *p = &r->process;
    (void)k;
    return strstr(p->out, "Handshake was completed") != NULL;
}

/* Those that run a script take the same arguments. */
static void add_target(struct comparison *k, struct client_run *r, struct client_argv *argv) {
    const char *roots = roots_of(k, r);
    argv_add_all(argv, (const char *const[]){k->target->host, text_f(k->x.a, "%u", k->target->port),
                                             k->target->connect ? k->target->connect : "",
                                             k->target->connect ? to_port(k) : "", seconds(k),
                                             roots ? roots : "", NULL});
}

static const char *prepare_python(struct comparison *k, struct client_run *r, struct client_argv *argv) {
    argv_add_all(argv, (const char *const[]){"-B", "-c", script_python, NULL});
    add_target(k, r, argv);
    return NULL;
}

static const char *prepare_node(struct comparison *k, struct client_run *r, struct client_argv *argv) {
    argv_add_all(argv, (const char *const[]){"-e", script_node, "--", NULL});
    add_target(k, r, argv);
    return NULL;
}

/* Debian's JDKs of today, without what policies and hands have added. */
static const char java_defaults[] = "jdk.tls.disabledAlgorithms=SSLv3, TLSv1, TLSv1.1, DTLSv1.0, RC4, DES, "
                                    "MD5withRSA, DH keySize < 1024, EC keySize < 224, "
                                    "3DES_EDE_CBC, anon, NULL, ECDH\n"
                                    "jdk.certpath.disabledAlgorithms=MD2, MD5, SHA1 jdkCA & usage TLSServer, "
                                    "RSA keySize < 1024, DSA keySize < 1024, EC "
                                    "keySize < 224\n"
                                    "jdk.tls.client.protocols=\n";

/* A source file is compiled in memory; that takes a JDK. */
static const char *prepare_java(struct comparison *k, struct client_run *r, struct client_argv *argv) {
    const char *why = NULL, *name = "TlswhyClient.java";
    if (!file_write(k->x.a, k->scratch, name, bytes_str(script_java), &why) ||
        !file_write(k->x.a, k->scratch, "java.security", bytes_str(java_defaults), &why))
        return why;
    argv_add_all(argv,
                 (const char *const[]){"-XX:-UsePerfData", "-XX:TieredStopAtLevel=1", "-Xmx256m", NULL});
    if (r->bends & BEND_JAVA_DEFAULTS)
        argv_add(argv, text_f(k->x.a, "-Djava.security.properties=%s/java.security", k->scratch));
    argv_add(argv, text_f(k->x.a, "%s/%s", k->scratch, name));
    add_target(k, r, argv);
    return NULL;
}

static bool connected_script(struct comparison *k, const struct client_run *r) {
    const struct process *p = &r->process;
    (void)k;
    return strstr(p->out, "tlswhy-connected") != NULL;
}

static const struct client_kind kinds[] = {
    {"curl",
     {"curl"},
     READS_OPENSSL | READS_GNUTLS | READS_PROXY | READS_RC | READS_CERT_FILE | READS_CURL_BUNDLE,
     5,
     prepare_curl,
     connected_curl,
     {"curl: ("}},
    {"wget",
     {"wget"},
     READS_OPENSSL | READS_GNUTLS | READS_PROXY | READS_RC,
     5,
     prepare_wget,
     connected_wget,
     {"ERROR", "error", "failed", "Unable"}},
    {"openssl",
     {"openssl"},
     READS_OPENSSL | READS_CERT_FILE,
     5,
     prepare_openssl,
     connected_openssl,
     {"verify error", "error:", "errno"}},
    {"gnutls-cli",
     {"gnutls-cli"},
     READS_GNUTLS,
     5,
     prepare_gnutls,
     connected_gnutls,
     {"- Status: The certificate is NOT trusted", "*** ", "annot"}},
    {"python",
     {"python3", "python"},
     READS_OPENSSL | READS_PROXY | READS_CERT_FILE,
     10,
     prepare_python,
     connected_script,
     {"error:"}},
    {"node", {"node", "nodejs"}, READS_OPENSSL | READS_NODE, 10, prepare_node, connected_script, {"error:"}},
    {"java", {"java"}, READS_JAVA, 30, prepare_java, connected_script, {"error:"}},
    {"chromium",
     {"chromium", "chromium-browser", "google-chrome-stable", "google-chrome"},
     READS_PROFILE,
     40,
     prepare_chromium,
     connected_chromium,
     {"ERR_"}},
    {"firefox", {"firefox", "firefox-esr"}, READS_PROFILE, 60, prepare_firefox, connected_script, {"error:"}},
};

size_t client_kinds(const struct client_kind **ret) {
    *ret = kinds;
    return TW_COUNT(kinds);
}

void client_prepare(struct comparison *k, struct client_run *r) {
    struct client_argv *argv = ARENA_NEW(k->x.a, struct client_argv);
    argv_add(argv, r->path);
    r->skipped = r->kind->prepare(k, r, argv);
    r->process = (struct process){.argv = argv->list,
                                  .changes = r->changes,
                                  .limit_ns = k->target->timeout_ns + (int64_t)r->kind->extra_s * 1000000000};
}

/* ---- what it said ---- */

/* A password as it stands in the variable, and as it is when its escapes are taken back. */
static void scrub(struct comparison *k, const char *secret, const char **text) {
    size_t n = strlen(secret);
    struct text t;
    if (n < 3) return;
    text_init(&t, k->x.a);
    for (const char *at; (at = strstr(*text, secret)) != NULL; *text = at + n) {
        text_add_n(&t, *text, (size_t)(at - *text));
        text_add(&t, "***");
    }
    text_add(&t, *text);
    *text = t.s;
}

static void scrub_variable(struct comparison *k, const char *value, const char **text) {
    const char *begin = strstr(value, "://"), *end = strrchr(value, '@');
    begin = begin ? begin + 3 : value;
    if (!end || end < begin) return;
    const char *both = arena_str(k->x.a, bytes_of(begin, (size_t)(end - begin)));
    struct words w = {both, ":"};
    const char *one;
    scrub(k, both, text);
    while (words_next(&k->x, &w, &one)) scrub(k, one, text);
}

static const char *without_secrets(struct comparison *k, const char *text) {
    static const char *const names[] = {"https_proxy", "HTTPS_PROXY", "http_proxy",
                                        "HTTP_PROXY",  "all_proxy",   "ALL_PROXY"};
    text = local_redact(k->x.a, text);
    for (size_t i = 0; i < TW_COUNT(names); i++) {
        const char *value = local_env(k->x.m, names[i]);
        if (value) scrub_variable(k, value, &text);
    }
    return text;
}

static bool tells(const struct client_kind *kind, const char *line) {
    for (size_t i = 0; i < TW_COUNT(kind->tells) && kind->tells[i]; i++)
        if (strstr(line, kind->tells[i])) return true;
    return false;
}

const char *client_detail(struct comparison *k, const struct client_run *r) {
    struct bytes out = bytes_str(r->said ? r->said : r->process.out), line;
    const char *last = NULL, *told = NULL;
    if (r->process.state == PROCESS_TROUBLE && r->process.why) return r->process.why;
    while (!told && settings_line(&out, &line)) {
        line = settings_trim(line);
        const char *text = arena_str(k->x.a, bytes_cut(line, 0, SETTINGS_MAX_VALUE));
        if (line.n == 0 || bytes_start_with(line, "Picked up ") || bytes_start_with(line, "tlswhy-"))
            continue;
        last = text;
        if (tells(r->kind, text)) told = text;
    }
    if (!told) told = last;
    if (!told) return r->process.state == PROCESS_LIMIT ? "no answer within its time" : NULL;
    if (strncmp(told, "error: ", 7) == 0) told += 7;
    return text_escape(k->x.a, bytes_str(without_secrets(k, told)), 300);
}
