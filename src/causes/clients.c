#include "causes/clients.h"

#include "causes/client_staple.h"
#include "probe/profile.h"

bool client_is_current(const char *name) {
    const struct profile *p = profile_find(name);
    return p && p->current;
}

const char *client_lack_cause(enum client_lack lack) {
    static const char *const ids[CLIENT_LACKS__COUNT] = {
        [CLIENT_LACKS_NOTHING] = NULL,
        [CLIENT_LACKS_VERSION] = "version-client-too-old",
        [CLIENT_LACKS_SUITE] = "cipher-no-overlap",
        [CLIENT_LACKS_GROUP] = "group-no-overlap",
        [CLIENT_LACKS_SIGNATURE] = "sigalg-no-overlap",
        [CLIENT_LACKS_PROTOCOL] = "alpn-no-overlap",
    };
    return ids[lack];
}

/* All judges that play a client: the RFC as written is none. */
static size_t list(struct clients *all, const struct pki_judge **judges) {
    size_t n = 0;
    const struct pki_judge *judge;
    for (size_t i = 0; (judge = pki_judge_at(i)) && n < CLIENTS_MAX; i++) {
        if (strcmp(judge->name, "strict") == 0) continue;
        all->view[n] = (struct client_view){
            .name = judge->name, .judge = judge, .current = client_is_current(judge->name)};
        judges[n++] = judge;
    }
    return n;
}

const struct clients *clients_look(struct casefile *c) {
    const struct pki_judge *judges[CLIENTS_MAX];
    struct pki_host host;
    if (c->clients || !c->cert_facts) return c->clients;
    c->clients = ARENA_NEW(c->a, struct clients);
    c->clients->n = list(c->clients, judges);
    struct chain_result *results = ARENA_ARRAY(c->a, struct chain_result, c->clients->n);
    chain_judge_each(c->a,
                     &(struct chain_query){.sent = c->sent,
                                           .n_sent = c->n_sent,
                                           .extra = c->extra,
                                           .n_extra = c->n_extra,
                                           .trust = c->trust,
                                           .at = c->now,
                                           .host = pki_host_read(c->host, &host) ? &host : NULL,
                                           .publics = c->programs,
                                           .has_scts = c->cert_facts->scts},
                     judges, c->clients->n, results);
    for (size_t i = 0; i < c->clients->n; i++) c->clients->view[i].judged = results[i];
    client_staple(c, c->clients);
    return c->clients;
}

/* At the time that this machine believes in, dates stand against it that are none. */
static bool clock_refuses(const struct casefile *c) {
    for (size_t i = 0; i < c->by_local.n_problems; i++) {
        enum pki_problem_kind kind = c->by_local.problems[i].kind;
        if (kind == PKI_PROBLEM_LEAF_EXPIRED || kind == PKI_PROBLEM_NOT_YET_VALID ||
            kind == PKI_PROBLEM_CA_EXPIRED)
            return true;
    }
    return false;
}

/* A reason of the judgement on the path. On revocation others are asked, later. */
static bool is_of_judgement(const char *cause) {
    static const uint64_t asked = PROBLEM_BIT(PKI_PROBLEM_REVOKED) |
                                  PROBLEM_BIT(PKI_PROBLEM_REVOCATION_UNKNOWN) |
                                  PROBLEM_BIT(PKI_PROBLEM_CRL_EXPIRED);
    for (unsigned k = 0; k < PKI_PROBLEM__COUNT; k++)
        if (!(asked & PROBLEM_BIT(k)) && strcmp(pki_problem_code((enum pki_problem_kind)k), cause) == 0)
            return true;
    return false;
}

bool clients_own_accepts(struct casefile *c) {
    if (!c->judge || c->blind || strcmp(c->judge->name, "modern") == 0) return false;
    const struct clients *all = clients_look(c);
    for (size_t i = 0; all && i < all->n; i++)
        if (all->view[i].judge == c->judge)
            return all->view[i].judged.ok && c->fits_host && !clock_refuses(c);
    return false;
}

bool clients_own_spared(struct casefile *c, const char *cause) {
    return is_of_judgement(cause) && clients_own_accepts(c);
}

bool client_refuses(const struct client_view *v, uint64_t kinds) {
    for (size_t i = 0; i < v->judged.n_problems; i++)
        if (kinds & PROBLEM_BIT(v->judged.problems[i].kind)) return true;
    return false;
}

static bool is_own(const struct casefile *c, uint64_t kinds) {
    for (size_t i = 0; i < c->judged.n_problems; i++)
        if (kinds & PROBLEM_BIT(c->judged.problems[i].kind)) return true;
    return false;
}

static const char *text_of(const struct client_view *v, uint64_t kinds) {
    for (size_t i = 0; i < v->judged.n_problems; i++)
        if (kinds & PROBLEM_BIT(v->judged.problems[i].kind)) return v->judged.problems[i].text;
    return "";
}

enum ruling clients_plain(struct casefile *c, struct finding *f, uint64_t kinds, const char *what) {
    if (is_own(c, kinds)) return certificates_plain(c, f, kinds, what);
    const struct clients *all = clients_look(c);
    struct text who;
    text_init(&who, c->a);
    for (size_t i = 0; all && i < all->n; i++) {
        const struct client_view *v = &all->view[i];
        if (!v->current || !v->judged.public_root || !client_refuses(v, kinds)) continue;
        if (f->n_affects < FINDING_MAX_AFFECTS) f->affects[f->n_affects++] = v->name;
        text_addf(&who, "%s%s", who.n ? ", " : "", v->name);
        if (f->n_evidence > 0) continue;
        finding_evidence(f, text_f(c->a, "The judgement of %s: %s.", v->name, text_of(v, kinds)));
        f->certainty = CERTAINTY_LIKELY;
        (void)certificates_prove_waived(c, f, v->judge, kinds, what);
    }
    if (f->n_affects == 0) return RULING_NO;
    f->spares_own = true;
    finding_evidence(f, text_f(c->a, "So judge %s; the others accept the certificate.", who.s));
    f->summary = text_f(c->a, "The certificate of %s %s. So it is refused by %s.", c->host, what, who.s);
    finding_slot(f, "subject", c->info[0].subject);
    finding_slot(f, "key", c->info[0].key);
    finding_slot(f, "signature", c->info[0].signature);
    return RULING_YES;
}
