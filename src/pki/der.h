/* DER (X.690) of a stranger, walked in place: no copy, no allocation, no recursion.
 *
 * A reader stands in a run of bytes and takes one element after the other. The first failure is sticky: the
 * reader goes to its end, every later read gives zeros, and the log that all readers of one document share
 * names the place ("tbsCertificate.serialNumber at byte 13: its length runs past the end").
 *
 * What DER forbids but BER allows, and at least one client takes (a length in more bytes than needed, BOOLEAN
 * 01, a default value written out …), is no failure: it is read, and its bit is set in `bent` with the first
 * such place. A strict judge refuses any bit; others only those that their client refuses. Indefinite lengths
 * are a failure.
 *
 * Work is linear in the bytes: the depth is that of the caller's own code, every element has at least two
 * bytes. */
#ifndef TW_PKI_DER_H
#define TW_PKI_DER_H

#include "base/text.h"

enum der_err {
    DER_OK,
    DER_SHORT,      /* the element, or its header, runs past the end of what holds it */
    DER_TRAILING,   /* bytes are left over where the element that holds it should end */
    DER_TAG,        /* another type stands where this one must */
    DER_INDEFINITE, /* BER's open-ended length */
    DER_LENGTH,     /* a length in more than four bytes */
    DER_VALUE,      /* contents that their type cannot have */
    DER_MISSING,    /* ends before a part that must be there */
    DER_LIMIT,      /* more elements than a stated ceiling: never skipped in silence */
};

/* Deviations that are read all the same. */
enum der_bent {
    DER_BENT_LENGTH = 1u << 0,   /* a length in more bytes than it needs (X.690 10.1) */
    DER_BENT_INTEGER = 1u << 1,  /* leading 00 or FF that says nothing (8.3.2) */
    DER_BENT_BOOLEAN = 1u << 2,  /* TRUE other than FF (11.1) */
    DER_BENT_DEFAULT = 1u << 3,  /* a default value written out (11.5) */
    DER_BENT_BITS = 1u << 4,     /* unused bits that are not 0, or named bits with trailing zeros (11.2) */
    DER_BENT_SET = 1u << 5,      /* a SET OF that is not sorted (11.6) */
    DER_BENT_TAG = 1u << 6,      /* a tag in more bytes than it needs (8.1.2.4.2) */
    DER_BENT_OID = 1u << 7,      /* an OBJECT IDENTIFIER with padding in an arc (8.19.2) */
    DER_BENT_TRAILING = 1u << 8, /* elements behind the last one that a SEQUENCE has */
};

struct der_spot {
    const char *field;  /* static text; NULL: nothing happened */
    const char *within; /* static text: the part of the document, e.g. the extension; may be NULL */
    size_t off;         /* in the outermost document */
};

/* What became of the walk of one document. */
struct der_log {
    enum der_err err;
    struct der_spot failed;
    uint32_t bent; /* enum der_bent */
    struct der_spot bent_at;
    const char *within; /* set by who walks: goes into the spots */
};
const char *der_err_text(enum der_err err);    /* "runs past the end of what holds it" */
const char *der_bent_text(enum der_bent bit);  /* of the lowest bit set */
bool der_log_clean(const struct der_log *log); /* neither failed nor bent */
/* "extnValue of subjectAltName at byte 412 runs past the end of what holds it"; of the failure if there is
 * one, else of the first deviation; NULL where all is well. */
char *der_log_text(struct arena *a, const struct der_log *log);
/* Keeps the first failure and deviation of both. */
void der_log_merge(struct der_log *into, const struct der_log *from);

enum der_tag {
    DER_BOOLEAN = 0x01,
    DER_INTEGER = 0x02,
    DER_BIT_STRING = 0x03,
    DER_OCTET_STRING = 0x04,
    DER_NULL = 0x05,
    DER_OID = 0x06,
    DER_ENUMERATED = 0x0A,
    DER_UTF8 = 0x0C,
    DER_NUMERIC = 0x12,
    DER_PRINTABLE = 0x13,
    DER_TELETEX = 0x14,
    DER_IA5 = 0x16,
    DER_UTC_TIME = 0x17,
    DER_GENERALIZED_TIME = 0x18,
    DER_VISIBLE = 0x1A,
    DER_UNIVERSAL_STRING = 0x1C,
    DER_BMP = 0x1E,
    DER_SEQUENCE = 0x30,
    DER_SET = 0x31,
};
#define DER_CONTEXT(n) ((uint8_t)(0x80 | (n)))     /* [n] IMPLICIT, primitive */
#define DER_CONSTRUCTED(n) ((uint8_t)(0xA0 | (n))) /* [n] constructed */

