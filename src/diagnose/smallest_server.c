/* The reverse of a change of the client: what the server could enable, where that is a step forwards by
 * today's norm (RFC 9325, what current browsers do). */
#include "diagnose/smallest_change.h"

/* One factor of the answer, and what the server accepted: what was added and is not what it then chose, it
 * demands for a reason that nobody can guess. */
struct reverse {
    struct arena *a;
    const struct factors *f;
    const struct factor *x;
    const struct transcript *accepted; /* NULL: not known */
};

/* RFC 8446 4.1.2: what a server does not know in a hello, it ignores. */
static const char *tolerate(const struct reverse *r) {
    return text_f(r->a, "let the server, or the box before it, tolerate a client that %s",
                  factor_say(r->a, r->f, r->x).reason);
}

/* The newest that the client has, from TLS 1.2 on (RFC 8996). */
static const char *version(const struct reverse *r) {
    if (r->x->how == FACTOR_REMOVED) return tolerate(r);
    if (!r->accepted || r->accepted->version != r->x->arg) return NULL;
    uint16_t newest = hello_max_version(&r->f->from.hello);
    return newest >= TLS_1_2 ? text_f(r->a, "enable %s on the server as well", version_name(newest)) : NULL;
}

/* A suite of the client that the server's certificate can serve. */
static bool fits_server(const struct reverse *r, const struct suite *s) {
    uint16_t newest = hello_max_version(&r->f->from.hello);
    if (!suite_supported(s) || s->grade != GRADE_MODERN || s->min_version > newest) return false;
    const struct suite *chosen = suite_by_id(r->accepted->suite);
    if (!chosen) return false;
    bool same_generation = (chosen->min_version >= TLS_1_3) == (s->min_version >= TLS_1_3);
    return same_generation && (s->auth == chosen->auth || chosen->auth == AUTH_TLS13);
}

static const char *suite(const struct reverse *r) {
    if (r->x->how == FACTOR_REMOVED) return tolerate(r);
    const struct hello *h = &r->f->from.hello;
    if (!r->accepted || r->accepted->suite != r->x->arg) return NULL;
    for (size_t i = 0; i < h->n_suites; i++) {
        const struct suite *s = suite_by_id(h->suites[i]);
        if (s && fits_server(r, s)) return text_f(r->a, "enable %s on the server as well", s->iana);
    }
    return NULL;
}

/* RFC 8446 9.1 and RFC 9325 4.4: the ones to have. */
static const char *group(const struct reverse *r) {
    static const uint16_t usual[] = {GROUP_X25519, GROUP_SECP256R1, GROUP_SECP384R1};
    if (r->x->how == FACTOR_REMOVED) return tolerate(r);
    if (!r->accepted || r->accepted->group != r->x->arg) return NULL;
    for (size_t i = 0; i < TW_COUNT(usual); i++)
        if (u16_has(r->f->from.hello.groups.v, r->f->from.hello.groups.n, usual[i]))
            return text_f(r->a, "enable the group %s on the server as well", group_name(usual[i]));
    return NULL;
}

/* RFC 8446 4.1.4: the server asks for another share by HelloRetryRequest. */
static const char *share(const struct reverse *r) {
    if (r->x->how == FACTOR_REMOVED) return tolerate(r);
    if (!r->accepted || r->accepted->group != r->x->arg) return NULL;
    return "let the server ask for the share that it wants (HelloRetryRequest, RFC 8446 4.1.4)";
}

/* Of the same kind of key, without SHA-1 (RFC 9155). */
static const char *sigalg(const struct reverse *r) {
    if (r->x->how == FACTOR_REMOVED) return tolerate(r);
    const struct sigscheme *wanted = sigscheme_by_id((uint16_t)r->x->arg);
    const struct u16_list *own = &r->f->from.hello.sigalgs;
    if (!r->accepted || r->accepted->sigscheme != r->x->arg) return NULL;
    for (size_t i = 0; wanted && i < own->n; i++) {
        const struct sigscheme *s = sigscheme_by_id(own->v[i]);
        bool old = !s || own->v[i] == SIG_RSA_PKCS1_SHA1 || own->v[i] == SIG_ECDSA_SHA1;
        if (!old && s->kind == wanted->kind && s->curve == wanted->curve)
            return text_f(r->a, "let the server sign with %s as well", s->name);
    }
    return NULL;
}

static const char *alpn(const struct reverse *r) {
    if (r->x->how == FACTOR_REMOVED) return tolerate(r);
    if (!r->accepted || !bytes_eq(r->accepted->alpn, r->f->protocol[r->x->arg])) return NULL;
    struct rd rd;
    rd_init(&rd, bytes_of(r->f->from.hello.alpn, r->f->from.hello.alpn_n));
    struct bytes name = rd_vec(&rd, 1, "protocol_name");
    if (!rd_ok(&rd) || name.n == 0) return NULL;
    return text_f(r->a, "let the server speak the protocol \"%s\", or go on without one",
                  text_escape(r->a, name, 255));
}

static const char *name(const struct reverse *r) {
    if (r->x->how == FACTOR_REMOVED) return tolerate(r);
    if (r->x->how == FACTOR_OTHER) return "let the server know that name, with a certificate for it";
    return "give the server a certificate for clients that send no name";
}

static const char *presence(const struct reverse *r) {
    return r->x->how == FACTOR_REMOVED ? tolerate(r) : NULL;
}

/* Those without a row: nothing of the kind is known to be right for every server. */
static const char *(*const reverses[FACTOR__COUNT])(const struct reverse *r) = {
    [FACTOR_SNI] = name,           [FACTOR_VERSION] = version,      [FACTOR_SUITE] = suite,
    [FACTOR_GROUP] = group,        [FACTOR_KEY_SHARE] = share,      [FACTOR_SIGALG] = sigalg,
    [FACTOR_ALPN] = alpn,          [FACTOR_GREASE] = presence,      [FACTOR_EXTENSION] = presence,
    [FACTOR_PADDING] = presence,   [FACTOR_SUITE_ORDER] = tolerate, [FACTOR_EXTENSION_ORDER] = tolerate,
    [FACTOR_SESSION_ID] = presence};

const char *smallest_server_side(struct arena *a, const struct factors *f, const struct factor_set *found,
                                 const struct transcript *accepted) {
    struct text t;
    text_init(&t, a);
    for (size_t i = 0; i < f->n; i++) {
        if (!factor_set_has(found, i)) continue;
        const struct reverse r = {a, f, &f->list[i], accepted};
        const char *one = reverses[r.x->kind] ? reverses[r.x->kind](&r) : NULL;
        if (!one) return NULL; /* half of it lets nobody in */
        text_addf(&t, "%s%s", t.n ? "; and " : "", one);
    }
    return t.n ? t.s : NULL;
}
