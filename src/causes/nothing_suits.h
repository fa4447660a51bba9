/* The server agrees to no hello at all, whatever is offered. */
#ifndef TW_CAUSES_NOTHING_SUITS_H
#define TW_CAUSES_NOTHING_SUITS_H

#include "causes/cause.h"

/* TLS 1.3 was agreed on, and the server broke off where its certificate was due (RFC 8446 4.4.2). */
bool broke_off_at_certificate(const struct casefile *c);
/* On YES certainty and evidence are filled, and *ret_has_tls13 says whether it was seen to have TLS 1.3.
 * Without that it may be its cipher suites that fit no certificate of its. */
enum ruling nothing_suits(struct casefile *c, struct finding *f, bool *ret_has_tls13);
/* internal_error to every hello that could be taken, and something else to one that could not: what the
 * server looks up for its answer is not there, its certificate above all (a callback that finds none for the
 * name: Go's GetCertificate, nginx's certificates by variable). On YES certainty and evidence are filled. */
enum ruling gives_up_inside(struct casefile *c, struct finding *f);

#endif
