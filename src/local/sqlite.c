/* The certificates in an NSS database. No more of SQLite's file format is read than that takes: tables, from
 * their root page down to the rows, and rows that go on on overflow pages
 * (https://sqlite.org/fileformat2.html). Reading the file itself, rather than through the library, can
 * neither lock it nor leave a journal. */
#include "base/rd.h"
#include "local/store.h"

enum {
    HEADER = 100,
    LEAF = 0x0D,
    INTERIOR = 0x05,
    MAX_DEPTH = 20,
    MAX_ROW = 1 << 20,
    MAX_COLUMNS = 512,
};
/* CKA_CLASS and its value CKO_CERTIFICATE, CKA_LABEL, CKA_VALUE (PKCS #11), as NSS names its columns. */
enum attribute { CLASS, LABEL, VALUE, ATTRIBUTES };
static const char *const columns[ATTRIBUTES] = {[CLASS] = "a0", [LABEL] = "a3", [VALUE] = "a11"};
static const uint8_t is_certificate[] = {0, 0, 0, 1};

struct database {
    struct arena *a;
    struct bytes file;
    size_t page, usable;
    size_t budget; /* pages that may still be visited: each once, in a sound file */
    struct store_content *ret;
    bool broken;
    size_t root;               /* of nssPublic; 0: not found */
    size_t column[ATTRIBUTES]; /* where they stand in a row */
};
typedef void on_row(struct database *d, struct bytes row);

bool store_is_sqlite(struct bytes file) {
    static const char magic[] = "SQLite format 3"; /* with its NUL */
    return bytes_eq(bytes_cut(file, 0, sizeof(magic)), bytes_of(magic, sizeof(magic)));
}

/* The page, whole; empty where there is none. */
static struct bytes page_at(struct database *d, size_t number) {
    if (number == 0 || number > d->file.n / d->page || d->budget == 0) {
        d->broken = true;
        return (struct bytes){0};
    }
    d->budget--;
    return bytes_cut(d->file, (number - 1) * d->page, d->page);
}

/* One to nine bytes, seven bits each and eight in the last. */
static uint64_t varint(struct rd *r) {
    uint64_t v = 0;
    for (int i = 0; i < 9; i++) {
        uint8_t b = rd_u8(r, "varint");
        if (i == 8) return v << 8 | b;
        v = v << 7 | (b & 0x7F);
        if (!(b & 0x80)) return v;
    }
    return v;
}

/* What of a row of `size` bytes stands on its own page (fileformat2, 1.6). */
static size_t local_part(const struct database *d, size_t size) {
    size_t most = d->usable - 35, least = (d->usable - 12) * 32 / 255 - 23;
    if (size <= most) return size;
    size_t k = least + (size - least) % (d->usable - 4);
    return k <= most ? k : least;
}

/* The row that begins here, its overflow pages put behind it. */
static struct bytes row_at(struct database *d, struct bytes cell) {
    struct rd r;
    rd_init(&r, cell);
    uint64_t size = varint(&r);
    (void)varint(&r);
    if (!rd_ok(&r) || size > MAX_ROW) return (struct bytes){0};
    size_t here = local_part(d, (size_t)size);
    struct bytes first = rd_take(&r, here, "row");
    if (here == size || !rd_ok(&r)) return first;
    struct text t;
    text_init(&t, d->a);
    text_add_n(&t, (const char *)first.p, first.n);
    size_t next = rd_u32(&r, "overflow");
    while (t.n < size && next && !d->broken) {
        struct bytes page = bytes_cut(page_at(d, next), 0, d->usable);
        rd_init(&r, page);
        next = rd_u32(&r, "overflow");
        struct bytes part = bytes_cut(rd_rest(&r), 0, (size_t)size - t.n);
        if (!part.n) break;
        text_add_n(&t, (const char *)part.p, part.n);
    }
    return bytes_of(t.s, t.n);
}

static size_t serial_length(uint64_t type) {
    static const uint8_t fixed[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};
    if (type < sizeof(fixed)) return fixed[type];
    return (type - 12) / 2 > MAX_ROW ? MAX_ROW + 1 : (size_t)((type - 12) / 2);
}

/* A row's value in this column; empty where it has none. */
static struct bytes value_of(struct bytes row, size_t column) {
    struct rd r, types;
    rd_init(&r, row);
    size_t header = (size_t)varint(&r), before = rd_at(&r), off = header;
    if (!rd_ok(&r) || header < before || header > row.n) return (struct bytes){0};
    rd_init(&types, bytes_cut(row, before, header - before));
    for (size_t i = 0; rd_left(&types) > 0 && i <= column && i < MAX_COLUMNS; i++) {
        size_t n = serial_length(varint(&types));
        if (!rd_ok(&types) || off > row.n || n > row.n - off) break;
        if (i == column) return bytes_cut(row, off, n);
        off += n;
    }
    return (struct bytes){0};
}

