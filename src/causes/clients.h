/* The chain as each known client judges it: the same transcript, judged again. It costs no connection. */
#ifndef TW_CAUSES_CLIENTS_H
#define TW_CAUSES_CLIENTS_H

#include "causes/certificates.h"

enum { CLIENTS_MAX = 48 };
struct client_view {
    const char *name;
    const struct pki_judge *judge;
    bool current;               /* CONTRACT.md, "Current clients" */
    struct chain_result judged; /* names too */
};
struct clients {
    struct client_view view[CLIENTS_MAX];
    size_t n;
};
/* What a client does not offer, though the server chose it for `modern`: it is narrower than what everybody
 * has, and no server is to blame for that. */
enum client_lack {
    CLIENT_LACKS_NOTHING,
    CLIENT_LACKS_VERSION,
    CLIENT_LACKS_SUITE,
    CLIENT_LACKS_GROUP,
    CLIENT_LACKS_SIGNATURE,
    CLIENT_LACKS_PROTOCOL,
    CLIENT_LACKS__COUNT,
};
/* The id of the cause that it is for this client; NULL for nothing. */
const char *client_lack_cause(enum client_lack lack);

/* NULL where no certificate came. After what AIA brings has come, and once. */
const struct clients *clients_look(struct casefile *c);
bool client_is_current(const char *name);
/* A view's judgement has a problem of one of the kinds (PROBLEM_BIT). */
bool client_refuses(const struct client_view *v, uint64_t kinds);

/* A rule of single clients. Where this client's own judge refuses by one of the kinds: as
 * certificates_plain(). Else, where the root is public and current clients refuse by them: a finding that
 * spares this client and names those that fail. Under a private root such a refusal is a row of the clients
 * table and a note (docs/clients.md). */
/* The client at hand takes the certificate, with what it does beside the path as it was sent: AIA, staples.
 * False for `modern`, which stands for all. */
bool clients_own_accepts(struct casefile *c);
/* What this cause says against the certificate does not keep the client at hand from taking it: it completes
 * the path by AIA, say, or minds no staple. */
bool clients_own_spared(struct casefile *c, const char *cause);
enum ruling clients_plain(struct casefile *c, struct finding *f, uint64_t kinds, const char *what);

#endif
