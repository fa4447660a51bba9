/* Options of a sub-command: "--name VALUE", "--name=VALUE", "-q". Each has its own table and setters; how an
 * option is typed, and what is said of one that is typed wrongly, is here. */
#include "cli.h"

static const struct word_option *option_at(const struct word_options *o, size_t i) {
    return i < o->n ? (const struct word_option *)((const char *)o->rows + i * o->size) : NULL;
}

static const struct word_option *find(const struct word_options *o, const char *typed) {
    bool is_long = typed[1] == '-';
    size_t n = is_long ? strcspn(typed + 2, "=") : 0;
    const struct word_option *row;
    for (size_t i = 0; (row = option_at(o, i)); i++) {
        if (is_long && strlen(row->name) == n && memcmp(row->name, typed + 2, n) == 0) return row;
        if (!is_long && row->letter && row->letter == typed[1] && !typed[2]) return row;
    }
    return NULL;
}

static int unknown(struct cli *c, const struct word_options *o, const char *typed) {
    const char *near = nearest(typed + strspn(typed, "-"), o->name_at);
    return usage_error(c, "there is no option %s of '%s'%s%s%s", quote(c, typed), o->word,
                       near ? "; is it --" : "", near ? near : "", near ? "?" : "");
}

int word_option_read(struct cli *c, const struct word_options *o, int argc, char **argv, int *at,
                     const struct word_option **ret, const char **ret_value) {
    const char *typed = argv[(*at)++], *equals = strchr(typed, '=');
    *ret = find(o, typed);
    if (!*ret) return unknown(c, o, typed);
    *ret_value = equals ? equals + 1 : NULL;
    if (*ret_value && !(*ret)->takes_value) return usage_error(c, "--%s takes no value", (*ret)->name);
    if (*ret_value || !(*ret)->takes_value) return 0;
    if (*at == argc) return usage_error(c, "--%s wants a value", (*ret)->name);
    *ret_value = argv[(*at)++];
    return 0;
}
