/* Variables that change how programs speak TLS, whom they trust, and which way they take. */
#include "local/internal.h"

typedef void judge_variable(struct examination *x, const struct origin *at, const char *value);

static const char *unset(struct examination *x, const struct origin *at) {
    return text_f(
        x->a,
        "Unset the variable: unset %s, and take it out of where it is set (~/.profile, /etc/environment, the "
        "service's unit, the container's image).",
        at->variable);
}

static void store(struct examination *x, const struct origin *at, const char *value, bool replaces,
                  bool folder) {
    const char *fix =
        replaces ? text_f(x->a,
                          "Unset %s, so that the system's store is used again, or let it name a readable "
                          "bundle of all the roots that are needed.",
                          at->variable)
                 : unset(x, at);
    const struct store_use use = {
        .path = value, .what = at->variable, .replaces = replaces, .folder = folder, .undo = fix};
    judge_store(x, at, &use);
}

static void store_file(struct examination *x, const struct origin *at, const char *value) {
    store(x, at, value, true, false);
}

/* libpq 16: the word "system" is the system's store. */
static void store_of_postgres(struct examination *x, const struct origin *at, const char *value) {
    if (strcmp(value, "system") != 0) store(x, at, value, true, false);
}

static void store_folders(struct examination *x, const struct origin *at, const char *value) {
    store(x, at, value, true, true);
}

static void store_extra(struct examination *x, const struct origin *at, const char *value) {
    store(x, at, value, false, false);
}

static void proxy(struct examination *x, const struct origin *at, const char *value) {
    judge_proxy(x, at, value);
}

static void no_proxy(struct examination *x, const struct origin *at, const char *value) {
    tell(x, at, LOCAL_NOTE, "proxy-exceptions",
         text_f(x->a, "These hosts are reached without the proxy: %s.", shown(x, value)), NULL);
}

static void verification_off(struct examination *x, const struct origin *at) {
    tell(
        x, at, LOCAL_WARNING, "verification-off",
        text_f(
            x->a,
            "%s switches the verification of certificates off: whoever stands in between can read and change "
            "everything.",
            at->variable),
        unset(x, at));
}

static void off_if_zero(struct examination *x, const struct origin *at, const char *value) {
    if (strcmp(value, "0") == 0) verification_off(x, at);
}

/* git takes any value but these for true. */
static void off_if_true(struct examination *x, const struct origin *at, const char *value) {
    static const char *const no[] = {"0", "false", "no", "off"};
    for (size_t i = 0; i < TW_COUNT(no); i++)
        if (text_eq_nocase(value, no[i])) return;
    verification_off(x, at);
}

static void keys_logged(struct examination *x, const struct origin *at, const char *value) {
    tell(x, at, LOCAL_WARNING, "keys-logged",
         text_f(x->a,
                "The keys of every connection are written into %s: whoever can read that file can read the "
                "traffic.",
                shown(x, value)),
         unset(x, at));
}

static void git_version(struct examination *x, const struct origin *at, const char *value) {
    uint16_t v = local_version(value);
    /* curl's --tlsv1.x, which git uses: the oldest one that is allowed. */
    const struct version_policy p = {
        .min = v, .says = text_f(x->a, "%s=%s", at->variable, shown(x, value)), .undo = unset(x, at)};
    if (v) judge_versions(x, at, &p);
}

static void ciphers(struct examination *x, const struct origin *at, const char *value) {
    tell(x, at, LOCAL_NOTE, "ciphers-chosen",
         text_f(x->a, "%s allows these cipher suites alone: %s.", at->variable, shown(x, value)),
         unset(x, at));
}

/* "--option=value" or "--option value". False: the word is another option. */
static bool option_value(struct examination *x, const char *word, const char *name, struct words *w,
                         const char **ret) {
    size_t n = strlen(name);
    if (strncmp(word, name, n) != 0) return false;
    if (word[n] == '=') {
        *ret = word + n + 1;
        return true;
    }
    return word[n] == 0 && words_next(x, w, ret);
}

static void node_option(struct examination *x, const struct origin *at, const char *word, struct words *w,
                        struct version_policy *p) {
    const char *value = "";
    if (strncmp(word, "--tls-min-v", 11) == 0) {
        p->min = local_version(word + 11);
        p->says = text_f(x->a, "%s in %s", shown(x, word), at->variable);
    } else if (strncmp(word, "--tls-max-v", 11) == 0) {
        p->max = local_version(word + 11);
        p->says = text_f(x->a, "%s in %s", shown(x, word), at->variable);
    } else if (option_value(x, word, "--tls-cipher-list", w, &value)) {
        ciphers(x, at, value);
    } else if (option_value(x, word, "--openssl-config", w, &value)) {
        tell(x, at, LOCAL_NOTE, "openssl-config-chosen",
             text_f(x->a, "Node reads %s as OpenSSL's configuration.", shown(x, value)), unset(x, at));
    } else if (strcmp(word, "--use-openssl-ca") == 0 || strcmp(word, "--use-system-ca") == 0) {
        tell(x, at, LOCAL_NOTE, "store-chosen",
             text_f(x->a, "%s makes Node trust the system's roots.", shown(x, word)), NULL);
    }
}

static void node_options(struct examination *x, const struct origin *at, const char *value) {
    struct version_policy p = {.undo = unset(x, at)};
    struct words w = {value, " \t\n"};
    const char *word;
    while (words_next(x, &w, &word)) node_option(x, at, word, &w, &p);
    if (p.says) judge_versions(x, at, &p);
}

