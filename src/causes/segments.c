#include "causes/segments.h"

/* What every host takes over IPv4 (RFC 9293 3.7.1), and what every path of IPv6 carries (RFC 8200 5: 1280
 * bytes, without the headers of IPv6 and TCP). */
enum { MSS_LEAST = 536, MSS_IPV6 = 1220 };

bool segments_suspected(const struct facts *f) {
    return f->t->result == RESULT_TIMEOUT && f->reached >= REACHED_TLS && f->reached < REACHED_FLIGHT;
}

static const struct facts *with(struct casefile *c, const struct trial *t, unsigned mss, unsigned repeat) {
    const struct change changes[] = {{.kind = CHANGE_SMALL_MSS, .arg = mss},
                                     {.kind = CHANGE_AGAIN, .arg = repeat}};
    return case_try_on(c, t, changes, repeat ? 2 : 1);
}

void segments_ask(struct casefile *c) {
    (void)with(c, &c->subject_trial, MSS_LEAST, 0);
}

enum ruling segments_try(struct casefile *c, const struct trial *t, const struct facts *before,
                         struct segments *ret) {
    *ret = (struct segments){0};
    const struct facts *least = with(c, t, MSS_LEAST, 0);
    if (!least) return RULING_OPEN;
    if (least->reached <= before->reached) return RULING_YES;
    const struct facts *larger = with(c, t, MSS_IPV6, 0), *again = with(c, t, MSS_LEAST, 1),
                       *plain = t == &c->trial ? case_repeat(c, t, 1)
                                               : CASE_TRY(c, {.kind = CHANGE_AGAIN, .arg = 1});
    if (!again || !plain) return RULING_OPEN;
    if (again->reached <= before->reached || plain->reached > before->reached) return RULING_YES;
    if (!larger) return RULING_OPEN;
    *ret = larger->reached > before->reached ? (struct segments){MSS_IPV6, larger}
                                             : (struct segments){MSS_LEAST, least};
    return RULING_YES;
}

enum ruling split_helps(struct casefile *c) {
    const struct facts *once = CASE_TRY(c, {.kind = CHANGE_SPLIT, .arg = SPLIT_BEFORE_EXTENSIONS});
    if (!once) return RULING_OPEN;
    if (!case_further(c, once)) return RULING_NO;
    const struct facts *twice =
        CASE_TRY(c, {.kind = CHANGE_SPLIT, .arg = SPLIT_BEFORE_EXTENSIONS}, {.kind = CHANGE_AGAIN, .arg = 1});
    if (!twice) return RULING_OPEN;
    return case_further(c, twice) ? RULING_YES : RULING_NO;
}
