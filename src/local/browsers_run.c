/* Browsers without a window: a profile of their own, thrown away afterwards; every name but the host's leads
 * nowhere, so that what browsers tell their makers stays here. */
#include "local/clients.h"

#include "net/file.h"

#include <jansson.h>
#include <unistd.h>

enum { MAX_LOG = 64 << 20, MAX_PREFS = 4 << 20 };

/* ---- profiles ---- */

static bool copy(struct comparison *k, const char *from, const char *dir, const char *name) {
    struct bytes body;
    const char *why;
    return local_read(&k->x, text_f(k->x.a, "%s/%s", from, name), STORE_MAX_FILE, &body, &why, NULL) &&
           file_write(k->x.a, dir, name, body, &why);
}

/* certutil takes the first certificate of a file, and no more. */
static const char *add_roots(struct comparison *k, const char *database) {
    const char *certutil = local_which(&k->x, "certutil"), *db = text_f(k->x.a, "sql:%s", database);
    if (!certutil) return "certutil (libnss3-tools) is needed to give a browser roots (--cacert)";
    const char *const make[] = {certutil, "-N", "-d", db, "--empty-password", NULL};
    struct process p = {.argv = make, .limit_ns = PROCESS_SHORT};
    if (!local_modified(&k->x, text_f(k->x.a, "%s/cert9.db", database)))
        processes_run(k->x.a, k->x.m->env, &p, 1);
    for (size_t i = 0; k->roots_each[i]; i++) {
        const char *const add[] = {
            certutil,         "-A", "-d", db, "-n", text_f(k->x.a, "tlswhy %zu", i), "-t", "C,,", "-i",
            k->roots_each[i], NULL};
        p = (struct process){.argv = add, .limit_ns = PROCESS_SHORT};
        processes_run(k->x.a, k->x.m->env, &p, 1);
        if (p.state != PROCESS_ENDED || p.status != 0) return "certutil cannot add the roots to a database";
    }
    return NULL;
}

/* The copies hold certificates and no keys. */
const char *profile_make(struct comparison *k, struct client_run *r, const char *database, const char *from) {
    const char *why = NULL;
    r->dir = text_f(k->x.a, "%s/run-%u", k->scratch, k->runs++);
    const char *dir = text_f(k->x.a, "%s/%s", r->dir, database), *home = text_f(k->x.a, "%s/home", r->dir);
    if (!file_write(k->x.a, dir, ".made", bytes_str(""), &why) ||
        !file_write(k->x.a, home, ".made", bytes_str(""), &why))
        return why;
    if (from && !(r->bends & BEND_FRESH)) (void)copy(k, from, dir, "cert9.db");
    const char *const changes[] = {text_f(k->x.a, "HOME=%s", home),
                                   text_f(k->x.a, "TMPDIR=%s", home),
                                   text_f(k->x.a, "XDG_RUNTIME_DIR=%s", home),
                                   "XDG_CONFIG_HOME",
                                   "XDG_CACHE_HOME",
                                   "XDG_DATA_HOME",
                                   "SSLKEYLOGFILE",
                                   "DBUS_SESSION_BUS_ADDRESS=unix:path=/dev/null"};
    for (size_t i = 0; i < TW_COUNT(changes) && r->n_changes + 1 < TW_COUNT(r->changes); i++)
        r->changes[r->n_changes++] = changes[i];
    return k->roots ? add_roots(k, dir) : NULL;
}

static const char *not_by_proxy(const struct comparison *k) {
    return k->target->by_proxy ? "browsers are run without the proxy, and the host is reached by it alone"
                               : NULL;
}

static bool is_ip(const char *host) {
    return strchr(host, ':') || strspn(host, "0123456789.") == strlen(host);
}

/* ---- Chromium ---- */

static const char *rules(struct comparison *k) {
    const struct local_target *t = k->target;
    const char *host = strchr(t->host, ':') ? text_f(k->x.a, "[%s]", t->host) : t->host;
    if (!t->connect) return text_f(k->x.a, "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE %s", host);
    const char *to = strchr(t->connect, ':') ? text_f(k->x.a, "[%s]", t->connect) : t->connect;
    return text_f(k->x.a, "--host-resolver-rules=MAP %s:%u %s:%u, MAP * ~NOTFOUND, EXCLUDE %s", host, t->port,
                  to, t->connect_port ? t->connect_port : t->port, to);
}

