/* The record layer's framing (RFC 8446 5.1, RFC 5246 6.2), and what the first bytes of a peer that
 * does not speak TLS are. */
#ifndef TW_WIRE_RECORD_H
#define TW_WIRE_RECORD_H

#include "base/wr.h"
#include "wire/iana.h"

enum {
    RECORD_HEADER = 5,
    RECORD_PLAIN_MAX = 16384,
    RECORD_CIPHER_MAX = 16384 + 2048, /* RFC 5246 6.2.3; TLS 1.3 allows 256 only */
};

struct record {
    uint8_t type;
    uint16_t version;
    struct bytes body; /* borrowed from the input */
};

enum record_status {
    RECORD_WHOLE,
    RECORD_MORE,     /* not all there yet */
    RECORD_NOT_TLS,  /* the header cannot be a TLS record's */
    RECORD_TOO_LONG, /* the header is TLS's, the length above RECORD_CIPHER_MAX */
    RECORD_SSL2,     /* an SSLv2-framed message, complete in the input or not */
};
/* Looks at the start of `in`; on RECORD_WHOLE fills *ret and says in *ret_used how long it is.
 * RECORD_NOT_TLS is said as soon as the bytes at hand exclude TLS (from one byte on). */
enum record_status record_next(struct bytes in, struct record *ret, size_t *ret_used);
void record_write(struct wr *w, uint8_t type, uint16_t version, struct bytes body);

/* What spoke, from its first bytes: a table of signatures, none of them guessed. */
enum plain_kind {
    PLAIN_UNKNOWN,
    PLAIN_HTTP,
    PLAIN_SMTP, /* also LMTP */
    PLAIN_FTP,
    PLAIN_POP3,
    PLAIN_IMAP,
    PLAIN_SIEVE,
    PLAIN_NNTP,
    PLAIN_SSH,
    PLAIN_MYSQL,
    PLAIN_POSTGRES,
    PLAIN_LDAP,
    PLAIN_XMPP,
    PLAIN_VNC,
    PLAIN_REDIS,
    PLAIN_HTML,
    PLAIN_HTTP2, /* an HTTP/2 SETTINGS frame (RFC 9113 6.5) */
    PLAIN_TELNET,
    PLAIN__COUNT,
};
/* A "220 " greeting is SMTP where it says so (SMTP, ESMTP, LMTP, mail) and FTP where it says that; a 220
 * that says neither is told apart by the port (21, 990: FTP), else SMTP. */
enum plain_kind plain_recognise(struct bytes first, uint16_t port);
const char *plain_name(enum plain_kind k);     /* "HTTP", "SMTP" … */
const char *plain_starttls(enum plain_kind k); /* the --starttls word, NULL where there is none */

#endif
