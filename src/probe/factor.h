/* The factors by which two trials differ, one by one: each can be changed alone, and what comes out is a
 * hello that a client could send. Together they are the whole difference. */
#ifndef TW_PROBE_FACTOR_H
#define TW_PROBE_FACTOR_H

#include "probe/probe.h"
#include "probe/smallest.h"

enum factor_kind {
    FACTOR_SNI,     /* server_name: there, not there, or another name */
    FACTOR_VERSION, /* arg: one version, with the extensions that belong to it, and with its suites where the
                       other side had none that it could be spoken with */
    FACTOR_SUITE,   /* arg: one suite */
    FACTOR_GROUP,   /* arg: one group, and its key share */
    FACTOR_KEY_SHARE,   /* arg: the key share of a group that both offer */
    FACTOR_SIGALG,      /* arg: one signature scheme */
    FACTOR_SIGALG_CERT, /* arg: one of signature_algorithms_cert */
    FACTOR_ALPN,        /* arg: one protocol, as its place in factors.protocol */
    FACTOR_EXTENSION,   /* arg: the type: there or not, or with another body */
    FACTOR_GREASE,
    FACTOR_PADDING,
    FACTOR_SESSION_ID, /* the 32 bytes that stand for middlebox compatibility (RFC 8446 D.4) */
    FACTOR_COMPRESSION,
    FACTOR_RECORD_VERSION,
    FACTOR_LEGACY_VERSION, /* one that does not follow from the versions on offer */
    FACTOR_SUITE_ORDER,
    FACTOR_GROUP_ORDER,
    FACTOR_SIGALG_ORDER,
    FACTOR_ALPN_ORDER,
    FACTOR_EXTENSION_ORDER,
    FACTOR_SEGMENTS,        /* in how many pieces the hello is sent */
    FACTOR_RENEGOTIATION,   /* the client insists on RFC 5746, or no more */
    FACTOR_EXTENDED_SECRET, /* … on RFC 7627 */
    FACTOR_DH_BITS,         /* the smallest Diffie-Hellman group that it takes */
    FACTOR_OWN_SIGALGS,     /* … only signatures by schemes that it offered */
    FACTOR__COUNT,
};
enum factor_how { FACTOR_ADDED, FACTOR_REMOVED, FACTOR_OTHER };
struct factor {
    enum factor_kind kind;
    enum factor_how how;
    uint32_t arg;
};

/* A list of numbers, longer than struct u16_list. */
struct items {
    uint16_t v[HELLO_MAX_SUITES];
    size_t n;
};

enum { FACTORS_MAX_PROTOCOLS = 64 };
struct factors {
    struct trial from, to;
    struct factor list[SMALLEST_FACTORS]; /* the ones to be preferred first: what a client should have anyway,
                                             then what harms least, what is a step backwards last */
    size_t n;
    bool too_many;
    struct bytes protocol[FACTORS_MAX_PROTOCOLS]; /* of ALPN, borrowed from `from` and `to` */
    size_t n_protocols;
    struct items suites_come; /* with a version, see FACTOR_VERSION */
};
/* The two must go the same way: equal but for hello, policy and segments. `ret` borrows from itself: it must
 * not be copied. */
void factors_between(struct factors *ret, const struct trial *from, const struct trial *to);
/* `from` with the factors of the set changed to what they are in `to`. */
void factors_apply(const struct factors *f, const struct factor_set *set, struct trial *ret);

/* In words. `reason` completes "it fails since the client …" ("offers nothing newer than TLS 1.0"), `change`
 * completes "with …" ("TLS 1.2 added"). `kind` and `value` are for programs: "version", "TLS 1.2". */
struct factor_words {
    const char *kind, *how, *value, *reason, *change;
};
struct factor_words factor_say(struct arena *a, const struct factors *f, const struct factor *x);

#endif
