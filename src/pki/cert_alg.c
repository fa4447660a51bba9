/* Algorithms: of signatures, of keys. RFC 3279, 4055, 5480, 5758, 8410. */
#include "pki/cert_internal.h"

#define OID(literal)                                                                                         \
    { (const uint8_t *)(literal), sizeof(literal) - 1 }
#define RSADSI "\x2A\x86\x48\x86\xF7\x0D"
#define X962 "\x2A\x86\x48\xCE\x3D"
#define NIST "\x60\x86\x48\x01\x65\x03\x04"

enum params { PARAMS_ABSENT, PARAMS_NULL, PARAMS_ANY };

static const struct sig_row {
    struct bytes oid;
    const char *name; /* OpenSSL's long name: people search for it */
    enum key_type key;
    enum pki_hash hash;
    enum params params;
} sig_rows[] = {
    {OID(RSADSI "\x01\x01\x0B"), "sha256WithRSAEncryption", KEY_RSA, PKI_HASH_SHA256, PARAMS_NULL},
    {OID(X962 "\x04\x03\x02"), "ecdsa-with-SHA256", KEY_EC, PKI_HASH_SHA256, PARAMS_ABSENT},
    {OID(X962 "\x04\x03\x03"), "ecdsa-with-SHA384", KEY_EC, PKI_HASH_SHA384, PARAMS_ABSENT},
    {OID(RSADSI "\x01\x01\x0C"), "sha384WithRSAEncryption", KEY_RSA, PKI_HASH_SHA384, PARAMS_NULL},
    {OID(RSADSI "\x01\x01\x0D"), "sha512WithRSAEncryption", KEY_RSA, PKI_HASH_SHA512, PARAMS_NULL},
    {OID(RSADSI "\x01\x01\x05"), "sha1WithRSAEncryption", KEY_RSA, PKI_HASH_SHA1, PARAMS_NULL},
    {OID(RSADSI "\x01\x01\x0A"), "rsassaPss", KEY_RSA_PSS, PKI_HASH_SHA1, PARAMS_ANY},
    {OID(X962 "\x04\x03\x04"), "ecdsa-with-SHA512", KEY_EC, PKI_HASH_SHA512, PARAMS_ABSENT},
    {OID(X962 "\x04\x03\x01"), "ecdsa-with-SHA224", KEY_EC, PKI_HASH_SHA224, PARAMS_ABSENT},
    {OID(X962 "\x04\x01"), "ecdsa-with-SHA1", KEY_EC, PKI_HASH_SHA1, PARAMS_ABSENT},
    {OID("\x2B\x65\x70"), "ED25519", KEY_ED25519, PKI_HASH_NONE, PARAMS_ABSENT},
    {OID("\x2B\x65\x71"), "ED448", KEY_ED448, PKI_HASH_NONE, PARAMS_ABSENT},
    {OID(RSADSI "\x01\x01\x0E"), "sha224WithRSAEncryption", KEY_RSA, PKI_HASH_SHA224, PARAMS_NULL},
    {OID(RSADSI "\x01\x01\x10"), "sha512-256WithRSAEncryption", KEY_RSA, PKI_HASH_SHA512_256, PARAMS_NULL},
    {OID(RSADSI "\x01\x01\x04"), "md5WithRSAEncryption", KEY_RSA, PKI_HASH_MD5, PARAMS_NULL},
    {OID(RSADSI "\x01\x01\x03"), "md4WithRSAEncryption", KEY_RSA, PKI_HASH_MD4, PARAMS_NULL},
    {OID(RSADSI "\x01\x01\x02"), "md2WithRSAEncryption", KEY_RSA, PKI_HASH_MD2, PARAMS_NULL},
    {OID("\x2B\x0E\x03\x02\x1D"), "sha1WithRSA", KEY_RSA, PKI_HASH_SHA1, PARAMS_ANY},
    {OID("\x2A\x86\x48\xCE\x38\x04\x03"), "dsaWithSHA1", KEY_DSA, PKI_HASH_SHA1, PARAMS_ABSENT},
    {OID(NIST "\x03\x01"), "dsa_with_SHA224", KEY_DSA, PKI_HASH_SHA224, PARAMS_ABSENT},
    {OID(NIST "\x03\x02"), "dsa_with_SHA256", KEY_DSA, PKI_HASH_SHA256, PARAMS_ABSENT},
    {OID(NIST "\x03\x09"), "ecdsa_with_SHA3-224", KEY_EC, PKI_HASH_SHA3, PARAMS_ABSENT},
    {OID(NIST "\x03\x0A"), "ecdsa_with_SHA3-256", KEY_EC, PKI_HASH_SHA3, PARAMS_ABSENT},
    {OID(NIST "\x03\x0B"), "ecdsa_with_SHA3-384", KEY_EC, PKI_HASH_SHA3, PARAMS_ABSENT},
    {OID(NIST "\x03\x0C"), "ecdsa_with_SHA3-512", KEY_EC, PKI_HASH_SHA3, PARAMS_ABSENT},
    {OID(NIST "\x03\x0D"), "RSA-SHA3-224", KEY_RSA, PKI_HASH_SHA3, PARAMS_NULL},
    {OID(NIST "\x03\x0E"), "RSA-SHA3-256", KEY_RSA, PKI_HASH_SHA3, PARAMS_NULL},
    {OID(NIST "\x03\x0F"), "RSA-SHA3-384", KEY_RSA, PKI_HASH_SHA3, PARAMS_NULL},
    {OID(NIST "\x03\x10"), "RSA-SHA3-512", KEY_RSA, PKI_HASH_SHA3, PARAMS_NULL},
};

