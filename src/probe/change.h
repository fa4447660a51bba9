/* One controlled change of a trial: one factor, all else equal. The set is closed; causes ask for
 * experiments in these words, and the report says them. */
#ifndef TW_PROBE_CHANGE_H
#define TW_PROBE_CHANGE_H

#include "probe/probe.h"

enum change_kind {
    CHANGE_NONE,
    CHANGE_CLASSICAL,      /* no post-quantum group and key share */
    CHANGE_OLDER_VERSIONS, /* down to SSL 3.0, with the suites that only these versions have; up to what it
                              was */
    CHANGE_NEWER_VERSIONS, /* up to TLS 1.3, with the suites that only these versions have; down to what it
                              was */
    CHANGE_ONLY_OLDER,     /* as a client of before 2008: nothing above TLS 1.1 is named at all */
    CHANGE_ONLY_TLS12,     /* nothing above TLS 1.2 (nor below) */
    CHANGE_ALL_SUITES,
    CHANGE_OTHER_AUTH, /* beside each suite its twin for the other kind of certificate key (RSA, ECDSA), and
                          such schemes */
    CHANGE_ALL_GROUPS,
    CHANGE_ALL_SIGALGS,
    CHANGE_SNI,            /* name: the name to send; "" sends none */
    CHANGE_ALPN,           /* name: protocols; "" offers none */
    CHANGE_ALL_ALPN,       /* behind the client's own, every protocol that is registered */
    CHANGE_DROP_EXTENSION, /* arg: its type */
    CHANGE_NO_GREASE,
    CHANGE_MINIMAL,     /* only what a handshake cannot do without */
    CHANGE_PAD,         /* arg: length of the hello */
    CHANGE_SPLIT,       /* arg: bytes of the first segment; a pause follows */
    CHANGE_DROP_SUITE,  /* arg: its number */
    CHANGE_OTHER_SHAPE, /* the same offer: its extensions in another order, and one more that says nothing */
    CHANGE_PORT,        /* arg: another port of the same host, where nothing is said */
    CHANGE_SMALL_MSS,   /* arg: bytes of the largest TCP segment, both ways */
    CHANGE_NO_DHE,
    CHANGE_NO_SCSV,    /* without TLS_FALLBACK_SCSV */
    CHANGE_ADD_SCSV,   /* with it (RFC 7507): a server that could speak a newer version says so */
    CHANGE_LENIENT,    /* the same hello by a client that refuses nothing it can go on with */
    CHANGE_ADD_EMS,    /* extended_master_secret is offered (RFC 7627) */
    CHANGE_UNUSABLE,   /* nothing in the hello that any server could take: no version at all */
    CHANGE_EARLY_DATA, /* a request goes before the server's answer, where the session allows it */
    CHANGE_STARTTLS,   /* arg: enum starttls; NONE is TLS at once */
    CHANGE_GREET_ONLY, /* says nothing: does the peer speak, or close? */
    CHANGE_PLAIN_HTTP, /* a plain HTTP request instead of TLS */
    CHANGE_HTTP_80,    /* … to port 80 of the same address */
    CHANGE_HTTP_HOST,  /* name: such a request is for this host */
    CHANGE_PROXY_HEADER,
    CHANGE_PROXY,        /* through the proxy, which the host is named to; name: whose proxy, in words */
    CHANGE_PROXY_NAME,   /* name: the proxy is asked for this host, and it is named in SNI */
    CHANGE_PROXY_PORT,   /* arg: the proxy is asked for another port of the host, where nothing is said */
    CHANGE_PROXY_SCHEME, /* arg: enum proxy_scheme */
    CHANGE_AGAIN,        /* arg: nothing changed, the arg-th repetition */
    CHANGE_RESUME,       /* run: the session that it brought is taken up */
    CHANGE_CLIENT_CERT,  /* identity: what is shown to a server that asks; NULL none. name: in words */
    CHANGE_POST_AUTH,    /* the client says that it can be asked for a certificate after the handshake */
    CHANGE_WHOLE,        /* go on to the answer to an HTTP request, as the first handshake does */
    CHANGE_FINISH,       /* go on to Finished instead of stopping after the server's flight */
    CHANGE__COUNT,
};
struct change {
    enum change_kind kind;
    uint32_t arg;
    const char *name;
    const struct identity *identity;
    const struct run *run;
};
void change_apply(struct trial *t, const struct change *c);
/* The experiment's word ("older-versions"), for switching one off in a build. */
const char *change_word(enum change_kind k);
/* For people: "TLS 1.0 and 1.1 are allowed as well". */
char *change_text(struct arena *a, const struct change *c);

#endif
