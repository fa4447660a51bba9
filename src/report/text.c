/* The report for people: the verdict in one sentence, then each cause with its proof, its fix, and what not
 * to do. */
#include "report/report_internal.h"

struct mark {
    const char *word;
    enum ink ink;
};

static struct mark mark_of(enum verdict_kind k) {
    static const struct mark marks[] = {
        [VERDICT_OK] = {"OK", INK_GOOD},
        [VERDICT_PARTIAL] = {"PARTIAL", INK_BAD},
        [VERDICT_FAIL] = {"FAILS", INK_BAD},
        [VERDICT_UNDETERMINED] = {"UNDETERMINED", INK_BAD},
    };
    return marks[k];
}

static const char *endpoint(struct arena *a, const struct verdict *v) {
    const struct request *r = v->request;
    bool v6 = strchr(r->host_shown, ':') != NULL;
    return text_f(a, v6 ? "[%s]:%u" : "%s:%u", r->host_shown, r->port);
}

static bool is_exception(const struct client_outcome *c) {
    return c->current && !c->untried && strcmp(c->outcome, "ok") != 0;
}

/* Single clients that ask for more under a private root (docs/clients.md). */
static void add_exceptions(struct text *s, const struct verdict *v, const char *lead) {
    size_t n = 0;
    for (size_t i = 0; i < v->n_clients; i++)
        if (is_exception(&v->clients[i])) text_addf(s, "%s%s", n++ ? ", " : lead, v->clients[i].profile);
}

/* The common ground: where it fails, nothing is said of current clients as a whole. */
static bool modern_connects(const struct verdict *v) {
    for (size_t i = 0; i < v->n_clients; i++)
        if (strcmp(v->clients[i].profile, "modern") == 0) return !is_exception(&v->clients[i]);
    return true;
}

static const char *healthy_sentence(struct arena *a, const struct verdict *v) {
    const struct transcript *t = v->main->t;
    struct text s;
    text_init(&s, a);
    bool other = v->request->client && strcmp(v->request->client, "modern") != 0;
    bool alone = v->request->n_bent || (other && !modern_connects(v));
    text_add(&s, alone   ? "This client connects"
                 : other ? "This client and current ones connect"
                         : "Current clients connect");
    add_exceptions(&s, v, alone ? ", but not " : ", but for ");
    if (t->version) text_addf(&s, ": %s with %s", version_name(t->version), suite_name(t->suite));
    if (v->n_certs && v->certs[0].parsed)
        text_addf(&s, "; the certificate is %s, valid until %s", v->blind ? "not verified" : "accepted",
                  text_time(a, v->certs[0].not_after));
    text_add(&s, ".");
    return s.s;
}

/* The verdict in one sentence, with the actual values. */
static const char *verdict_sentence(struct arena *a, const struct verdict *v) {
    if (v->n_findings) return v->findings[0].summary;
    if (v->kind == VERDICT_OK) return healthy_sentence(a, v);
    return v->seen ? v->seen : "no cause could be determined.";
}

static void tell_verdict(struct page *p, const struct verdict *v) {
    struct arena *a = p->out.a;
    struct mark m = mark_of(v->kind);
    page_para(p, "", text_f(a, "%s %s", endpoint(a, v), m.word), m.ink);
    page_para(p, "   ", verdict_sentence(a, v), INK_PLAIN);
    if (v->kind == VERDICT_PARTIAL)
        page_para(
            p, "   ",
            "This client connects at the first address; some current client or another address does not.",
            INK_PLAIN);
}

static void tell_proof(struct page *p, const struct finding *f) {
    if (!f->has_proof) return;
    page_para(p, "   ", "Proof, by one controlled change:", INK_BOLD);
    page_para(p, "     before:   ", f->proof.baseline, INK_PLAIN);
    page_para(p, "     changed:  ", f->proof.change, INK_PLAIN);
    page_para(p, "     then:     ", f->proof.outcome, INK_PLAIN);
}