static const struct {
    struct bytes oid;
    enum pki_hash hash;
    uint32_t size;
} hash_rows[] = {
    {OID(NIST "\x02\x01"), PKI_HASH_SHA256, 32},     {OID(NIST "\x02\x02"), PKI_HASH_SHA384, 48},
    {OID(NIST "\x02\x03"), PKI_HASH_SHA512, 64},     {OID(NIST "\x02\x04"), PKI_HASH_SHA224, 28},
    {OID(NIST "\x02\x06"), PKI_HASH_SHA512_256, 32}, {OID("\x2B\x0E\x03\x02\x1A"), PKI_HASH_SHA1, 20},
    {OID(RSADSI "\x02\x05"), PKI_HASH_MD5, 16},
};

/* AlgorithmIdentifier ::= SEQUENCE { OID, ANY OPTIONAL }. */
static bool read_algorithm(struct der *r, struct bytes *oid, struct bytes *params, struct bytes *all,
                           const char *field) {
    struct der_tlv seq = der_get(r, DER_SEQUENCE, field), any = {0};
    struct der in = der_into(r, seq.body);
    *oid = der_oid(&in, field);
    (void)der_next(&in, &any, field);
    *params = any.all;
    *all = seq.all;
    return der_close(r, &in, field);
}

static bool is_null(struct bytes params) {
    return params.n == 2 && params.p[0] == DER_NULL && params.p[1] == 0;
}

static bool params_fit(enum params want, struct bytes params) {
    if (want == PARAMS_ANY) return true;
    return want == PARAMS_NULL ? is_null(params) : params.n == 0;
}

static void add_fact(uint64_t *facts, enum pki_fact f) {
    if (facts) facts[f / 64] |= UINT64_C(1) << (f % 64);
}

/* The hash of an AlgorithmIdentifier; its output size goes to *size. */
static enum pki_hash read_hash(struct der *r, uint32_t *size) {
    struct bytes oid, params, all;
    *size = 0;
    if (!read_algorithm(r, &oid, &params, &all, "hashAlgorithm")) return PKI_HASH_NONE;
    for (size_t i = 0; i < TW_COUNT(hash_rows); i++) {
        if (!bytes_eq(hash_rows[i].oid, oid)) continue;
        *size = hash_rows[i].size;
        return hash_rows[i].hash;
    }
    return PKI_HASH_NONE;
}

