/* `tlswhy-report/1` (CONTRACT.md, "The report"). Strings of the peer come escaped from where they were read.
 */
#include "report/json_parts.h"
#include "report/report_internal.h"

#include "base/rd.h"
#include "pki/name.h"
#include "wire/messages.h"

#include <math.h>

struct writer {
    struct arena *a;
    const struct verdict *v;
};

/* jansson returns NULL where memory runs out; every other allocation ends the process then (base/arena.h). */
static void put_string(struct writer *w, json_t *object, const char *key, const char *s) {
    json_put(object, key, json_text(w->a, s));
}

static void put_number(json_t *object, const char *key, uint64_t n) {
    json_put(object, key, json_integer((json_int_t)n));
}

/* Nanoseconds as milliseconds, to a microsecond. */
static json_t *milliseconds(int64_t ns) {
    return json_real(round((double)ns / 1000.0) / 1000.0);
}

static json_t *target(struct writer *w) {
    const struct request *r = w->v->request;
    json_t *o = json_sure(json_object());
    put_string(w, o, "host", r->host_shown);
    put_number(o, "port", r->port);
    put_string(w, o, "address", w->v->address);
    put_string(w, o, "servername", w->v->servername);
    put_string(w, o, "starttls", r->starttls == STARTTLS_NONE ? NULL : starttls_name(r->starttls));
    return o;
}

static json_t *client(struct writer *w) {
    const struct request *r = w->v->request;
    json_t *o = json_sure(json_object());
    put_string(w, o, "profile", r->client ? r->client : "modern");
    json_put(o, "bent", json_texts(w->a, r->bent, r->n_bent));
    return o;
}

static json_t *addresses(struct writer *w) {
    json_t *array = json_sure(json_array());
    for (size_t i = 0; i < w->v->n_addresses; i++) {
        const struct address_outcome *x = &w->v->addresses[i];
        json_t *o = json_sure(json_object());
        put_string(w, o, "address", x->address);
        put_string(w, o, "outcome", x->outcome);
        put_string(w, o, "cause", x->cause);
        json_append(array, o);
    }
    return array;
}

static json_t *one_fix(struct writer *w, const struct text_fix *fix, const struct slot_source *from) {
    json_t *o = json_sure(json_object()), *steps = json_sure(json_array()),
           *snippets = json_sure(json_object());
    put_string(w, o, "who", fix->who);
    put_string(w, o, "title", slots_fill(w->a, fix->title, from));
    for (size_t i = 0; i < fix->n_steps; i++)
        json_append(steps, json_text(w->a, slots_fill(w->a, fix->steps[i], from)));
    for (size_t i = 0; i < fix->n_snippets; i++)
        put_string(w, snippets, fix->snippets[i].software, slots_fill(w->a, fix->snippets[i].code, from));
    json_put(o, "steps", steps);
    json_put(o, "snippets", snippets);
    return o;
}

static void put_texts(struct writer *w, json_t *o, const struct finding *f) {
    const struct cause_text *t = cause_text_find(f->id);
    const struct slot_source from = {w->v, f};
    json_t *fix = json_sure(json_array()), *avoid = json_sure(json_array());
    for (size_t i = 0; t && i < t->n_fixes; i++)
        if (fix_is_for(&t->fixes[i], f)) json_append(fix, one_fix(w, &t->fixes[i], &from));
    for (size_t i = 0; t && i < t->n_avoid; i++)
        json_append(avoid, json_text(w->a, slots_fill(w->a, t->avoid[i], &from)));
    put_string(w, o, "title", t ? t->title : NULL);
    put_string(w, o, "explanation", t ? slots_fill(w->a, t->explanation, &from) : NULL);
    json_put(o, "fix", fix);
    json_put(o, "avoid", avoid);
}

static json_t *proof(struct writer *w, const struct finding *f) {
    if (!f->has_proof) return json_null();
    json_t *o = json_sure(json_object());
    put_string(w, o, "baseline", f->proof.baseline);
    put_string(w, o, "change", f->proof.change);
    put_string(w, o, "outcome", f->proof.outcome);
    return o;
}

static json_t *causes(struct writer *w) {
    json_t *array = json_sure(json_array());
    for (size_t i = 0; i < w->v->n_findings; i++) {
        const struct finding *f = &w->v->findings[i];
        json_t *o = json_sure(json_object());
        put_string(w, o, "id", f->id);
        put_string(w, o, "row", f->row);
        put_string(w, o, "fixer", fixer_name(f->fixer));
        put_string(w, o, "certainty", certainty_name(f->certainty));
        put_string(w, o, "summary", f->summary);
        json_put(o, "evidence", json_texts(w->a, f->evidence, f->n_evidence));
        json_put(o, "proof", proof(w, f));
        json_put(o, "affects", json_texts(w->a, f->affects, f->n_affects));
        put_texts(w, o, f);
        json_append(array, o);
    }
    return array;
}

