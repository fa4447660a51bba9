/* Somebody in between who ends the connection and makes certificates of his own. What shows him is that he
 * makes one for a name that nobody can own (RFC 6761 6.4). */
#ifndef TW_CAUSES_BETWEEN_H
#define TW_CAUSES_BETWEEN_H

#include "causes/certificates.h"
#include "causes/products.h"

/* The issuer of the host's certificate made another one, on the spot, for a name that nobody can own. */
struct minting {
    const struct facts *other;     /* the handshake that brought it */
    bool by_proxy;                 /* through a proxy that was asked for that name, where nothing stands: no
                                      server has a part in it */
    bool copies;                   /* it bears the host's own names as well */
    bool same_key;                 /* as the host's certificate */
    const struct product *product; /* by the issuer's name; NULL: none that is known */
};
/* RULING_YES: *ret holds it. RULING_NO too where it would mean nothing: the host's certificate is public (it
 * was logged), self-signed or for other names; or all that is known fits a private network's server that
 * makes certificates on demand. */
enum ruling between_minting(struct casefile *c, const struct minting **ret);
/* Not one of a private network alone, and with a dot. */
bool between_is_public_name(const char *host);
/* Asks at once for what between_minting() will want, so that it runs beside the first handshake. */
void between_ask(struct casefile *c);
/* A judge's body: minting, by an issuer whom this client does not trust, of a product of this kind. */
enum ruling between_untrusted(struct casefile *c, struct finding *f, enum product_kind kind);
/* Sentences and slots on who it is and what showed him. */
void between_describe(struct casefile *c, struct finding *f, const struct minting *m);
/* "Zscaler", or the issuer as it calls itself. */
const char *between_name(const struct casefile *c, const struct minting *m);

#endif
