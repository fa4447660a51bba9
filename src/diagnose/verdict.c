/* The verdict's rules (CONTRACT.md, "The report"): from what was found to what a report shows. */
#include "causes/addresses.h"
#include "causes/between.h"
#include "causes/certificates.h"
#include "causes/client_auth.h"
#include "causes/clients.h"
#include "causes/clock_case.h"
#include "causes/revocation.h"
#include "diagnose/session.h"

const char *verdict_name(enum verdict_kind k) {
    static const char *const names[] = {[VERDICT_OK] = "ok",
                                        [VERDICT_PARTIAL] = "partial",
                                        [VERDICT_FAIL] = "fail",
                                        [VERDICT_UNDETERMINED] = "undetermined"};
    return names[k];
}

static int exit_status(enum verdict_kind k) {
    static const int status[] = {
        [VERDICT_OK] = 0, [VERDICT_PARTIAL] = 1, [VERDICT_FAIL] = 1, [VERDICT_UNDETERMINED] = 3};
    return status[k];
}

static void add_note(struct verdict *v, const char *id, const char *summary) {
    if (v->n_notes < TW_COUNT(v->notes)) v->notes[v->n_notes++] = (struct note){id, summary};
}

static struct verdict *new_verdict(struct session *s) {
    struct verdict *v = ARENA_NEW(s->a, struct verdict);
    v->request = s->request;
    v->at = net_wall_clock();
    s->verdict = v;
    return v;
}

/* Causes that are merely possible make no verdict: they are said as what remains. */
static void take_findings(struct session *s, struct verdict *v, const struct plan *p) {
    struct text rest;
    text_init(&rest, s->a);
    bool solid = false;
    for (size_t i = 0; i < p->n; i++) solid = solid || p->found[i].finding.certainty > CERTAINTY_POSSIBLE;
    for (size_t i = 0; i < p->n && v->n_findings < VERDICT_MAX_FINDINGS; i++) {
        if (solid)
            v->findings[v->n_findings++] = p->found[i].finding;
        else
            text_addf(&rest, "%s%s",
                      rest.n ? " " : "Possible, but not decided: ", p->found[i].finding.summary);
    }
    if (rest.n) v->next_step = rest.s;
}

static void finish(struct session *s, struct verdict *v) {
    v->cost = prober_cost(s->prober);
    v->elapsed_ns = net_now(s->net);
    v->exit_status = exit_status(v->kind);
}

static const char *first_cause(const struct verdict *v) {
    return v->n_findings ? v->findings[0].id : NULL;
}

void verdict_of_name(struct session *s, struct plan *p) {
    struct verdict *v = new_verdict(s);
    take_findings(s, v, p);
    v->kind = v->n_findings ? VERDICT_FAIL : VERDICT_UNDETERMINED;
    v->clients[v->n_clients++] = (struct client_outcome){
        .profile = "modern", .current = true, .outcome = "no address", .cause = first_cause(v)};
    finish(s, v);
}

static bool has_phase(const struct plan *p, enum phase phase) {
    for (size_t i = 0; i < p->n; i++)
        if (p->found[i].cause->phase == phase && p->found[i].finding.certainty > CERTAINTY_POSSIBLE &&
            !p->found[i].finding.spares_own)
            return true;
    return false;
}

/* Nothing is against the first connection to the first address. */
static bool only_later(const struct plan *p) {
    for (size_t i = 0; i < p->n; i++) {
        enum phase phase = p->found[i].cause->phase;
        bool later = phase == PHASE_ADDRESSES || phase == PHASE_SECOND;
        if (!later && !p->found[i].finding.spares_own) return false;
    }
    return true;
}

/* Where no certificate could be read, nothing is said against it. */
static bool certificate_accepted(struct casefile *c) {
    return !c->cert_facts || (c->judged.ok && c->fits_host) || clients_own_accepts(c);
}

/* `ok`: this client connects, and there is nothing to fix; `partial`: this client at the first address, but
 * for a cause that is known not every current client, or not everywhere. A client that was merely compared
 * with, and fails for no cause that is known, is a note: `undetermined` is for the client that was asked
 * about. */
