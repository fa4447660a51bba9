#include "report/report_internal.h"

static const char *const ink_code[] = {
    [INK_PLAIN] = "",         [INK_BOLD] = "\033[1m", [INK_GOOD] = "\033[1;32m",
    [INK_BAD] = "\033[1;31m", [INK_DIM] = "\033[2m",  [INK_CODE] = "\033[36m",
};

void page_init(struct page *p, struct arena *a, const struct report_style *s) {
    text_init(&p->out, a);
    p->color = s && s->color;
    p->width = s && s->width ? s->width : 80;
}

size_t page_columns(const char *s, size_t n) {
    size_t columns = 0;
    for (size_t i = 0; i < n; i++) columns += ((uint8_t)s[i] & 0xC0) != 0x80; /* UTF-8: one a sequence */
    return columns;
}

static void put(struct page *p, const char *s, size_t n, enum ink ink) {
    bool inked = p->color && ink != INK_PLAIN && n > 0;
    if (inked) text_add(&p->out, ink_code[ink]);
    text_add_n(&p->out, s, n);
    if (inked) text_add(&p->out, "\033[0m");
}

static void put_blanks(struct page *p, size_t n) {
    for (size_t i = 0; i < n; i++) text_add_n(&p->out, " ", 1);
}

/* How much of `s` goes on a line of `room` columns: up to the last blank that fits, one word at least. */
static size_t line_length(const char *s, size_t room) {
    size_t n = 0;
    for (;;) {
        size_t word = strcspn(s + n, " ");
        if (n > 0 && page_columns(s, n + word) > room) return n;
        n += word;
        if (!s[n]) return n;
        n += strspn(s + n, " ");
        if (!s[n]) return n;
    }
}

void page_para(struct page *p, const char *first, const char *text, enum ink ink) {
    size_t indent = page_columns(first, strlen(first));
    size_t room = p->width > indent + 20 ? p->width - indent : 20;
    text_add(&p->out, first);
    for (const char *s = text;;) {
        size_t n = line_length(s, room), shown = n;
        while (shown > 0 && s[shown - 1] == ' ') shown--;
        put(p, s, shown, ink);
        text_add_n(&p->out, "\n", 1);
        s += n;
        if (!*s) return;
        put_blanks(p, indent);
    }
}

void page_gap(struct page *p) {
    text_add_n(&p->out, "\n", 1);
}

void page_paras(struct page *p, const char *indent, const char *text) {
    for (const char *s = text; *s;) {
        const char *end = strstr(s, "\n\n");
        size_t n = end ? (size_t)(end - s) : strlen(s);
        char *one = arena_str(p->out.a, bytes_of(s, n));
        for (char *c = one; *c; c++)
            if (*c == '\n') *c = ' ';
        if (s != text) page_gap(p);
        page_para(p, indent, one, INK_PLAIN);
        s += n + strspn(s + n, "\n");
    }
}

void page_lines(struct page *p, const char *indent, const char *text, enum ink ink) {
    for (const char *s = text; *s;) {
        size_t n = strcspn(s, "\n");
        if (n) text_add(&p->out, indent);
        put(p, s, n, ink);
        text_add_n(&p->out, "\n", 1);
        s += n + (s[n] == '\n');
    }
}

void page_fix(struct page *p, const struct text_fix *fix, const struct slot_source *from) {
    struct arena *a = p->out.a;
    page_para(p, "   ", text_f(a, "Fix (%s): %s", fix->who, slots_fill(a, fix->title, from)), INK_BOLD);
    for (size_t i = 0; i < fix->n_steps; i++)
        page_para(p, text_f(a, "   %2zu. ", i + 1), slots_fill(a, fix->steps[i], from), INK_PLAIN);
    for (size_t i = 0; i < fix->n_snippets; i++) {
        page_para(p, "       ", text_f(a, "%s:", fix->snippets[i].software), INK_DIM);
        page_lines(p, "           ", slots_fill(a, fix->snippets[i].code, from), INK_CODE);
    }
}

void page_avoid(struct page *p, const struct cause_text *t, const struct slot_source *from) {
    page_para(p, "   ", "What not to do:", INK_BOLD);
    for (size_t i = 0; i < t->n_avoid; i++)
        page_para(p, "     - ", slots_fill(p->out.a, t->avoid[i], from), INK_PLAIN);
}
