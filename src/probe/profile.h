/* The clients that can be played: what each sends first, and what it refuses. Made at build time from
 * profiles/NAME (tools/gen-profiles.py), where each says from where its facts come; `modern` stands in
 * modern.h. How a client judges certificates is a row of pki/judge.h. */
#ifndef TW_PROBE_PROFILE_H
#define TW_PROBE_PROFILE_H

#include "engine/engine.h"

/* What differs from one hello of the real client to the next, besides random numbers and keys: a replay has
 * one of the ways. */
enum profile_varies {
    PROFILE_VARIES_GREASE = 1u << 0,
    PROFILE_VARIES_ORDER = 1u << 1,   /* of its extensions */
    PROFILE_VARIES_ECH = 1u << 2,     /* bytes that stand for an encrypted hello */
    PROFILE_VARIES_PADDING = 1u << 3, /* how long it is made */
};
/* Whether the client shakes hands anew when the server asks for it after the handshake, up to TLS 1.2 and
 * below HTTP/1.1 (RFC 5246 7.4.1.1): as its program does at a server that does so. */
enum profile_renegotiation { RENEGOTIATION_UNKNOWN, RENEGOTIATION_TAKEN, RENEGOTIATION_REFUSED };
struct profile {
    const char *name;   /* CONTRACT.md, "Names of clients" */
    const char *title;  /* in a sentence: "Java 7" */
    const char *source; /* of its facts */
    const char *judge;  /* a name of pki/judge.h; NULL: it verifies nothing */
    bool current;       /* CONTRACT.md, "Current clients" */
    bool edge;          /* a proxy that is the client of an origin */
    unsigned varies;    /* enum profile_varies */
    enum profile_renegotiation renegotiation;
    struct eng_policy policy;
    uint16_t record_version;
    struct bytes hello; /* the message, zeros for all that is random; empty: modern's */
};
/* `modern` is the first, then come the current ones; NULL past the end. */
const struct profile *profile_at(size_t i);
const struct profile *profile_find(const char *name);
/* What the client sends to a server of that name, and what it refuses. `sni`: "" for none; a client that
 * knows no SNI sends none. */
void profile_hello(const struct profile *p, const char *sni, struct hello *ret,
                   struct eng_policy *ret_policy);

/* The generated rows, without modern. */
extern const struct profile profile_table[];
extern const size_t profile_table_n;

#endif
