#include "pki_test.h"

#include <openssl/x509.h>

struct bytes make_cert(struct arena *a, const char *cn, const struct ext_pair *extensions) {
    static EVP_PKEY *key;
    if (!key) key = make_key("EC", "P-256", 0);
    struct spec s = {.cn = cn};
    for (size_t i = 0; extensions && extensions[i].name; i++) {
        assert_true(i < TW_COUNT(s.extensions));
        s.extensions[i][0] = extensions[i].name;
        s.extensions[i][1] = extensions[i].value;
    }
    return issue(a, &s, key, (struct bytes){0}, NULL);
}

static int type_of(const char *name) {
    static const struct {
        const char *name;
        int type;
    } types[] = {{"UTF8", V_ASN1_UTF8STRING}, {"PRINTABLE", V_ASN1_PRINTABLESTRING},
                 {"IA5", V_ASN1_IA5STRING},   {"T61", V_ASN1_T61STRING},
                 {"BMP", V_ASN1_BMPSTRING},   {"UNIVERSAL", V_ASN1_UNIVERSALSTRING},
                 {"INT", V_ASN1_INTEGER},     {"OCTET", V_ASN1_OCTET_STRING}};
    for (size_t i = 0; i < TW_COUNT(types); i++)
        if (strcmp(types[i].name, name) == 0) return types[i].type;
    fail_msg("no string type %s", name);
    return 0;
}

/* ASCII in units of the type. */
static struct bytes widened(struct arena *a, int type, const char *s) {
    size_t unit = type == V_ASN1_BMPSTRING ? 2 : type == V_ASN1_UNIVERSALSTRING ? 4 : 1, n = strlen(s);
    uint8_t *p = arena_alloc(a, n * unit + 1);
    for (size_t i = 0; i < n; i++) p[i * unit + unit - 1] = (uint8_t)s[i];
    return bytes_of(p, n * unit);
}

static void add_part(struct arena *a, X509_NAME *name, char *part, int set) {
    char *value = strchr(part, '=');
    assert_non_null(value);
    *value++ = 0;
    char *type = strchr(part, ':');
    if (type) *type++ = 0;
    int tag = type_of(type ? type : "UTF8");
    struct bytes b = widened(a, tag, value);
    X509_NAME_ENTRY *e = X509_NAME_ENTRY_create_by_txt(NULL, part, tag, b.p, (int)b.n);
    assert_non_null(e);
    if (X509_NAME_add_entry(name, e, -1, set) != 1) fail_msg("%s=%s", part, value);
    X509_NAME_ENTRY_free(e);
}

struct bytes make_name(struct arena *a, const char *line) {
    X509_NAME *name = X509_NAME_new();
    char *copy = arena_strdup(a, line);
    int set = 0;
    while (*copy) {
        size_t n = strcspn(copy, "/+");
        char end = copy[n];
        copy[n] = 0;
        add_part(a, name, copy, set);
        set = end == '+' ? -1 : 0; /* -1: into the set of the one before */
        copy += n + (end != 0);
    }
    unsigned char *der = NULL;
    int n = i2d_X509_NAME(name, &der);
    assert_true(n > 0);
    struct bytes b = arena_copy(a, bytes_of(der, (size_t)n));
    OPENSSL_free(der);
    X509_NAME_free(name);
    return b;
}