static const char *certainty_words(enum certainty c) {
    static const char *const words[] = {
        [CERTAINTY_NONE] = "",
        [CERTAINTY_POSSIBLE] = "possible (it fits, and rivals remain)",
        [CERTAINTY_LIKELY] = "likely (everything fits, and the rivals were tried and refuted)",
        [CERTAINTY_PROVEN] = "proven",
    };
    return words[c];
}

static void tell_texts(struct page *p, const struct finding *f, const struct slot_source *from) {
    const struct cause_text *t = cause_text_find(f->id);
    if (!t) return;
    for (size_t i = 0; i < t->n_fixes; i++) {
        if (!fix_is_for(&t->fixes[i], f)) continue;
        page_gap(p);
        page_fix(p, &t->fixes[i], from);
    }
    page_gap(p);
    page_avoid(p, t, from);
}

static void tell_finding(struct page *p, const struct verdict *v, size_t i) {
    struct arena *a = p->out.a;
    const struct finding *f = &v->findings[i];
    const struct slot_source from = {v, f};
    const struct cause_text *t = cause_text_find(f->id);
    const char *number = v->n_findings > 1 ? text_f(a, "%zu. ", i + 1) : "";
    page_gap(p);
    page_para(p, number, text_f(a, "%s: %s", f->id, t ? t->title : f->summary), INK_BOLD);
    page_para(p, "   Who fixes:    ", text_f(a, "the %s", fixer_name(f->fixer)), INK_BOLD);
    page_para(p, "   How certain:  ", certainty_words(f->certainty), INK_PLAIN);
    if (i > 0) page_para(p, "   ", f->summary, INK_PLAIN);
    if (t) {
        page_gap(p);
        page_paras(p, "   ", slots_fill(a, t->explanation, &from));
    }
    page_gap(p);
    if (f->n_evidence) page_para(p, "   ", "What was seen:", INK_BOLD);
    for (size_t e = 0; e < f->n_evidence; e++) page_para(p, "     - ", f->evidence[e], INK_PLAIN);
    tell_proof(p, f);
    tell_texts(p, f, &from);
}

static void tell_smallest(struct page *p, const struct verdict *v) {
    const struct smallest_change *x = v->smallest;
    if (!x) return;
    page_gap(p);
    page_para(p, "", "The smallest change that works:", INK_BOLD);
    page_para(p, "   ", x->sentence, INK_PLAIN);
    if (x->server_side)
        page_para(p, "   ", text_f(p->out.a, "Or, so that this client gets in as it is: %s.", x->server_side),
                  INK_PLAIN);
}

static void tell_notes(struct page *p, const struct verdict *v) {
    size_t told = v->smallest ? 1 : 0; /* the note of it: tell_smallest() */
    if (v->n_notes <= told) return;
    page_gap(p);
    page_para(p, "", "Worth knowing:", INK_BOLD);
    for (size_t i = told; i < v->n_notes; i++) page_para(p, " - ", v->notes[i].summary, INK_PLAIN);
}

static bool addresses_differ(const struct verdict *v) {
    for (size_t i = 1; i < v->n_addresses; i++)
        if (strcmp(v->addresses[i].outcome, v->addresses[0].outcome) != 0) return true;
    return false;
}

static void tell_addresses(struct page *p, const struct verdict *v, bool always) {
    if (v->n_addresses == 0 || !(always || addresses_differ(v))) return;
    page_gap(p);
    page_para(p, "", "Addresses:", INK_BOLD);
    for (size_t i = 0; i < v->n_addresses; i++)
        page_para(p, " - ", text_f(p->out.a, "%s: %s", v->addresses[i].address, v->addresses[i].outcome),
                  INK_PLAIN);
}