const char *prepare_chromium(struct comparison *k, struct client_run *r, struct client_argv *argv) {
    const char *why = not_by_proxy(k);
    if (!why && k->target->connect && is_ip(k->target->host))
        why = "Chromium cannot be told to connect elsewhere than to an address";
    if (!why) why = profile_make(k, r, "home/.pki/nssdb", local_home(&k->x, ".pki/nssdb"));
    if (why) return why;
    argv_add_all(argv,
                 (const char *const[]){"--headless=new", "--disable-gpu", "--no-first-run",
                                       "--no-default-browser-check", "--disable-background-networking",
                                       "--disable-component-update", "--disable-sync", "--disable-extensions",
                                       "--disable-dev-shm-usage", "--no-proxy-server", "--incognito", NULL});
    if (geteuid() == 0) argv_add(argv, "--no-sandbox"); /* root has none (crbug.com/638180) */
    argv_add_all(argv, (const char *const[]){
                           text_f(k->x.a, "--user-data-dir=%s/profile", r->dir),
                           text_f(k->x.a, "--log-net-log=%s/net.json", r->dir), rules(k), "--dump-dom",
                           text_f(k->x.a, "https://%s:%u/",
                                  strchr(k->target->host, ':') ? text_f(k->x.a, "[%s]", k->target->host)
                                                               : k->target->host,
                                  k->target->port),
                           NULL});
    return NULL;
}

/* What is written while it runs ends in the middle where it was stopped. */
static json_t *read_log(struct comparison *k, const struct client_run *r) {
    struct bytes body;
    const char *why;
    json_error_t error;
    if (!file_read(k->x.a, text_f(k->x.a, "%s/net.json", r->dir), MAX_LOG, &body, &why)) return NULL;
    json_t *log = json_loadb((const char *)body.p, body.n, 0, &error);
    if (log) return log;
    size_t n = body.n;
    while (n > 0 && body.p[n - 1] != '\n') n--;
    while (n > 0 && (body.p[n - 1] == '\n' || body.p[n - 1] == ',')) n--;
    const char *mended = text_f(k->x.a, "%s]}", arena_str(k->x.a, bytes_cut(body, 0, n)));
    return json_loads(mended, 0, &error);
}

static const char *error_name(struct comparison *k, const json_t *log, json_int_t number) {
    const json_t *names = json_object_get(json_object_get(log, "constants"), "netError");
    const char *name;
    json_t *value;
    /* The table is the log's own. */
    json_object_foreach((json_t *)(uintptr_t)names, name,
                        value) if (json_integer_value(value) == number) return text_f(k->x.a, "net::%s",
                                                                                      name);
    return text_f(k->x.a, "net_error %lld", (long long)number);
}

/* The end of a TLS handshake with the host: every other name leads nowhere. 0: it went through; the number of
 * an error; 1: there was none. */
static json_int_t handshake_of(const json_t *log) {
    const json_t *types = json_object_get(json_object_get(log, "constants"), "logEventTypes");
    const json_t *events = json_object_get(log, "events");
    json_int_t tls = json_integer_value(json_object_get(types, "SSL_CONNECT")), last = 1;
    json_int_t tcp = json_integer_value(json_object_get(types, "TCP_CONNECT"));
    for (size_t i = 0; i < json_array_size(events); i++) {
        const json_t *e = json_array_get(events, i), *params = json_object_get(e, "params");
        json_int_t type = json_integer_value(json_object_get(e, "type"));
        json_int_t error = json_integer_value(json_object_get(params, "net_error"));
        if (json_integer_value(json_object_get(e, "phase")) != 2 || (type != tls && type != tcp)) continue;
        if (type == tls && error == 0) return 0;
        if (error) last = error;
    }
    return last;
}

