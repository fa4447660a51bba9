/* What the environment says: proxies as curl reads them, and the terminal. */
#include "cli.h"

#include "api/options.h"
#include "net/net.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* The first that is set counts; lower case is first, as in curl. */
static const char *first_set(const char *const *names, size_t n, const char **ret_name) {
    for (size_t i = 0; i < n; i++) {
        const char *value = getenv(names[i]);
        if (!value || !*value) continue;
        *ret_name = names[i];
        return value;
    }
    return NULL;
}

const char *environment_value(const char *name) {
    return getenv(name);
}

/* Nothing in here changes it. */
const char *const *environment_all(void) {
    return (const char *const *)environ;
}

static const char *address_bytes(const struct net_addr *addr, unsigned *ret_bits) {
    bool v4 = addr->sa.any.sa_family == AF_INET;
    *ret_bits = v4 ? 32 : 128;
    return v4 ? (const char *)&addr->sa.v4.sin_addr : (const char *)&addr->sa.v6.sin6_addr;
}

/* "10.0.0.0/8" holds 10.1.2.3; an address alone holds itself. */
static bool network_holds(struct arena *a, const char *network, const struct net_addr *host) {
    const char *slash = strchr(network, '/');
    struct net_addr base;
    unsigned size, host_size;
    const char *alone = slash ? arena_str(a, bytes_of(network, (size_t)(slash - network))) : network;
    if (!net_addr_parse(alone, 0, &base)) return false;
    const char *b = address_bytes(&base, &size), *h = address_bytes(host, &host_size);
    uint64_t bits = size;
    if (size != host_size || (slash && !text_number(slash + 1, size, &bits))) return false;
    if (memcmp(b, h, bits / 8) != 0) return false;
    unsigned rest = bits % 8;
    return rest == 0 || (((uint8_t)b[bits / 8] ^ (uint8_t)h[bits / 8]) >> (8 - rest)) == 0;
}

/* "example.com" and ".example.com" both hold example.com and every name below it. */
static bool domain_holds(const char *domain, const char *host) {
    if (*domain == '.') domain++;
    size_t n = strlen(domain), m = strlen(host);
    if (n > 1 && domain[n - 1] == '.') n--;
    if (n == 0 || m < n || !bytes_eq_nocase(bytes_of(host + m - n, n), bytes_of(domain, n))) return false;
    return m == n || host[m - n - 1] == '.';
}

bool no_proxy_matches(struct arena *a, const char *list, const char *host) {
    static const char *const between = ", \t";
    struct net_addr addr;
    bool is_address = net_addr_parse(host, 0, &addr);
    if (strcmp(list, "*") == 0) return true;
    for (;;) {
        list += strspn(list, between);
        size_t n = strcspn(list, between);
        if (n == 0) return false;
        const char *entry = arena_str(a, bytes_of(list, n));
        if (is_address ? network_holds(a, entry, &addr) : domain_holds(entry, host)) return true;
        list += n;
    }
}

static const char *const exceptions[] = {"no_proxy", "NO_PROXY"};

/* As in curl, https_proxy is for what begins with TLS; a service with STARTTLS has its own scheme. 0 with the
 * proxy (NULL: none) and the variable that names it, or the exit status. */
