#include "pki/csv.h"

struct csv csv_of(struct bytes text) {
    static const char mark[] = "\xEF\xBB\xBF";
    size_t skip = bytes_start_with(text, mark) ? sizeof(mark) - 1 : 0;
    return (struct csv){.left = bytes_cut(text, skip, text.n), .next = 1};
}

static bool fail(struct csv *r, const char *why) {
    r->why = why;
    r->left = bytes_cut(r->left, r->left.n, 0);
    return false;
}

static void pass(struct csv *r, size_t n) {
    for (size_t i = 0; i < n; i++) r->next += r->left.p[i] == '\n';
    r->left = bytes_cut(r->left, n, r->left.n);
}

static struct bytes undouble(struct arena *a, struct bytes in) {
    uint8_t *out = arena_alloc(a, in.n);
    size_t n = 0;
    for (size_t i = 0; i < in.n; i++) {
        out[n++] = in.p[i];
        if (in.p[i] == '"') i++;
    }
    return bytes_of(out, n);
}

/* RFC 4180 2.5 to 2.7: everything up to a quotation mark that is not doubled. */
static bool take_quoted(struct csv *r, struct arena *a, struct bytes *ret) {
    const uint8_t *begin = r->left.p + 1, *end = r->left.p + r->left.n, *q = begin;
    bool doubled = false;
    for (;; q += 2) {
        q = memchr(q, '"', (size_t)(end - q));
        if (!q) return fail(r, "a quotation mark is not closed");
        if (q + 1 == end || q[1] != '"') break;
        doubled = true;
    }
    *ret = bytes_of(begin, (size_t)(q - begin));
    if (ret->n > CSV_MAX_FIELD) return fail(r, "a field is too long");
    if (doubled) *ret = undouble(a, *ret);
    pass(r, (size_t)(q + 1 - r->left.p));
    return true;
}

static bool take_plain(struct csv *r, struct bytes *ret) {
    size_t n = 0;
    while (n < r->left.n && r->left.p[n] != ',' && r->left.p[n] != '\r' && r->left.p[n] != '\n') {
        if (r->left.p[n] == '"') return fail(r, "a quotation mark stands inside a field without them");
        n++;
    }
    *ret = bytes_cut(r->left, 0, n);
    if (n > CSV_MAX_FIELD) return fail(r, "a field is too long");
    pass(r, n);
    return true;
}

/* What stands between fields. */
enum after { AFTER_FIELD, AFTER_RECORD, AFTER_FAILURE };

static enum after take_end(struct csv *r) {
    size_t n = bytes_start_with(r->left, "\r\n") ? 2 : 1;
    if (r->left.n == 0) return AFTER_RECORD;
    uint8_t last = r->left.p[n - 1];
    if (last != ',' && last != '\n') {
        (void)fail(r, "a comma or the end of the line is missing");
        return AFTER_FAILURE;
    }
    pass(r, n);
    return last == ',' ? AFTER_FIELD : AFTER_RECORD;
}

static bool take_record(struct csv *r, struct arena *a, struct csv_record *ret) {
    enum after after = AFTER_FIELD;
    r->line = r->next;
    ret->n = 0;
    while (after == AFTER_FIELD) {
        if (ret->n == CSV_MAX_FIELDS) return fail(r, "there are too many fields");
        struct bytes *field = &ret->field[ret->n++];
        bool quoted = r->left.n > 0 && r->left.p[0] == '"';
        if (!(quoted ? take_quoted(r, a, field) : take_plain(r, field))) return false;
        after = take_end(r);
    }
    return after == AFTER_RECORD;
}

bool csv_next(struct csv *r, struct arena *a, struct csv_record *ret) {
    while (r->left.n > 0) {
        if (!take_record(r, a, ret)) return false;
        if (ret->n > 1 || ret->field[0].n > 0) return true;
    }
    return false;
}