struct der {
    const uint8_t *cur, *end;
    const uint8_t *base; /* start of the outermost document */
    struct der_log *log; /* may be NULL: nobody asks for the place */
    bool failed;
};

/* One element. A tag number above 30 has its first byte only here: no known type has such a one. */
struct der_tlv {
    uint8_t tag;
    struct bytes body; /* contents */
    struct bytes all;  /* with the header */
};

/* A reader of `b`, which stands in the document that starts at `base` (NULL: b itself). */
struct der der_of(struct bytes b, const uint8_t *base, struct der_log *log);
static inline bool der_more(const struct der *r) {
    return r->cur < r->end;
}
/* Marks a failure at the cursor; the first one stays. */
void der_fail(struct der *r, enum der_err err, const char *field);
void der_fail_at(struct der *r, const uint8_t *at, enum der_err err, const char *field);
void der_bend_at(struct der *r, const uint8_t *at, enum der_bent bit, const char *field);

/* The next element, of any type; false at the end and after a failure. */
bool der_next(struct der *r, struct der_tlv *ret, const char *field);
/* The next element, which must have this tag. Zeros if it has not. */
struct der_tlv der_get(struct der *r, uint8_t tag, const char *field);
/* The next element if it has this tag; else false and nothing is read. */
bool der_opt(struct der *r, uint8_t tag, struct der_tlv *ret, const char *field);
/* A reader of the contents of an element. After a failure of the parent it is a failed one. */
struct der der_into(const struct der *r, struct bytes body);
struct der der_enter(struct der *r, uint8_t tag, const char *field);
/* Nothing may be left over. Takes the child's failure over to the parent when there is one. */
bool der_done(struct der *r, const char *field);
bool der_close(struct der *parent, struct der *child, const char *field);

/* Values. Each reads one element. */
/* `critical BOOLEAN DEFAULT FALSE`: absent gives false, a FALSE written out is bent. */
bool der_bool_default_false(struct der *r, const char *field);
/* Contents of an INTEGER, two's complement, checked to be minimal. */
struct bytes der_integer(struct der *r, const char *field);
/* An INTEGER from 0 to `max`; larger ones give `max` (saturated); a negative one is DER_VALUE. */
uint32_t der_uint(struct der *r, uint8_t tag, uint32_t max, const char *field);
struct bytes der_oid(struct der *r, const char *field);
/* A BIT STRING's bytes, without the count of unused bits, which goes to *unused (may be NULL: it must be 0).
 */
struct bytes der_bits(struct der *r, uint8_t tag, unsigned *unused, const char *field);
/* A BIT STRING of named bits: bit 0 of X.690 is bit 0 here; at most 16 are looked at. */
uint16_t der_named_bits(struct der *r, uint8_t tag, const char *field);

/* What is wrong with a time by RFC 5280 4.1.2.5, though it can be read. */
enum der_time_odd {
    DER_TIME_NO_SECONDS = 1u << 0,
    DER_TIME_OFFSET = 1u << 1,   /* +hhmm, or no zone at all (read as UTC) */
    DER_TIME_FRACTION = 1u << 2, /* fractions of a second */
    DER_TIME_TYPE = 1u << 3,     /* GeneralizedTime for a year that UTCTime can say (before 2050) */
};
/* Time ::= CHOICE {UTCTime, GeneralizedTime} as seconds since 1970; *odd gets bits of enum der_time_odd. A
 * time that is none (month 13) is DER_VALUE. */
int64_t der_time(struct der *r, uint8_t *odd, const char *field);
/* The same for the contents of one element of tag UTCTime or GeneralizedTime: OCSP and CRLs. */
bool der_time_of(uint8_t tag, struct bytes body, int64_t *ret, uint8_t *odd);

/* "1.2.840.113549"; arcs that do not fit 64 bits, or a broken encoding, as "oid:hex". */
char *der_oid_text(struct arena *a, struct bytes oid);
/* An INTEGER's contents in hex as people know serial numbers: without a leading 00, "-" before a negative. */
char *der_serial_text(struct arena *a, struct bytes integer);

#endif