static enum verdict_kind kind_of(struct casefile *own, const struct plan *p, const struct verdict *v) {
    bool own_connects = own->main->good && certificate_accepted(own) && only_later(p);
    if (own_connects && p->n == 0 && v->n_findings == 0) return VERDICT_OK;
    if (v->n_findings == 0) return VERDICT_UNDETERMINED;
    return own_connects ? VERDICT_PARTIAL : VERDICT_FAIL;
}

/* The cause at a further address: the one that is about the addresses, else the one found in full. */
static const char *cause_elsewhere(const struct verdict *v, const struct plan *p) {
    for (size_t i = 0; i < p->n; i++)
        if (p->found[i].cause->phase == PHASE_ADDRESSES) return p->found[i].cause->id;
    return first_cause(v);
}

static const char *outcome_at(struct session *s, const struct facts *f, bool well) {
    if (well) return "ok";
    if (!f) return "not tried";
    return f->good ? "certificate refused" : facts_word(s->a, f);
}

static void list_addresses(struct session *s, struct verdict *v, struct casefile *c, const struct plan *p) {
    bool first_fails = v->kind == VERDICT_FAIL || v->kind == VERDICT_UNDETERMINED;
    v->address = s->resolved.addr[0].len ? address_text(c, 0) : NULL;
    for (size_t i = 0; i < s->resolved.n; i++) {
        const struct facts *f = address_facts(c, i);
        if (s->resolved.addr[i].len == 0) continue;
        bool well = address_well(c, i) && !(i == 0 && first_fails);
        const char *cause = i == 0 ? first_cause(v) : cause_elsewhere(v, p);
        v->addresses[v->n_addresses++] = (struct address_outcome){
            .address = address_text(c, i),
            .outcome = i == 0 && v->late_word && !well ? v->late_word : outcome_at(s, f, well),
            .cause = well ? NULL : cause};
    }
    for (size_t i = 0; i < s->unusable.n; i++)
        v->addresses[v->n_addresses++] = (struct address_outcome){
            .address = net_addr_text(s->a, &s->unusable.addr[i]), .outcome = "not tried"};
}

/* The path that fetched certificates complete is what the server should send: without the anchor, which
 * clients have (RFC 8446 4.4.2). */
static void repair_chain(struct session *s, struct verdict *v, const struct casefile *c) {
    size_t n = c->completed.n_path;
    if (!c->cert_facts || c->n_extra == 0 || certificates_path_broken(&c->completed) || n < 2) return;
    struct bytes *chain = ARENA_ARRAY(s->a, struct bytes, n);
    memcpy(chain, c->completed.path, n * sizeof(chain[0]));
    v->repaired_chain = chain;
    v->n_repaired_chain = n - 1;
}

/* The same hello did better another time; or only the one with the post-quantum share failed, and not each
 * time, or its cause would be known (pq-hello-intolerance). */
static bool comes_and_goes(const struct casefile *c, const struct plan *p) {
    bool once_only = c->base != c->subject && c->subject->good && c->base->no_server_hello &&
                     c->base->t->refusal == REFUSAL_NONE;
    return p->comes_and_goes || (once_only && !c->starved);
}

/* No handshake took place: the proxy did not lead to the host. NULL: it is not that. */
static const char *next_behind_proxy(const struct casefile *c) {
    const struct transcript *t = c->main->t;
    if (t->result != RESULT_PROXY_FAILED) return NULL;
    if (t->dialog == DIALOG_PROXY_REFUSED)
        return "The proxy works, and says that it did not get to the host. Ask whoever runs it whether it "
               "can reach "
               "this host and port; and try the host from another network.";
    if (t->dialog == DIALOG_SILENT)
        return "The proxy took the request and is silent. It may be waiting for the host itself: see whether "
               "another "
               "host can be reached through it, and raise --timeout.";
    return NULL;
}