static json_t *notes(struct writer *w) {
    json_t *array = json_sure(json_array());
    for (size_t i = 0; i < w->v->n_notes; i++) {
        json_t *o = json_sure(json_object());
        put_string(w, o, "id", w->v->notes[i].id);
        put_string(w, o, "summary", w->v->notes[i].summary);
        json_append(array, o);
    }
    return array;
}

/* The alert that ended it, or that this client sent with its refusal. */
static json_t *alert(struct writer *w, const struct transcript *t) {
    bool peer = t->result == RESULT_PEER_ALERT;
    bool own = (t->result == RESULT_REFUSED || t->result == RESULT_VIOLATION) && t->sent_alert != 0xFF;
    if (!peer && !own) return json_null();
    json_t *o = json_sure(json_object());
    put_string(w, o, "from", peer ? "server" : "client");
    put_string(w, o, "level", peer && t->peer_alert_level == ALERT_WARNING ? "warning" : "fatal");
    put_string(w, o, "description", alert_name(peer ? t->peer_alert : t->sent_alert));
    return o;
}

static json_t *messages(struct writer *w, const struct transcript *t) {
    json_t *array = json_sure(json_array());
    for (const struct msg *m = t ? t->first : NULL; m; m = m->next) {
        json_t *o = json_sure(json_object());
        put_string(w, o, "from", m->from == SIDE_CLIENT ? "client" : "server");
        put_string(w, o, "type", report_message_type(m));
        put_number(o, "length", report_message_length(m));
        json_put(o, "at_ms", milliseconds(m->at_ns));
        json_append(array, o);
    }
    return array;
}

static json_t *schemes(struct writer *w, struct bytes list) {
    json_t *array = json_sure(json_array());
    struct rd r;
    rd_init(&r, list);
    while (rd_left(&r) >= 2)
        json_append(array, json_text(w->a, sigscheme_name(rd_u16(&r, "signature_algorithm"))));
    return array;
}

static json_t *authorities(struct writer *w, struct bytes names) {
    json_t *array = json_sure(json_array());
    struct rd r;
    rd_init(&r, names);
    while (rd_left(&r) > 0 && rd_ok(&r))
        json_append(array, json_text(w->a, pki_name_text(w->a, rd_vec(&r, 2, "distinguished_name"))));
    return array;
}

/* What the server asked of the client, and what it got. */
static json_t *client_certificate(struct writer *w, const struct transcript *t) {
    const struct msg *m = t ? transcript_find(t, SIDE_SERVER, HS_CERTIFICATE_REQUEST) : NULL;
    struct certificate_request q;
    struct rd r;
    if (!m || !t->certificate_requested) return json_null();
    rd_init(&r, m->body);
    if (!certificate_request_read(&r, t->version, &q)) return json_null();
    json_t *o = json_sure(json_object());
    json_put(o, "sent", json_boolean(t->client_certificate_sent));
    put_string(w, o, "sigalg", t->client_certificate_sent ? sigscheme_name(t->client_sigscheme) : NULL);
    json_put(o, "sigalgs", schemes(w, q.sigalgs));
    json_put(o, "authorities", authorities(w, q.ca_names));
    return o;
}

static json_t *handshake(struct writer *w) {
    const struct transcript *t = w->v->main ? w->v->main->t : NULL;
    json_t *o = json_sure(json_object());
    put_string(w, o, "outcome", report_outcome(w->a, w->v));
    put_string(w, o, "stage", stage_name(t ? t->stage : STAGE_RESOLVE));
    put_string(w, o, "version", t && t->version ? version_name(t->version) : NULL);
    put_string(w, o, "cipher", t && t->suite ? suite_name(t->suite) : NULL);
    put_string(w, o, "group", t && t->group ? group_name(t->group) : NULL);
    put_string(w, o, "sigalg", t && t->sigscheme ? sigscheme_name(t->sigscheme) : NULL);
    put_string(w, o, "alpn", t && t->alpn.n ? text_escape(w->a, t->alpn, 255) : NULL);
    json_put(o, "alert", t ? alert(w, t) : json_null());
    json_put(o, "client_certificate", client_certificate(w, t));
    put_string(w, o, "place", t ? t->place : NULL);
    json_put(o, "messages", messages(w, t));
    return o;
}

static json_t *one_certificate(struct writer *w, const struct cert_info *c) {
    json_t *o = json_sure(json_object()), *san = json_sure(json_array());
    for (size_t i = 0; i < c->n_dns; i++) json_append(san, json_text(w->a, c->dns[i]));
    for (size_t i = 0; i < c->n_ip; i++) json_append(san, json_text(w->a, c->ip[i]));
    put_string(w, o, "subject", c->subject);
    put_string(w, o, "issuer", c->issuer);
    put_string(w, o, "serial", c->serial);
    put_string(w, o, "not_before", c->parsed ? text_time(w->a, c->not_before) : NULL);
    put_string(w, o, "not_after", c->parsed ? text_time(w->a, c->not_after) : NULL);
    json_put(o, "san", san);
    put_string(w, o, "key", c->key);
    put_string(w, o, "signature", c->signature);
    put_string(w, o, "sha256", text_hex(w->a, bytes_of(c->sha256, sizeof(c->sha256))));
    return o;
}

