#include "local/settings.h"

void settings_init(struct settings *s, struct arena *a) {
    *s = (struct settings){.a = a};
}

void settings_problem(struct settings *s, const char *file, size_t line, const char *what) {
    if (s->problem) return;
    s->problem = what;
    s->problem_file = file;
    s->problem_line = line;
}

void settings_add(struct settings *s, const char *file, size_t line, const char *section, struct bytes key,
                  struct bytes value) {
    if (s->n == SETTINGS_MAX) {
        s->full = true;
        return;
    }
    if (s->n == s->room) {
        size_t room = s->room ? s->room * 2 : 64;
        struct setting *list = ARENA_ARRAY(s->a, struct setting, room);
        for (size_t i = 0; i < s->n; i++) list[i] = s->list[i];
        s->list = list;
        s->room = room;
    }
    s->list[s->n++] = (struct setting){.file = file,
                                       .line = line,
                                       .section = section,
                                       .key = arena_str(s->a, bytes_cut(key, 0, SETTINGS_MAX_VALUE)),
                                       .value = arena_str(s->a, bytes_cut(value, 0, SETTINGS_MAX_VALUE))};
}

bool settings_line(struct bytes *body, struct bytes *ret) {
    if (body->n == 0) return false;
    const uint8_t *end = memchr(body->p, '\n', body->n);
    size_t n = end ? (size_t)(end - body->p) : body->n;
    *ret = bytes_cut(*body, 0, n);
    *body = bytes_cut(*body, n + 1, body->n);
    if (ret->n && ret->p[ret->n - 1] == '\r') ret->n--;
    return true;
}

static bool is_blank(uint8_t c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\f';
}

struct bytes settings_trim(struct bytes b) {
    while (b.n && is_blank(b.p[0])) b = bytes_cut(b, 1, b.n);
    while (b.n && is_blank(b.p[b.n - 1])) b.n--;
    return b;
}

static struct bytes unquote(struct bytes b) {
    if (b.n >= 2 && (b.p[0] == '"' || b.p[0] == '\'') && b.p[b.n - 1] == b.p[0])
        return bytes_cut(b, 1, b.n - 2);
    return b;
}

/* Where the key ends: the first of `ends`. */
static size_t key_length(struct bytes line, const char *ends) {
    size_t n = 0;
    while (n < line.n && line.p[n] && !strchr(ends, line.p[n])) n++;
    return n;
}

/* ---- [section] and key = value ---- */

/* git(1) writes [http "https://host"]; whatever stands in the brackets is the name. */
static const char *section_of(struct settings *s, struct bytes line) {
    const uint8_t *end = memchr(line.p, ']', line.n);
    size_t n = end ? (size_t)(end - line.p) : line.n;
    return arena_str(s->a,
                     settings_trim(bytes_cut(line, 1, n > SETTINGS_MAX_VALUE ? SETTINGS_MAX_VALUE : n - 1)));
}

static void read_ini(struct settings *s, const char *file, struct bytes body) {
    const char *section = "";
    struct bytes line;
    for (size_t number = 1; settings_line(&body, &line); number++) {
        line = settings_trim(line);
        if (line.n == 0 || line.p[0] == '#' || line.p[0] == ';') continue;
        if (line.p[0] == '[') {
            section = section_of(s, line);
            continue;
        }
        size_t n = key_length(line, "=");
        struct bytes value = settings_trim(bytes_cut(line, n + 1, line.n));
        settings_add(s, file, number, section, settings_trim(bytes_cut(line, 0, n)), unquote(value));
    }
}

/* ---- curl(1), -K ---- */

/* "proxy = x", "proxy: x", "--proxy x", "-x x", "insecure". */
static void read_curl(struct settings *s, const char *file, struct bytes body) {
    struct bytes line;
    for (size_t number = 1; settings_line(&body, &line); number++) {
        line = settings_trim(line);
        if (line.n == 0 || line.p[0] == '#') continue;
        while (line.n && line.p[0] == '-') line = bytes_cut(line, 1, line.n);
        size_t n = key_length(line, "=: \t");
        struct bytes key = bytes_cut(line, 0, n), value = settings_trim(bytes_cut(line, n, line.n));
        if (value.n && (value.p[0] == '=' || value.p[0] == ':'))
            value = settings_trim(bytes_cut(value, 1, value.n));
        settings_add(s, file, number, "", key, unquote(value));
    }
}

