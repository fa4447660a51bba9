/* What each known client makes of the server: the rows `paths` and `clients` of a report, and whom a cause
 * affects. All of it follows from the transcript at hand. */
#include "causes/certificates.h"
#include "causes/clients.h"
#include "diagnose/session.h"
#include "diagnose/table.h"

/* ---- the root of a path, and who trusts it ---- */

static void add_name(struct text *t, const char *before, const char *name, size_t i, size_t n) {
    text_addf(t, "%s%s", i == 0 ? before : i + 1 == n ? " and " : ", ", program_title(name));
}

/* Of the programs that everybody knows: who has the root, and who does not. */
struct opinions {
    const char *yes[PATH_MAX_PROGRAMS], *no[PATH_MAX_PROGRAMS];
    size_t n_yes, n_no;
};

static struct opinions opinions_on(const struct session *s, struct bytes root, int64_t begins) {
    struct opinions o = {.n_yes = 0};
    for (size_t i = 0; i < s->roots->set.n && i < PATH_MAX_PROGRAMS; i++) {
        const struct program *p = &s->roots->set.list[i];
        if (!program_is_public(p->name)) continue;
        const struct program_root *found = program_anchor(p, root);
        if (found && program_root_for(found, begins))
            o.yes[o.n_yes++] = p->name;
        else
            o.no[o.n_no++] = p->name;
    }
    return o;
}

static const char *trusted_by(struct arena *a, const struct opinions *o) {
    struct text t;
    text_init(&t, a);
    if (o->n_yes + o->n_no == 0) return "a root of which no root program is known here";
    if (o->n_yes == 0) return "a private root, which is in no root program that is known here";
    text_add(&t, "a public root, trusted by ");
    for (size_t i = 0; i < o->n_yes; i++) add_name(&t, "", o->yes[i], i, o->n_yes);
    for (size_t i = 0; i < o->n_no; i++) add_name(&t, ", not by ", o->no[i], i, o->n_no);
    return t.s;
}

static void ask_programs(struct session *s, const struct casefile *c, struct bytes root,
                         struct path_outcome *o) {
    if (!s->roots) return;
    for (size_t i = 0; i < s->roots->set.n && o->n_programs < PATH_MAX_PROGRAMS; i++) {
        const struct program *p = &s->roots->set.list[i];
        const struct program_root *found = program_anchor(p, root);
        if (found && program_root_for(found, c->info[0].not_before)) o->programs[o->n_programs++] = p->name;
    }
    const struct opinions on = opinions_on(s, root, c->info[0].not_before);
    o->trusted_by = trusted_by(s->a, &on);
    o->programs_differ = on.n_yes > 0 && on.n_no > 0;
}

/* Most clients end at the same root: what is known of it is found once. */
static void tell_root(struct session *s, const struct verdict *v, const struct casefile *c, struct bytes der,
                      struct path_outcome *o) {
    o->root_der = der;
    for (size_t i = 0; i < v->n_paths; i++) {
        const struct path_outcome *known = &v->paths[i];
        if (known == o || !known->root || !bytes_eq(known->root_der, der)) continue;
        o->root = known->root;
        memcpy(o->programs, known->programs, sizeof(o->programs));
        o->n_programs = known->n_programs;
        o->programs_differ = known->programs_differ;
        o->trusted_by = known->trusted_by;
        return;
    }
    struct cert_info root;
    if (!cert_info_read(s->a, der, &root)) return;
    o->root = root.subject;
    ask_programs(s, c, der, o);
}

static void add_path(struct session *s, struct verdict *v, const struct casefile *c, const char *profile,
                     const struct chain_result *r, bool fits) {
    if (v->n_paths == VERDICT_MAX_CLIENTS) return;
    struct path_outcome *o = &v->paths[v->n_paths++];
    bool broken = certificates_path_broken(r) || chain_has(r, PKI_PROBLEM_SELF_SIGNED);
    *o = (struct path_outcome){.profile = profile, .valid = r->ok && fits, .length = r->n_path};
    o->problems = ARENA_ARRAY(s->a, const char *, r->n_problems + 1);
    for (size_t i = 0; i < r->n_problems; i++)
        o->problems[o->n_problems++] = r->problems[i].text ? r->problems[i].text : "cannot be verified";
    if (!fits) o->problems[o->n_problems++] = "no name in the certificate fits the host";
    if (!broken && r->n_path > 0) tell_root(s, v, c, r->path[r->n_path - 1], o);
}

