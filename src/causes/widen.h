/* Mismatches of what both sides offer: which of the four kinds of offer (versions, suites, groups,
 * signature schemes) must be widened for this server? One alone is tried first; where none does alone, all
 * together, and then all but one: what cannot be left out is a cause, so that several that hold at once are
 * all found. */
#ifndef TW_CAUSES_WIDEN_H
#define TW_CAUSES_WIDEN_H

#include "causes/cause.h"

/* CHANGE_OLDER_VERSIONS, _NEWER_VERSIONS, _ALL_SUITES, _ALL_GROUPS or _ALL_SIGALGS. On YES the finding has
 * its proof, and *ret_after is the handshake that went further. */
enum ruling widen_needed(struct casefile *c, enum change_kind kind, struct finding *f,
                         const struct facts **ret_after);
/* Whether one kind of widening alone is enough: then no narrower hello needs to be blamed. */
enum ruling widen_any_alone(struct casefile *c);
/* Asks for the experiments that widen_needed() will want first, so that they run side by side. */
void widen_ask(struct casefile *c);

/* The server refused the hello for its version (alert protocol_version, RFC 8446 6.2), or by the alert for
 * something else. */
bool widen_version_named(const struct facts *f);
bool widen_refused_otherwise(const struct facts *f);

/* The curve of the certificate's key, where the client takes no such key: 0 otherwise. Below TLS 1.3 the
 * groups say which keys may sign (RFC 8422 5.1); P-256 and P-384 are in the names of schemes that every
 * client offers. */
uint16_t widen_strange_curve(const struct casefile *c, const struct facts *f);

#endif
