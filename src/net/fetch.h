/* HTTP fetches for AIA, CRL, OCSP and time by libcurl on the same loop. Limits on everything. */
#ifndef TW_NET_FETCH_H
#define TW_NET_FETCH_H

#include "net/net.h"

struct fetch_request {
    const char *url; /* http:// only, unless allow_https */
    bool allow_https;
    bool allow_private;    /* addresses for which net_addr_is_private() holds; never otherwise, redirects
                              included */
    const char *proxy;     /* NULL: none; the environment is never read */
    struct bytes post;     /* sent by POST; empty: GET */
    const char *post_type; /* its media type */
    bool head;             /* HEAD: no body, no redirect is followed, and every status is an answer */
    /* Called with libcurl's SSL_CTX before each https handshake; NULL: libcurl's own verification. Where
     * libcurl does not stand on OpenSSL, the fetch fails instead. */
    void (*tls)(void *tls_arg, void *ssl_ctx);
    void *tls_arg;
    size_t max_bytes;
    int64_t deadline_ns;
};
struct fetch_answer {
    bool ok;             /* a whole answer with status 200; to HEAD with any */
    int status;          /* HTTP status, 0 if none came */
    const char *problem; /* for people, if not ok; borrowed like body */
    struct bytes body;   /* borrowed until the callback returns */
    int64_t date;        /* now, by the Date and Age headers: seconds since 1970; 0 none */
};
typedef void fetch_done(void *arg, const struct fetch_answer *answer);
/* Calls back exactly once, or never after net_free(). At most 2 redirects, http only, each judged like the
 * first URL. Names are resolved by the system, and nothing is connected to that was not judged private or
 * not: a second answer of DNS changes nothing. Strings of the request are copied. */
void net_fetch(struct net *n, const struct fetch_request *r, fetch_done *done, void *arg);

#endif
