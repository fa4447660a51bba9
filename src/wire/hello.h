/* A ClientHello as data: lists, and the order of its extensions. Any client's hello can be written
 * down this way and bent by one change. Plain old data without pointers into itself: zero it, fill
 * it, copy it by assignment; two hellos are the same trial if hello_write() gives the same bytes. */
#ifndef TW_WIRE_HELLO_H
#define TW_WIRE_HELLO_H

#include "base/arena.h"
#include "base/rd.h"
#include "base/wr.h"
#include "wire/iana.h"

enum {
    HELLO_MAX_SUITES = 400,
    HELLO_MAX_LIST = 64, /* versions, groups, signature schemes, key shares */
    HELLO_MAX_EXT = 48,
    HELLO_SPARE_EXT = 8, /* a recorded hello may have that many fewer, so that changes can add theirs */
    HELLO_MAX_ALPN = 256,
    HELLO_MAX_NAME = 256,
    HELLO_MAX_RAW = 4096,
    HELLO_MAX_BYTES = 16384,
};

struct u16_list {
    uint16_t v[HELLO_MAX_LIST];
    size_t n;
};
bool u16_has(const uint16_t *v, size_t n, uint16_t x);

/* One extension in its place. `raw_off`, `raw_n` name bytes in hello.raw that are sent as they are
 * when `raw` is set; else the body is made from the hello's lists, by type:
 * server_name, status_request (OCSP), supported_groups, ec_point_formats (uncompressed),
 * signature_algorithms, signed_certificate_timestamp, alpn, padding (pad_to), encrypt_then_mac,
 * extended_master_secret, session_ticket (empty), supported_versions, psk_key_exchange_modes (psk_dhe_ke),
 * key_share, cookie, renegotiation_info (empty), signature_algorithms_cert, post_handshake_auth,
 * compress_certificate (empty list: give raw), early_data. Any other type without raw is sent empty. A type
 * whose list is empty (no SNI, no ALPN, no cookie, no key share groups: an empty key_share list is sent only
 * if `key_share_empty`) is left out when written. */
struct hello_ext {
    uint16_t type;
    bool raw;
    uint16_t raw_off, raw_n;
};

struct hello {
    uint16_t record_version; /* of the first record: 0x0301 usually */
    uint16_t legacy_version; /* 0x0303 for 1.2 and 1.3 */
    uint8_t random[32];
    uint8_t session_id[32];
    uint8_t session_id_n;
    uint16_t suites[HELLO_MAX_SUITES];
    size_t n_suites;
    uint8_t compressions[4];
    uint8_t n_compressions;
    bool no_extensions; /* end after the compression methods (RFC 5246 7.4.1.2 allows it) */
    struct hello_ext ext[HELLO_MAX_EXT];
    size_t n_ext;

    struct u16_list versions; /* supported_versions, GREASE included */
    struct u16_list groups;
    struct u16_list key_shares; /* the groups of them, in order, GREASE included */
    bool key_share_empty;
    struct u16_list sigalgs;
    struct u16_list sigalgs_cert;
    char server_name[HELLO_MAX_NAME]; /* "" sends none */
    uint8_t alpn[HELLO_MAX_ALPN];     /* as on the wire: length-prefixed names, without the outer length */
    size_t alpn_n;
    uint8_t cookie[512];
    size_t cookie_n;
    uint16_t pad_to; /* padding extension: the handshake message (with its 4-byte header) is filled up
                      * to this length (RFC 7685); 0: as browsers do, 256 to 511 becomes 512 */
    uint8_t raw[HELLO_MAX_RAW];
    size_t raw_n;
};

/* The key shares' public values, in the order of hello.key_shares. The writer takes them from the
 * caller, since keys are not data. A GREASE group has a one-byte share of 0. */
struct hello_shares {
    struct bytes share[HELLO_MAX_LIST];
};

/* Writes the handshake message (type and 3-byte length included). `shares` may be NULL: zeros of
 * the right size stand for them (the canonical form by which trials are compared). */
void hello_write(struct wr *w, const struct hello *h, const struct hello_shares *shares);

/* Bytes of that message. */
size_t hello_length(const struct hello *h);

bool hello_has_ext(const struct hello *h, uint16_t type);
/* At the end, but before padding and pre_shared_key. One that is there already stays in its place and
 * gets the new body. */
void hello_add_ext(struct hello *h, uint16_t type);
void hello_add_ext_raw(struct hello *h, uint16_t type, struct bytes body);
void hello_drop_ext(struct hello *h, uint16_t type);
bool hello_offers_version(const struct hello *h,
                          uint16_t version);       /* through supported_versions or legacy_version */
uint16_t hello_max_version(const struct hello *h); /* GREASE apart */
bool hello_has_suite(const struct hello *h, uint16_t id);
bool hello_offers_alpn(const struct hello *h, struct bytes name);
/* Sets alpn from names separated by commas or colons, and adds the extension if it is not there; false,
 * and nothing changed, if one is empty, too long, or the room is out. */
bool hello_set_alpn(struct hello *h, const char *names);
/* Removes every GREASE value: suites, groups, versions, key shares, extensions. */
void hello_drop_grease(struct hello *h);

/* Reading a ClientHello (the lab, recordings, captures). Framing only; lists are borrowed. */
struct hello_view {
    uint16_t legacy_version;
    struct bytes random, session_id, suites, compressions, extensions;
    bool has_extensions;
};
/* `msg` with its 4-byte header. */
bool hello_view(struct rd *r, struct hello_view *ret);
/* The body of an extension in an extension block; found says whether it is there at all. */
struct bytes ext_find(struct bytes extensions, uint16_t type, bool *ret_found);
/* Reads a recorded hello into data, so that writing it gives the same bytes (random, session id and
 * key shares apart, which hello_shares carries). Unknown or unusual bodies are kept raw. */
bool hello_from_bytes(struct bytes msg, struct hello *ret);
/* The public values of a recorded hello, borrowed, in the order of its key shares. False if they are
 * malformed or too many. */
bool hello_shares_from(struct bytes msg, struct hello_shares *ret);
/* The hello's name in SNI as borrowed bytes; empty if none. */
struct bytes hello_view_sni(const struct hello_view *v);

#endif
