/* What settings of any format mean: versions, stores, proxies. */
#include "local/internal.h"

#include "crypto/x509.h"
#include "net/dialog.h"

/* ---- versions ---- */

enum { TLS_10 = 0x0301, TLS_11, TLS_12, TLS_13, SSL_3 = 0x0300 };

uint16_t local_version(const char *word) {
    static const struct {
        const char *word;
        uint16_t v;
    } words[] = {{"ssl3", SSL_3},    {"ssl3.0", SSL_3},  {"tls1", TLS_10},   {"tls1.0", TLS_10},
                 {"tls1.1", TLS_11}, {"tls1.2", TLS_12}, {"tls1.3", TLS_13}, {"tls10", TLS_10},
                 {"tls11", TLS_11},  {"tls12", TLS_12},  {"tls13", TLS_13},  {"1.0", TLS_10},
                 {"1.1", TLS_11},    {"1.2", TLS_12},    {"1.3", TLS_13},    {"1", TLS_10}};
    char plain[16];
    size_t n = 0;
    if (strncmp(word, "VERS-", 5) == 0) word += 5;
    for (; *word && n + 1 < sizeof(plain); word++) {
        char c = *word == '_' ? '.' : *word;
        if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
        /* The "v" of "TLSv1.2". */
        if (c != 'v' && c != ' ') plain[n++] = c;
    }
    plain[n] = 0;
    for (size_t i = 0; i < TW_COUNT(words); i++)
        if (strcmp(words[i].word, plain) == 0) return words[i].v;
    return TLS_NONE;
}

/* What the policy makes of a version. */
static bool lets(const struct version_policy *p, uint16_t v, bool off) {
    return !off && p->min <= v && (!p->max || p->max >= v);
}

void judge_versions(struct examination *x, const struct origin *at, const struct version_policy *p) {
    static const struct {
        enum local_severity severity;
        const char *what;
    } words[2][2] = {
        /* without TLS 1.3, with it */
        {{LOCAL_BREAKS, "leaves neither TLS 1.2 nor TLS 1.3: connections to every current server fail"},
         {LOCAL_BREAKS,
          "leaves only TLS 1.3: connections to every server that speaks nothing newer than TLS 1.2 fail"}},
        {{LOCAL_WARNING, "leaves TLS 1.3 out: connections to servers that speak nothing else fail"},
         {LOCAL_NOTE, NULL}}};
    bool has_12 = lets(p, TLS_12, p->no_12), has_13 = lets(p, TLS_13, p->no_13);
    bool weak = p->weak || (p->min && p->min < TLS_12);
    const char *what = words[has_12][has_13].what;
    if (what)
        tell(x, at, words[has_12][has_13].severity, p->id ? p->id : "client-version-policy",
             text_f(x->a, "%s %s.", p->says, what), p->undo);
    if (has_12 && weak)
        tell(x, at, LOCAL_WARNING, "client-weakened",
             text_f(
                 x->a,
                 "%s lets in versions older than TLS 1.2, which are broken; it is not needed for any current "
                 "server.",
                 p->says),
             p->undo);
}

/* ---- proxies ---- */

/* Behind "://", or at the beginning: what is before the last "@" is nobody's business. A password may hold a
 * slash that should have been escaped, so that the "@" is looked for up to the next blank. */
const char *local_redact(struct arena *a, const char *text) {
    struct text t;
    text_init(&t, a);
    for (const char *s = text; *s;) {
        const char *scheme = strstr(s, "://");
        const char *begin = scheme ? scheme + 3 : s == text ? s : s + strlen(s);
        size_t n = strcspn(begin, " \t\r\n'\""), user = 0;
        for (size_t i = 0; i < n; i++)
            if (begin[i] == '@') user = i;
        text_add_n(&t, s, (size_t)(begin - s));
        if (user) text_add(&t, "***");
        text_add_n(&t, begin + user, n - user);
        s = begin + n;
        if (!scheme) {
            text_add(&t, s);
            break;
        }
    }
    return t.s;
}

void judge_proxy(struct examination *x, const struct origin *at, const char *url) {
    struct proxy parsed;
    const char *why = "";
    const char *safe = shown(x, local_redact(x->a, url));
    /* curl and wget take a proxy without a scheme for http://. */
    const char *full = strstr(url, "://") ? url : text_f(x->a, "http://%s", url);
    if (strncmp(full, "https://", 8) == 0) {
        tell(x, at, LOCAL_NOTE, "proxy-scheme-mismatch",
             text_f(x->a,
                    "Requests go through the proxy %s, and TLS is spoken with the proxy itself; most proxies "
                    "speak "
                    "plain HTTP there, and then every request fails.",
                    safe),
             "If requests fail with \"wrong version number\", write the proxy with http:// in the place of "
             "https://.");
        return;
    }
    bool other_kind = strncmp(full, "socks4", 6) == 0 || strncmp(full, "socks://", 8) == 0;
    if (!other_kind && !proxy_parse(full, &parsed, &why)) {
        tell(x, at, LOCAL_BREAKS, "proxy-misconfigured",
             text_f(x->a, "The proxy %s cannot be used: %s.", safe, why),
             "Correct it to http://HOST:PORT, or unset it where no proxy is needed.");
        return;
    }
    tell(x, at, LOCAL_NOTE, "proxy-set", text_f(x->a, "Requests go through the proxy %s.", safe),
         "If it is not there any more, unset it.");
}

/* ---- stores ---- */

static size_t count_expired(const struct store_content *s, int64_t now) {
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) n += s->certs[i].not_after < now;
    return n;
}

static const struct local_store *store_known(const struct examination *x, const char *path) {
    for (size_t i = 0; i < x->r->n_stores; i++)
        if (strcmp(x->r->stores[i].path, path) == 0) return &x->r->stores[i];
    return NULL;
}

