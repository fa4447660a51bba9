/* The installed clients against one host, and what makes the difference where they differ: the same command
 * with one thing changed. A change that turns failure into success is the cause; where none does alone, all
 * at once are tried, and each is then put back by itself. */
#include "local/clients.h"

#include "crypto/x509.h"
#include "net/file.h"

enum { MAX_CHANGES = 24, MAX_RUNS = 16 };

/* One change that can be made to a client's surroundings. */
struct change {
    unsigned reads; /* it is for clients that read this */
    unsigned bend;
    const char *env[10]; /* NULL at the end */
    size_t n_env;
    const char *says;                      /* "without the variable SSL_CERT_FILE" */
    const char *id;                        /* of a finding that nothing else names */
    const char *variable, *program, *file; /* which finding it stands for; NULL: any */
    const char *summary; /* of a finding of its own; what it is: "the variable … names a store …" */
    const char *fix;
    bool only_if_reached; /* it is worth a try only where somebody else connects */
};

struct changes {
    struct comparison *k;
    struct change list[MAX_CHANGES];
    size_t n;
};

static struct change *add(struct changes *c, const struct change *one) {
    if (c->n == MAX_CHANGES) return NULL;
    c->list[c->n] = *one;
    return &c->list[c->n++];
}

static void add_env(struct change *c, const char *entry) {
    if (c && c->n_env + 1 < TW_COUNT(c->env)) c->env[c->n_env++] = entry;
}

/* ---- which changes there are here ---- */

static const char *const proxies[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
                                      "http_proxy",  "HTTP_PROXY",  "no_proxy",  "NO_PROXY"};
enum { PROXIES_OF_HTTPS = 4 };

static void add_proxy_changes(struct changes *c) {
    struct examination *x = &c->k->x;
    const char *name = NULL, *value = NULL;
    for (size_t i = PROXIES_OF_HTTPS; i-- > 0;)
        if (local_env(x->m, proxies[i])) name = proxies[i], value = local_env(x->m, proxies[i]);
    if (!name) return;
    const char *safe = shown(x, local_redact(x->a, value));
    struct change plain = {.reads = READS_PROXY,
                           .variable = name,
                           .says = "the proxy spoken to in plain HTTP (http:// in the place of https://)"};
    if (strncmp(value, "https://", 8) == 0) {
        plain.id = "proxy-scheme-mismatch";
        plain.summary = text_f(x->a, "The proxy %s speaks plain HTTP, and %s says https://.", safe, name);
        plain.fix = text_f(x->a, "Write the proxy in %s with http:// in the place of https://.", name);
        add_env(add(c, &plain), text_f(x->a, "%s=http://%s", name, value + 8));
    }
    struct change without = {
        .reads = READS_PROXY,
        .variable = name,
        .id = "proxy-misconfigured",
        .says = "without the proxy variables",
        .summary = text_f(x->a, "The proxy %s of %s does not lead to the host, which is reached without it.",
                          safe, name),
        .fix = text_f(x->a,
                      "Unset %s, or let it name a proxy that is there.\nIf only this host is reached "
                      "without the proxy, add it to no_proxy.",
                      name)};
    struct change *added = add(c, &without);
    for (size_t i = 0; i < TW_COUNT(proxies); i++) add_env(added, proxies[i]);
}

static void add_variable_changes(struct changes *c) {
    static const struct {
        const char *name;
        unsigned reads;
        const char *id;
    } variables[] = {{"CURL_CA_BUNDLE", READS_CURL_BUNDLE, "client-trust-wrong-bundle"},
                     {"SSL_CERT_FILE", READS_CERT_FILE, "client-trust-wrong-bundle"},
                     {"SSL_CERT_DIR", READS_CERT_FILE, "client-trust-wrong-bundle"},
                     {"NODE_EXTRA_CA_CERTS", READS_NODE, "client-trust-wrong-bundle"},
                     {"NODE_OPTIONS", READS_NODE, "client-config-broken"},
                     {"JAVA_TOOL_OPTIONS", READS_JAVA, "client-config-broken"},
                     {"JDK_JAVA_OPTIONS", READS_JAVA, "client-config-broken"},
                     {"_JAVA_OPTIONS", READS_JAVA, "client-config-broken"}};
    struct examination *x = &c->k->x;
    for (size_t i = 0; i < TW_COUNT(variables); i++) {
        const char *name = variables[i].name;
        if (!local_env(x->m, name)) continue;
        struct change one = {
            .reads = variables[i].reads,
            .variable = name,
            .id = variables[i].id,
            .says = text_f(x->a, "without the variable %s", name),
            .summary = text_f(x->a, "The variable %s keeps programs that follow it from connecting.", name),
            .fix = text_f(x->a, "Unset %s, or correct what it says.", name)};
        add_env(add(c, &one), name);
    }
}

