/* A root program out of a file of a stranger. */
#include "pki/csv.h"
#include "pki/name.h"
#include "pki/pem.h"
#include "pki/program.h"

#include <assert.h>

enum { NAME_MAX_BYTES = 400 };

/* Columns of the reports, by their titles. */
enum column {
    COL_SHA256,
    COL_NAME,
    COL_TRUST,
    COL_DISTRUST,
    COL_PEM,
    COL_TYPE,
    COL_FROM,
    COL_IMPORTED,
    COL_STATUS,
    COL_REMOVED,      /* reports on roots that were taken out have it */
    COL_REMOVAL_PLAN, /* … and on those that will be */
    /* The status, and behind it the trust bits, of each program. */
    COL_MOZILLA,
    COL_MOZILLA_TRUST,
    COL_GOOGLE,
    COL_GOOGLE_TRUST,
    COL_APPLE,
    COL_APPLE_TRUST,
    COL_MICROSOFT,
    COL_MICROSOFT_TRUST,
    COL__COUNT,
};
static const struct {
    const char *title;
    enum column column;
} titles[] = {
    {"SHA-256 Fingerprint", COL_SHA256},
    {"Common Name or Certificate Name", COL_NAME},
    {"Certificate Name", COL_NAME},
    {"Trust Bits", COL_TRUST},
    {"Distrust for TLS After Date", COL_DISTRUST},
    {"PEM Info", COL_PEM},
    {"PEM", COL_PEM},
    {"Certificate Record Type", COL_TYPE},
    {"From", COL_FROM},
    {"CA Common Name or Certificate Name", COL_NAME},
    {"Root Certificate Name", COL_NAME},
    {"Imported", COL_IMPORTED},
    {"Status", COL_STATUS},
    {"NSS Release When Removed", COL_REMOVED},
    {"Firefox Release When Removed", COL_REMOVED},
    {"Removal Bug No. or Date", COL_REMOVAL_PLAN},
    {"Mozilla Status", COL_MOZILLA},
    {"Mozilla Trust Bits", COL_MOZILLA_TRUST},
    {"Google Chrome Status", COL_GOOGLE},
    {"Chrome Status", COL_GOOGLE},
    {"Apple Status", COL_APPLE},
    {"Apple Trust Bits", COL_APPLE_TRUST},
    {"Microsoft Status", COL_MICROSOFT},
    {"Microsoft EKUs", COL_MICROSOFT_TRUST},
};
/* In the order of the columns. */
static const char *const status_programs[] = {"mozilla", "google", "apple", "microsoft"};
static_assert(TW_COUNT(status_programs) == PROGRAM_MAX_READ, "each of them has its place");

struct table {
    struct arena *a;
    struct csv csv;
    struct csv_record record;
    size_t n_columns;
    size_t at[COL__COUNT]; /* place of the column; SIZE_MAX: it is not there */
    struct program_reading *out;
};

static struct bytes trimmed(struct bytes b) {
    while (b.n && strchr(" \t\r\n", b.p[0]) && b.p[0]) b = bytes_cut(b, 1, b.n);
    while (b.n && strchr(" \t\r\n", b.p[b.n - 1]) && b.p[b.n - 1]) b.n--;
    return b;
}

static void refuse(struct program_reading *out, const char *what, const char *why) {
    if (out->n_refused < PROGRAM_MAX_REFUSALS)
        out->refusals[out->n_refused] = (struct program_refusal){what, why};
    out->n_refused++;
}

static bool has(const struct table *t, enum column c) {
    return t->at[c] != SIZE_MAX;
}

/* Empty where the column is not there. */
static struct bytes field(const struct table *t, enum column c) {
    return has(t, c) && t->at[c] < t->record.n ? trimmed(t->record.field[t->at[c]]) : bytes_of("", 0);
}

static bool field_is(const struct table *t, enum column c, const char *word) {
    return bytes_eq_nocase(field(t, c), bytes_str(word));
}

static void refuse_row(struct table *t, const char *why) {
    refuse(t->out, text_f(t->a, "line %zu", t->csv.line), why);
}

/* ---- values ---- */

