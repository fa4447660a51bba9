/* LDAP's StartTLS operation (RFC 4511 4.14), in as much BER as it takes. */
#include "net/dialog_internal.h"

#define START_TLS_OID "1.3.6.1.4.1.1466.20037"

enum ldap_phase { LDAP_ASKED, LDAP_ROOT_DSE };
enum ldap_id { ID_NOTICE = 0, ID_START_TLS = 1, ID_ROOT_DSE = 2 };
enum ber_tag {
    BER_BOOLEAN = 0x01,
    BER_INTEGER = 0x02,
    BER_OCTETS = 0x04,
    BER_SEQUENCE = 0x30,
    BER_ENUMERATED = 0x0A,
    LDAP_SEARCH_REQUEST = 0x63,
    LDAP_EXTENDED_REQUEST = 0x77,
    LDAP_SEARCH_ENTRY = 0x64,
    LDAP_SEARCH_DONE = 0x65,
    LDAP_EXTENDED_RESPONSE = 0x78,
};
/* RFC 4511 appendix A */
enum ldap_result {
    LDAP_SUCCESS = 0,
    LDAP_PROTOCOL_ERROR = 2, /* 4.14.2: the server does not support the operation */
    LDAP_BUSY = 51,
    LDAP_UNAVAILABLE = 52, /* TLS is not set up, or shutting down */
};

/* Opens LDAPMessage { id, operation }; all that we send is shorter than 128 bytes, so a length is one byte.
 */
static void open_message(struct wr *w, uint8_t id, uint8_t operation, struct wr_mark ret_marks[2]) {
    wr_u8(w, BER_SEQUENCE);
    ret_marks[0] = wr_open(w, 1);
    static const uint8_t integer[] = {BER_INTEGER, 1};
    wr_put(w, bytes_of(integer, sizeof integer));
    wr_u8(w, id);
    wr_u8(w, operation);
    ret_marks[1] = wr_open(w, 1);
}

static void close_message(struct wr *w, const struct wr_mark marks[2]) {
    wr_close(w, marks[1]);
    wr_close(w, marks[0]);
}

static enum dialog_status ldap_begin(struct dialog *d, struct wr *out) {
    (void)d;
    struct wr_mark marks[2];
    open_message(out, ID_START_TLS, LDAP_EXTENDED_REQUEST, marks);
    wr_u8(out, 0x80); /* requestName */
    wr_vec(out, 1, bytes_str(START_TLS_OID));
    close_message(out, marks);
    return DIALOG_GOES_ON;
}

/* SearchRequest for the root DSE: (objectClass=*), attribute supportedExtension. */
static enum dialog_status ask_root_dse(struct dialog *d, struct wr *out) {
    static const uint8_t head[] = {
        BER_OCTETS,     0,    /* base: the empty name */
        BER_ENUMERATED, 1, 0, /* scope: that object */
        BER_ENUMERATED, 1, 0, /* aliases: never followed */
        BER_INTEGER,    1, 1, /* at most one entry */
        BER_INTEGER,    1, 0, /* no limit of time */
        BER_BOOLEAN,    1, 0, /* values, not types only */
    };
    struct wr_mark marks[2];
    open_message(out, ID_ROOT_DSE, LDAP_SEARCH_REQUEST, marks);
    wr_put(out, bytes_of(head, sizeof head));
    wr_u8(out, 0x87); /* filter: present */
    wr_vec(out, 1, bytes_str("objectClass"));
    wr_u8(out, BER_SEQUENCE);
    struct wr_mark attributes = wr_open(out, 1);
    wr_u8(out, BER_OCTETS);
    wr_vec(out, 1, bytes_str("supportedExtension"));
    wr_close(out, attributes);
    close_message(out, marks);
    d->phase = LDAP_ROOT_DSE;
    return DIALOG_GOES_ON;
}

/* A definite length (RFC 4511 5.1 forbids the indefinite form). */
static size_t ber_length(struct rd *r) {
    uint8_t first = rd_u8(r, "length");
    if (first < 0x80) return first;
    if (first == 0x80 || first > 0x84) {
        rd_fail(r, RD_VALUE, "length");
        return 0;
    }
    size_t n = 0;
    for (uint8_t i = first & 0x7F; i > 0; i--) n = n << 8 | rd_u8(r, "length");
    return n;
}

static struct rd ber_open(struct rd *r, uint8_t *ret_tag) {
    *ret_tag = rd_u8(r, "tag");
    struct rd child;
    rd_init(&child, rd_take(r, ber_length(r), "value"));
    return child;
}

/* A small non-negative number (an id, a result code); anything above is capped. */
static unsigned ber_number(struct rd *r) {
    uint8_t tag = 0;
    struct rd value = ber_open(r, &tag);
    if (tag != BER_INTEGER && tag != BER_ENUMERATED) rd_fail(r, RD_VALUE, "number");
    unsigned n = 0;
    while (rd_left(&value) > 0 && n < 1u << 16) n = n << 8 | rd_u8(&value, "number");
    return n;
}