/* This client's path first, then each other client's. */
static void list_paths(struct session *s, struct verdict *v, const struct casefile *c,
                       const struct clients *all) {
    if (!c->cert_facts) return;
    add_path(s, v, c, c->profile, &c->judged, c->fits_host);
    for (size_t i = 0; all && i < all->n; i++)
        if (strcmp(all->view[i].name, c->profile) != 0)
            add_path(s, v, c, all->view[i].name, &all->view[i].judged, true);
}

/* ---- whom a cause affects ---- */

/* The judgement gives the cause's id as a reason. */
static bool names_cause(const struct client_view *view, const char *id) {
    for (size_t i = 0; i < view->judged.n_problems; i++)
        if (strcmp(pki_problem_code(view->judged.problems[i].kind), id) == 0) return true;
    return false;
}

static bool has_affected(const struct finding *f, const char *name) {
    for (size_t i = 0; i < f->n_affects; i++)
        if (strcmp(f->affects[i], name) == 0) return true;
    return false;
}

/* A cause that no judgement names by its own id (a narrower one) affects whoever refuses the certificate. */
static void add_affected(struct finding *f, const struct clients *all) {
    bool named = false;
    for (size_t i = 0; i < all->n; i++) named = named || names_cause(&all->view[i], f->id);
    for (size_t i = 0; i < all->n && f->n_affects < FINDING_MAX_AFFECTS; i++) {
        const struct client_view *view = &all->view[i];
        bool affected = named ? names_cause(view, f->id) : !view->judged.ok;
        if (affected && !has_affected(f, view->name)) f->affects[f->n_affects++] = view->name;
    }
}

/* Those who fail, of the handshake: whoever's hello fared as this client's, or any, where nobody gets as far
 * as a hello. Those who do not, of the answer to the first request: whoever gets as far. */
static void add_rows(struct finding *f, const struct table *t, bool fails) {
    for (size_t i = 0; t && i < t->n && f->n_affects < FINDING_MAX_AFFECTS; i++) {
        const struct table_row *row = &t->row[i];
        if (f->befalls && !f->befalls(row->profile)) continue;
        if (row->facts && table_fails(row) == fails && !has_affected(f, row->profile->name))
            f->affects[f->n_affects++] = row->profile->name;
    }
}

static void tell_affected(struct verdict *v, const struct clients *all, const struct table *t,
                          bool modern_fails) {
    for (size_t i = 0; i < v->n_findings; i++) {
        struct finding *f = &v->findings[i];
        if (f->spares_own && (f->n_affects > 0 || !f->of_certificate)) continue;
        if (f->of_certificate && all) add_affected(f, all);
        if (!f->of_certificate && modern_fails) add_rows(f, t, true);
        if (v->late_cause && strcmp(f->id, v->late_cause) == 0) add_rows(f, t, false);
    }
}

/* Where modern fails, who does not: what modern has is the common ground of all, and single ones have more.
 */
static void tell_who_connects(struct session *s, struct verdict *v, const struct table *t) {
    struct text who;
    text_init(&who, s->a);
    for (size_t i = 0; t && i < t->n; i++) {
        const struct table_row *row = &t->row[i];
        if (row->profile->current && row->facts && row->facts->good)
            text_addf(&who, "%s%s", who.n ? ", " : "", row->profile->name);
    }
    if (who.n && v->n_findings && !v->findings[0].of_certificate)
        finding_evidence(&v->findings[0],
                         text_f(s->a, "These get through the handshake all the same: %s.", who.s));
}

/* ---- the clients table ---- */

static const struct client_view *view_of(const struct clients *all, const char *judge) {
    for (size_t i = 0; all && judge && i < all->n; i++)
        if (strcmp(all->view[i].name, judge) == 0) return &all->view[i];
    return NULL;
}