static int hex_digit(uint8_t c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* 64 digits, as some write it with colons between. */
static bool read_sha256(struct bytes b, uint8_t ret[32]) {
    size_t n = 0;
    for (size_t i = 0; i < b.n; i++) {
        int digit = hex_digit(b.p[i]);
        if (b.p[i] == ':' && n % 2 == 0) continue;
        if (digit < 0 || n == 64) return false;
        ret[n / 2] = (uint8_t)(n % 2 ? ret[n / 2] << 4 | digit : digit);
        n++;
    }
    return n == 64;
}

/* "Websites;Email" of Mozilla, "serverAuth;emailProtection" of Apple, "Server Authentication;Code Signing" of
 * Microsoft. Nothing: not said. */
static void read_trust(struct bytes b, struct program_root *root) {
    static const struct {
        const char *word;
        unsigned bit;
    } words[] = {{"Websites", PROGRAM_TLS},
                 {"TLS Server", PROGRAM_TLS},
                 {"TLS", PROGRAM_TLS},
                 {"serverAuth", PROGRAM_TLS},
                 {"Server Authentication", PROGRAM_TLS},
                 {"Email", PROGRAM_EMAIL},
                 {"emailProtection", PROGRAM_EMAIL},
                 {"Secure Email", PROGRAM_EMAIL},
                 {"All Trust Bits Turned Off", 0},
                 {"None", 0}};
    root->has_trust = b.n > 0;
    while (b.n) {
        const uint8_t *end = memchr(b.p, ';', b.n);
        size_t n = end ? (size_t)(end - b.p) : b.n, i = 0;
        struct bytes word = trimmed(bytes_cut(b, 0, n));
        while (i < TW_COUNT(words) && !bytes_eq_nocase(word, bytes_str(words[i].word))) i++;
        root->trust |= i < TW_COUNT(words) ? words[i].bit : (unsigned)PROGRAM_OTHER;
        b = bytes_cut(b, n + (end != NULL), b.n);
    }
}

static bool digits(struct bytes b, size_t off, size_t n, unsigned *ret) {
    *ret = 0;
    for (size_t i = off; i < off + n; i++) {
        if (b.p[i] < '0' || b.p[i] > '9') return false;
        *ret = *ret * 10 + (unsigned)(b.p[i] - '0');
    }
    return true;
}

/* "2024.11.30" or "2024-11-30", as the last second of that day. The calendar is DER's, so its reader is too.
 */
static bool read_date(struct bytes b, int64_t *ret) {
    unsigned year, month, day;
    uint8_t odd = 0;
    if (b.n != 10 || b.p[4] != b.p[7] || (b.p[4] != '.' && b.p[4] != '-')) return false;
    if (!digits(b, 0, 4, &year) || !digits(b, 5, 2, &month) || !digits(b, 8, 2, &day)) return false;
    uint8_t time[] = "YYYYMMDD235959Z";
    memcpy(time, b.p, 4);
    memcpy(time + 4, b.p + 5, 2);
    memcpy(time + 6, b.p + 8, 2);
    return der_time_of(DER_GENERALIZED_TIME, bytes_of(time, 15), ret, &odd);
}

/* ---- certificates ---- */

/* NULL: a root of its own; else why it is none. */
static const char *read_root(struct arena *a, struct bytes der, bool must_be_root, struct program_root *ret) {
    struct pki_cert c;
    (void)pki_cert_read(der, &c);
    if (!c.readable) return text_f(a, "the certificate cannot be read: %s", pki_cert_place(a, &c));
    if (must_be_root && !c.self_issued)
        return text_f(a, "%s is no root: %s issued it", pki_name_text(a, c.subject),
                      pki_name_text(a, c.issuer));
    *ret = program_root_of(&c);
    return NULL;
}

/* The first certificate of a text, which the reports put between apostrophes. */
static bool read_pem(struct arena *a, struct bytes text, struct bytes *ret) {
    struct pki_pem pem = pki_pem_of(text);
    enum pki_pem_kind kind;
    while (pki_pem_next(&pem, a, &kind, ret))
        if (kind == PKI_PEM_CERT) return true;
    return false;
}

/* ---- CSV ---- */

static void read_titles(struct table *t) {
    for (size_t c = 0; c < COL__COUNT; c++) t->at[c] = SIZE_MAX;
    t->n_columns = t->record.n;
    for (size_t i = 0; i < t->record.n; i++)
        for (size_t k = 0; k < TW_COUNT(titles); k++)
            if (bytes_eq_nocase(trimmed(t->record.field[i]), bytes_str(titles[k].title)) &&
                !has(t, titles[k].column))
                t->at[titles[k].column] = i;
}

static bool has_status(const struct table *t) {
    for (size_t i = 0; i < TW_COUNT(status_programs); i++)
        if (has(t, (enum column)(COL_MOZILLA + 2 * i))) return true;
    return false;
}

/* NULL, or why the row names no root: by its certificate, its fingerprint, or both. */
static const char *read_identity(struct table *t, struct program_root *root) {
    struct bytes der, pem = field(t, COL_PEM), sha256 = field(t, COL_SHA256);
    uint8_t stated[32] = {0};
    bool has_stated = read_sha256(sha256, stated);
    if (t->record.n < t->n_columns) return "it has fewer fields than the first line";
    if (sha256.n && !has_stated) return "its SHA-256 fingerprint is none";
    if (pem.n == 0 && !has_stated) return "it has neither a certificate nor a fingerprint";
    if (pem.n && !read_pem(t->a, pem, &der)) return "its PEM cannot be read";
    const bool as_it_is = has(t, COL_IMPORTED) || t->out->removals; /* some of old were no roots */
    const char *why = pem.n ? read_root(t->a, der, !as_it_is, root) : NULL;
    if (why) return why;
    if (pem.n && has_stated && memcmp(stated, root->sha256, sizeof(stated)) != 0)
        return "its fingerprint is of another certificate";
    if (pem.n == 0) memcpy(root->sha256, stated, sizeof(stated));
    return NULL;
}

/* What a row says of one root, whoever trusts it. False: it was refused. */
static bool read_row(struct table *t, struct program_root *root) {
    struct bytes date = field(t, COL_DISTRUST);
    *root = (struct program_root){0};
    const char *why = read_identity(t, root);
    if (!why && date.n && !read_date(date, &root->distrust_tls_after)) why = "its date of distrust is none";
    if (why) {
        refuse_row(t, why);
        return false;
    }
    root->has_distrust = date.n > 0;
    root->name = text_escape(t->a, field(t, COL_NAME), NAME_MAX_BYTES);
    return true;
}

static const char removed_word[] = "Removed";

/* A report on one program, with its certificates, or what program_write() made. */
static void read_one_program(struct table *t, const char *name) {
    struct program *p = &t->out->programs[0];
    *p = (struct program){.name = name, .has_trust = has(t, COL_TRUST), .has_distrust = has(t, COL_DISTRUST)};
    t->out->n = 1;
    while (csv_next(&t->csv, t->a, &t->record)) {
        struct program_root root;
        if (!read_row(t, &root)) continue;
        read_trust(field(t, COL_TRUST), &root);
        root.removed = t->out->removals || field_is(t, COL_STATUS, removed_word);
        if (!p->from && has(t, COL_IMPORTED)) {
            p->from = text_escape(t->a, field(t, COL_FROM), NAME_MAX_BYTES);
            p->imported = text_escape(t->a, field(t, COL_IMPORTED), 32);
        }
        program_add(t->a, p, &root);
    }
}

/* Of a program that has a column: included, taken out, or neither ("Not Included", "Pending" …). */
static bool has_a_say(const struct table *t, enum column status, bool *ret_removed) {
    *ret_removed = field_is(t, status, removed_word);
    return *ret_removed || field_is(t, status, "Included");
}

static void take_statuses(struct table *t, struct program *const *programs) {
    struct program_root root;
    bool any = false, removed;
    for (size_t i = 0; i < TW_COUNT(status_programs); i++)
        any = any || has_a_say(t, (enum column)(COL_MOZILLA + 2 * i), &removed);
    if (has(t, COL_TYPE) && !field_is(t, COL_TYPE, "Root Certificate")) return;
    if (!any || !read_row(t, &root)) return;
    for (size_t i = 0; i < TW_COUNT(status_programs); i++) {
        enum column status = (enum column)(COL_MOZILLA + 2 * i), trust = (enum column)(status + 1);
        struct program_root own = root;
        if (!has_a_say(t, status, &own.removed)) continue;
        read_trust(field(t, trust), &own);
        program_add(t->a, programs[i], &own);
    }
}

static void read_all_programs(struct table *t) {
    struct program *programs[TW_COUNT(status_programs)] = {0};
    struct program_reading *out = t->out;
    for (size_t i = 0; i < TW_COUNT(status_programs); i++) {
        enum column status = (enum column)(COL_MOZILLA + 2 * i);
        if (!has(t, status)) continue;
        programs[i] = &out->programs[out->n++];
        *programs[i] = (struct program){.name = status_programs[i],
                                        .has_trust = has(t, (enum column)(status + 1)),
                                        .has_distrust = has(t, COL_DISTRUST)};
    }
    while (csv_next(&t->csv, t->a, &t->record)) take_statuses(t, programs);
}

static const char needed[] = "a CSV report needs the column 'PEM Info', or 'SHA-256 Fingerprint' beside "
                             "'Apple Status', 'Google Chrome Status', 'Microsoft Status' or 'Mozilla Status'";

static const char *read_table(struct table *t, const char *name) {
    if (has(t, COL_IMPORTED) && has(t, COL_SHA256)) {
        t->out->kind = "a saved root program";
        read_one_program(t, name ? name : "yours");
    } else if (has_status(t) && has(t, COL_SHA256)) {
        if (name) return "this report is about several root programs, which have their own names";
        t->out->kind = "a CCADB report on all root programs";
        read_all_programs(t);
    } else if (has(t, COL_REMOVED)) {
        t->out->kind = "a CCADB report on roots that were taken out";
        t->out->removals = true;
        read_one_program(t, name ? name : "mozilla");
    } else if (has(t, COL_REMOVAL_PLAN)) {
        return "this report is about roots that will be taken out one day, and says nothing of today";
    } else if (has(t, COL_PEM)) {
        t->out->kind = "a CCADB report with certificates";
        read_one_program(t, name ? name : "mozilla");
    } else {
        return needed;
    }
    return t->csv.why ? text_f(t->a, "line %zu: %s", t->csv.line, t->csv.why) : NULL;
}

/* ---- PEM, and which of them it is ---- */

static const char *read_bundle(struct arena *a, struct bytes file, const char *name,
                               struct program_reading *out) {
    struct pki_pem pem = pki_pem_of(file);
    enum pki_pem_kind kind;
    struct bytes der;
    out->kind = "a PEM bundle";
    out->programs[0] = (struct program){.name = name ? name : "yours"};
    out->n = 1;
    while (pki_pem_next(&pem, a, &kind, &der)) {
        struct program_root root;
        if (kind != PKI_PEM_CERT) continue;
        const char *why = read_root(a, der, false, &root);
        if (why)
            refuse(out, text_f(a, "block %zu", pem.n), why);
        else
            program_add(a, &out->programs[0], &root);
    }
    if (!pem.failed) return NULL;
    return text_f(a, "block %zu is not ended, or is no base64", pem.n + 1);
}

static bool is_report(const struct table *t) {
    for (size_t c = 0; c < COL__COUNT; c++)
        if (has(t, (enum column)c)) return true;
    return false;
}

static const char *read_file(struct arena *a, struct bytes file, const char *name,
                             struct program_reading *out) {
    struct table *t = ARENA_NEW(a, struct table);
    *t = (struct table){.a = a, .csv = csv_of(file), .out = out};
    bool csv = csv_next(&t->csv, a, &t->record);
    if (csv) read_titles(t);
    if (csv && is_report(t)) return read_table(t, name);
    if (file.n && memmem(file.p, file.n, "-----BEGIN ", 11)) return read_bundle(a, file, name, out);
    return csv && t->record.n > 1 ? needed : "it is neither a PEM bundle nor a CSV report of the CCADB";
}

bool program_read(struct arena *a, struct bytes file, const char *name, struct program_reading *ret,
                  const char **why) {
    size_t n = 0;
    *ret = (struct program_reading){0};
    *why = read_file(a, file, name, ret);
    for (size_t i = 0; i < ret->n; i++) {
        program_settle(a, &ret->programs[i]);
        n += ret->programs[i].n;
    }
    if (!*why && n == 0) *why = "there is no root in it";
    return !*why;
}
