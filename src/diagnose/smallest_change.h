/* Inside of diagnose: the smallest change of this client's hello with which the server accepts it, where no
 * cause is proven that says as much. Not for other rooms. */
#ifndef TW_DIAGNOSE_SMALLEST_CHANGE_H
#define TW_DIAGNOSE_SMALLEST_CHANGE_H

#include "diagnose/session.h"

/* Whether a failure is there that the search can say something about: in the handshake, and not one that
 * comes and goes. `asked_for`: even where a cause accounts for it. */
bool smallest_change_wanted(const struct plan *p, bool asked_for);
/* Looks among the handshakes of this run, and of `other` (another client; NULL: none), for a hello that was
 * accepted, else tries a few; then searches. NULL where there is none, or where it could not be found within
 * the limits. */
const struct smallest_change *smallest_change_find(struct session *s, const struct plan *p,
                                                   const struct casefile *other, bool asked_for);
/* Drops the causes that were likely because nothing helped: something does. */
void smallest_change_refute(const struct smallest_change *x, struct plan *p);
/* Makes it the proof of the cause that the handshake fails for, where there is one. */
void smallest_change_prove(const struct smallest_change *x, struct plan *p);

/* In words what the factors of the set change: "TLS 1.2 added, and the group x25519 added". */
const char *smallest_say(struct arena *a, const struct factors *f, const struct factor_set *set);

/* smallest_proof.c: a cause that widened many offers at once is proven again by the one that the server chose
 * of them, beside whatever else runs. NULL: there is none. */
struct smallest_proof;
struct smallest_proof *smallest_proof_ask(struct session *s, struct plan *p);
/* Where the handshake goes as far, that is the proof. Before findings move (plan_settle). */
void smallest_proof_take(struct session *s, struct plan *p, const struct smallest_proof *all);

/* smallest_server.c: what the server could do so that this client gets in as it is, by a sentence; NULL where
 * that would be a step backwards, or is not known. `accepted` is a handshake with the changes made. */
const char *smallest_server_side(struct arena *a, const struct factors *f, const struct factor_set *found,
                                 const struct transcript *accepted);

#endif