bool connected_chromium(struct comparison *k, const struct client_run *r) {
    json_t *log = read_log(k, r);
    json_int_t outcome = log ? handshake_of(log) : 1;
    /* The run is over: what it has to say is kept for whoever asks. */
    struct client_run *mine = (struct client_run *)(uintptr_t)r;
    mine->said = outcome == 1 ? "ERR_ unknown: it made no connection" : error_name(k, log, outcome);
    json_decref(log);
    return outcome == 0;
}

/* ---- Firefox ---- */

/* The profile that is used: the one with the newest preferences. */
static const char *used_profile(struct comparison *k) {
    enum { MAX = 64 };
    const char *dir = local_home(&k->x, ".mozilla/firefox"), *best = NULL;
    char *names[MAX];
    size_t n = dir ? local_list(&k->x, dir, "", names, MAX) : 0;
    int64_t newest = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t at = local_modified(&k->x, text_f(k->x.a, "%s/%s/prefs.js", dir, names[i]));
        if (at > newest) newest = at, best = text_f(k->x.a, "%s/%s", dir, names[i]);
    }
    return best;
}

/* The host directly, and everything else to a port where nobody is. */
static const char *own_prefs(struct comparison *k) {
    const struct local_target *t = k->target;
    const char *resolve =
        t->connect ? text_f(k->x.a, "user_pref(\"network.dns.forceResolve\", \"%s\");\n", t->connect) : "";
    return text_f(
        k->x.a,
        "\nuser_pref(\"marionette.port\", 0);\nuser_pref(\"network.proxy.type\", 2);\n"
        "user_pref(\"network.proxy.autoconfig_url\", \"data:application/x-ns-proxy-autoconfig,function "
        "FindProxyForURL(u,h){return h=='%s'?'DIRECT':'PROXY 127.0.0.1:9'}\");\n"
        "user_pref(\"network.proxy.allow_hijacking_localhost\", true);\nuser_pref(\"network.trr.mode\", "
        "5);\n%s",
        t->host, resolve);
}

static const char *why_not_firefox(struct comparison *k) {
    const struct local_target *t = k->target;
    if (not_by_proxy(k)) return not_by_proxy(k);
    if (!local_which(&k->x, "python3")) return "python3 is needed to drive Firefox";
    if (!t->connect) return NULL;
    if (!is_ip(t->connect) || is_ip(t->host) || (t->connect_port && t->connect_port != t->port))
        return "Firefox can be told of another address, and of no other port";
    return NULL;
}

const char *prepare_firefox(struct comparison *k, struct client_run *r, struct client_argv *argv) {
    const char *why = why_not_firefox(k), *from = used_profile(k);
    struct bytes prefs = {0}, user = {0};
    if (!why) why = profile_make(k, r, "profile", from);
    if (why) return why;
    const char *dir = text_f(k->x.a, "%s/profile", r->dir);
    if (from && !(r->bends & BEND_FRESH)) {
        (void)local_read(&k->x, text_f(k->x.a, "%s/prefs.js", from), MAX_PREFS, &prefs, &why, NULL);
        (void)local_read(&k->x, text_f(k->x.a, "%s/user.js", from), MAX_PREFS, &user, &why, NULL);
        (void)copy(k, from, dir, "cert_override.txt");
        (void)copy(k, from, dir, "SiteSecurityServiceState.bin");
    }
    const char *all =
        text_f(k->x.a, "%s\n%s%s", arena_str(k->x.a, prefs), arena_str(k->x.a, user), own_prefs(k));
    if (!file_write(k->x.a, dir, "user.js", bytes_str(all), &why)) return why;
    argv->n = 0; /* Python is what runs */
    argv_add_all(
        argv,
        (const char *const[]){
            local_which(&k->x, "python3"), "-B", "-c", script_firefox, r->path, dir,
            text_f(k->x.a, "https://%s:%u/",
                   strchr(k->target->host, ':') ? text_f(k->x.a, "[%s]", k->target->host) : k->target->host,
                   k->target->port),
            text_f(k->x.a, "%lld", (long long)(k->target->timeout_ns / 1000000000 + 1)), NULL});
    return NULL;
}