static const char *cause_of(const struct verdict *v, const char *name, const struct client_view *view) {
    for (size_t i = 0; i < v->n_findings; i++)
        if (has_affected(&v->findings[i], name)) return v->findings[i].id;
    for (size_t i = 0; view && i < view->judged.n_problems; i++) {
        const char *code = pki_problem_code(view->judged.problems[i].kind);
        if (cause_by_id(code)) return code;
    }
    return NULL;
}

static const char *first_cause(const struct verdict *v) {
    return v->n_findings ? v->findings[0].id : NULL;
}

static void add_row(struct verdict *v, const struct client_outcome *row) {
    if (v->n_clients < VERDICT_MAX_CLIENTS) v->clients[v->n_clients++] = *row;
}

/* Under a private root: what single clients ask beyond what all do (docs/clients.md). */
static void note_refusals(struct session *s, struct verdict *v, const struct clients *all) {
    for (size_t i = 0; all && i < all->n && v->n_notes < TW_COUNT(v->notes); i++) {
        const struct client_view *view = &all->view[i];
        if (!view->current || view->judged.ok || view->judged.public_root) continue;
        v->notes[v->n_notes++] =
            (struct note){"client-refuses", text_f(s->a, "%s refuses this certificate: %s.", view->name,
                                                   view->judged.problems[0].text)};
    }
}

/* What one that verifies would say of the certificate that this client takes. */
static void note_blind(struct session *s, struct verdict *v, struct casefile *own) {
    const struct client_view *view = view_of(own->blind ? clients_look(own) : NULL, "modern");
    if (!view || view->judged.ok || v->n_notes == TW_COUNT(v->notes)) return;
    v->notes[v->n_notes++] = (struct note){
        "certificate-not-verified",
        text_f(s->a,
               "This client verifies no certificate, unless it is told to. With verification on it would "
               "refuse this one: %s.",
               view->judged.problems[0].text)};
}

static bool is_found(const struct verdict *v, const char *id) {
    for (size_t i = 0; i < v->n_findings; i++)
        if (strcmp(v->findings[i].id, id) == 0) return true;
    return false;
}

/* A client whose hello fails, and nobody knows why. */
static void note_failures(struct session *s, struct verdict *v, const struct table *t) {
    bool overloaded = is_found(v, "server-overload");
    for (size_t i = 0; t && i < t->n && v->n_notes < TW_COUNT(v->notes); i++) {
        const struct table_row *row = &t->row[i];
        if (!row->profile->current || !table_fails(row) || cause_of(v, row->profile->name, NULL)) continue;
        if (row->facts->silent && overloaded) continue; /* by chance */
        const char *why = row->lacks ? ": it does not offer what the server chooses for other clients" : "";
        v->notes[v->n_notes++] =
            (struct note){"client-fails", text_f(s->a, "%s does not connect (%s)%s.", row->profile->name,
                                                 facts_outcome(s->a, row->facts), why)};
    }
}

static void note_queued(struct session *s, struct verdict *v, const struct table *t) {
    if (!t || !t->queued || v->n_notes == TW_COUNT(v->notes)) return;
    v->notes[v->n_notes++] = (struct note){
        "slow-server",
        text_f(
            s->a,
            "The server is slow, and seems to shake hands with one client after the other: of several "
            "connections at once some were answered after seconds, and one got %s. Browsers open several at "
            "once too. Clients that met this count as not tried; a larger --timeout lets them wait.",
            facts_outcome(s->a, t->queued))};
}

static void note_unsteady(struct session *s, struct verdict *v, const struct table *t) {
    if (!t || !t->unsteady || v->n_notes == TW_COUNT(v->notes)) return;
    v->notes[v->n_notes++] = (struct note){
        "comes-and-goes",
        text_f(
            s->a,
            "The very same ClientHello gets through at one time and not at another (%s). The server limits "
            "connections in number or time, or one of several machines behind this address differs from the "
            "others. "
            "Clients that met this count as not tried.",
            facts_outcome(s->a, t->unsteady))};
}

