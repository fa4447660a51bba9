/* The verdict on certificate files for people: one sentence, the chain in its right order, what is wrong and
 * what to do about it. */
#include "crypto/x509.h"
#include "report/chain.h"
#include "report/report_internal.h"

static const char *file_names(struct arena *a, const struct chain_set *s) {
    struct text t;
    text_init(&t, a);
    for (size_t i = 0; i < s->n_files && i < 4; i++) text_addf(&t, "%s%s", i ? ", " : "", s->files[i].name);
    if (s->n_files > 4) text_addf(&t, " and %zu more", s->n_files - 4);
    return t.s;
}

static const char *in_order_sentence(struct arena *a, const struct chain_verdict *v) {
    const struct pki_cert *leaf = chain_cert_at(v, v->leaf);
    const struct pki_cert *root = chain_cert_at(v, v->path[v->n_path - 1]);
    struct text t;
    text_init(&t, a);
    text_addf(&t, "The chain is in order: it leads from %s", chain_name(a, leaf));
    if (v->n_repaired > 1)
        text_addf(&t, " over %zu CA certificate%s", v->n_repaired - 1, v->n_repaired > 2 ? "s" : "");
    text_addf(&t, " to the trusted root %s", chain_name(a, root));
    if (v->key == CHAIN_KEY_FITS) text_add(&t, ", and the private key belongs to it");
    text_addf(&t, ". Valid until %s.", text_time(a, leaf->not_after));
    return t.s;
}

static void tell_verdict(struct page *p, const struct chain_verdict *v) {
    static const struct {
        const char *word;
        enum ink ink;
    } marks[] = {[CHAIN_IN_ORDER] = {"IN ORDER", INK_GOOD},
                 [CHAIN_TO_REPAIR] = {"TO REPAIR", INK_BAD},
                 [CHAIN_REFUSED] = {"NOT ACCEPTED", INK_BAD}};
    struct arena *a = p->out.a;
    page_para(p, "", text_f(a, "%s %s", file_names(a, v->set), marks[v->kind].word), marks[v->kind].ink);
    if (v->n_problems == 1)
        page_para(p, "   ", text_f(a, "%s (%s)", v->problems[0].text, v->problems[0].code), INK_PLAIN);
    else
        page_para(p, "   ", v->n_problems ? v->problems[0].text : in_order_sentence(a, v), INK_PLAIN);
    if (v->n_problems > 1) page_para(p, "   ", text_f(a, "%zu problems in all.", v->n_problems), INK_PLAIN);
    if (v->kind == CHAIN_TO_REPAIR)
        page_para(p, "   ", "Tolerant clients connect all the same; strict and old ones do not.", INK_PLAIN);
}

/* ---- the chain ---- */

static const char *day(struct arena *a, int64_t t) {
    return arena_str(a, bytes_cut(bytes_str(text_time(a, t)), 0, 10));
}

static const char *part_of(const struct chain_verdict *v, size_t depth) {
    const struct pki_cert *c = chain_cert_at(v, v->path[depth]);
    if (depth == 0) return v->query->purpose == PKI_PURPOSE_CLIENT ? "the client's own" : "the server's own";
    if (depth + 1 == v->n_path && v->found.paths[0].anchored) return "the root, which the client has";
    return c->self_issued ? "a root that is not trusted" : "an intermediate CA";
}

static const char *state(struct arena *a, const struct pki_cert *c, int64_t at) {
    if (!c->readable) return "cannot be read";
    const char *from = day(a, c->not_before), *to = day(a, c->not_after);
    return text_f(a, "%s to %s%s", from, to,
                  at > c->not_after    ? " (expired)"
                  : at < c->not_before ? " (not yet)"
                                       : "");
}

static void tell_row(struct page *p, const struct chain_verdict *v, uint32_t i, const char *number,
                     const char *part) {
    struct arena *a = p->out.a;
    const struct pki_cert *c = chain_cert_at(v, i);
    page_para(p, number, text_f(a, "%s, %s", c->readable ? chain_name(a, c) : "?", part), INK_BOLD);
    page_para(p, "     ", text_f(a, "where:  %s", chain_where(a, v->set, &v->certs[i])), INK_PLAIN);
    page_para(p, "     ", text_f(a, "valid:  %s", state(a, c, v->query->at)), INK_PLAIN);
    const char *fits = v->key == CHAIN_KEY_FITS && i == v->leaf ? "; the private key belongs to it" : "";
    if (c->readable)
        page_para(p, "     ", text_f(a, "key:    %s%s", pki_key_text(a, &c->key), fits), INK_PLAIN);
}

