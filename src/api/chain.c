#include "api/chain.h"

#include "base/text.h"
#include "net/fetch.h"

enum { FETCH_SECONDS = 5, FETCHES_SECONDS = 20, FETCH_BYTES = 1 << 18, FETCHED_AT_A_TIME = 32 };
static const int64_t SECOND = INT64_C(1000000000);

void chain_request_init(struct chain_request *r, struct arena *a) {
    *r = (struct chain_request){.a = a};
    chain_set_init(&r->set, a);
}

static bool key_refuses(const struct bundle *b) {
    for (size_t i = 0; i < b->n; i++)
        if (b->items[i].kind == BUNDLE_KEY && b->items[i].trouble & BUNDLE_LOCKED) return true;
    return false;
}

/* A file that holds neither a certificate nor a key, in words. */
static const char *nothing_in(const struct bundle *b) {
    static const char *const words[] = {
        [BUNDLE_CERT] = NULL,
        [BUNDLE_KEY] = NULL,
        [BUNDLE_REQUEST] =
            "it holds a certificate request, which a CA makes a certificate of, and no certificate",
        [BUNDLE_CRL] = "it holds a revocation list, and no certificate",
        [BUNDLE_OTHER] = "there is no certificate and no key in it",
    };
    bool cut = false;
    for (size_t i = 0; i < b->n; i++) {
        bool empty = b->items[i].kind == BUNDLE_CERT && b->items[i].der.n == 0;
        if (!words[b->items[i].kind] && !empty) return NULL;
        cut = cut || empty;
    }
    if (cut) return "its certificate has no END line, or is no base64: the file was cut off, or changed";
    return words[b->n ? b->items[0].kind : BUNDLE_OTHER];
}

const char *chain_read(struct chain_request *r, const char *name, struct bytes body, const char *password) {
    struct bundle b;
    bool given = password && *password;
    bundle_read(r->a, body, password, &b);
    if (b.problem) return b.problem;
    if (b.too_costly) return "its password takes more rounds of hashing to try than anybody needs";
    if (b.wrong_password && b.n == 0)
        return given ? "the password of --pass does not open it" : "it is under a password (--pass)";
    if (given && key_refuses(&b)) return "the passphrase of --pass does not open its key";
    const char *nothing = nothing_in(&b);
    if (nothing) return nothing;
    chain_set_add(&r->set, text_escape(r->a, bytes_str(name), 200), &b);
    return NULL;
}

const char *chain_read_roots(struct chain_request *r, struct bytes body) {
    struct bundle b;
    size_t n = 0;
    bundle_read(r->a, body, "", &b);
    for (size_t i = 0; i < b.n; i++) {
        if (b.items[i].kind != BUNDLE_CERT) continue;
        (void)pki_pool_add(r->set.pool, b.items[i].der, PKI_ANCHOR);
        n++;
    }
    return n ? NULL : b.problem ? b.problem : "there is no certificate in it";
}

/* ---- the system's roots, looked up by the names that the pool asks for ---- */

struct lookup {
    struct chain_request *r;
    uint8_t *known;    /* by number of the name */
    size_t room, done; /* items that were looked at */
};

static void look_up(struct lookup *l, struct bytes name, uint32_t id) {
    struct bytes *found;
    if (id >= l->room) {
        size_t room = (size_t)id * 2 + 64;
        uint8_t *more = arena_alloc(l->r->a, room);
        if (l->room) memcpy(more, l->known, l->room);
        l->known = more;
        l->room = room;
    }
    if (l->known[id]) return;
    l->known[id] = 1;
    size_t n = trust_find(l->r->system, l->r->a, name, &found);
    for (size_t i = 0; i < n; i++) (void)pki_pool_add(l->r->set.pool, found[i], PKI_ANCHOR);
}

static void add_roots(struct lookup *l) {
    struct pki_pool *pool = l->r->set.pool;
    for (; l->r->system && l->done < pki_pool_count(pool); l->done++) {
        const struct pki_item *item = pki_pool_item(pool, l->done);
        if (!item->cert.readable) continue;
        look_up(l, item->cert.issuer, item->issuer_id);
        look_up(l, item->cert.subject, item->subject_id);
    }
}

/* ---- AIA (RFC 5280 4.2.2.1) ---- */

struct fetching {
    struct chain_request *r;
    struct net *net;
    bool done;
    bool any;
};

static void on_fetched(void *arg, const struct fetch_answer *answer) {
    struct fetching *f = arg;
    struct report_fetch *now = &f->r->fetches[f->r->n_fetches - 1];
    struct bytes body = answer->ok ? arena_copy(f->r->a, answer->body) : (struct bytes){0};
    struct bundle b;
    size_t n = 0;
    f->done = true;
    net_wake(f->net);
    bundle_read(f->r->a, body, "", &b);
    for (size_t i = 0; i < b.n && n < FETCHED_AT_A_TIME; i++) {
        if (b.items[i].kind != BUNDLE_CERT) continue;
        chain_set_fetched(&f->r->set, b.items[i].der, now->url);
        n++;
    }
    f->any = n > 0;
    if (n == 0)
        now->problem = answer->problem ? arena_strdup(f->r->a, answer->problem)
                                       : "there is no certificate in the answer";
}

static bool was_fetched(const struct chain_request *r, const char *url) {
    for (size_t i = 0; i < r->n_fetches; i++)
        if (strcmp(r->fetches[i].url, url) == 0) return true;
    return false;
}

/* Nothing private is ever asked: there is no target here whose network that could be. */
static bool fetch_one(struct fetching *f, const char *url, int64_t limit_ns) {
    int64_t deadline = net_now(f->net) + FETCH_SECONDS * SECOND;
    struct fetch_request q = {.url = url,
                              .proxy = f->r->proxy,
                              .max_bytes = FETCH_BYTES,
                              .deadline_ns = deadline < limit_ns ? deadline : limit_ns};
    f->r->fetches[f->r->n_fetches++] = (struct report_fetch){.url = url};
    f->done = f->any = false;
    net_fetch(f->net, &q, on_fetched, f);
    while (!f->done) net_step(f->net, q.deadline_ns + SECOND);
    return f->any;
}

/* One of the addresses that the topmost certificate names. False: none gave anything new. */
static bool fetch_issuer(struct fetching *f, const struct chain_verdict *v, int64_t limit_ns) {
    for (size_t i = 0; i < v->n_urls && f->r->n_fetches < CHAIN_MAX_FETCHES && net_now(f->net) < limit_ns;
         i++) {
        if (was_fetched(f->r, v->urls[i])) continue;
        if (fetch_one(f, v->urls[i], limit_ns)) return true;
    }
    return false;
}

bool chain_run(struct chain_request *r, struct chain_verdict *ret) {
    struct lookup roots = {.r = r};
    struct fetching f = {.r = r};
    add_roots(&roots);
    chain_check(&r->set, &r->query, ret);
    if (!r->fetch || ret->n_urls == 0) return true;
    f.net = net_new();
    if (!f.net) return false;
    int64_t limit = net_now(f.net) + FETCHES_SECONDS * SECOND;
    while (!ret->complete && fetch_issuer(&f, ret, limit)) {
        add_roots(&roots);
        chain_check(&r->set, &r->query, ret);
    }
    net_free(f.net);
    return true;
}
