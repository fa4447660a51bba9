/* OpenSSL's configuration files (config(5)), as far as they can hold settings of TLS. */
#include "local/settings.h"

/* Where the reader stands in one file. */
struct place {
    struct settings_reader *r;
    const char *file;
    size_t line; /* where the present one begins */
    size_t next;
    const char *section;
};

/* One logical line: a backslash at its end joins the next. */
static bool next_line(struct settings *s, struct bytes *body, struct bytes *ret, size_t *number) {
    struct text t;
    struct bytes line;
    if (!settings_line(body, &line)) return false;
    ++*number;
    *ret = line;
    if (line.n == 0 || line.p[line.n - 1] != '\\') return true;
    text_init(&t, s->a);
    while (line.n && line.p[line.n - 1] == '\\') {
        if (t.n < SETTINGS_MAX_VALUE * 2) text_add_n(&t, (const char *)line.p, line.n - 1);
        if (!settings_line(body, &line)) {
            line.n = 0;
            break;
        }
        ++*number;
    }
    text_add_n(&t, (const char *)line.p, line.n);
    *ret = bytes_of(t.s, t.n);
    return true;
}

/* Up to a comment that is neither quoted nor escaped. */
static struct bytes without_comment(struct bytes line) {
    uint8_t quote = 0;
    for (size_t i = 0; i < line.n; i++) {
        uint8_t c = line.p[i];
        if (c == '\\') {
            i++;
        } else if (quote) {
            if (c == quote) quote = 0;
        } else if (c == '"' || c == '\'' || c == '`') {
            quote = c;
        } else if (c == '#') {
            return bytes_cut(line, 0, i);
        }
    }
    return line;
}