static void tell_chain(struct page *p, const struct chain_verdict *v) {
    struct arena *a = p->out.a;
    page_gap(p);
    page_para(p, "", "The chain in its right order (each is issued by the one below it):", INK_BOLD);
    for (size_t i = 0; i < v->n_path; i++)
        tell_row(p, v, v->path[i], text_f(a, "%3zu. ", i + 1), part_of(v, i));
    if (v->found.paths[0].anchored) return;
    const struct pki_cert *top = chain_cert_at(v, v->path[v->n_path - 1]);
    if (!v->complete)
        page_para(p, text_f(a, "%3zu. ", v->n_path + 1),
                  text_f(a, "'%s', missing", pki_name_text(a, top->issuer)), INK_BAD);
}

static void tell_needless(struct page *p, const struct chain_verdict *v) {
    enum { SHOWN = 20 };
    struct arena *a = p->out.a;
    size_t n = 0;
    for (uint32_t i = 0; i < v->n_certs; i++) {
        const struct chain_cert *c = &v->certs[i];
        if (c->needless == CHAIN_NEEDED || !(c->origin & PKI_SENT)) continue;
        if (n == 0) {
            page_gap(p);
            page_para(p, "", "Needless in the files:", INK_BOLD);
        }
        if (n++ >= SHOWN) continue;
        const struct pki_cert *cert = chain_cert_at(v, i);
        page_para(p, "   - ",
                  text_f(a, "%s (%s): %s", cert->readable ? chain_name(a, cert) : "?",
                         chain_where(a, v->set, c), c->why),
                  INK_PLAIN);
    }
    if (n > SHOWN) page_para(p, "   - ", text_f(a, "and %zu more", n - SHOWN), INK_PLAIN);
}

/* ---- problems ---- */

static const struct {
    const char *code, *todo;
} todos[] = {
    {"chain-wrong-order",
     "Serve the server's own certificate first, then that of its issuer, then that one's, and "
     "nothing else; --fix DIR writes such a file."},
    {"chain-several-leaves",
     "Keep one server's certificate a file, with the CA certificates that belong to it."},
    {"chain-expired-intermediate",
     "Leave the expired certificate out (--fix DIR does), or put what the CA offers today "
     "in its place."},
    {"chain-missing-intermediate",
     "Get the missing certificate from your CA, or let --fetch get it, and put it behind the "
     "others; --fetch --fix DIR writes the whole file."},
    {"key-cert-mismatch",
     "Look for the key with which this certificate was requested, or request a certificate for this "
     "key. A server does not start with the two, or fails every handshake."},
    {"key-file-problem", "Check with 'openssl pkey -in FILE -noout' what is wrong with the key's file."},
    {"pem-lines-joined",
     "Put each BEGIN and END on a line of its own: files that are put together with cat must end with a "
     "newline. --fix DIR writes such a file."},
    {"pem-not-ended", "Copy the file again, whole."},
    {"pem-not-base64", "Copy the file again; a transfer in text mode, or an editor, may have changed it."},
    {"pem-encoding", "Save the file as plain ASCII; --fix DIR writes such a file."},
    {"cert-private-ca",
     "Where it is your own CA: give its root to the clients (--cacert FILE says here that they have it). "
     "Otherwise ask a public CA."},
    {"cert-self-signed",
     "Get a certificate from a CA that the clients trust, or make exactly this one trusted there."},
    {"cert-expired", "Renew the certificate."},
    {"cert-not-yet-valid", "Wait for that day, or check the clock of whoever issued it."},
    {"cert-name-mismatch", "Request a certificate that has this name."},
    {"cert-malformed", "Copy the file again; if it stays so, ask the CA to issue the certificate anew."},
};

static const char *todo_of(struct arena *a, const char *code) {
    for (size_t i = 0; i < TW_COUNT(todos); i++)
        if (strcmp(todos[i].code, code) == 0) return todos[i].todo;
    const struct cause_text *t = cause_text_find(code);
    const struct slot_source nothing = {NULL, NULL};
    for (size_t i = 0; t && i < t->n_fixes; i++)
        if (strcmp(t->fixes[i].who, "server") == 0)
            return text_f(a, "%s (more: tlswhy causes %s)", slots_fill(a, t->fixes[i].title, &nothing), code);
    return NULL;
}

