/* Reading a certificate: what reports and causes say of it. */
#include "base/text.h"
#include "crypto/x509_lib.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>

X509 *x509_from_der(struct bytes der) {
    const unsigned char *p = der.p;
    X509 *cert = X509_new_ex(lib_ctx(), NULL);
    if (cert && der.n > 0 && d2i_X509(&cert, &p, (long)der.n) && p == der.p + der.n) return cert;
    X509_free(cert);
    ERR_clear_error();
    return NULL;
}

struct bytes x509_to_der(struct arena *a, X509 *cert) {
    unsigned char *der = NULL;
    int n = i2d_X509(cert, &der);
    if (n <= 0) return (struct bytes){0};
    struct bytes b = arena_copy(a, bytes_of(der, (size_t)n));
    OPENSSL_free(der);
    return b;
}

static int64_t seconds_of(const ASN1_TIME *t) {
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    int days = 0, seconds = 0;
    bool ok = epoch && t && ASN1_TIME_diff(&days, &seconds, epoch, t);
    ASN1_TIME_free(epoch);
    return ok ? (int64_t)days * 86400 + seconds : 0;
}

static char *name_line(struct arena *a, const X509_NAME *name) {
    BIO *bio = BIO_new(BIO_s_mem());
    char *data = NULL;
    if (bio) X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB);
    long n = bio ? BIO_get_mem_data(bio, &data) : 0;
    char *line = text_escape(a, bytes_of(data, n > 0 ? (size_t)n : 0), 512);
    BIO_free(bio);
    return line;
}

static struct bytes name_der(struct arena *a, const X509_NAME *name) {
    const unsigned char *der = NULL;
    size_t n = 0;
    if (!X509_NAME_get0_der(name, &der, &n)) return (struct bytes){0};
    return arena_copy(a, bytes_of(der, n));
}

static char *name_part(struct arena *a, const X509_NAME *name, int nid) {
    int last = -1, at = -1;
    while ((at = X509_NAME_get_index_by_NID(name, nid, at)) >= 0) last = at;
    if (last < 0) return NULL;
    unsigned char *utf8 = NULL;
    int n = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, last)));
    if (n < 0) return NULL;
    char *s = text_escape(a, bytes_of(utf8, (size_t)n), 256);
    OPENSSL_free(utf8);
    return s;
}

static void read_ip(struct arena *a, const ASN1_OCTET_STRING *ip, struct cert_info *ret) {
    char *text = text_ip(a, bytes_of(ASN1_STRING_get0_data(ip), (size_t)ASN1_STRING_length(ip)));
    if (text) ret->ip[ret->n_ip++] = text;
}

static void read_san(struct arena *a, const X509 *cert, struct cert_info *ret) {
    GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
    int n = names ? sk_GENERAL_NAME_num(names) : 0;
    ret->has_san = names != NULL;
    ret->dns = ARENA_ARRAY(a, char *, (size_t)n + 1);
    ret->ip = ARENA_ARRAY(a, char *, (size_t)n + 1);
    for (int i = 0; i < n; i++) {
        const GENERAL_NAME *g = sk_GENERAL_NAME_value(names, i);
        if (g->type == GEN_DNS)
            ret->dns[ret->n_dns++] = text_escape(
                a, bytes_of(ASN1_STRING_get0_data(g->d.dNSName), (size_t)ASN1_STRING_length(g->d.dNSName)),
                256);
        if (g->type == GEN_IPADD) read_ip(a, g->d.iPAddress, ret);
    }
    GENERAL_NAMES_free(names);
}

static void read_aia(struct arena *a, const X509 *cert, struct cert_info *ret) {
    AUTHORITY_INFO_ACCESS *aia = X509_get_ext_d2i(cert, NID_info_access, NULL, NULL);
    int n = aia ? sk_ACCESS_DESCRIPTION_num(aia) : 0;
    ret->aia = ARENA_ARRAY(a, char *, (size_t)n + 1);
    for (int i = 0; i < n; i++) {
        const ACCESS_DESCRIPTION *d = sk_ACCESS_DESCRIPTION_value(aia, i);
        if (OBJ_obj2nid(d->method) != NID_ad_ca_issuers || d->location->type != GEN_URI) continue;
        const ASN1_IA5STRING *uri = d->location->d.uniformResourceIdentifier;
        struct bytes url = bytes_of(ASN1_STRING_get0_data(uri), (size_t)ASN1_STRING_length(uri));
        if (bytes_start_with(url, "http://")) ret->aia[ret->n_aia++] = text_escape(a, url, 1024);
    }
    AUTHORITY_INFO_ACCESS_free(aia);
}