static const struct local_store *store_keep(struct examination *x, const struct local_store *s) {
    struct local_report *r = x->r;
    if (r->n_stores == LOCAL_MAX_STORES) return NULL;
    r->stores[r->n_stores] = *s;
    return &r->stores[r->n_stores++];
}

const struct local_store *store_note(struct examination *x, const char *path, const char *used_by,
                                     struct store_content *content) {
    const char *escaped = text_escape(x->a, bytes_str(path), 1024), *why = NULL;
    const struct local_store *known = store_known(x, escaped);
    struct store_content own = {0};
    struct bytes body;
    if (!content && known) return known;
    if (!content) content = &own;
    if (local_read(x, path, STORE_MAX_FILE, &body, &why, NULL)) {
        store_read(x->a, body, content);
        why = content->problem;
    }
    if (known) return known;
    const struct local_store s = {.path = escaped,
                                  .format = content->format,
                                  .used_by = used_by,
                                  .problem = why,
                                  .roots = content->n,
                                  .expired = count_expired(content, x->m->now),
                                  .modified = local_modified(x, path)};
    return store_keep(x, &s);
}

enum { MAX_FOLDER = 2048, FEW = 16 };

/* A folder that OpenSSL looks into: "9a6ec012.0" by the hash of the name. */
static const struct local_store *note_folder(struct examination *x, const char *path, const char *used_by) {
    char **names = ARENA_ARRAY(x->a, char *, MAX_FOLDER);
    const char *escaped = text_escape(x->a, bytes_str(path), 1024);
    const struct local_store *known = store_known(x, escaped);
    if (known) return known;
    struct local_store s = {.path = escaped, .format = "folder", .used_by = used_by};
    size_t n = local_list(x, path, "", names, MAX_FOLDER);
    for (size_t i = 0; i < n; i++) s.roots += strspn(names[i], "0123456789abcdef") == 8 && names[i][8] == '.';
    s.modified = local_modified(x, path);
    if (!local_is_dir(x, path))
        s.problem = "there is no such folder";
    else if (s.roots == 0)
        s.problem = "there is no certificate in it under the hash of its name (openssl rehash)";
    return store_keep(x, &s);
}

static bool is_system(struct examination *x, const char *path) {
    const char *bundle, *real = local_real(x, path);
    for (size_t i = 0; (bundle = trust_system_bundle(i)); i++)
        if (strcmp(bundle, path) == 0 || strcmp(local_real(x, bundle), real) == 0) return true;
    return strcmp(path, "/etc/ssl/certs") == 0;
}

static const struct local_store *note_any(struct examination *x, const struct origin *at,
                                          const struct store_use *use, const char *path) {
    return use->folder || local_is_dir(x, path) ? note_folder(x, path, at->program)
                                                : store_note(x, path, at->program, NULL);
}

/* `alone`: nothing else of the same list can be used. */
static void judge_one_store(struct examination *x, const struct origin *at, const struct store_use *use,
                            const char *path, bool alone) {
    const struct local_store *s = note_any(x, at, use, path);
    if (!s) return;
    if (s->problem && !alone)
        tell(x, at, LOCAL_NOTE, "store-chosen",
             text_f(x->a, "%s names %s among others, and nothing can be read there: %s.", use->what,
                    shown(x, path), s->problem),
             NULL);
    else if (s->problem && use->replaces)
        tell(x, at, LOCAL_BREAKS, "client-trust-store-missing",
             text_f(x->a,
                    "%s names %s as the store of trusted roots, and nothing can be read there: %s. "
                    "Programs that rely on it refuse every server.",
                    use->what, shown(x, path), s->problem),
             use->undo);
    else if (s->problem)
        tell(x, at, LOCAL_WARNING, "client-trust-store-missing",
             text_f(x->a, "%s adds the roots of %s, and nothing can be read there: %s.", use->what,
                    shown(x, path), s->problem),
             use->undo);
    else if (use->replaces && s->roots < FEW)
        tell(x, at, LOCAL_WARNING, "client-trust-wrong-bundle",
             text_f(
                 x->a,
                 "%s puts %s in the place of the system's store; it holds %zu %s, so most public servers are "
                 "refused.",
                 use->what, shown(x, path), s->roots, s->roots == 1 ? "certificate" : "certificates"),
             use->undo);
    else if (use->replaces && is_system(x, path))
        tell(x, at, LOCAL_NOTE, "store-usual",
             text_f(x->a, "%s names %s, which is the system's store: nothing changes.", use->what,
                    shown(x, path)),
             NULL);
    else
        tell(x, at, LOCAL_NOTE, "store-chosen",
             text_f(x->a, "%s %s %s, with %zu %s.", use->what,
                    use->replaces ? "puts in the place of the system's store" : "adds", shown(x, path),
                    s->roots, s->roots == 1 ? "certificate" : "certificates"),
             NULL);
}

/* Of a list of folders one that can be used is enough. */
static bool any_usable(struct examination *x, const struct origin *at, const struct store_use *use) {
    struct words w = {use->path, ":"};
    const char *one;
    while (words_next(x, &w, &one)) {
        const struct local_store *s = note_any(x, at, use, one);
        if (s && !s->problem) return true;
    }
    return false;
}

void judge_store(struct examination *x, const struct origin *at, const struct store_use *use) {
    struct words w = {use->path, ":"};
    const char *one;
    if (!use->folder) {
        judge_one_store(x, at, use, use->path, true);
        return;
    }
    bool alone = !any_usable(x, at, use);
    while (words_next(x, &w, &one)) judge_one_store(x, at, use, one, alone);
}