static void java_store(struct examination *x, const struct origin *at, const char *value) {
    const struct store_use use = {.path = value,
                                  .what = text_f(x->a, "javax.net.ssl.trustStore in %s", at->variable),
                                  .replaces = true,
                                  .undo = unset(x, at)};
    if (strcmp(value, "NONE") != 0) judge_store(x, at, &use);
}

static void java_protocols(struct examination *x, const struct origin *at, const char *value) {
    struct version_policy p = {.no_12 = true,
                               .no_13 = true,
                               .says = text_f(x->a, "The list of protocols %s", shown(x, value)),
                               .undo = unset(x, at)};
    struct words w = {value, ", "};
    const char *word;
    while (words_next(x, &w, &word)) {
        uint16_t v = local_version(word);
        if (v == 0x0303) p.no_12 = false;
        if (v == 0x0304) p.no_13 = false;
        if (v && v < 0x0303) p.weak = true;
    }
    judge_versions(x, at, &p);
}

/* The values of trustStorePassword and of proxy passwords are never looked at. */
static void java_options(struct examination *x, const struct origin *at, const char *value) {
    static const struct {
        const char *option;
        judge_variable *judge;
    } options[] = {{"-Djavax.net.ssl.trustStore=", java_store},
                   {"-Djdk.tls.client.protocols=", java_protocols},
                   {"-Dhttps.protocols=", java_protocols}};
    struct words w = {value, " \t\n"};
    const char *word;
    while (words_next(x, &w, &word))
        for (size_t i = 0; i < TW_COUNT(options); i++)
            if (strncmp(word, options[i].option, strlen(options[i].option)) == 0)
                options[i].judge(x, at, word + strlen(options[i].option));
}

static void go_debug(struct examination *x, const struct origin *at, const char *value) {
    struct words w = {value, ", "};
    const char *word;
    while (words_next(x, &w, &word))
        if (strncmp(word, "tls", 3) == 0 || strncmp(word, "x509", 4) == 0)
            tell(x, at, LOCAL_NOTE, "go-debug",
                 text_f(x->a, "%s changes how Go programs speak TLS or judge certificates.", shown(x, word)),
                 unset(x, at));
}

static void openssl_config(struct examination *x, const struct origin *at, const char *value) {
    tell(x, at, LOCAL_NOTE, "openssl-config-chosen",
         text_f(x->a, "OpenSSL reads %s in the place of its own configuration.", shown(x, value)),
         unset(x, at));
}

static const char by_proxy[] = "curl, wget, git, pip, npm and most programs of the command line; not Java";
static const struct {
    const char *name;
    judge_variable *judge;
    const char *program;
} variables[] = {
    {"OPENSSL_CONF", openssl_config, "every program that uses OpenSSL (curl, Python, Node, Ruby, PHP)"},
    {"SSL_CERT_FILE", store_file, "programs that use OpenSSL (curl, Python, Ruby), and Go"},
    {"SSL_CERT_DIR", store_folders, "programs that use OpenSSL (curl, Python, Ruby), and Go"},
    {"NIX_SSL_CERT_FILE", store_file, "programs out of Nix"},
    {"CURL_CA_BUNDLE", store_file, "curl, and Python's requests without REQUESTS_CA_BUNDLE"},
    {"REQUESTS_CA_BUNDLE", store_file, "Python's requests, pip, and what is built on them"},
    {"PIP_CERT", store_file, "pip"},
    {"AWS_CA_BUNDLE", store_file, "the AWS tools"},
    {"CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE", store_file, "gcloud"},
    {"HTTPLIB2_CA_CERTS", store_file, "Python's httplib2"},
    {"GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", store_file, "gRPC"},
    {"CARGO_HTTP_CAINFO", store_file, "cargo"},
    {"PGSSLROOTCERT", store_of_postgres, "psql and libpq"},
    {"GIT_SSL_CAINFO", store_file, "git"},
    {"GIT_SSL_CAPATH", store_folders, "git"},
    {"NODE_EXTRA_CA_CERTS", store_extra, "Node"},
    {"DENO_CERT", store_extra, "Deno"},
    {"NODE_TLS_REJECT_UNAUTHORIZED", off_if_zero, "Node"},
    {"PYTHONHTTPSVERIFY", off_if_zero, "Python 2.7 and 3.4 to 3.11 of some distributions"},
    {"GIT_SSL_NO_VERIFY", off_if_true, "git"},
    {"GIT_SSL_VERSION", git_version, "git"},
    {"GIT_SSL_CIPHER_LIST", ciphers, "git"},
    {"NODE_OPTIONS", node_options, "Node"},
    {"JAVA_TOOL_OPTIONS", java_options, "every Java program"},
    {"JDK_JAVA_OPTIONS", java_options, "Java programs that are started by `java`"},
    {"_JAVA_OPTIONS", java_options, "every Java program"},
    {"GODEBUG", go_debug, "Go programs"},
    {"SSLKEYLOGFILE", keys_logged, "browsers, curl, Python and others"},
    {"https_proxy", proxy, by_proxy},
    {"HTTPS_PROXY", proxy, by_proxy},
    {"all_proxy", proxy, by_proxy},
    {"ALL_PROXY", proxy, by_proxy},
    {"http_proxy", proxy, "programs of the command line, for http:// alone"},
    {"HTTP_PROXY", proxy, "Python, Go and others, for http:// alone"},
    {"no_proxy", no_proxy, by_proxy},
    {"NO_PROXY", no_proxy, by_proxy},
};

void examine_environment(struct examination *x) {
    for (size_t i = 0; i < TW_COUNT(variables); i++) {
        const char *value = local_env(x->m, variables[i].name);
        struct origin at = origin_variable(variables[i].name, variables[i].program);
        if (value) variables[i].judge(x, &at, value);
    }
}