/* What to do is said once for each kind of problem, behind the last of it. */
static bool is_last_of_kind(const struct chain_verdict *v, size_t i) {
    for (size_t k = i + 1; k < v->n_problems; k++)
        if (strcmp(v->problems[k].code, v->problems[i].code) == 0) return false;
    return true;
}

static void tell_todo(struct page *p, const struct chain_verdict *v, size_t i, const char *indent) {
    const char *todo = is_last_of_kind(v, i) ? todo_of(p->out.a, v->problems[i].code) : NULL;
    if (todo) page_para(p, text_f(p->out.a, "%sWhat to do: ", indent), todo, INK_PLAIN);
}

/* The first stands on top already. */
static void tell_problems(struct page *p, const struct chain_verdict *v) {
    struct arena *a = p->out.a;
    if (v->n_problems == 0) return;
    page_gap(p);
    if (v->n_problems == 1) {
        tell_todo(p, v, 0, "");
        return;
    }
    page_para(p, "", "Problems:", INK_BOLD);
    for (size_t i = 0; i < v->n_problems; i++) {
        page_para(p, "   - ", text_f(a, "%s (%s)", v->problems[i].text, v->problems[i].code), INK_PLAIN);
        tell_todo(p, v, i, "     ");
    }
}

static void tell_note(struct page *p, bool *begun, const char *text) {
    if (!*begun) {
        page_gap(p);
        page_para(p, "", "Worth knowing:", INK_BOLD);
    }
    *begun = true;
    page_para(p, "   - ", text, INK_PLAIN);
}

static void tell_rest(struct page *p, const struct report_chain *r) {
    const struct chain_verdict *v = r->v;
    bool begun = false;
    for (size_t i = 0; i < v->n_notes; i++) tell_note(p, &begun, v->notes[i]);
    for (size_t i = 0; i < r->n_fetches; i++)
        if (r->fetches[i].problem)
            tell_note(
                p, &begun,
                text_f(p->out.a, "Nothing came from %s: %s.", r->fetches[i].url, r->fetches[i].problem));
    if (r->fetch_asked && !v->complete && r->n_fetches == 0)
        tell_note(p, &begun,
                  "The certificate does not say where its issuer's is to be had (no http address in AIA).");
}

static void tell_changes(struct page *p, const struct report_chain *r) {
    const struct chain_verdict *v = r->v;
    if (v->n_changes == 0 || !v->complete || (v->kind == CHAIN_IN_ORDER && !r->fix_asked)) return;
    page_gap(p);
    page_para(p, "",
              r->fix_asked ? "Changed in the file that --fix writes:"
                           : "The repaired file (--fix DIR writes it):",
              INK_BOLD);
    for (size_t i = 0; i < v->n_changes; i++) page_para(p, "   - ", v->changes[i], INK_PLAIN);
}

char *report_chain_text(struct arena *a, const struct report_chain *r, const struct report_style *s) {
    struct page p;
    page_init(&p, a, s);
    tell_verdict(&p, r->v);
    if (s->quiet) return p.out.s;
    tell_chain(&p, r->v);
    tell_problems(&p, r->v);
    tell_needless(&p, r->v);
    tell_rest(&p, r);
    tell_changes(&p, r);
    return p.out.s;
}

bool report_chain_repair(struct arena *a, const struct report_chain *r, struct repair_file *ret) {
    const struct chain_verdict *v = r->v;
    struct text pem;
    *ret = (struct repair_file){.name = "fullchain.pem"};
    if (!v->complete || v->n_changes == 0) {
        ret->summary = !v->complete ? "nothing was written: the file would still be incomplete"
                                    : "nothing was written: no other file would be better than this";
        return false;
    }
    text_init(&pem, a);
    for (size_t i = 0; i < v->n_repaired; i++)
        text_add(&pem, cert_pem(a, chain_cert_at(v, v->repaired[i])->cert));
    ret->body = bytes_str(pem.s);
    ret->summary = v->n_repaired == 2 ? "the server's certificate, followed by that of its issuer"
                   : v->n_repaired > 1
                       ? text_f(a, "the server's certificate and the %zu that must follow it, in order",
                                v->n_repaired - 1)
                       : "the server's certificate alone: its issuer is a root, which clients have";
    return true;
}
