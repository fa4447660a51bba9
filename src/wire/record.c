#include "wire/record.h"

#include "base/rd.h"

void record_write(struct wr *w, uint8_t type, uint16_t version, struct bytes body) {
    wr_u8(w, type);
    wr_u16(w, version);
    wr_vec(w, 2, body);
}

/* What is known of a message by the bytes at hand. */
enum fit { FIT_NO, FIT_SO_FAR, FIT_YES };

/* The SSLv2 messages that go over the wire in clear (draft-hickman-netscape-ssl-00, 5.5 and 5.6; the
 * ClientHello also as RFC 5246 E.2 has it). The header's two bytes alone fit a fourth of all binary
 * protocols, so the bytes that are fixed and the sum of the lengths have to agree as well. */
enum { SSL2_HEADER = 2, SSL2_RANGES = 5 };
struct ssl2_shape {
    uint8_t fixed; /* bytes before the variable part; the last six are its three lengths */
    bool has_vectors;
    struct {
        uint8_t least, most;
    } byte[SSL2_RANGES]; /* of the message's first bytes, its type first */
};
static const struct ssl2_shape ssl2_shapes[] = {
    /* error: number 1, 2, 4 or 6 */
    {3, false, {{0, 0}, {0, 0}, {1, 6}, {0, 0xFF}, {0, 0xFF}}},
    /* client hello: version 0.2 or 3.x */
    {9, true, {{1, 1}, {0, 3}, {0, 4}, {0, 0xFF}, {0, 0xFF}}},
    /* server hello: session id hit, certificate type, version 0.2 */
    {11, true, {{4, 4}, {0, 1}, {0, 1}, {0, 0}, {2, 2}}},
};

static enum fit ssl2_shape_fit(const struct ssl2_shape *s, struct bytes msg, size_t n) {
    if (s->has_vectors ? n < s->fixed : n != s->fixed) return FIT_NO;
    for (size_t i = 0; i < msg.n && i < SSL2_RANGES; i++)
        if (msg.p[i] < s->byte[i].least || msg.p[i] > s->byte[i].most) return FIT_NO;
    if (msg.n < s->fixed) return FIT_SO_FAR;
    if (!s->has_vectors) return FIT_YES;
    struct rd r;
    rd_init(&r, bytes_cut(msg, s->fixed - 6u, 6));
    size_t sum = s->fixed;
    for (int i = 0; i < 3; i++) sum += rd_u16(&r, "length");
    return sum == n ? FIT_YES : FIT_NO;
}

static enum fit ssl2_fit(struct bytes in) {
    if (in.p[0] < 0x80) return FIT_NO;
    if (in.n < SSL2_HEADER) return FIT_SO_FAR;
    size_t n = (size_t)(in.p[0] & 0x7F) << 8 | in.p[1];
    struct bytes msg = bytes_cut(in, SSL2_HEADER, n);
    enum fit best = FIT_NO;
    for (size_t i = 0; i < TW_COUNT(ssl2_shapes); i++) {
        enum fit f = ssl2_shape_fit(&ssl2_shapes[i], msg, n);
        if (f > best) best = f;
    }
    return best;
}

/* Of TLS's own header only what cannot be otherwise is judged: the content type and the version's
 * major byte (RFC 5246 E.1: receivers must take any 0x03xx). */
static enum fit tls_fit(struct bytes in) {
    if (in.p[0] < CT_CHANGE_CIPHER_SPEC || in.p[0] > CT_HEARTBEAT) return FIT_NO;
    if (in.n > 1 && in.p[1] != 3) return FIT_NO;
    return in.n >= RECORD_HEADER ? FIT_YES : FIT_SO_FAR;
}

enum record_status record_next(struct bytes in, struct record *ret, size_t *ret_used) {
    *ret_used = 0;
    if (in.n == 0) return RECORD_MORE;
    enum fit ssl2 = ssl2_fit(in);
    if (ssl2 != FIT_NO) return ssl2 == FIT_YES ? RECORD_SSL2 : RECORD_MORE;
    enum fit tls = tls_fit(in);
    if (tls != FIT_YES) return tls == FIT_NO ? RECORD_NOT_TLS : RECORD_MORE;

    struct rd r;
    rd_init(&r, in);
    *ret = (struct record){.type = rd_u8(&r, "type"), .version = rd_u16(&r, "version")};
    size_t n = rd_u16(&r, "length");
    if (n > RECORD_CIPHER_MAX) return RECORD_TOO_LONG;
    if (n > rd_left(&r)) return RECORD_MORE;
    ret->body = rd_take(&r, n, "fragment");
    *ret_used = RECORD_HEADER + n;
    return RECORD_WHOLE;
}