/* Every row of the table below this page. */
static void walk(struct database *d, size_t number, on_row *each, unsigned depth) {
    struct bytes page = page_at(d, number);
    struct rd head;
    size_t begin = number == 1 ? HEADER : 0;
    rd_init(&head, bytes_cut(page, begin, page.n));
    uint8_t kind = rd_u8(&head, "page");
    (void)rd_u16(&head, "freeblock");
    size_t n = rd_u16(&head, "cells");
    (void)rd_u24(&head, "content");
    size_t last = kind == INTERIOR ? rd_u32(&head, "right") : 0;
    if (!rd_ok(&head) || (kind != LEAF && kind != INTERIOR) || depth == MAX_DEPTH) {
        d->broken = true;
        return;
    }
    for (size_t i = 0; i < n && rd_ok(&head) && !d->broken && !d->ret->full; i++) {
        struct bytes cell = bytes_cut(page, rd_u16(&head, "cell"), page.n);
        struct rd r;
        rd_init(&r, cell);
        if (kind == LEAF)
            each(d, row_at(d, cell));
        else
            walk(d, rd_u32(&r, "child"), each, depth + 1);
    }
    if (kind == INTERIOR && !d->broken) walk(d, last, each, depth + 1);
}

/* "CREATE TABLE nssPublic (id PRIMARY KEY …, a0, a3, …)": where each column that is wanted stands. */
static void read_columns(struct database *d, struct bytes sql) {
    const uint8_t *open = sql.n ? memchr(sql.p, '(', sql.n) : NULL;
    struct bytes rest = open ? bytes_cut(sql, (size_t)(open - sql.p) + 1, sql.n) : (struct bytes){0};
    for (size_t i = 0; rest.n && i < MAX_COLUMNS; i++) {
        while (rest.n && (rest.p[0] == ' ' || rest.p[0] == '\n' || rest.p[0] == '\t'))
            rest = bytes_cut(rest, 1, rest.n);
        size_t word = 0, end = 0;
        while (word < rest.n && !memchr(" ,)\n\t", rest.p[word], 5)) word++;
        while (end < rest.n && rest.p[end] != ',') end++;
        for (size_t k = 0; k < ATTRIBUTES; k++)
            if (bytes_eq(bytes_cut(rest, 0, word), bytes_str(columns[k]))) d->column[k] = i;
        rest = bytes_cut(rest, end + 1, rest.n);
    }
}

/* Of the table of tables: type, name, table, root page, SQL. */
static void on_table(struct database *d, struct bytes row) {
    struct bytes root = value_of(row, 3);
    if (!bytes_eq(value_of(row, 0), bytes_str("table")) ||
        !bytes_eq(value_of(row, 1), bytes_str("nssPublic")))
        return;
    d->root = 0;
    for (size_t i = 0; i < root.n && i < 4; i++) d->root = d->root << 8 | root.p[i];
    read_columns(d, value_of(row, 4));
}

static void on_object(struct database *d, struct bytes row) {
    struct bytes label = value_of(row, d->column[LABEL]), der = value_of(row, d->column[VALUE]);
    if (!bytes_eq(value_of(row, d->column[CLASS]), bytes_of(is_certificate, sizeof(is_certificate)))) return;
    if (der.n) store_add(d->a, d->ret, arena_copy(d->a, der), label.n ? text_escape(d->a, label, 200) : NULL);
}

void store_read_sqlite(struct arena *a, struct bytes file, struct store_content *ret) {
    struct database d = {.a = a, .file = file, .ret = ret};
    ret->format = "NSS";
    if (file.n < HEADER) {
        ret->problem = "it is cut short";
        return;
    }
    d.page = (size_t)file.p[16] << 8 | file.p[17];
    if (d.page == 1) d.page = 65536;
    d.usable = d.page - file.p[20];
    if (d.page < 512 || (d.page & (d.page - 1)) || d.usable < 480) {
        ret->problem = "its pages have no size that SQLite knows";
        return;
    }
    d.budget = file.n / d.page * 2 + 2;
    walk(&d, 1, on_table, 0);
    if (d.root && d.column[VALUE] && d.column[CLASS]) walk(&d, d.root, on_object, 0);
    if (d.broken)
        ret->problem = "it is damaged, or being written";
    else if (!d.root)
        ret->problem = "it is no database of NSS";
}
