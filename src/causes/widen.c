#include "causes/widen.h"

static const enum change_kind kinds[] = {CHANGE_OLDER_VERSIONS, CHANGE_NEWER_VERSIONS, CHANGE_ALL_SUITES,
                                         CHANGE_ALL_GROUPS, CHANGE_ALL_SIGALGS};
enum { N_KINDS = sizeof(kinds) / sizeof(kinds[0]) };

/* Widening that would change nothing is no experiment. */
static bool applies(const struct casefile *c, enum change_kind k) {
    if (k == CHANGE_OLDER_VERSIONS) return c->subject_trial.policy.min_version > TLS_SSL3;
    if (k == CHANGE_NEWER_VERSIONS) return c->subject_trial.policy.max_version < TLS_1_3;
    return true;
}

static const struct facts *alone(struct casefile *c, enum change_kind k) {
    return CASE_TRY(c, {.kind = k});
}

/* All kinds at once, but for `left_out` (CHANGE_NONE: none is). */
static size_t all_but(const struct casefile *c, enum change_kind left_out,
                      struct change ret[CASE_MAX_CHANGES]) {
    size_t n = 0;
    for (size_t i = 0; i < N_KINDS; i++)
        if (kinds[i] != left_out && applies(c, kinds[i])) ret[n++] = (struct change){.kind = kinds[i]};
    return n;
}

static const struct facts *try_all_but(struct casefile *c, enum change_kind left_out) {
    struct change list[CASE_MAX_CHANGES];
    size_t n = all_but(c, left_out, list);
    return case_try(c, list, n);
}

void widen_ask(struct casefile *c) {
    for (size_t i = 0; i < N_KINDS; i++)
        if (applies(c, kinds[i])) (void)alone(c, kinds[i]);
    (void)try_all_but(c, CHANGE_NONE);
}

enum ruling widen_any_alone(struct casefile *c) {
    bool open = false;
    for (size_t i = 0; i < N_KINDS; i++) {
        if (!applies(c, kinds[i])) continue;
        const struct facts *f = alone(c, kinds[i]);
        if (f && case_further(c, f)) return RULING_YES;
        open = open || !f;
    }
    return open ? RULING_OPEN : RULING_NO;
}

/* All together does what one alone does not: is this kind among those that cannot be left out? */
static enum ruling needed_together(struct casefile *c, enum change_kind kind, struct finding *f,
                                   const struct facts **ret_after) {
    const struct facts *all = try_all_but(c, CHANGE_NONE);
    if (!all) return RULING_OPEN;
    if (!case_further(c, all)) return RULING_NO;
    for (size_t i = 0; i < N_KINDS; i++) /* side by side: the other kinds will want theirs too */
        if (applies(c, kinds[i])) (void)try_all_but(c, kinds[i]);
    const struct facts *without = try_all_but(c, kind);
    if (!without) return RULING_OPEN;
    if (case_further(c, without)) return RULING_NO;
    CASE_PROVE(c, f, without, all, {.kind = kind});
    f->proof.baseline = text_f(c->a, "with every other offer widened already: %s", f->proof.baseline);
    f->together = true;
    *ret_after = all;
    return RULING_YES;
}

enum ruling widen_needed(struct casefile *c, enum change_kind kind, struct finding *f,
                         const struct facts **ret_after) {
    if (!applies(c, kind)) return RULING_NO;
    widen_ask(c);
    const struct facts *one = alone(c, kind);
    if (!one) return RULING_OPEN;
    if (case_further(c, one)) {
        CASE_PROVE(c, f, c->subject, one, {.kind = kind});
        *ret_after = one;
        return RULING_YES;
    }
    enum ruling any = widen_any_alone(c);
    if (any != RULING_NO) return any == RULING_YES ? RULING_NO : RULING_OPEN;
    return needed_together(c, kind, f, ret_after);
}

bool widen_version_named(const struct facts *f) {
    return f->no_server_hello && f->has_alert && f->alert == ALERT_PROTOCOL_VERSION;
}

bool widen_refused_otherwise(const struct facts *f) {
    return f->no_server_hello && f->has_alert && f->alert != ALERT_PROTOCOL_VERSION;
}

uint16_t widen_strange_curve(const struct casefile *c, const struct facts *f) {
    const struct u16_list *offered = &c->subject_trial.hello.groups;
    struct pubkey *key = facts_leaf(f).n > 0 ? pubkey_from_cert(facts_leaf(f)) : NULL;
    uint16_t curve = key && pubkey_type(key) == KEY_EC ? pubkey_group(key) : 0;
    pubkey_free(key);
    if (f->t->version >= TLS_1_3 || curve == GROUP_SECP256R1 || curve == GROUP_SECP384R1) return 0;
    return curve && !u16_has(offered->v, offered->n, curve) ? curve : 0;
}
