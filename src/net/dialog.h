/* What is said on a connection before TLS begins: a proxy's CONNECT, SOCKS5, and STARTTLS in all its
 * dialects. No I/O: replies are fed in, requests come out. One descriptor a protocol (dialog_*.c). */
#ifndef TW_NET_DIALOG_H
#define TW_NET_DIALOG_H

#include "base/wr.h"
#include "engine/transcript.h"

enum starttls {
    STARTTLS_NONE,
    STARTTLS_SMTP,
    STARTTLS_LMTP,
    STARTTLS_IMAP,
    STARTTLS_POP3,
    STARTTLS_FTP,
    STARTTLS_LDAP,
    STARTTLS_XMPP,
    STARTTLS_XMPP_SERVER,
    STARTTLS_POSTGRES,
    STARTTLS_MYSQL,
    STARTTLS_SIEVE,
    STARTTLS_NNTP,
    STARTTLS__COUNT,
};
const char *starttls_name(enum starttls s); /* the word of --starttls; "" for NONE */
bool starttls_by_name(const char *name, enum starttls *ret);
/* Whether the client speaks first there (LDAP, XMPP, PostgreSQL): such a service shows no banner. */
bool starttls_client_first(enum starttls s);
uint16_t starttls_port(enum starttls s);       /* the assigned port: 587 is SMTP too */
enum starttls starttls_of_port(uint16_t port); /* NONE where the port is not one of these */
/* The protocol that speaks TLS at once on that port, for people ("HTTPS", "IMAPS"); NULL if none is assigned.
 */
const char *implicit_tls_port(uint16_t port);

enum proxy_kind { PROXY_NONE, PROXY_HTTP, PROXY_HTTPS /* HTTP inside TLS */, PROXY_SOCKS5 };
struct proxy {
    enum proxy_kind kind;
    char host[256];
    uint16_t port;
    char user[256], password[256]; /* "" none */
};
/* http://[user:password@]host[:port], https://, socks5://, socks5h://; no scheme means http. False: says why.
 */
bool proxy_parse(const char *url, struct proxy *ret, const char **reterr);

struct dialog;
/* A STARTTLS dialogue for a server called `host`. */
struct dialog *dialog_starttls(struct arena *a, enum starttls s, const char *host);
/* A proxy dialogue that asks for host:port; `host` may be numeric. */
struct dialog *dialog_proxy(struct arena *a, const struct proxy *p, const char *host, uint16_t port);

enum dialog_status { DIALOG_GOES_ON, DIALOG_READY /* TLS may begin */, DIALOG_FAILED };
/* What to send first, before anything came (empty where the server speaks first). */
enum dialog_status dialog_begin(struct dialog *d, struct wr *out);
/* Feeds bytes; says how many were used: what is left after READY belongs to TLS. Bytes that came after the
 * go-ahead in clear text before TLS (command injection) do not fail the dialogue. */
enum dialog_status dialog_feed(struct dialog *d, struct bytes in, size_t *ret_used, struct wr *out);
/* The peer closed, or fell silent, in the dialogue: gives the end to record. */
void dialog_closed(struct dialog *d);
void dialog_silent(struct dialog *d);
enum dialog_end dialog_why(const struct dialog *d);
/* The reply that decided, escaped for people; NULL. */
const char *dialog_line(const struct dialog *d);
/* Waits for the peer so far (round trips). */
unsigned dialog_waits(const struct dialog *d);

enum { DIALOG_MAX_LINE = 4096, DIALOG_MAX_BYTES = 65536, DIALOG_MAX_OUT = 2048 };

#endif
