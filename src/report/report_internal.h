/* What the files of the report share. Not for other rooms. */
#ifndef TW_REPORT_REPORT_INTERNAL_H
#define TW_REPORT_REPORT_INTERNAL_H

#include "report/report.h"

/* slots.c: the {slots} of a cause's text. */
struct slot_source {
    const struct verdict *v;       /* for {host}, {port}, {address}; NULL: no case at hand */
    const struct finding *finding; /* for its own slots; NULL likewise */
};
/* `text` with each {slot} replaced; one that nobody fills becomes an ellipsis. */
char *slots_fill(struct arena *a, const char *text, const struct slot_source *from);
/* Whether this fix is for whoever reads about that finding: the side that fixes, and who can ask it to. */
bool fix_is_for(const struct text_fix *fix, const struct finding *f);

/* page.c: text for a terminal. */
enum ink { INK_PLAIN, INK_BOLD, INK_GOOD, INK_BAD, INK_DIM, INK_CODE };
struct page {
    struct text out;
    bool color;
    unsigned width;
};
void page_init(struct page *p, struct arena *a, const struct report_style *s);
/* A paragraph, wrapped at blanks: `first` before its first line, as many blanks before the others. */
void page_para(struct page *p, const char *first, const char *text, enum ink ink);
/* The same for each paragraph of a text that holds blank lines. */
void page_paras(struct page *p, const char *indent, const char *text);
/* Lines as they are, each indented. */
void page_lines(struct page *p, const char *indent, const char *text, enum ink ink);
void page_gap(struct page *p); /* one empty line */
/* Columns that a text takes, one a character. */
size_t page_columns(const char *s, size_t n);

/* The fixes of a text, and what to avoid; `from` fills the slots. */
void page_fix(struct page *p, const struct text_fix *fix, const struct slot_source *from);
void page_avoid(struct page *p, const struct cause_text *t, const struct slot_source *from);

/* "ok" or what happened, of the handshake that the report shows. */
const char *report_outcome(struct arena *a, const struct verdict *v);
/* "HandshakeType" of a message for people and programs: "ClientHello", "change_cipher_spec", "alert" … */
const char *report_message_type(const struct msg *m);
/* Bytes of a message without its record's header. */
size_t report_message_length(const struct msg *m);

#endif
