#include "wire/hello_internal.h"

#include <assert.h>

/* Every body_* writes nothing and says false where there is nothing to send. */
static bool write_list(struct wr *w, unsigned width, const struct u16_list *list) {
    if (list->n == 0) return false;
    struct wr_mark m = wr_open(w, width);
    for (size_t i = 0; i < list->n; i++) wr_u16(w, list->v[i]);
    wr_close(w, m);
    return true;
}

static bool write_bytes(struct wr *w, struct bytes b) {
    if (b.n == 0) return false;
    wr_vec(w, 2, b);
    return true;
}

/* --- bodies; RFC 6066 3 and 8, RFC 8422 5.1, RFC 7301 3.1, RFC 5746 3.2, RFC 8446 4.2 --- */

static bool body_server_name(struct wr *w, const struct hello *h) {
    if (h->server_name[0] == 0) return false;
    struct wr_mark list = wr_open(w, 2);
    wr_u8(w, 0); /* host_name */
    wr_vec(w, 2, bytes_str(h->server_name));
    wr_close(w, list);
    return true;
}
static bool body_status_request(struct wr *w, const struct hello *h) {
    (void)h;
    wr_u8(w, 1);  /* ocsp */
    wr_u32(w, 0); /* no responder ids, no extensions */
    return true;
}
static bool body_groups(struct wr *w, const struct hello *h) {
    return write_list(w, 2, &h->groups);
}
static bool body_point_formats(struct wr *w, const struct hello *h) {
    (void)h;
    wr_u16(w, 0x0100); /* one: uncompressed */
    return true;
}
static bool body_psk_modes(struct wr *w, const struct hello *h) {
    (void)h;
    wr_u16(w, 0x0101); /* one: psk_dhe_ke */
    return true;
}
static bool body_empty_list(struct wr *w, const struct hello *h) {
    (void)h;
    wr_u8(w, 0);
    return true;
}
static bool body_sigalgs(struct wr *w, const struct hello *h) {
    return write_list(w, 2, &h->sigalgs);
}
static bool body_sigalgs_cert(struct wr *w, const struct hello *h) {
    return write_list(w, 2, &h->sigalgs_cert);
}
static bool body_versions(struct wr *w, const struct hello *h) {
    return write_list(w, 1, &h->versions);
}
static bool body_alpn(struct wr *w, const struct hello *h) {
    return write_bytes(w, bytes_of(h->alpn, h->alpn_n));
}
static bool body_cookie(struct wr *w, const struct hello *h) {
    return write_bytes(w, bytes_of(h->cookie, h->cookie_n));
}

/* A share that the caller did not give stands as zeros of its group's size; groups without a size,
 * GREASE among them, as the one byte that key_exchange<1..2^16-1> needs. */
static bool body_key_share(struct wr *w, const struct hello *h, const struct hello_shares *shares) {
    if (h->key_shares.n == 0 && !h->key_share_empty) return false;
    struct wr_mark list = wr_open(w, 2);
    for (size_t i = 0; i < h->key_shares.n; i++) {
        const struct group *g = group_by_id(h->key_shares.v[i]);
        wr_u16(w, h->key_shares.v[i]);
        struct wr_mark share = wr_open(w, 2);
        if (shares && shares->share[i].n > 0)
            wr_put(w, shares->share[i]);
        else
            wr_fill(w, 0, g && g->share_size ? g->share_size : 1);
        wr_close(w, share);
    }
    wr_close(w, list);
    return true;
}

/* Every type that is not in the table has an empty body. */
static const struct {
    uint16_t type;
    bool (*write)(struct wr *w, const struct hello *h);
} bodies[] = {
    {EXT_SERVER_NAME, body_server_name},
    {EXT_STATUS_REQUEST, body_status_request},
    {EXT_SUPPORTED_GROUPS, body_groups},
    {EXT_EC_POINT_FORMATS, body_point_formats},
    {EXT_SIGNATURE_ALGORITHMS, body_sigalgs},
    {EXT_ALPN, body_alpn},
    {EXT_COMPRESS_CERTIFICATE, body_empty_list},
    {EXT_SUPPORTED_VERSIONS, body_versions},
    {EXT_COOKIE, body_cookie},
    {EXT_PSK_KEY_EXCHANGE_MODES, body_psk_modes},
    {EXT_SIGNATURE_ALGORITHMS_CERT, body_sigalgs_cert},
    {EXT_RENEGOTIATION_INFO, body_empty_list},
};