/* Files of settings: away with one of them. */
static void add_file_changes(struct changes *c) {
    const struct change openssl = {
        .reads = READS_OPENSSL,
        .program = "OpenSSL",
        .id = "client-config-broken",
        .env = {"OPENSSL_CONF=/dev/null"},
        .n_env = 1,
        .says = "with OPENSSL_CONF=/dev/null, so without OpenSSL's configuration",
        .summary = "OpenSSL's configuration keeps programs from connecting.",
        .fix = "Compare openssl.cnf with the one of the package, and take out what was added."};
    const struct change gnutls = {
        .reads = READS_GNUTLS,
        .program = "GnuTLS",
        .id = "client-config-broken",
        .env = {"GNUTLS_SYSTEM_PRIORITY_FILE=/dev/null"},
        .n_env = 1,
        .says = "with GNUTLS_SYSTEM_PRIORITY_FILE=/dev/null, so without GnuTLS' configuration",
        .summary = "GnuTLS' configuration keeps programs from connecting.",
        .fix = "Take out of /etc/gnutls/config what was added."};
    const struct change rc = {
        .reads = READS_RC,
        .bend = BEND_NO_RC,
        .id = "client-config-broken",
        .says = "without the client's own file of settings",
        .summary = "The client's own file of settings keeps it from connecting.",
        .fix = "Move the file (~/.curlrc, ~/.wgetrc) away, and put its lines back one by one."};
    const struct change java = {.reads = READS_JAVA,
                                .bend = BEND_JAVA_DEFAULTS,
                                .program = "Java programs",
                                .id = "client-config-broken",
                                .says = "with the security properties that a JDK comes with",
                                .summary = "Java's security properties keep its programs from connecting.",
                                .fix = "Compare conf/security/java.security with the one of the package."};
    const struct change fresh = {
        .reads = READS_PROFILE,
        .bend = BEND_FRESH,
        .id = "client-config-broken",
        .says = "with a profile that was never used",
        .summary = "The browser's profile (its settings, certificates or what it remembers of the host) "
                   "keeps it from connecting.",
        .fix = "Back the profile up; then Firefox: about:support, \"Refresh Firefox\"; Chromium: "
               "settings, \"Reset settings\", and remove what was added under certificates."};
    (void)add(c, &fresh);
    (void)add(c, &openssl);
    (void)add(c, &gnutls);
    (void)add(c, &rc);
    (void)add(c, &java);
}

static void add_store_changes(struct changes *c) {
    struct comparison *k = c->k;
    struct change store = {
        .reads = ~0u & ~(unsigned)READS_PROFILE,
        .bend = BEND_SYSTEM_STORE,
        .id = "client-trust-wrong-bundle",
        .says = text_f(k->x.a, "with the roots of %s, the system's store, by name", k->system_store),
        .summary =
            "It reads another store of trusted roots than the system's, and the root of this host is not "
            "in that one.",
        .fix = "Let the program read the system's store (`tlswhy causes client-trust-wrong-bundle` says how "
               "for each)."};
    store.only_if_reached = true;
    if (k->system_store && !k->roots) (void)add(c, &store);
}

static void find_changes(struct changes *c) {
    add_proxy_changes(c);
    add_variable_changes(c);
    add_file_changes(c);
    add_store_changes(c);
}

/* ---- runs ---- */

/* A client with its first try, and the tries with one change. */
struct subject {
    struct client_run base;
    struct local_client *row;
    const struct change *apt[MAX_CHANGES]; /* the changes that are for it */
    size_t n_apt;
    struct client_run tries[MAX_CHANGES];
};