static void undetermined(struct session *s, struct verdict *v, struct casefile *c, const struct plan *p) {
    v->seen = text_f(s->a, "The handshake of %s with %s got: %s.", case_client(c), case_where(c),
                     facts_outcome(s->a, c->main));
    if (c->main->good && !certificate_accepted(c))
        v->seen = text_f(s->a, "The handshake with %s goes through, but its certificate is not accepted: %s.",
                         case_where(c),
                         c->judged.ok ? "no name in it fits the host" : certificates_outcome(c, &c->judged));
    if (c->main->t->place) v->seen = text_f(s->a, "%s Place: %s.", v->seen, c->main->t->place);
    if (!v->next_step) v->next_step = next_behind_proxy(c);
    if (v->next_step) return;
    if (s->smallest) {
        v->next_step =
            "No cause of the catalogue accounts for it. What counts in this client's hello is known: with "
            "that, whoever runs the server can find out why it matters there.";
        return;
    }
    if (comes_and_goes(c, p)) {
        v->next_step =
            "The failure comes and goes: the very same handshake, tried again, went further. Look whether "
            "the server is overloaded or limits connections, and whether one of several machines behind "
            "this address differs from the others.";
        return;
    }
    v->next_step =
        c->starved
            ? "Not every experiment could be run within the limits: raise --max-connections or --max-time."
            : "No single change of the handshake made it succeed. The same run from another network, and "
              "the server's log at this time, would decide.";
}

/* Not a failure: this client trusts who makes the certificates. */
static void note_trusted_minting(struct session *s, struct verdict *v, const struct casefile *c) {
    const char *else_what =
        c->minting->by_proxy || c->minting->copies
            ? ""
            : ", unless the server itself makes certificates on demand: the same run from "
              "another network would tell";
    add_note(v, "trusted-interception",
             text_f(s->a,
                    "Somebody in between (%s) most likely opens the connection: certificates are made on the "
                    "spot for any name, signed by %s, which this client trusts%s.",
                    between_name(c, c->minting), c->info[0].issuer, else_what));
}

/* OpenSSL and Chrome take 100 KiB of certificates (SSL_MAX_CERT_LIST_DEFAULT), Java ten of them. */
static void note_many_certificates(struct session *s, struct verdict *v, const struct casefile *c) {
    enum { MANY_BYTES = 100 << 10, MANY = 10 };
    size_t n = c->cert_facts->certificates.list.n;
    if (n > MANY_BYTES || c->n_sent > MANY)
        add_note(v, "chain-too-long",
                 text_f(s->a,
                        "The server sends %zu certificates, %zu bytes: some clients take no more than %d, or "
                        "%d KiB.%s",
                        c->n_sent, n, MANY, MANY_BYTES >> 10,
                        c->n_info < c->n_sent ? " Only the first of them are listed here." : ""));
}

static void note_needless_root(struct session *s, struct verdict *v, const struct casefile *c) {
    for (size_t i = 1; i < c->n_info; i++) {
        if (!c->info[i].self_signed) continue;
        add_note(v, "chain-needless-root",
                 text_f(s->a,
                        "The server sends the root %s too. Clients trust their own copy of a root, never one "
                        "that is sent.",
                        c->info[i].subject));
        return;
    }
}

static size_t place_of(const struct casefile *c, struct bytes der) {
    size_t i = 0;
    while (i < c->n_sent && !bytes_eq(c->sent[i], der)) i++;
    return i;
}

/* RFC 5246 7.4.2 wants each certificate behind the one that it certifies; RFC 8446 4.4.2 tells clients to
 * sort them all the same, and those that are known here do. */
static void note_order(struct session *s, struct verdict *v, const struct casefile *c) {
    size_t before = 0;
    for (size_t i = 1; i < c->judged.n_path; i++) {
        size_t place = place_of(c, c->judged.path[i]);
        if (place == c->n_sent) return; /* from the client's own store */
        if (place < before) {
            add_note(
                v, "chain-wrong-order",
                text_f(
                    s->a,
                    "The server sends its certificates out of order: number %zu issued number %zu. Clients "
                    "that are known here sort them; small TLS libraries, such as Mbed TLS, do not.",
                    place + 1, before + 1));
            return;
        }
        before = place;
    }
}

static void note_revocation(struct verdict *v, const struct casefile *c) {
    if (revocation_insisted(c)) { /* what is not answered breaks this one */
        if (c->revocation && revocation_nobody_named(c->revocation))
            add_note(v, "no-revocation-info",
                     "The certificate names nobody who could say whether it was revoked. Where curl and git "
                     "on Windows insist on "
                     "an answer, they refuse with CRYPT_E_NO_REVOCATION_CHECK (0x80092012); "
                     "--ssl-revoke-best-effort of curl goes on.");
        return;
    }
    for (size_t i = 0; c->revocation && i < c->revocation->n; i++) {
        const char *id, *summary = revocation_unanswered(&c->revocation->of[i], &id);
        if (summary) add_note(v, id, summary);
    }
}