static enum unit_state ldap_whole(struct dialog *d, struct bytes held) {
    (void)d;
    if (held.p[0] != BER_SEQUENCE) return UNIT_ALIEN;
    struct rd r;
    rd_init(&r, held);
    rd_u8(&r, "tag");
    size_t n = ber_length(&r);
    if (r.err == RD_VALUE || n > DIALOG_MAX_BYTES) return UNIT_ALIEN;
    if (!rd_ok(&r)) return UNIT_MORE;
    /* Every LDAPMessage begins with its id: "0…" of some other protocol does not. */
    if (rd_left(&r) > 0 && *r.cur != BER_INTEGER) return UNIT_ALIEN;
    return rd_left(&r) >= n ? UNIT_WHOLE : UNIT_MORE;
}

/* LDAPResult: code, matchedDN, diagnosticMessage; both go into the proof. */
static unsigned ldap_result(struct dialog *d, struct rd *op) {
    unsigned code = ber_number(op);
    uint8_t tag = 0;
    ber_open(op, &tag); /* matchedDN */
    struct rd message = ber_open(op, &tag);
    struct bytes text = rd_rest(&message);
    char *line =
        text_f(d->a, "LDAP result %u%s%s", code, text.n > 0 ? ": " : "", text_escape(d->a, text, 300));
    dialog_note(d, bytes_str(line), "");
    return code;
}

static enum dialog_status judge_start_tls(struct dialog *d, unsigned code, struct wr *out) {
    switch (code) {
    case LDAP_SUCCESS:
        return DIALOG_READY;
    case LDAP_PROTOCOL_ERROR:
        return dialog_fail(d, DIALOG_NOT_OFFERED, NULL);
    case LDAP_BUSY:
    case LDAP_UNAVAILABLE:
        return dialog_fail(d, DIALOG_REFUSED, NULL);
    default: /* says neither: the root DSE knows whether the operation is there at all */
        return ask_root_dse(d, out);
    }
}

/* RFC 4511 4.4.1: the server says why it is about to close. */
static enum dialog_status judge_notice(struct dialog *d, unsigned code) {
    bool down = code == LDAP_BUSY || code == LDAP_UNAVAILABLE;
    return dialog_fail(d, down ? DIALOG_SERVICE_DOWN : DIALOG_REFUSED, NULL);
}

static enum dialog_status judge_root_dse(struct dialog *d) {
    if (d->oid_listed) return dialog_fail(d, DIALOG_REFUSED, NULL);
    dialog_note(d, bytes_str("the root DSE does not list " START_TLS_OID), "; ");
    return dialog_fail(d, DIALOG_NOT_OFFERED, NULL);
}

static bool names_start_tls(struct bytes entry) {
    const struct bytes oid = bytes_str(START_TLS_OID);
    for (size_t i = 0; i + oid.n <= entry.n; i++)
        if (bytes_eq(bytes_cut(entry, i, oid.n), oid)) return true;
    return false;
}

static enum dialog_status ldap_unit(struct dialog *d, struct bytes unit, struct wr *out) {
    struct rd all;
    rd_init(&all, unit);
    uint8_t tag = 0;
    struct rd message = ber_open(&all, &tag);
    unsigned id = ber_number(&message);
    struct rd op = ber_open(&message, &tag);
    if (!rd_ok(&all) || !rd_ok(&message)) return dialog_alien(d, unit, (struct bytes){0});

    if (tag == LDAP_SEARCH_ENTRY && d->phase == LDAP_ROOT_DSE) {
        if (names_start_tls(rd_rest(&op))) d->oid_listed = true;
        return DIALOG_GOES_ON;
    }
    if (tag != LDAP_EXTENDED_RESPONSE && tag != LDAP_SEARCH_DONE)
        return dialog_alien(d, unit, (struct bytes){0});
    if (tag == LDAP_SEARCH_DONE && d->phase == LDAP_ROOT_DSE) return judge_root_dse(d);
    unsigned code = ldap_result(d, &op);
    if (!rd_ok(&op)) return dialog_alien(d, unit, (struct bytes){0});
    if (id == ID_NOTICE) return judge_notice(d, code);
    if (id != ID_START_TLS || d->phase != LDAP_ASKED) return dialog_alien(d, unit, (struct bytes){0});
    return judge_start_tls(d, code, out);
}

const struct dialect dialect_ldap = {
    .name = "ldap",
    .port = 389,
    .client_first = true,
    .max_unit = DIALOG_MAX_BYTES,
    .begin = ldap_begin,
    .whole = ldap_whole,
    .unit = ldap_unit,
};