/* MaskGenAlgorithm: MGF1 with a hash, or something that nobody knows. */
static enum pki_hash read_mgf(struct der *r) {
    static const struct bytes mgf1 = OID(RSADSI "\x01\x01\x08");
    struct bytes oid, params, all;
    uint32_t ignored;
    if (!read_algorithm(r, &oid, &params, &all, "maskGenAlgorithm") || !bytes_eq(oid, mgf1))
        return PKI_HASH_NONE;
    struct der in = der_into(r, params);
    return read_hash(&in, &ignored);
}

/* RSASSA-PSS-params (RFC 4055 3.1). All four have defaults. */
static void read_pss(struct der *r, struct pki_sigalg *ret) {
    enum { DEFAULT_SALT = 20, DEFAULT_TRAILER = 1 };
    uint32_t hash_size = DEFAULT_SALT, salt = DEFAULT_SALT, trailer = DEFAULT_TRAILER;
    enum pki_hash hash = PKI_HASH_SHA1, mgf = PKI_HASH_SHA1;
    struct der all = der_into(r, ret->params);
    struct der in = der_enter(&all, DER_SEQUENCE, "RSASSA-PSS-params");
    struct der_tlv t;
    if (der_opt(&in, DER_CONSTRUCTED(0), &t, "hashAlgorithm")) {
        struct der sub = der_into(&in, t.body);
        hash = read_hash(&sub, &hash_size);
        (void)der_close(&in, &sub, "hashAlgorithm");
    }
    if (der_opt(&in, DER_CONSTRUCTED(1), &t, "maskGenAlgorithm")) {
        struct der sub = der_into(&in, t.body);
        mgf = read_mgf(&sub);
        (void)der_close(&in, &sub, "maskGenAlgorithm");
    }
    if (der_opt(&in, DER_CONSTRUCTED(2), &t, "saltLength")) {
        struct der sub = der_into(&in, t.body);
        salt = der_uint(&sub, DER_INTEGER, UINT32_MAX, "saltLength");
        (void)der_close(&in, &sub, "saltLength");
    }
    if (der_opt(&in, DER_CONSTRUCTED(3), &t, "trailerField")) {
        struct der sub = der_into(&in, t.body);
        trailer = der_uint(&sub, DER_INTEGER, UINT32_MAX, "trailerField");
        (void)der_close(&in, &sub, "trailerField");
    }
    bool ok = der_close(&all, &in, "RSASSA-PSS-params");
    ret->hash = ok ? hash : PKI_HASH_NONE;
    ret->pss_odd = !ok || mgf != hash || salt != hash_size || trailer != DEFAULT_TRAILER;
}

bool pki_sigalg_read(struct der *r, struct pki_sigalg *ret, uint64_t *facts, const char *field) {
    *ret = (struct pki_sigalg){0};
    if (!read_algorithm(r, &ret->oid, &ret->params, &ret->all, field)) return false;
    for (size_t i = 0; i < TW_COUNT(sig_rows); i++) {
        const struct sig_row *row = &sig_rows[i];
        if (!bytes_eq(row->oid, ret->oid)) continue;
        ret->name = row->name;
        ret->key = row->key;
        ret->hash = row->hash;
        if (!params_fit(row->params, ret->params)) add_fact(facts, PKI_FACT_SIGALG_PARAMETERS);
        break;
    }
    if (ret->key == KEY_RSA_PSS) { /* a place inside it would only hide the signature's own */
        struct der quiet = der_of(ret->params, NULL, NULL);
        read_pss(&quiet, ret);
        if (ret->hash == PKI_HASH_NONE) add_fact(facts, PKI_FACT_SIGALG_PARAMETERS);
    }
    return true;
}

char *pki_sigalg_text(struct arena *a, const struct pki_sigalg *s) {
    return s->name ? arena_strdup(a, s->name) : der_oid_text(a, s->oid);
}