static int find_proxy(struct cli *c, bool tls, const char *host, const char **ret, const char **ret_name) {
    static const char *const proxies[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
    size_t skip = tls ? 0 : 2;
    const char *ignored, *why = "";
    const char *proxy = first_set(proxies + skip, TW_COUNT(proxies) - skip, ret_name);
    const char *list = first_set(exceptions, TW_COUNT(exceptions), &ignored);
    struct proxy parsed;
    *ret = NULL;
    if (!proxy || (list && host && no_proxy_matches(&c->a, list, host))) return 0;
    if (!proxy_parse(proxy, &parsed, &why))
        return usage_error(c, "%s in the environment: %s", *ret_name, why);
    *ret = proxy;
    return 0;
}

/* One that is set for something else alone, http:// as a rule. What no_proxy excepts must hear of no host. */
static void find_known_proxy(struct cli *c) {
    static const char *const proxies[] = {"https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"};
    const char *host = c->options->request.host, *ignored, *name;
    const char *proxy = first_set(proxies, TW_COUNT(proxies), &name);
    const char *list = first_set(exceptions, TW_COUNT(exceptions), &ignored);
    if (proxy && host && !(list && no_proxy_matches(&c->a, list, host)))
        (void)tlswhy_set_known_proxy(c->options, name, proxy);
}

int environment_proxy(struct cli *c) {
    const struct request *r = &c->options->request;
    const char *proxy, *name = "";
    if (c->proxy_given) return 0;
    int status = find_proxy(c, r->starttls == STARTTLS_NONE, r->host, &proxy, &name);
    if (!status && !proxy) find_known_proxy(c);
    if (status || !proxy || tlswhy_set(c->options, "proxy", proxy) == 0) return status;
    return usage_error(c, "%s in the environment: %s", name, tlswhy_options_error(c->options));
}

int environment_fetch_proxy(struct cli *c, const char *url, const char **ret) {
    const char *name, *begin = url ? strstr(url, "://") : NULL, *host = NULL;
    if (begin) {
        begin += strspn(begin, ":/");
        size_t n = begin[0] == '[' ? strcspn(begin, "]") + 1 : strcspn(begin, ":/?#");
        host = arena_str(&c->a, bytes_cut(bytes_str(begin), 0, n));
    }
    return find_proxy(c, !url || strncmp(url, "https:", 6) == 0, host, ret, &name);
}

/* Paths that are not absolute are to be ignored, as that specification says. */
const char *environment_data_dir(struct cli *c) {
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    if (data && data[0] == '/') return text_f(&c->a, "%s/tlswhy", data);
    return home && home[0] == '/' ? text_f(&c->a, "%s/.local/share/tlswhy", home) : NULL;
}

const char *environment_store(const char *variable) {
    const char *value = getenv(variable);
    return value && *value ? value : NULL;
}

/* OpenSSL reads its own two for every program of its kind (X509_get_default_cert_file_env(3)); the others are
 * of the programs that are named. */
void environment_stores(struct cli *c) {
    static const struct {
        const char *variable, *program;
    } others[] = {{"CURL_CA_BUNDLE", "curl (CURL_CA_BUNDLE)"},
                  {"REQUESTS_CA_BUNDLE", "Python's requests (REQUESTS_CA_BUNDLE)"},
                  {"NODE_EXTRA_CA_CERTS", "Node (NODE_EXTRA_CA_CERTS)"},
                  {"GIT_SSL_CAINFO", "git (GIT_SSL_CAINFO)"},
                  {"AWS_CA_BUNDLE", "the AWS tools (AWS_CA_BUNDLE)"},
                  {"PIP_CERT", "pip (PIP_CERT)"},
                  {"SSL_CERT_FILE", "programs that follow SSL_CERT_FILE"}};
    tlswhy_set_system_store(c->options, environment_store("SSL_CERT_FILE"),
                            environment_store("SSL_CERT_DIR"));
    for (size_t i = 0; i < TW_COUNT(others); i++) {
        const char *value = environment_store(others[i].variable);
        if (value) (void)tlswhy_add_other_store(c->options, others[i].program, value);
    }
}

/* https://no-color.org: any value but none; what the command line says comes first. */
static bool color_wanted(const struct cli *c) {
    const char *no_color = getenv("NO_COLOR"), *terminal = getenv("TERM");
    if (c->color != WHEN_AUTO) return c->color == WHEN_ALWAYS;
    return isatty(STDOUT_FILENO) && !(no_color && *no_color) && !(terminal && strcmp(terminal, "dumb") == 0);
}

enum { WIDTH_MIN = 40, WIDTH_MAX = 100 }; /* longer lines are hard to read */

struct tlswhy_text_style environment_style(const struct cli *c) {
    struct winsize size;
    unsigned width = 0;
    if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) width = size.ws_col;
    if (width > WIDTH_MAX) width = WIDTH_MAX;
    if (width && width < WIDTH_MIN) width = WIDTH_MIN;
    return (struct tlswhy_text_style){
        .color = color_wanted(c), .quiet = c->quiet, .verbose = c->verbose, .width = width};
}
