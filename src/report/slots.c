#include "report/report_internal.h"

static const char *common_slot(struct arena *a, const struct verdict *v, const char *name) {
    if (strcmp(name, "host") == 0) return v->request->host_shown;
    if (strcmp(name, "port") == 0)
        return text_f(a, "%u", v->request->connect_port ? v->request->connect_port : v->request->port);
    if (strcmp(name, "address") == 0) return v->address ? v->address : v->request->host;
    return NULL;
}

static const char *find_slot(struct arena *a, const struct slot_source *from, const char *name) {
    for (size_t i = 0; from->finding && i < from->finding->n_slots; i++)
        if (strcmp(from->finding->slots[i].name, name) == 0) return from->finding->slots[i].value;
    const char *common = from->v ? common_slot(a, from->v, name) : NULL;
    return common ? common : "\u2026";
}

/* The length of a slot's name behind the brace at `s`, 0 if it is no slot. */
static size_t slot_name(const char *s) {
    size_t n = strspn(s + 1, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return s[n + 1] == '}' ? n : 0;
}

char *slots_fill(struct arena *a, const char *text, const struct slot_source *from) {
    struct text out;
    text_init(&out, a);
    while (*text) {
        size_t n = *text == '{' ? slot_name(text) : 0;
        if (n == 0) {
            size_t plain = 1 + strcspn(text + 1, "{");
            text_add_n(&out, text, plain);
            text += plain;
            continue;
        }
        text_add(&out, find_slot(a, from, arena_str(a, bytes_of(text + 1, n))));
        text += n + 2;
    }
    return out.s;
}

bool fix_is_for(const struct text_fix *fix, const struct finding *f) {
    if (strcmp(fix->who, fixer_name(f->fixer)) == 0) return true;
    /* Whoever reads of a server's fault often is its visitor; of the network's, its user. */
    if (f->fixer == FIXER_SERVER && strcmp(fix->who, "visitor") == 0) return true;
    if (f->fixer == FIXER_NETWORK && strcmp(fix->who, "client") == 0) return true;
    /* Where it is not proven, a box between is not ruled out. */
    return f->fixer == FIXER_SERVER && f->certainty < CERTAINTY_PROVEN && strcmp(fix->who, "network") == 0;
}