static bool is_name(uint8_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static size_t name_length(struct bytes b) {
    size_t n = 0;
    while (n < b.n && is_name(b.p[n])) n++;
    return n;
}

/* What "$section::name" stands for: of the environment, of a section, of the present one or of the default.
 */
static const char *look_up(const struct place *at, const char *section, const char *name) {
    const struct settings_reader *r = at->r;
    const struct setting *found = settings_find(r->s, section ? section : at->section, name);
    if (section && strcmp(section, "ENV") == 0 && r->environment) return r->environment(r->arg, name);
    if (!found) found = settings_find(r->s, "default", name);
    return found ? found->value : NULL;
}

/* -1 beyond the end. */
static int byte_at(struct bytes b, size_t i) {
    return b.p && i < b.n ? b.p[i] : -1;
}

/* A variable behind a dollar: how many bytes of `b` it takes. */
static size_t expand(const struct place *at, struct bytes b, struct text *out) {
    struct arena *a = at->r->s->a;
    bool braced = byte_at(b, 0) == '{' || byte_at(b, 0) == '(';
    size_t off = braced, n = name_length(bytes_cut(b, off, b.n));
    const char *name = arena_str(a, bytes_cut(b, off, n)), *section = NULL;
    off += n;
    if (byte_at(b, off) == ':' && byte_at(b, off + 1) == ':') {
        section = name;
        off += 2;
        n = name_length(bytes_cut(b, off, b.n));
        name = arena_str(a, bytes_cut(b, off, n));
        off += n;
    }
    if (braced && off < b.n) off++;
    const char *value = *name ? look_up(at, section, name) : NULL;
    if (value)
        text_add(out, value);
    else
        settings_problem(at->r->s, at->file, at->line, "a variable that has no value");
    return off;
}

static uint8_t escaped(uint8_t c) {
    static const char from[] = "nrtb", to[] = "\n\r\t\b";
    const char *at = c ? strchr(from, c) : NULL;
    return at ? (uint8_t)to[at - from] : c;
}

/* Quotes and escapes taken off, variables filled in. */
static struct bytes value_of(const struct place *at, struct bytes raw) {
    struct text t;
    uint8_t quote = 0;
    text_init(&t, at->r->s->a);
    for (size_t i = 0; i < raw.n && t.n < SETTINGS_MAX_VALUE; i++) {
        char c = (char)raw.p[i];
        if (c == '\\' && i + 1 < raw.n) {
            c = (char)escaped(raw.p[++i]);
        } else if (quote && raw.p[i] == quote) {
            quote = 0;
            continue;
        } else if (!quote && (c == '"' || c == '\'' || c == '`')) {
            quote = raw.p[i];
            continue;
        } else if (c == '$' && !quote) {
            i += expand(at, bytes_cut(raw, i + 1, raw.n), &t);
            continue;
        }
        text_add_n(&t, &c, 1);
    }
    return bytes_of(t.s, t.n);
}

static bool is_directive(struct bytes line, const char *word, struct bytes *ret_rest) {
    if (!bytes_start_with(line, word)) return false;
    struct bytes rest = bytes_cut(line, strlen(word), line.n);
    if (rest.n && rest.p[0] != ' ' && rest.p[0] != '\t' && rest.p[0] != '=') return false;
    rest = settings_trim(rest);
    if (rest.n && rest.p[0] == '=') rest = settings_trim(bytes_cut(rest, 1, rest.n));
    *ret_rest = rest;
    return true;
}

/* A loop of includes ends at its depth; a tree of them at their number. */
static void include(const struct place *at, struct bytes raw) {
    struct settings_reader *r = at->r;
    struct bytes path = value_of(at, raw);
    const char *name = arena_str(r->s->a, path);
    if (!r->include || path.n == 0) return;
    if (r->depth == SETTINGS_MAX_DEPTH || r->s->n_includes == SETTINGS_MAX_INCLUDES) {
        settings_problem(r->s, at->file, at->line, "files that include each other, or too many of them");
        r->s->full = true;
        return;
    }
    r->s->n_includes++;
    r->depth++;
    if (name[0] != '/' && r->dir) name = text_f(r->s->a, "%s/%s", r->dir, name);
    r->include(r, name);
    r->depth--;
}

static void pragma(const struct place *at, struct bytes rest) {
    struct bytes dir;
    struct bytes colon = rest;
    if (!bytes_start_with(rest, "includedir")) return;
    colon = settings_trim(bytes_cut(rest, strlen("includedir"), rest.n));
    if (colon.n && (colon.p[0] == ':' || colon.p[0] == '=')) colon = bytes_cut(colon, 1, colon.n);
    dir = value_of(at, settings_trim(colon));
    if (dir.n) at->r->dir = arena_str(at->r->s->a, dir);
}

static void read_pair(struct place *at, struct bytes line) {
    const uint8_t *equals = memchr(line.p, '=', line.n);
    struct settings *s = at->r->s;
    if (!equals) {
        settings_problem(s, at->file, at->line, "a line without an equal sign");
        return;
    }
    size_t n = (size_t)(equals - line.p);
    struct bytes key = settings_trim(bytes_cut(line, 0, n));
    struct bytes value = value_of(at, settings_trim(bytes_cut(line, n + 1, line.n)));
    const char *section = at->section;
    for (size_t i = 0; i + 2 < key.n; i++) {
        if (key.p[i] != ':' || key.p[i + 1] != ':') continue;
        section = arena_str(s->a, bytes_cut(key, 0, i));
        key = bytes_cut(key, i + 2, key.n);
        break;
    }
    settings_add(s, at->file, at->line, section, key, value);
}

static void read_line(struct place *at, struct bytes line) {
    struct bytes rest;
    line = settings_trim(without_comment(line));
    if (line.n == 0) return;
    if (line.p[0] == '[') {
        const uint8_t *end = memchr(line.p, ']', line.n);
        if (end)
            at->section =
                arena_str(at->r->s->a, settings_trim(bytes_cut(line, 1, (size_t)(end - line.p) - 1)));
        else
            settings_problem(at->r->s, at->file, at->line, "a section without its closing bracket");
    } else if (is_directive(line, ".include", &rest)) {
        include(at, rest);
    } else if (is_directive(line, ".pragma", &rest)) {
        pragma(at, rest);
    } else {
        read_pair(at, line);
    }
}

void settings_openssl(struct settings_reader *r, const char *file, struct bytes body) {
    struct place at = {.r = r, .file = file, .section = "default"};
    struct bytes line;
    /* A byte order mark is passed over, as OpenSSL does. */
    if (bytes_start_with(body, "\xEF\xBB\xBF")) body = bytes_cut(body, 3, body.n);
    while (!r->s->full) {
        at.line = at.next + 1;
        if (!next_line(r->s, &body, &line, &at.next)) return;
        read_line(&at, line);
    }
}