static void bend(struct client_run *r, const struct change *c) {
    r->bends |= c->bend;
    for (size_t i = 0; i < c->n_env && r->n_changes + 1 < TW_COUNT(r->changes); i++)
        r->changes[r->n_changes++] = c->env[i];
}

static struct client_run again(const struct subject *s) {
    struct client_run r = {.kind = s->base.kind, .path = s->base.path};
    return r;
}

/* Several at a time, so that a small machine is not overwhelmed by its own question. */
static void run_all(struct comparison *k, struct client_run *const *runs, size_t n) {
    enum { AT_ONCE = 6 };
    struct process list[AT_ONCE];
    for (size_t from = 0; from < n; from += AT_ONCE) {
        size_t count = n - from < AT_ONCE ? n - from : AT_ONCE;
        for (size_t i = 0; i < count; i++) list[i] = runs[from + i]->process;
        processes_run(k->x.a, k->x.m->env, list, count);
        for (size_t i = 0; i < count; i++) runs[from + i]->process = list[i];
    }
}

static void run_one(struct comparison *k, struct client_run *r) {
    client_prepare(k, r);
    if (!r->skipped) run_all(k, &r, 1);
}

static bool connects(struct comparison *k, const struct client_run *r) {
    return !r->skipped && r->kind->connected(k, r);
}

static void fill_row(struct comparison *k, struct client_run *r, struct local_client *row) {
    row->elapsed_ms = r->process.took_ns / 1000000;
    row->detail = r->skipped;
    row->outcome = LOCAL_NOT_RUN;
    if (r->skipped) return;
    row->outcome = connects(k, r)                      ? LOCAL_CONNECTS
                   : r->process.state == PROCESS_LIMIT ? LOCAL_NO_ANSWER
                                                       : LOCAL_FAILS;
    row->detail = row->outcome == LOCAL_CONNECTS ? NULL : client_detail(k, r);
    /* `java FILE.java` of a JRE ends so (JEP 330). */
    if (row->outcome == LOCAL_FAILS && (r->kind->reads & READS_JAVA) && row->detail &&
        !strstr(r->process.out, "error: ")) {
        row->outcome = LOCAL_NOT_RUN;
        row->detail = text_f(k->x.a, "a JDK is needed to run a connection in Java: %s", row->detail);
    }
}

static size_t run_first(struct comparison *k, struct subject *subjects) {
    const struct client_kind *kinds;
    struct client_run *runs[MAX_RUNS] = {NULL};
    size_t n_kinds = client_kinds(&kinds), n = 0, n_runs = 0;
    struct local_report *r = k->x.r;
    for (size_t i = 0; i < n_kinds && n < MAX_RUNS && r->n_clients < LOCAL_MAX_CLIENTS; i++) {
        const char *path = NULL;
        for (size_t f = 0; f < TW_COUNT(kinds[i].files) && kinds[i].files[f] && !path; f++)
            path = local_which(&k->x, kinds[i].files[f]);
        if (!path) continue;
        struct subject *s = &subjects[n++];
        s->base.kind = &kinds[i];
        s->base.path = path;
        client_prepare(k, &s->base);
        if (!s->base.skipped) runs[n_runs++] = &s->base;
        s->row = &r->clients[r->n_clients++];
        *s->row =
            (struct local_client){.name = kinds[i].name, .path = text_escape(k->x.a, bytes_str(path), 300)};
    }
    run_all(k, runs, n_runs);
    for (size_t i = 0; i < n; i++) fill_row(k, &subjects[i].base, subjects[i].row);
    return n;
}

static bool has_failed(const struct subject *s) {
    return s->row->outcome == LOCAL_FAILS || s->row->outcome == LOCAL_NO_ANSWER;
}

/* Whether anybody reaches the host as it is. */
static bool is_reached(const struct comparison *k, const struct subject *subjects, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (subjects[i].row->outcome == LOCAL_CONNECTS) return true;
    return k->target->reaches;
}

static void choose(struct subject *s, const struct changes *c, bool reached) {
    for (size_t i = 0; i < c->n; i++)
        if ((s->base.kind->reads & c->list[i].reads) && (reached || !c->list[i].only_if_reached))
            s->apt[s->n_apt++] = &c->list[i];
}