static void tell_certificates(struct page *p, const struct verdict *v) {
    struct arena *a = p->out.a;
    if (v->n_certs == 0) return;
    page_gap(p);
    page_para(p, "", "Certificates, as the server sent them:", INK_BOLD);
    for (size_t i = 0; i < v->n_certs; i++) {
        const struct cert_info *c = &v->certs[i];
        const char *line = !c->parsed ? "cannot be read"
                                      : text_f(a, "%s, issued by %s, %s to %s, %s, %s", c->subject, c->issuer,
                                               text_time(a, c->not_before), text_time(a, c->not_after),
                                               c->key, c->signature);
        page_para(p, text_f(a, "%2zu. ", i), line, INK_PLAIN);
    }
    const struct path_outcome *own = v->n_paths ? &v->paths[0] : NULL;
    if (own && own->root && own->trusted_by)
        page_para(p, "    root: ", text_f(a, "%s: %s", own->root, own->trusted_by), INK_PLAIN);
    for (size_t k = 0; own && k < own->n_problems; k++)
        page_para(p, "    problem: ", own->problems[k], INK_PLAIN);
}

/* Those that connect, and those that do not with each one's cause. */
static void tell_clients(struct page *p, const struct verdict *v) {
    struct text good, bad;
    text_init(&good, p->out.a);
    text_init(&bad, p->out.a);
    for (size_t i = 0; i < v->n_clients; i++) {
        const struct client_outcome *c = &v->clients[i];
        if (!c->current || c->untried || strcmp(c->profile, "modern") == 0) continue;
        if (strcmp(c->outcome, "ok") == 0)
            text_addf(&good, "%s%s", good.n ? ", " : "", c->profile);
        else
            text_addf(&bad, "%s%s (%s)", bad.n ? ", " : "", c->profile, c->cause ? c->cause : c->outcome);
    }
    if (bad.n == 0 || good.n == 0) return;
    page_gap(p);
    page_para(p, "", "Current clients:", INK_BOLD);
    page_para(p, "    connect:        ", good.s, INK_PLAIN);
    page_para(p, "    do not connect: ", bad.s, INK_PLAIN);
}

static void tell_cost(struct page *p, const struct verdict *v) {
    page_gap(p);
    page_para(p, "",
              text_f(p->out.a,
                     "It took %u connections, %u round trips, %llu bytes sent and %llu received, %.1f s.",
                     v->cost.connections, v->cost.round_trips, (unsigned long long)v->cost.bytes_sent,
                     (unsigned long long)v->cost.bytes_received, (double)v->elapsed_ns / 1e9),
              INK_DIM);
}

static void tell_comparison(struct page *p, const struct comparison *c) {
    if (!c) return;
    page_gap(p);
    page_para(p, "",
              text_f(p->out.a, "Compared with %s%s%s:", c->with->name, c->with->at ? ", of " : "",
                     c->with->at ? c->with->at : ""),
              INK_BOLD);
    for (size_t i = 0; i < c->n; i++)
        page_para(p, "    ",
                  text_f(p->out.a, "%s: %s there, %s here", c->list[i].what,
                         c->list[i].then ? c->list[i].then : "none",
                         c->list[i].now ? c->list[i].now : "none"),
                  INK_PLAIN);
    page_para(p, "    ", c->conclusion, INK_PLAIN);
}

char *report_text(struct arena *a, const struct verdict *v, const struct comparison *c,
                  const struct report_style *s) {
    struct page p;
    page_init(&p, a, s);
    tell_verdict(&p, v);
    if (s && s->quiet) return p.out.s;
    if (v->kind == VERDICT_UNDETERMINED && v->next_step) {
        page_gap(&p);
        page_para(&p, "   ", v->next_step, INK_PLAIN);
    }
    for (size_t i = 0; i < v->n_findings; i++) tell_finding(&p, v, i);
    tell_smallest(&p, v);
    tell_addresses(&p, v, s && s->verbose);
    tell_clients(&p, v);
    if (s && s->verbose) tell_certificates(&p, v);
    tell_notes(&p, v);
    tell_comparison(&p, c);
    if (s && s->verbose) tell_cost(&p, v);
    return p.out.s;
}