/* ---- java.util.Properties ---- */

/* Whether the line goes on: an odd number of backslashes at its end. */
static bool goes_on(struct bytes line) {
    size_t n = 0;
    while (n < line.n && line.p[line.n - 1 - n] == '\\') n++;
    return n % 2 == 1;
}

/* One logical line, out of several natural ones. */
static struct bytes join(struct settings *s, struct bytes line, struct bytes *body, size_t *number) {
    struct text t;
    if (!goes_on(line)) return line;
    text_init(&t, s->a);
    for (bool more = true; more;) {
        struct bytes next;
        more = goes_on(line);
        if (more) line.n--;
        if (t.n < SETTINGS_MAX_VALUE * 2) text_add_n(&t, (const char *)line.p, line.n);
        if (!more || !settings_line(body, &next)) break;
        ++*number;
        line = settings_trim(next);
    }
    return bytes_of(t.s, t.n);
}

static void read_properties(struct settings *s, const char *file, struct bytes body) {
    struct bytes line;
    for (size_t number = 1; settings_line(&body, &line); number++) {
        size_t first = number;
        line = settings_trim(line);
        if (line.n == 0 || line.p[0] == '#' || line.p[0] == '!') continue;
        line = join(s, line, &body, &number);
        size_t n = key_length(line, "=: \t");
        struct bytes value = settings_trim(bytes_cut(line, n, line.n));
        if (value.n && (value.p[0] == '=' || value.p[0] == ':'))
            value = settings_trim(bytes_cut(value, 1, value.n));
        settings_add(s, file, first, "", bytes_cut(line, 0, n), value);
    }
}

/* ---- Mozilla's preferences ---- */

/* The call's name before the parenthesis: a pref of a user, of a default, or one that is locked. */
static bool is_pref(struct bytes line, size_t *ret_n) {
    static const char *const calls[] = {"user_pref(", "lockPref(", "defaultPref(", "pref("};
    for (size_t i = 0; i < TW_COUNT(calls); i++) {
        if (!bytes_start_with(line, calls[i])) continue;
        *ret_n = strlen(calls[i]);
        return true;
    }
    return false;
}

static void read_prefs(struct settings *s, const char *file, struct bytes body) {
    struct bytes line;
    for (size_t number = 1; settings_line(&body, &line); number++) {
        size_t n;
        line = settings_trim(line);
        if (!is_pref(line, &n)) continue;
        struct bytes rest = settings_trim(bytes_cut(line, n, line.n));
        size_t key = key_length(rest, ",");
        struct bytes value = settings_trim(bytes_cut(rest, key + 1, rest.n));
        while (value.n && (value.p[value.n - 1] == ';' || value.p[value.n - 1] == ')')) value.n--;
        settings_add(s, file, number, "", unquote(settings_trim(bytes_cut(rest, 0, key))),
                     unquote(settings_trim(value)));
    }
}

void settings_read(struct settings *s, enum settings_style style, const char *file, struct bytes body) {
    static void (*const readers[])(struct settings * s, const char *file,
                                   struct bytes body) = {[SETTINGS_INI] = read_ini,
                                                         [SETTINGS_CURL] = read_curl,
                                                         [SETTINGS_PROPERTIES] = read_properties,
                                                         [SETTINGS_PREFS] = read_prefs};
    readers[style](s, file, body);
}

const struct setting *settings_find(const struct settings *s, const char *section, const char *key) {
    for (size_t i = s->n; i-- > 0;)
        if (strcmp(s->list[i].section, section) == 0 && strcmp(s->list[i].key, key) == 0) return &s->list[i];
    return NULL;
}

const struct setting *settings_find_nocase(const struct settings *s, const char *section, const char *key) {
    for (size_t i = s->n; i-- > 0;)
        if ((!section || strcmp(s->list[i].section, section) == 0) && text_eq_nocase(s->list[i].key, key))
            return &s->list[i];
    return NULL;
}