static void note_clock(struct verdict *v, struct casefile *c) {
    const char *id, *summary;
    for (size_t i = 0; clock_note(c, i, &id, &summary); i++)
        if (summary) add_note(v, id, summary);
}

static void note_client(struct verdict *v, struct casefile *c) {
    struct note notes[2];
    size_t n = notes_client(c, notes);
    for (size_t i = 0; i < n; i++) add_note(v, notes[i].id, notes[i].summary);
}

/* A reverse proxy that got no proper answer from behind (RFC 9110 15.6.3); 525 and 526 are what CDNs say of
 * their own handshake there. */
static void note_origin(struct session *s, struct verdict *v, const struct casefile *c) {
    enum { BAD_GATEWAY = 502, ORIGIN_HANDSHAKE = 525, ORIGIN_CERTIFICATE = 526 };
    const struct app_answer *app = &c->main->run->app;
    const char *what =
        app->status == BAD_GATEWAY          ? "gets no proper answer from the server behind it"
        : app->status == ORIGIN_HANDSHAKE   ? "fails in its own TLS handshake with the server behind it"
        : app->status == ORIGIN_CERTIFICATE ? "does not accept the certificate of the server behind it"
                                            : NULL;
    if (!app->answered || !what) return;
    add_note(
        v, "origin-trouble",
        text_f(s->a,
               "The server answers with HTTP status %d: it is a reverse proxy that %s. Run tlswhy there as "
               "the proxy does: tlswhy --client nginx-upstream --connect-to ORIGIN %s",
               app->status, what, s->request->host_shown));
}

/* It did no harm here. */
static void note_address_as_name(struct session *s, struct verdict *v, const struct casefile *c) {
    const char *name = c->trial.hello.server_name;
    struct net_addr addr;
    if (!net_addr_parse(name, 0, &addr)) return;
    add_note(v, "sni-is-an-address",
             text_f(s->a,
                    "The client sends the address %s as the server's name (SNI). SNI holds names only (RFC "
                    "6066 3), and some "
                    "servers refuse an address.",
                    name));
}

/* A TLS front end that agrees on HTTP/2, and something behind it that does not speak it (RFC 9113 3.4). */
static void note_http2(struct session *s, struct verdict *v, const struct casefile *c) {
    const struct app_answer *app = &c->main->run->app;
    if (!app->http2 || app->answered || !app->body_hint) return;
    add_note(
        v, "http2-not-spoken",
        text_f(
            s->a,
            "The handshake agreed on HTTP/2 (ALPN h2), and what answers behind it does not speak HTTP/2: it "
            "said \"%s\". Clients that ask for HTTP/2, all browsers among them, get no page. Whoever runs "
            "the "
            "server: let it offer http/1.1 alone in ALPN, or switch HTTP/2 on behind it.",
            text_escape(s->a, bytes_cut(bytes_str(app->body_hint), 0, 60), 60)));
}

/* The page is there, over HTTP/1.1 alone (RFC 9113 7). Where it is not, a cause says so. */
static void note_http11(struct verdict *v, const struct casefile *c) {
    const struct app_answer *app = &c->main->run->app;
    if (app->answered || app->h2_error != H2_HTTP_1_1_REQUIRED || v->n_findings) return;
    add_note(
        v, "http11-required",
        "The handshake agreed on HTTP/2, and the request was answered with HTTP_1_1_REQUIRED. Browsers and "
        "curl come again over HTTP/1.1; Go's net/http and Java's HttpClient report an error. Whoever runs "
        "the server: where a part of the site cannot be had over HTTP/2 (a certificate or cipher suites of "
        "its own, asked for by renegotiation), do not offer h2 in ALPN for that name.");
}

/* Addresses that no program here would try. */
static void note_unusable(struct session *s, struct verdict *v) {
    const struct resolved *u = &s->unusable;
    if (u->n == 0) return;
    const char *family = u->addr[0].sa.any.sa_family == AF_INET6 ? "IPv6" : "IPv4";
    add_note(v, "address-family-missing",
             text_f(s->a,
                    "This machine has no %s of its own, so %zu address%s of %s (%s …) %s not tried. From a "
                    "machine that has it, the "
                    "same run would look at them too.",
                    family, u->n, u->n == 1 ? "" : "es", s->request->host_shown,
                    net_addr_text(s->a, &u->addr[0]), u->n == 1 ? "was" : "were"));
}

