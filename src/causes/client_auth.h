/* Mutual TLS: what the server asked of the client, what it made of the answer, and what the client's own
 * certificate says of itself. Made once for a case; shared by the causes mtls-*. */
#ifndef TW_CAUSES_CLIENT_AUTH_H
#define TW_CAUSES_CLIENT_AUTH_H

#include "causes/cause.h"
#include "pki/name.h"
#include "pki/path.h"

/* How the server ended a handshake in which it had asked for a certificate. */
enum client_end {
    CLIENT_END_NONE,  /* it did not, or had not asked */
    CLIENT_END_ALERT, /* facts.alert */
    CLIENT_END_CUT,   /* closed or reset, without a word */
    CLIENT_END_HTTP,  /* by an answer such as 400 */
};
enum client_end client_end(const struct facts *f);
/* The alert of this handshake; 0 if it ended another way. */
uint8_t client_end_alert(const struct facts *f);
/* A noun phrase, as facts_outcome(); an HTTP answer is part of it. */
char *client_outcome(struct casefile *c, const struct facts *f);
/* "Then: …." */
char *client_end_text(struct casefile *c, const struct facts *f);

/* The certificate was sent with a key that fits, and the server ended it: what the causes about the
 * certificate itself begin with. */
bool client_cert_refused(const struct casefile *c);

/* Evidence: kinds of key, signatures and CAs that were asked for. */
void client_request_evidence(struct casefile *c, struct finding *f);
/* "rsa_sign, ecdsa_sign"; the signatures that it takes; "none" where it names none. */
char *client_request_types(struct casefile *c);
char *client_request_sigalgs(struct casefile *c);
/* "issued by one of these CAs: …", or "and names no CA that must have issued it". */
const char *client_request_cas(struct casefile *c);
/* The server names no CA at all; it names this one. */
bool client_request_names_none(const struct casefile *c);
bool client_request_names(const struct casefile *c, struct bytes name);
/* Whether the issuer of such a certificate is likely a CA below one that the server names. */
bool client_request_has_kin(struct casefile *c, const struct cert_info *issued);

/* proven, by what the server said to that: it let the client in, or it complained of
 * something else than of this certificate. Else certainty and proof are left alone. */
void client_prove_without(struct casefile *c, struct finding *f, const struct facts *without);
/* The handshake without a client certificate, to its end; NULL while it is under way. */
const struct facts *client_try_without(struct casefile *c);
/* The server let it pass: the handshake is done, and nothing was said against the client. */
bool client_passes(const struct facts *f);
/* `before` is this client's handshake, the change was to show another certificate, or none. */
void client_prove(struct casefile *c, struct finding *f, const struct identity *shown, const char *change,
                  const struct facts *after);

/* Its key is of a kind that every server of today takes. */
bool client_key_is_usual(const struct casefile *c);

/* The usages that its certificate lists: "serverAuth". */
char *client_usages(struct casefile *c, const struct pki_cert *own);
/* The list is there, and it is for other things than TLS clients. */
bool client_usage_lacks(const struct pki_cert *own);

/* The client's own certificate. */
struct client_fetch {
    struct casefile *c;
    const char *url;
    bool done;
};
enum { CLIENT_MAX_FETCHES = 4, CLIENT_MAX_ABOVE = 6 };
enum client_issuer_answer {
    CLIENT_ISSUER_OPEN,
    CLIENT_ISSUER_FINE,    /* nothing says that the server lacks an issuer */
    CLIENT_ISSUER_UNKNOWN, /* it does not trust the CA */
    CLIENT_ISSUER_MISSING, /* it would, were it shown the intermediate */
};
struct client_auth {
    struct pki_pool *pool; /* what the client sends; then what was found above it */
    size_t leaf;
    struct cert_info own;
    struct pki_path judged; /* for TLS clients, as OpenSSL judges on servers */

    /* Whether the server can know its issuer (client_issuer.c). */
    size_t path[IDENTITY_MAX_CHAIN]; /* items, as far as what is sent reaches */
    size_t n_path;
    struct cert_info top;           /* the last of it */
    bool listed;                    /* the server names a CA of it */
    size_t above[CLIENT_MAX_ABOVE]; /* found elsewhere: the issuers that were not sent */
    size_t n_above;
    bool complete; /* the path ends at a root, or at a CA that the server names */
    bool searched;
    const char *found_in;   /* where `above` came from: for sentences */
    struct identity longer; /* with them */
    const struct facts *with_longer;
    enum client_issuer_answer answer;
    enum certainty certainty;
    struct client_fetch fetch[CLIENT_MAX_FETCHES];
    size_t n_fetches;
};
/* NULL where the client has no certificate that can be read. */
struct client_auth *client_auth(struct casefile *c);
/* The server names a CA above it, as far as what is sent shows. */
bool client_is_listed(struct casefile *c, struct client_auth *a);
/* Called again until the answer is not CLIENT_ISSUER_OPEN. */
enum client_issuer_answer client_issuer(struct casefile *c, struct client_auth **ret);
/* The subjects of those above, for people. */
char *client_above_names(struct casefile *c, const struct client_auth *a);

unsigned client_auth_fetches(const struct casefile *c);
bool client_auth_awaits(const struct casefile *c);

#endif
