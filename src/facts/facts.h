/* What a transcript means, typed. No guessing in here: a fact is what the bytes say. */
#ifndef TW_FACTS_FACTS_H
#define TW_FACTS_FACTS_H

#include "probe/probe.h"
#include "wire/messages.h"

/* How far a handshake came. Each step includes those before it. */
enum reached {
    REACHED_NOTHING,
    REACHED_TCP,          /* connected (through the proxy, where there is one) */
    REACHED_TLS,          /* the STARTTLS dialogue is over: the hello could be sent */
    REACHED_SERVER_HELLO, /* the server took the offer, and the client the answer */
    REACHED_FLIGHT,       /* the server's whole first flight, signatures checked */
    REACHED_FINISHED,     /* both Finished */
    REACHED_AIM,          /* all that the trial wanted, to the end */
};

struct facts {
    const struct run *run;
    const struct transcript *t;
    enum reached reached;
    bool good;            /* the trial came to its aim, or to a choice that we can only recognise */
    bool hybrid;          /* the server picked a post-quantum group, and goes no further with us */
    bool no_server_hello; /* the hello was sent, and no acceptable ServerHello came */
    bool silent;          /* … and nothing at all: no alert, no close */
    bool has_alert;       /* a fatal alert of the peer ended it */
    uint8_t alert;
    bool server_hello; /* a ServerHello was read, acceptable or not */
    struct server_hello hello;
    struct certificate_msg certificates; /* n is 0 where none came */
    /* What the server asked of the client: the first CertificateRequest. */
    bool has_request;
    struct certificate_request request;
    bool late_request;     /* … and it came after both Finished (RFC 8446 4.6.2) */
    bool hello_request;    /* after both Finished it wanted another handshake (RFC 5246 7.4.1.1) */
    bool scts;             /* came beside the certificate: extension or staple (RFC 6962 3.3) */
    bool sni_acknowledged; /* server_name in ServerHello or EncryptedExtensions (RFC 6066 3) */
    bool warned_of_name;   /* a warning alert unrecognized_name */
    enum plain_kind plain; /* what the first bytes are, where they are not TLS */
};

/* `run` must be done. */
const struct facts *facts_of(struct arena *a, const struct run *run);
/* In words, a noun phrase: "the alert handshake_failure (40)", "silence for 10 seconds". */
char *facts_outcome(struct arena *a, const struct facts *f);
/* The short word for tables: "ok", "alert handshake_failure", "refused", "timeout" … */
char *facts_word(struct arena *a, const struct facts *f);
/* The leaf's DER; empty if no certificate came. */
struct bytes facts_leaf(const struct facts *f);
/* Both showed a certificate, and it is the same. */
bool facts_same_leaf(const struct facts *a, const struct facts *b);
/* The leaf's staple, an OCSPResponse; empty if none came. */
struct bytes facts_staple(const struct facts *f);

#endif