/* Each change alone, of all clients that failed. */
static void run_changes(struct comparison *k, struct subject *subjects, size_t n) {
    struct client_run **runs = ARENA_ARRAY(k->x.a, struct client_run *, MAX_RUNS * MAX_CHANGES);
    size_t n_runs = 0;
    for (size_t i = 0; i < n; i++) {
        struct subject *s = &subjects[i];
        for (size_t t = 0; has_failed(s) && t < s->n_apt; t++) {
            s->tries[t] = again(s);
            bend(&s->tries[t], s->apt[t]);
            client_prepare(k, &s->tries[t]);
            if (!s->tries[t].skipped) runs[n_runs++] = &s->tries[t];
        }
    }
    run_all(k, runs, n_runs);
}

/* ---- what it means ---- */

static bool in_catalogue(const char *id) {
    return strncmp(id, "client-", 7) == 0 || strncmp(id, "proxy-mis", 9) == 0 ||
           strncmp(id, "proxy-sch", 9) == 0 || strcmp(id, "crypto-policy") == 0;
}

/* The finding that the change has taken away: of its variable, of the files that it stands for. */
static struct local_finding *finding_of(struct comparison *k, const struct subject *s,
                                        const struct change *c) {
    struct local_report *r = k->x.r;
    bool rc = c->bend & BEND_NO_RC;
    for (size_t i = 0; i < r->n_findings; i++) {
        struct local_finding *f = &r->findings[i];
        if (c->variable && f->variable && strcmp(f->variable, c->variable) == 0) return f;
        if (f->severity == LOCAL_NOTE || !f->file || !in_catalogue(f->id) ||
            strcmp(f->id, "client-weakened") == 0)
            continue;
        if (c->program && f->program && strstr(f->program, c->program)) return f;
        if (rc && f->program && strcmp(f->program, s->base.kind->name) == 0) return f;
    }
    return NULL;
}

static const char *how_it_failed(struct comparison *k, const struct local_client *row) {
    return text_f(k->x.a, "%s does not connect to %s: %s", row->name, k->target->host,
                  row->detail ? row->detail : "it does not say why");
}

static const struct local_proof *proof_of(struct comparison *k, const struct subject *s, const char *baseline,
                                          const struct change *c) {
    struct local_proof *p = ARENA_NEW(k->x.a, struct local_proof);
    p->baseline = baseline;
    p->change = text_f(k->x.a, "the same command, %s", c->says);
    p->outcome = text_f(k->x.a, "%s connects", s->row->name);
    return p;
}

/* What the proxy itself has said outranks what is guessed of it. */
static const char *id_of(const struct subject *s, const struct change *c) {
    bool asked = strcmp(c->id, "proxy-misconfigured") == 0 && s->row->detail && strstr(s->row->detail, "407");
    return asked ? "proxy-auth-required" : c->id;
}

static void conclude(struct comparison *k, struct subject *s, const struct change *c, const char *baseline) {
    struct local_finding *f = finding_of(k, s, c);
    const struct local_proof *proof = proof_of(k, s, baseline, c);
    if (!f) {
        const struct origin at = {.variable = c->variable, .program = s->row->name};
        size_t before = k->x.r->n_findings;
        tell(&k->x, &at, LOCAL_BREAKS, id_of(s, c), c->summary, c->fix);
        if (k->x.r->n_findings > before) f = &k->x.r->findings[before];
    } else if (!in_catalogue(f->id)) {
        /* What was only worth knowing has turned out to be the cause. */
        f->id = id_of(s, c);
        f->summary = c->summary;
        f->fix = c->fix;
    }
    if (!s->row->cause) s->row->cause = f ? f->id : id_of(s, c);
    if (!f) return;
    f->severity = LOCAL_BREAKS;
    if (!f->proof) f->proof = proof;
}

