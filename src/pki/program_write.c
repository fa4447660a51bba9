/* A root program as the CSV in which it is kept: read back by the same reader as the reports. */
#include "crypto/x509.h"
#include "pki/program.h"

static void add_field(struct text *t, const char *s, bool last) {
    text_add(t, "\"");
    for (; *s; s++) {
        text_add_n(t, s, 1);
        if (*s == '"') text_add(t, "\"");
    }
    text_add(t, last ? "\"\r\n" : "\",");
}

static const char *trust_words(struct arena *a, const struct program_root *root) {
    static const struct {
        unsigned bit;
        const char *word;
    } words[] = {{PROGRAM_TLS, "Websites"}, {PROGRAM_EMAIL, "Email"}, {PROGRAM_OTHER, "Other"}};
    struct text t;
    if (!root->has_trust) return "";
    text_init(&t, a);
    for (size_t i = 0; i < TW_COUNT(words); i++)
        if (root->trust & words[i].bit) text_addf(&t, "%s%s", t.n ? ";" : "", words[i].word);
    return t.n ? t.s : "None";
}

static void add_root(struct text *t, const struct program *p, const struct program_root *root) {
    struct arena *a = t->a;
    const char *day = root->has_distrust ? text_time(a, root->distrust_tls_after) : "";
    const char *fields[] = {text_hex(a, bytes_of(root->sha256, sizeof(root->sha256))),
                            program_root_name(a, root),
                            trust_words(a, root),
                            arena_str(a, bytes_cut(bytes_str(day), 0, 10)),
                            p->from ? p->from : "",
                            p->imported ? p->imported : "",
                            root->removed ? "Removed" : "Included",
                            root->der.n ? cert_pem(a, root->der) : ""};
    for (size_t i = 0; i < TW_COUNT(fields); i++) add_field(t, fields[i], i + 1 == TW_COUNT(fields));
}

struct bytes program_write(struct arena *a, const struct program *p) {
    struct text t;
    text_init(&t, a);
    text_add(&t,
             "\"SHA-256 Fingerprint\",\"Certificate Name\",\"Trust Bits\",\"Distrust for TLS After Date\","
             "\"From\",\"Imported\",\"Status\",\"PEM Info\"\r\n");
    for (size_t i = 0; i < p->n; i++) add_root(&t, p, &p->roots[i]);
    return bytes_of(t.s, t.n);
}
