/* Somebody else's clock, asked once: NTP (RFC 5905) over UDP, or the Date header of an HTTP server. */
#ifndef TW_NET_TIME_SOURCE_H
#define TW_NET_TIME_SOURCE_H

#include "net/net.h"
#include "wire/ntp.h"

struct time_question {
    const char *url;          /* one that time_source_fits() */
    uint8_t nonce[NTP_NONCE]; /* random */
    int64_t pivot;            /* no time before it is meant (ntp.h) */
    /* As in struct fetch_request, of https sources. */
    void (*tls)(void *tls_arg, void *ssl_ctx);
    void *tls_arg;
    int64_t deadline_ns;
};
struct time_told {
    bool ok;
    const char *problem; /* if not ok; borrowed until the callback returns */
    int64_t unix_ms;     /* what its clock said … */
    int64_t at_ns;       /* … when net_now() was this … */
    int64_t unsure_ms;   /* … give or take so much */
    uint8_t stratum;     /* of NTP; 0 of others */
};
typedef void time_source_done(void *arg, const struct time_told *told);
/* NULL, or why this is no URL of a time source: ntp://HOST[:PORT], http://…, https://…. */
const char *time_source_unfit(const char *url);
/* Calls back exactly once from the loop, or never after net_free(). Nothing but that URL's host is contacted:
 * no redirect is followed. Strings of the question are copied. */
void time_source_ask(struct net *n, const struct time_question *q, time_source_done *done, void *arg);

#endif