static void read_key(struct arena *a, X509 *cert, struct cert_info *ret) {
    struct pubkey *k = pubkey_from_x509(cert);
    ret->key_type = k ? pubkey_type(k) : KEY_OTHER;
    ret->key_bits = k ? pubkey_bits(k) : 0;
    uint16_t group = k ? pubkey_group(k) : 0;
    static const char *const names[] = {
        [KEY_OTHER] = "unknown",   [KEY_RSA] = "RSA",     [KEY_RSA_PSS] = "RSA-PSS", [KEY_EC] = "EC",
        [KEY_ED25519] = "Ed25519", [KEY_ED448] = "Ed448", [KEY_DSA] = "DSA"};
    const char *name = names[ret->key_type];
    if (group)
        ret->key = text_f(a, "%s %s", name, group_name(group));
    else if (ret->key_type == KEY_ED25519 || ret->key_type == KEY_ED448 || !k)
        ret->key = arena_strdup(a, name);
    else
        ret->key = text_f(a, "%s %u", name, ret->key_bits);
    pubkey_free(k);
}

static void read_cert(struct arena *a, X509 *cert, struct cert_info *ret) {
    const X509_NAME *subject = X509_get_subject_name(cert), *issuer = X509_get_issuer_name(cert);
    ret->subject = name_line(a, subject);
    ret->issuer = name_line(a, issuer);
    ret->subject_der = name_der(a, subject);
    ret->issuer_der = name_der(a, issuer);
    ret->cn = name_part(a, subject, NID_commonName);
    ret->issuer_cn = name_part(a, issuer, NID_commonName);
    ret->issuer_o = name_part(a, issuer, NID_organizationName);
    const ASN1_INTEGER *serial = X509_get0_serialNumber(cert);
    ret->serial = text_hex(a, bytes_of(ASN1_STRING_get0_data(serial), (size_t)ASN1_STRING_length(serial)));
    ret->not_before = seconds_of(X509_get0_notBefore(cert));
    ret->not_after = seconds_of(X509_get0_notAfter(cert));
    ret->is_ca = X509_check_ca(cert) > 0;
    ret->self_issued = bytes_eq(ret->subject_der, ret->issuer_der);
    ret->self_signed = ret->self_issued && X509_self_signed(cert, 1) == 1;
    ret->has_scts = X509_get_ext_by_NID(cert, NID_ct_precert_scts, -1) >= 0;
    char oid[80] = "";
    int nid = X509_get_signature_nid(cert);
    const X509_ALGOR *alg = NULL;
    X509_get0_signature(NULL, &alg, cert);
    const ASN1_OBJECT *obj = NULL;
    X509_ALGOR_get0(&obj, NULL, NULL, alg);
    OBJ_obj2txt(oid, sizeof(oid), obj, nid == NID_undef);
    ret->signature = arena_strdup(a, nid == NID_undef ? oid : OBJ_nid2ln(nid));
    read_san(a, cert, ret);
    read_aia(a, cert, ret);
}

bool cert_info_read(struct arena *a, struct bytes der, struct cert_info *ret) {
    *ret = (struct cert_info){.der = der,
                              .subject = arena_strdup(a, ""),
                              .issuer = arena_strdup(a, ""),
                              .serial = arena_strdup(a, "")};
    ret->key = ret->signature = arena_strdup(a, "unknown");
    uint8_t digest[HASH_MAX];
    (void)hash_once(HASH_SHA256, der, digest);
    memcpy(ret->sha256, digest, sizeof(ret->sha256));
    X509 *cert = x509_from_der(der);
    if (!cert) return false;
    read_cert(a, cert, ret);
    read_key(a, cert, ret);
    ret->parsed = true;
    X509_free(cert);
    ERR_clear_error();
    return true;
}

static size_t from_pkcs7(struct arena *a, struct bytes in, struct bytes *ret, size_t max) {
    const unsigned char *p = in.p;
    PKCS7 *bundle = d2i_PKCS7(NULL, &p, (long)in.n);
    size_t n = 0;
    if (bundle && PKCS7_type_is_signed(bundle)) {
        STACK_OF(X509) *certs = bundle->d.sign->cert;
        for (int i = 0; i < sk_X509_num(certs) && n < max; i++)
            ret[n++] = x509_to_der(a, sk_X509_value(certs, i));
    }
    PKCS7_free(bundle);
    ERR_clear_error();
    return n;
}

size_t certs_from_bytes(struct arena *a, struct bytes in, struct bytes *ret, size_t max) {
    if (max == 0 || in.n == 0 || in.n > INT32_MAX) return 0;
    X509 *cert = x509_from_der(in);
    if (cert) {
        ret[0] = x509_to_der(a, cert);
        X509_free(cert);
        return 1;
    }
    size_t n = 0;
    BIO *bio = BIO_new_mem_buf(in.p, (int)in.n);
    while (bio && n < max && (cert = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
        ret[n++] = x509_to_der(a, cert);
        X509_free(cert);
    }
    BIO_free(bio);
    ERR_clear_error();
    return n > 0 ? n : from_pkcs7(a, in, ret, max);
}
