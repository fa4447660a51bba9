/* NTP as a client that asks once (RFC 5905 7.3, 14: SNTP): one packet out, one packet in. */
#ifndef TW_WIRE_NTP_H
#define TW_WIRE_NTP_H

#include "base/bytes.h"

enum { NTP_PACKET = 48, NTP_NONCE = 8, NTP_PORT = 123 };

enum ntp_kind {
    NTP_STRANGER, /* no answer to what was asked: to be ignored, whoever sent it (RFC 5905 8) */
    NTP_REFUSED,  /* our answer, and no time in it: `why` */
    NTP_TIME,
};
struct ntp_answer {
    enum ntp_kind kind;
    const char *why; /* static; NULL of NTP_TIME */
    uint8_t version, mode, leap, stratum;
    char kiss[5];          /* the code of a kiss-of-death (RFC 5905 7.4), "" none; printable ASCII */
    int64_t transmit_ms;   /* when it was sent, milliseconds since 1970 by the server's clock */
    int64_t held_ms;       /* how long the server had the question */
    int64_t root_delay_ms; /* to the clock that it follows, and back */
    int64_t dispersion_ms; /* by how much that may be off */
};

/* A question. The transmit timestamp is `nonce`, random and no time: it tells no clock, and who does not see
 * it cannot forge the answer (draft-ietf-ntp-data-minimization). */
void ntp_request(uint8_t out[NTP_PACKET], const uint8_t nonce[NTP_NONCE]);
/* Timestamps are read as of the 136 years that begin at `pivot`, seconds since 1970 (RFC 5905 6, eras). */
void ntp_read(struct bytes packet, const uint8_t nonce[NTP_NONCE], int64_t pivot, struct ntp_answer *ret);

#endif
