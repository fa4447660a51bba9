/* The handshake as a ladder: what went which way, when, and where it broke. */
#include "facts/facts.h"
#include "report/report_internal.h"

static const char *names_of(struct arena *a, const uint16_t *v, size_t n, const char *(*name)(uint16_t id)) {
    struct text t;
    text_init(&t, a);
    for (size_t i = 0; i < n; i++)
        if (!is_grease(v[i])) text_addf(&t, "%s%s", t.n ? ", " : "", name(v[i]));
    return t.s;
}

static const char *versions_offered(struct arena *a, const struct hello *h) {
    static const uint16_t all[] = {TLS_1_3, TLS_1_2, TLS_1_1, TLS_1_0, TLS_SSL3};
    struct text t;
    text_init(&t, a);
    for (size_t i = 0; i < TW_COUNT(all); i++)
        if (hello_offers_version(h, all[i])) text_addf(&t, "%s%s", t.n ? ", " : "", version_name(all[i]));
    return t.s;
}

static void tell_client_hello(struct page *p, const struct trial *trial) {
    struct arena *a = p->out.a;
    const struct hello *h = &trial->hello;
    const char *indent = "              ";
    page_para(p, indent, text_f(a, "versions: %s", versions_offered(a, h)), INK_DIM);
    page_para(p, indent,
              *h->server_name ? text_f(a, "server name (SNI): %s", h->server_name) : "no server name (SNI)",
              INK_DIM);
    page_para(
        p, indent,
        text_f(a, "%zu cipher suites: %s", h->n_suites, names_of(a, h->suites, h->n_suites, suite_name)),
        INK_DIM);
    page_para(p, indent, text_f(a, "groups: %s", names_of(a, h->groups.v, h->groups.n, group_name)), INK_DIM);
    page_para(p, indent, text_f(a, "signatures: %s", names_of(a, h->sigalgs.v, h->sigalgs.n, sigscheme_name)),
              INK_DIM);
}

static const char *tell_server_hello(struct arena *a, const struct msg *m) {
    struct rd r;
    struct server_hello sh = {0};
    rd_init(&r, m->body);
    if (!server_hello_read(&r, &sh)) return NULL;
    struct text t;
    text_init(&t, a);
    text_addf(&t, "%s, %s", version_name(sh.version), suite_name(sh.suite));
    if (sh.has_key_share) text_addf(&t, ", group %s", group_name(sh.group));
    return t.s;
}

static const char *tell_certificate(struct arena *a, const struct msg *m, uint16_t version) {
    struct rd r;
    struct certificate_msg c = {0};
    struct cert_info leaf;
    rd_init(&r, m->body);
    if (!certificate_read(&r, version >= TLS_1_3, &c)) return NULL;
    if (c.n == 0 || !cert_info_read(a, c.entry[0].der, &leaf)) return text_f(a, "%zu certificates", c.n);
    return text_f(a, "%zu certificate%s, the first for %s", c.n, c.n == 1 ? "" : "s", leaf.subject);
}

/* A line on what a message says; NULL where its name says it all. */
static const char *tell_inside(struct arena *a, const struct transcript *t, const struct msg *m) {
    if (m->kind == MSG_ALERT)
        return text_f(a, "%s: %s (%u)", m->level == ALERT_WARNING ? "warning" : "fatal", alert_name(m->type),
                      m->type);
    if (m->kind == MSG_PLAIN) return text_f(a, "\"%s\"", text_escape(a, m->body, 120));
    if (m->kind != MSG_HANDSHAKE || m->from != SIDE_SERVER) return NULL;
    if (m->type == HS_SERVER_HELLO) return tell_server_hello(a, m);
    if (m->type == HS_CERTIFICATE) return tell_certificate(a, m, t->version);
    return NULL;
}

static void tell_message(struct page *p, const struct run *run, const struct msg *m) {
    struct arena *a = p->out.a;
    bool ours = m->from == SIDE_CLIENT;
    const char *line = text_f(a, "%8.1f ms  client %s server  %s (%zu bytes%s)", (double)m->at_ns / 1e6,
                              ours ? "-->" : "<--", report_message_type(m), report_message_length(m),
                              m->encrypted ? ", encrypted" : "");
    page_lines(p, "", line, m->kind == MSG_ALERT ? INK_BAD : INK_PLAIN);
    const char *inside = tell_inside(a, run->t, m);
    if (inside) page_para(p, "              ", inside, INK_DIM);
    if (ours && m->kind == MSG_HANDSHAKE && m->type == HS_CLIENT_HELLO) tell_client_hello(p, &run->trial);
}

static void tell_end(struct page *p, const struct run *run) {
    struct arena *a = p->out.a;
    const struct facts *f = facts_of(a, run);
    const struct transcript *t = run->t;
    enum ink ink = f->good ? INK_GOOD : INK_BAD;
    page_para(p, text_f(a, "%8.1f ms  ", (double)t->end_ns / 1e6), facts_outcome(a, f), ink);
    if (!f->good)
        page_para(p, "              ",
                  text_f(a, "stage: %s%s%s", stage_name(t->stage), t->place ? "; place: " : "",
                         t->place ? t->place : ""),
                  ink);
}

char *report_trace(struct arena *a, const struct verdict *v, const struct report_style *s) {
    struct page p;
    page_init(&p, a, s);
    if (!v->main) {
        page_para(&p, "", text_f(a, "There was no handshake: %s has no address.", v->request->host_shown),
                  INK_BOLD);
        return p.out.s;
    }
    const struct transcript *t = v->main->t;
    page_para(&p, "",
              text_f(a, "Handshake with %s port %u", t->address ? t->address : v->request->host, t->port),
              INK_BOLD);
    if (t->connected)
        page_para(&p, text_f(a, "%8.1f ms  ", (double)t->connect_ns / 1e6), "TCP connection established",
                  INK_PLAIN);
    for (const struct msg *m = t->first; m; m = m->next) tell_message(&p, v->main, m);
    tell_end(&p, v->main);
    return p.out.s;
}
