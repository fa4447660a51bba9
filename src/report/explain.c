/* A cause of the catalogue in full, without a case at hand. */
#include "causes/cause.h"
#include "report/report_internal.h"

static const char *who_fixes(enum fixer_rule rule) {
    static const char *const text[] = {
        [FIX_CLIENT] = "the client",
        [FIX_SERVER] = "the server",
        [FIX_NETWORK] = "the network between",
        [FIX_BY_NORM] =
            ("whichever side is behind today's norm: the client where a current browser connects, "
             "otherwise the server"),
    };
    return text[rule];
}

char *report_explain(struct arena *a, const struct cause_text *t, const struct report_style *s) {
    struct page p;
    struct slot_source nobody = {0};
    page_init(&p, a, s);
    const struct cause *c = cause_by_id(t->id);
    page_para(&p, "", text_f(a, "%s: %s", t->id, t->title), INK_BOLD);
    page_gap(&p);
    page_paras(&p, "   ", slots_fill(a, t->explanation, &nobody));
    page_gap(&p);
    if (c) page_para(&p, "   ", text_f(a, "Who fixes: %s.", who_fixes(c->fixer)), INK_PLAIN);
    if (c && c->row) page_para(&p, "   ", text_f(a, "Row of the table of causes: %s.", c->row), INK_PLAIN);
    for (size_t i = 0; i < t->n_fixes; i++) {
        page_gap(&p);
        page_fix(&p, &t->fixes[i], &nobody);
    }
    page_gap(&p);
    page_avoid(&p, t, &nobody);
    return p.out.s;
}