static const struct key_row {
    struct bytes oid;
    enum key_type type;
    enum params params;
    unsigned size; /* of keys that have one size */
} key_rows[] = {
    {OID(RSADSI "\x01\x01\x01"), KEY_RSA, PARAMS_NULL, 0},
    {OID(X962 "\x02\x01"), KEY_EC, PARAMS_ANY, 0},
    {OID("\x2B\x65\x70"), KEY_ED25519, PARAMS_ABSENT, 256},
    {OID("\x2B\x65\x71"), KEY_ED448, PARAMS_ABSENT, 456},
    {OID(RSADSI "\x01\x01\x0A"), KEY_RSA_PSS, PARAMS_ANY, 0},
    {OID("\x2A\x86\x48\xCE\x38\x04\x01"), KEY_DSA, PARAMS_ANY, 0},
};

/* Groups that only certificates use here, by the numbers of wire/iana/groups.def. */
enum {
    GROUP_SECP192R1 = 19,
    GROUP_SECP224R1 = 21,
    GROUP_SECP256K1 = 22,
    GROUP_BRAINPOOLP256R1 = 26,
    GROUP_BRAINPOOLP384R1 = 27,
    GROUP_BRAINPOOLP512R1 = 28,
};

static const struct {
    struct bytes oid;
    uint16_t group;
    unsigned size;
} curve_rows[] = {
    {OID(X962 "\x03\x01\x07"), GROUP_SECP256R1, 256},
    {OID("\x2B\x81\x04\x00\x22"), GROUP_SECP384R1, 384},
    {OID("\x2B\x81\x04\x00\x23"), GROUP_SECP521R1, 521},
    {OID("\x2B\x81\x04\x00\x0A"), GROUP_SECP256K1, 256},
    {OID("\x2B\x81\x04\x00\x21"), GROUP_SECP224R1, 224},
    {OID(X962 "\x03\x01\x01"), GROUP_SECP192R1, 192},
    {OID("\x2B\x24\x03\x03\x02\x08\x01\x01\x07"), GROUP_BRAINPOOLP256R1, 256},
    {OID("\x2B\x24\x03\x03\x02\x08\x01\x01\x0B"), GROUP_BRAINPOOLP384R1, 384},
    {OID("\x2B\x24\x03\x03\x02\x08\x01\x01\x0D"), GROUP_BRAINPOOLP512R1, 512},
};

static unsigned bits_of(struct bytes integer) {
    while (integer.n > 0 && integer.p[0] == 0) integer = bytes_cut(integer, 1, integer.n);
    if (integer.n == 0 || integer.n > UINT32_MAX / 8) return 0;
    unsigned bits = (unsigned)(integer.n - 1) * 8;
    for (uint8_t top = integer.p[0]; top; top >>= 1) bits++;
    return bits;
}

/* RSAPublicKey ::= SEQUENCE { modulus, publicExponent } (RFC 8017 A.1.1). */
static bool read_rsa(struct pki_key *k) {
    struct der all = der_of(k->bits, NULL, NULL);
    struct der in = der_enter(&all, DER_SEQUENCE, "RSAPublicKey");
    k->rsa_n = der_integer(&in, "modulus");
    k->rsa_e = der_integer(&in, "publicExponent");
    k->size = bits_of(k->rsa_n);
    bool positive = k->rsa_n.n && k->rsa_e.n && !((k->rsa_n.p[0] | k->rsa_e.p[0]) & 0x80);
    return der_close(&all, &in, "RSAPublicKey") && der_done(&all, "RSAPublicKey") && positive && k->size > 0;
}

/* Uncompressed, compressed, or hybrid point (X9.62) of the length that the field asks for. */
static bool point_fits(struct bytes point, unsigned size) {
    size_t field = (size + 7) / 8;
    if (point.n == 0) return false;
    uint8_t form = point.p[0];
    if (form == 2 || form == 3) return point.n == 1 + field;
    return (form == 4 || form == 6 || form == 7) && point.n == 1 + 2 * field;
}