bool hello_write_body(struct wr *w, const struct hello *h, uint16_t type, const struct hello_shares *shares) {
    if (type == EXT_KEY_SHARE) return body_key_share(w, h, shares);
    for (size_t i = 0; i < TW_COUNT(bodies); i++)
        if (bodies[i].type == type) return bodies[i].write(w, h);
    return true;
}

/* Without a wish as browsers do: some old servers hang on messages of 256 to 511 bytes (RFC 7685 1),
 * and others on an empty extension at the very end, so that at least one byte is sent. */
bool hello_padding(uint16_t pad_to, size_t n, size_t *ret_body) {
    enum { EXT_HEADER = 4, HANG_FROM = 256, HANG_BELOW = 512 };
    size_t least = 0, target = pad_to;
    if (pad_to == 0) {
        if (n < HANG_FROM || n >= HANG_BELOW) return false;
        least = 1;
        target = HANG_BELOW;
    }
    if (n >= target) return false;
    *ret_body = n + EXT_HEADER + least <= target ? target - n - EXT_HEADER : least;
    return true;
}

struct pad {
    bool wanted;
    size_t body;
};

static void write_ext(struct wr *w, const struct hello *h, const struct hello_ext *e,
                      const struct hello_shares *shares, struct pad pad) {
    size_t start = w->n;
    wr_u16(w, e->type);
    struct wr_mark m = wr_open(w, 2);
    bool there = true;
    if (e->raw) {
        assert((size_t)e->raw_off + e->raw_n <= h->raw_n);
        wr_put(w, bytes_of(h->raw + e->raw_off, e->raw_n));
    } else if (e->type == EXT_PADDING) {
        there = pad.wanted;
        wr_fill(w, 0, pad.body);
    } else {
        there = hello_write_body(w, h, e->type, shares);
    }
    wr_close(w, m);
    if (!there && !w->overflow) w->n = start;
}

static void write_message(struct wr *w, const struct hello *h, const struct hello_shares *shares,
                          struct pad pad) {
    wr_u8(w, HS_CLIENT_HELLO);
    struct wr_mark msg = wr_open(w, 3);
    wr_u16(w, h->legacy_version);
    wr_put(w, bytes_of(h->random, sizeof(h->random)));
    wr_vec(w, 1, bytes_of(h->session_id, h->session_id_n));
    struct wr_mark suites = wr_open(w, 2);
    for (size_t i = 0; i < h->n_suites; i++) wr_u16(w, h->suites[i]);
    wr_close(w, suites);
    wr_vec(w, 1, bytes_of(h->compressions, h->n_compressions));
    if (!h->no_extensions) {
        struct wr_mark block = wr_open(w, 2);
        for (size_t i = 0; i < h->n_ext; i++) write_ext(w, h, &h->ext[i], shares, pad);
        wr_close(w, block);
    }
    wr_close(w, msg);
}

void hello_write(struct wr *w, const struct hello *h, const struct hello_shares *shares) {
    size_t start = w->n;
    struct pad pad = {0};
    write_message(w, h, shares, pad);
    /* what has to be filled up is known only now: write it again with the padding in its place */
    pad.wanted = !w->overflow && !h->no_extensions && hello_has_ext(h, EXT_PADDING) &&
                 hello_padding(h->pad_to, w->n - start, &pad.body);
    if (!pad.wanted) return;
    w->n = start;
    write_message(w, h, shares, pad);
}

size_t hello_length(const struct hello *h) {
    uint8_t room[HELLO_MAX_BYTES + 1024];
    struct wr w = wr_init(room, sizeof(room));
    hello_write(&w, h, NULL);
    assert(!w.overflow);
    return w.n;
}