/* What is worth knowing and breaks nobody. */
static void take_notes(struct session *s, struct verdict *v, struct casefile *c) {
    static const int64_t SOON = 14 * 86400;
    const struct facts *m = c->main;
    if (m->hybrid && c->main == c->base)
        add_note(
            v, "certificate-not-read",
            "The server takes post-quantum key shares only; its certificate could not be read with them.");
    if (m->warned_of_name)
        add_note(v, "sni-warning",
                 "The server warned that it does not know the name (alert unrecognized_name), and went on.");
    note_unusable(s, v);
    note_address_as_name(s, v, c);
    note_revocation(v, c);
    note_client(v, c);
    note_clock(v, c);
    note_origin(s, v, c);
    note_http2(s, v, c);
    note_http11(v, c);
    if (!c->cert_facts) return;
    int64_t left = c->info[0].not_after - c->now;
    if (c->info[0].parsed && left > 0 && left < SOON)
        add_note(v, "cert-expires-soon",
                 text_f(s->a, "The certificate expires in %s, on %s.", text_duration(s->a, left),
                        text_time(s->a, c->info[0].not_after)));
    const struct path_outcome *path = v->n_paths ? &v->paths[0] : NULL;
    if (path && path->valid && path->programs_differ)
        add_note(v, "root-programs-differ", text_f(s->a, "%s is %s.", path->root, path->trusted_by));
    note_many_certificates(s, v, c);
    if (!c->judged.ok) return;
    if (c->minting) note_trusted_minting(s, v, c);
    note_order(s, v, c);
    note_needless_root(s, v, c);
}

/* modern, which this client was compared with, fails where nothing is against this client. */
static void note_modern(struct session *s, struct verdict *v, const struct casefile *modern,
                        const struct plan *other) {
    const char *possible = v->next_step ? v->next_step : "";
    const char *why = comes_and_goes(modern, other)
                          ? "its failure comes and goes, so that no hello is to blame"
                          : "no cause that is known accounts for it";
    add_note(v, "client-fails",
             text_f(s->a, "modern, the common ground of current clients, does not connect (%s): %s.%s%s",
                    facts_outcome(s->a, modern->main), why, *possible ? " " : "", possible));
    v->next_step = NULL;
}

/* Handshake and certificate are in order, and yet it fails: the answer to the request says so. */
static void take_late(struct session *s, struct verdict *v, const struct casefile *own, bool refused) {
    const struct app_answer *app = &own->main->run->app;
    bool sent_on = !app->answered && app->h2_error == H2_HTTP_1_1_REQUIRED;
    bool said = sent_on || (app->answered && v->kind == VERDICT_FAIL);
    if (v->kind == VERDICT_OK || v->kind == VERDICT_PARTIAL || !own->main->good || refused || !said) return;
    v->late_cause = first_cause(v);
    v->late_word = sent_on ? "HTTP/2 error HTTP_1_1_REQUIRED" : text_f(s->a, "HTTP status %d", app->status);
}

void verdict_make(struct session *s, struct casefile *own, struct plan *p, struct casefile *modern,
                  struct plan *other) {
    struct verdict *v = new_verdict(s);
    v->smallest = s->smallest;
    if (s->smallest) add_note(v, "smallest-change", s->smallest->sentence);
    take_findings(s, v, p->n ? p : other ? other : p);
    v->kind = kind_of(own, p, v);
    if (v->kind == VERDICT_UNDETERMINED) undetermined(s, v, own, p);
    if (v->kind == VERDICT_OK && other) note_modern(s, v, modern, other);
    v->main = own->main->run;
    v->blind = own->blind;
    v->servername = *own->trial.hello.server_name ? own->trial.hello.server_name : NULL;
    v->fetches =
        (unsigned)(own->n_fetches + own->n_sources) + revocation_fetches(own) + client_auth_fetches(own);
    bool refused = has_phase(p, PHASE_CERTIFICATE) || !certificate_accepted(own);
    take_late(s, v, own, refused);
    list_addresses(s, v, own, p);
    v->certs = own->info;
    v->n_certs = own->cert_facts ? own->n_info : 0;
    verdict_clients(s, v, own, modern ? modern : own, refused);
    repair_chain(s, v, own);
    take_notes(s, v, own);
    finish(s, v);
}
