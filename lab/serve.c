/* One connection to a case: door, plain service, gate, honest server, in this order. */
#include "honest.h"
#include "lab_internal.h"

static bool too_many(struct lab_link *l) {
    unsigned max = l->server->c->max_at_once;
    pthread_mutex_lock(&l->lab->lock);
    unsigned active = l->server->active;
    pthread_mutex_unlock(&l->lab->lock);
    return max > 0 && active > max;
}

/* False where the connection ends at the door. */
static bool pass_door(struct lab_link *l) {
    switch (l->server->c->door) {
    case DOOR_OPEN:
        return true;
    case DOOR_CLOSES:
        return false;
    case DOOR_RESETS:
        lab_reset(l);
        return false;
    case DOOR_SILENT:
        lab_hold(l);
        return false;
    }
    return false;
}

static void serve(struct lab_link *l, struct lab_honest *honest) {
    const struct lab_case *c = l->server->c;
    if (too_many(l) || !pass_door(l)) return;
    if (c->script && !lab_plain(l, c->script)) return;
    bool gated = c->gate[0].act != ACT_SERVE || c->gate[0].when[0].what != WHEN_ALWAYS;
    if (!c->tls && !gated) return;
    l->shape = &c->shape;
    if (gated && !lab_gate(l)) return;
    if (honest) lab_honest_serve(honest, l);
}

static void serve_in_turn(struct lab_link *l, struct lab_honest *honest) {
    bool serial = l->server->c->serial;
    if (serial) pthread_mutex_lock(&l->server->serial);
    serve(l, honest);
    if (!l->over) lab_finish(l);
    if (serial) pthread_mutex_unlock(&l->server->serial);
}

void lab_serve_case(struct lab_link *l) {
    unsigned one_in = l->server->c->answers_one_in;
    if (one_in > 0 && l->number % one_in != l->server->c->answers_first) {
        lab_hold(l);
        return;
    }
    bool second = l->server->honest_second && l->number % 2 == 1;
    serve_in_turn(l, second ? l->server->honest_second : l->server->honest);
}

void lab_serve_case_v6(struct lab_link *l) {
    serve_in_turn(l, l->server->honest_v6 ? l->server->honest_v6 : l->server->honest);
}

void lab_serve_http80(struct lab_link *l) {
    (void)lab_plain(l, l->server->c->http80);
    if (!l->over) lab_finish(l);
}