static bool read_ec(struct bytes params, struct pki_key *k) {
    struct der r = der_of(params, NULL, NULL);
    struct der_tlv t;
    if (der_opt(&r, DER_SEQUENCE, &t, "ecParameters")) {
        k->explicit_curve = true;
        k->size = k->bits.n > 1 ? (unsigned)(k->bits.n - 1) * 4 : 0; /* as far as the point tells */
        return k->bits.n > 1;
    }
    struct bytes oid = der_oid(&r, "namedCurve");
    for (size_t i = 0; i < TW_COUNT(curve_rows); i++) {
        if (!bytes_eq(curve_rows[i].oid, oid)) continue;
        k->group = curve_rows[i].group;
        k->size = curve_rows[i].size;
        return point_fits(k->bits, k->size);
    }
    return oid.n > 0;
}

static bool read_dsa(struct bytes params, struct pki_key *k) {
    if (params.n == 0) return true; /* inherited from the issuer (RFC 3279 2.3.2) */
    struct der all = der_of(params, NULL, NULL);
    struct der in = der_enter(&all, DER_SEQUENCE, "Dss-Parms");
    k->size = bits_of(der_integer(&in, "p"));
    return k->size > 0;
}

static bool read_key_of(const struct key_row *row, struct bytes params, struct pki_key *k) {
    k->type = row->type;
    k->size = row->size;
    switch (row->type) {
    case KEY_RSA:
    case KEY_RSA_PSS:
        return read_rsa(k);
    case KEY_EC:
        return read_ec(params, k);
    case KEY_DSA:
        return read_dsa(params, k);
    case KEY_ED25519:
    case KEY_ED448:
        return k->bits.n == (row->size + 7) / 8;
    case KEY_OTHER:
        break;
    }
    return true;
}

bool pki_key_read(struct der *r, struct pki_key *ret, uint64_t *facts) {
    *ret = (struct pki_key){0};
    struct der_tlv seq = der_get(r, DER_SEQUENCE, "subjectPublicKeyInfo");
    struct der in = der_into(r, seq.body);
    struct bytes params, all;
    if (!read_algorithm(&in, &ret->oid, &params, &all, "subjectPublicKeyInfo.algorithm"))
        return der_close(r, &in, "subjectPublicKeyInfo");
    ret->bits = der_bits(&in, DER_BIT_STRING, NULL, "subjectPublicKey");
    ret->spki = seq.all;
    if (!der_close(r, &in, "subjectPublicKeyInfo")) return false;
    for (size_t i = 0; i < TW_COUNT(key_rows); i++) {
        if (!bytes_eq(key_rows[i].oid, ret->oid)) continue;
        if (!params_fit(key_rows[i].params, params)) add_fact(facts, PKI_FACT_KEY_PARAMETERS);
        if (!read_key_of(&key_rows[i], params, ret)) add_fact(facts, PKI_FACT_KEY_UNREADABLE);
        break;
    }
    return true;
}

char *pki_key_text(struct arena *a, const struct pki_key *k) {
    static const char *const names[] = {
        [KEY_OTHER] = "unknown",   [KEY_RSA] = "RSA",     [KEY_RSA_PSS] = "RSA-PSS", [KEY_EC] = "EC",
        [KEY_ED25519] = "Ed25519", [KEY_ED448] = "Ed448", [KEY_DSA] = "DSA"};
    const char *name = names[k->type];
    if (k->type == KEY_OTHER && k->oid.n > 0) return text_f(a, "%s %s", name, der_oid_text(a, k->oid));
    if (k->group) return text_f(a, "%s %s", name, group_name(k->group));
    bool sized = k->size > 0 && k->type != KEY_ED25519 && k->type != KEY_ED448;
    return sized ? text_f(a, "%s %u", name, k->size) : arena_strdup(a, name);
}