/* What ended this client's connection befalls that one not, which has a way of its own from there. */
static bool goes_other_way(const struct verdict *v, const struct profile *p) {
    for (size_t i = 0; i < v->n_findings; i++)
        if (v->findings[i].befalls && !v->findings[i].befalls(p)) return true;
    return false;
}

static void list_row(struct session *s, struct verdict *v, const struct clients *all,
                     const struct table_row *row) {
    const char *name = row->profile->name;
    const struct client_view *view = view_of(all, row->profile->judge);
    bool fails = table_fails(row), refuses = view && !view->judged.ok;
    bool unknown = !row->facts || (fails && row->derived && goes_other_way(v, row->profile));
    const char *word = unknown   ? "not tried"
                       : fails   ? facts_word(s->a, row->facts)
                       : refuses ? "certificate refused"
                                 : "ok";
    const char *cause = !unknown && (fails || refuses) ? cause_of(v, name, fails ? NULL : view) : NULL;
    if (!cause && fails) cause = client_lack_cause(row->lacks);
    add_row(v, &(struct client_outcome){name, row->profile->current, word, cause, row->derived, unknown});
}

/* How the client fares whose request was sent, behind a handshake that went through. */
static const char *well_word(const struct verdict *v) {
    return v->late_word ? v->late_word : "ok";
}

/* The client that was asked about; its verdict is the report's. */
static void list_own(struct session *s, struct verdict *v, const struct casefile *own, bool refused) {
    const struct profile *p = profile_find(own->profile);
    bool connects = own->main->good;
    const char *word = !connects ? facts_word(s->a, own->main)
                       : refused ? "certificate refused"
                                 : well_word(v);
    add_row(v, &(struct client_outcome){.profile = own->profile,
                                        .current = p && p->current,
                                        .outcome = word,
                                        .cause = connects && !refused ? v->late_cause : first_cause(v)});
}

/* modern, where it was merely compared with. */
static void list_modern(struct session *s, struct verdict *v, const struct clients *all,
                        const struct casefile *modern) {
    const struct client_view *view = view_of(all, "modern");
    bool fails = !modern->main->good, refuses = view && !view->judged.ok;
    struct client_outcome row = {
        .profile = "modern", .current = true, .outcome = well_word(v), .cause = v->late_cause};
    if (fails || refuses) {
        row.outcome = fails ? facts_word(s->a, modern->main) : "certificate refused";
        row.cause = cause_of(v, "modern", fails ? NULL : view);
        if (!row.cause) row.cause = first_cause(v);
    }
    add_row(v, &row);
}

const struct clients *verdict_views(struct casefile *own, struct casefile *modern) {
    const struct facts *theirs = modern != own ? modern->main : NULL;
    bool differ = own->cert_facts && theirs && theirs->certificates.n > 0 &&
                  !bytes_eq(own->cert_facts->certificates.list, theirs->certificates.list);
    if (!differ) return clients_look(own);
    if (!modern->cert_facts) {
        certificates_choose(modern);
        certificates_gather(modern);
    }
    return clients_look(modern);
}

void verdict_clients(struct session *s, struct verdict *v, struct casefile *own, struct casefile *modern,
                     bool own_refused) {
    const struct clients *all = verdict_views(own, modern);
    const struct table *t = s->table;
    list_paths(s, v, own, all);
    tell_affected(v, all, t, !modern->main->good);
    if (!modern->main->good) tell_who_connects(s, v, t);
    note_blind(s, v, own);
    if (v->kind == VERDICT_OK) note_refusals(s, v, all);
    if (modern->main->good) note_failures(s, v, t);
    note_queued(s, v, t);
    note_unsteady(s, v, t);
    /* Bent by options it is no client of the table. */
    bool is_row = own == modern || (s->request->n_bent == 0 && strcmp(own->profile, "modern") != 0);
    if (is_row) list_own(s, v, own, own_refused);
    if (modern != own) list_modern(s, v, all, modern);
    for (size_t i = 0; t && i < t->n; i++)
        if (!is_row || strcmp(t->row[i].profile->name, own->profile) != 0) list_row(s, v, all, &t->row[i]);
}