static json_t *certificates(struct writer *w) {
    json_t *array = json_sure(json_array());
    for (size_t i = 0; i < w->v->n_certs; i++) json_append(array, one_certificate(w, &w->v->certs[i]));
    return array;
}

static json_t *paths(struct writer *w) {
    json_t *array = json_sure(json_array());
    for (size_t i = 0; i < w->v->n_paths; i++) {
        const struct path_outcome *p = &w->v->paths[i];
        json_t *o = json_sure(json_object());
        put_string(w, o, "profile", p->profile);
        json_put(o, "valid", json_boolean(p->valid));
        put_string(w, o, "root", p->root);
        put_number(o, "length", p->length);
        json_put(o, "problems", json_texts(w->a, p->problems, p->n_problems));
        json_put(o, "programs", json_texts(w->a, p->programs, p->n_programs));
        put_string(w, o, "trusted_by", p->trusted_by);
        json_append(array, o);
    }
    return array;
}

static json_t *clients(struct writer *w) {
    json_t *array = json_sure(json_array());
    for (size_t i = 0; i < w->v->n_clients; i++) {
        const struct client_outcome *c = &w->v->clients[i];
        json_t *o = json_sure(json_object());
        put_string(w, o, "profile", c->profile);
        json_put(o, "current", json_boolean(c->current));
        put_string(w, o, "outcome", c->outcome);
        put_string(w, o, "cause", c->cause);
        json_put(o, "derived", json_boolean(c->derived));
        json_append(array, o);
    }
    return array;
}

static json_t *cost(struct writer *w) {
    const struct verdict *v = w->v;
    json_t *o = json_sure(json_object());
    put_number(o, "connections", v->cost.connections);
    put_number(o, "bytes_sent", v->cost.bytes_sent);
    put_number(o, "bytes_received", v->cost.bytes_received);
    json_put(o, "elapsed_ms", milliseconds(v->elapsed_ns));
    put_number(o, "round_trips", v->cost.round_trips);
    put_number(o, "fetches", v->fetches);
    return o;
}

static json_t *smallest_change(struct writer *w) {
    const struct smallest_change *x = w->v->smallest;
    if (!x) return json_null();
    json_t *o = json_sure(json_object()), *factors = json_sure(json_array());
    for (size_t i = 0; i < x->n_factors; i++) {
        json_t *one = json_sure(json_object());
        put_string(w, one, "kind", x->factors[i].kind);
        put_string(w, one, "how", x->factors[i].how);
        put_string(w, one, "value", x->factors[i].value);
        put_string(w, one, "change", x->factors[i].change);
        json_append(factors, one);
    }
    put_string(w, o, "from", x->from);
    put_string(w, o, "to", x->to);
    json_put(o, "factors", factors);
    put_string(w, o, "sentence", x->sentence);
    put_string(w, o, "outcome", x->outcome);
    put_string(w, o, "server_side", x->server_side);
    put_number(o, "connections", x->connections);
    return o;
}

static json_t *comparison(struct writer *w, const struct comparison *c) {
    if (!c) return json_null();
    json_t *o = json_sure(json_object()), *list = json_sure(json_array());
    put_string(w, o, "with", c->with->name);
    put_string(w, o, "at", c->with->at);
    for (size_t i = 0; i < c->n; i++) {
        json_t *row = json_sure(json_object());
        put_string(w, row, "what", c->list[i].what);
        put_string(w, row, "then", c->list[i].then);
        put_string(w, row, "now", c->list[i].now);
        json_append(list, row);
    }
    json_put(o, "differences", list);
    put_string(w, o, "conclusion", c->conclusion);
    return o;
}

char *report_json(struct arena *a, const struct verdict *v, const struct comparison *c) {
    struct writer w = {a, v};
    static const struct {
        const char *key;
        json_t *(*value)(struct writer *w);
    } parts[] = {
        {"addresses", addresses},
        {"causes", causes},
        {"notes", notes},
        {"handshake", handshake},
        {"certificates", certificates},
        {"paths", paths},
        {"clients", clients},
        {"cost", cost},
        {"smallest_change", smallest_change},
    };
    json_t *o = json_sure(json_object());
    put_string(&w, o, "schema", "tlswhy-report/1");
    put_string(&w, o, "at", text_time(a, v->at));
    json_put(o, "target", target(&w));
    json_put(o, "client", client(&w));
    put_string(&w, o, "verdict", verdict_name(v->kind));
    for (size_t i = 0; i < TW_COUNT(parts); i++) json_put(o, parts[i].key, parts[i].value(&w));
    put_string(&w, o, "seen", v->seen);
    put_string(&w, o, "next_step", v->next_step);
    json_put(o, "comparison", comparison(&w, c));
    return json_finish(a, o);
}