/* No change alone helped: all of them, and then all but one, which tells those that are needed. */
static void try_together(struct comparison *k, struct subject *s) {
    struct client_run all = again(s);
    for (size_t i = 0; i < s->n_apt; i++)
        if (!(s->apt[i]->only_if_reached)) bend(&all, s->apt[i]);
    run_one(k, &all);
    if (!connects(k, &all)) return;
    for (size_t i = 0; i < s->n_apt; i++) {
        struct client_run but_one = again(s);
        if (s->apt[i]->only_if_reached) continue;
        for (size_t j = 0; j < s->n_apt; j++)
            if (j != i && !s->apt[j]->only_if_reached) bend(&but_one, s->apt[j]);
        run_one(k, &but_one);
        if (connects(k, &but_one) || but_one.skipped) continue;
        const char *said = client_detail(k, &but_one);
        conclude(k, s, s->apt[i],
                 text_f(k->x.a, "%s does not connect, with everything else out of the way: %s", s->row->name,
                        said ? said : "it does not say why"));
    }
}

static void explain(struct comparison *k, struct subject *s, bool reached) {
    for (size_t i = 0; i < s->n_apt && !s->row->cause; i++)
        if (connects(k, &s->tries[i])) conclude(k, s, s->apt[i], how_it_failed(k, s->row));
    if (!s->row->cause && s->n_apt > 1) try_together(k, s);
    if (s->row->cause || !reached) return;
    const struct origin at = {.program = s->row->name};
    tell(&k->x, &at, LOCAL_WARNING, "client-differs",
         text_f(k->x.a, "%s, while others do; no setting that is known here makes the difference.",
                how_it_failed(k, s->row)),
         NULL);
}

/* ---- the whole ---- */

/* Every certificate of --cacert, in one file and in one each. */
static bool gather_roots(struct comparison *k) {
    enum { MAX_ROOTS = 256 };
    struct arena *a = k->x.a;
    struct text all;
    const char *why;
    size_t n = 0;
    text_init(&all, a);
    k->roots_each = ARENA_ARRAY(a, const char *, MAX_ROOTS + 1);
    for (size_t i = 0; i < k->target->n_cacert; i++) {
        struct store_content content;
        struct bytes body;
        if (!file_read(a, k->target->cacert[i], STORE_MAX_FILE, &body, &why)) continue;
        store_read(a, body, &content);
        for (size_t c = 0; c < content.n; c++) {
            const char *pem = cert_pem(a, content.certs[c].der), *name = text_f(a, "root-%zu.pem", n);
            text_add(&all, pem);
            if (n == MAX_ROOTS || !file_write(a, k->scratch, name, bytes_str(pem), &why)) continue;
            k->roots_each[n++] = text_f(a, "%s/%s", k->scratch, name);
        }
    }
    k->roots = text_f(a, "%s/roots.pem", k->scratch);
    return file_write(a, k->scratch, "roots.pem", bytes_of(all.s, all.n), &why);
}

static const char *find_system_store(struct comparison *k) {
    const char *bundle;
    for (size_t i = 0; (bundle = trust_system_bundle(i)); i++)
        if (local_modified(&k->x, bundle)) return bundle;
    return NULL;
}

static void compare(struct comparison *k) {
    struct subject *subjects = ARENA_ARRAY(k->x.a, struct subject, MAX_RUNS);
    struct changes *changes = ARENA_NEW(k->x.a, struct changes);
    k->system_store = find_system_store(k);
    changes->k = k;
    find_changes(changes);
    size_t n = run_first(k, subjects);
    bool reached = is_reached(k, subjects, n);
    for (size_t i = 0; i < n; i++)
        if (has_failed(&subjects[i])) choose(&subjects[i], changes, reached);
    run_changes(k, subjects, n);
    for (size_t i = 0; i < n; i++)
        if (has_failed(&subjects[i])) explain(k, &subjects[i], reached);
}

bool local_compare(struct arena *a, const struct local_machine *m, const struct local_target *target,
                   struct local_report *r, const char **why) {
    struct comparison *k = ARENA_NEW(a, struct comparison);
    const char *parent = local_env(m, "TMPDIR");
    k->x = (struct examination){.a = a, .m = m, .r = r};
    k->target = target;
    k->scratch = scratch_make(a, parent && parent[0] == '/' ? parent : "/tmp", why);
    if (!k->scratch) return false;
    if (target->n_cacert == 0 || gather_roots(k)) compare(k);
    scratch_remove(k->scratch);
    local_sort(r);
    return true;
}
