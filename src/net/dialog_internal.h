/* What the dialects of dialog_*.c share: the dialogue's state and the descriptor of a dialect. */
#ifndef TW_NET_DIALOG_INTERNAL_H
#define TW_NET_DIALOG_INTERNAL_H

#include "net/dialog.h"

#include "base/rd.h"

/* Whether the bytes held so far make one unit (a line, a packet, a tag). */
enum unit_state {
    UNIT_MORE,
    UNIT_WHOLE,
    UNIT_ALIEN, /* they can never become one: this is another protocol */
};

struct dialect {
    const char *name;
    uint16_t port;
    bool client_first;
    size_t max_unit;
    const struct script *script; /* of the dialects that speak in lines */
    enum dialog_status (*begin)(struct dialog *d, struct wr *out);
    /* Asked after every byte, so it looks at the last one first. */
    enum unit_state (*whole)(struct dialog *d, struct bytes held);
    enum dialog_status (*unit)(struct dialog *d, struct bytes unit, struct wr *out);
};

/* Where a dialect in lines stands (dialog_lines.c). */
struct line_state {
    unsigned step;
    unsigned open_code;  /* of a reply over many lines that has not ended; 0 none */
    unsigned n_lines;    /* of the reply under way */
    bool in_list;        /* in a list that a lone dot ends */
    bool listed;         /* the capability was named */
    bool another_banner; /* the greeting has the word of the protocol that shares our codes */
};

/* Where an XMPP stream stands (dialog_xmpp.c). */
struct xmpp_state {
    enum { XMPP_HEADER, XMPP_FEATURES, XMPP_IN_FEATURES, XMPP_ANSWER } at;
    bool in_error;
    bool in_tag;
    uint8_t quote; /* the quotation mark that is open inside a tag; 0 none */
    bool offered;
    char prefix[32]; /* bound to the namespace of STARTTLS by an element around; "" none */
};

struct dialog {
    struct arena *a;
    const struct dialect *dialect;
    const char *host;
    uint16_t port;
    const struct proxy *proxy;

    uint8_t *held; /* the unit under way */
    size_t n_held, cap_held;
    size_t total;      /* bytes of the peer, all told */
    struct text reply; /* what came since we last spoke, escaped: the proof of what it decides */

    enum dialog_end why;
    enum dialog_end why_if_over; /* of an answer whose end is not there yet, if it never comes */
    const char *line;
    unsigned waits;
    bool waiting;

    struct line_state lines;
    struct xmpp_state xmpp;
    unsigned phase;  /* of the binary dialects */
    bool oid_listed; /* LDAP: the root DSE names the StartTLS operation */
};

/* Ends the dialogue; `line` NULL takes what came since we last spoke. */
enum dialog_status dialog_fail(struct dialog *d, enum dialog_end why, const char *line);
/* Another protocol: shows the bytes that cannot be this one's, and what came behind them. */
enum dialog_status dialog_alien(struct dialog *d, struct bytes unit, struct bytes rest);
/* Adds escaped bytes to the reply under way, with `between` before them where something stands already. */
void dialog_note(struct dialog *d, struct bytes b, const char *between);
/* We speak now: what comes next is another reply. */
void dialog_say(struct dialog *d, struct wr *out, struct bytes b);

extern const struct dialect dialect_http_connect, dialect_socks5;
extern const struct dialect dialect_ldap, dialect_xmpp, dialect_xmpp_server, dialect_postgres, dialect_mysql;
extern const struct dialect dialect_smtp, dialect_lmtp, dialect_imap, dialect_pop3, dialect_ftp,
    dialect_sieve, dialect_nntp;

#endif
