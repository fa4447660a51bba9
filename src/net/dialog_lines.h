/* A dialect that speaks in lines, as data: a classifier of its replies, and a script of steps. */
#ifndef TW_NET_DIALOG_LINES_H
#define TW_NET_DIALOG_LINES_H

#include "net/dialog_internal.h"

/* What one line of a reply says. */
enum answer {
    ANSWER_MORE, /* the reply goes on */
    ANSWER_OK,
    ANSWER_UNKNOWN, /* the command is not understood, or not allowed to exist here */
    ANSWER_NO,
    ANSWER_DOWN,  /* the service itself says goodbye */
    ANSWER_ALIEN, /* no line of this protocol */
    ANSWER__COUNT,
};

/* What a step is for; with the answer it decides what happens next. */
enum line_role {
    ROLE_GREETING,
    ROLE_GREETING_LIST, /* the greeting is the list of capabilities too */
    ROLE_LIST,
    ROLE_ASK,
    ROLE__COUNT,
};

struct line_step {
    enum line_role role;
    const char *send; /* NULL: the server speaks first */
    unsigned ok[3];   /* reply codes that mean yes, where replies have codes */
};

/* A capability line names STARTTLS if its first word is `first`, and (where there are any) one of `any`
 * follows. */
struct capability {
    const char *first;
    const char *any[5];
};

enum { SCRIPT_MAX_STEPS = 4 };
struct script {
    enum answer (*classify)(struct dialog *d, const struct line_step *step, struct bytes line,
                            struct bytes *ret_item);
    struct capability capability;
    const char *rival;   /* word of a greeting that gives away the protocol with the same codes */
    unsigned unknown[6]; /* codes of a command that is not understood */
    unsigned down;       /* code of a service that says goodbye, at any time */
    bool same_code_ends; /* RFC 959 4.2: free text stands between "xyz-" and "xyz " */
    struct line_step step[SCRIPT_MAX_STEPS];
    unsigned n_steps;
};

/* Classifiers (dialog_replies.c). `ret_item` is the part of a line that may name a capability. */
enum answer reply_code(struct dialog *d, const struct line_step *step, struct bytes line,
                       struct bytes *ret_item);
enum answer reply_imap(struct dialog *d, const struct line_step *step, struct bytes line,
                       struct bytes *ret_item);
enum answer reply_pop3(struct dialog *d, const struct line_step *step, struct bytes line,
                       struct bytes *ret_item);
enum answer reply_nntp(struct dialog *d, const struct line_step *step, struct bytes line,
                       struct bytes *ret_item);
enum answer reply_sieve(struct dialog *d, const struct line_step *step, struct bytes line,
                        struct bytes *ret_item);

/* The next word of `b`, which is cut off; empty at the end. Quotation marks, brackets and separators fall. */
struct bytes line_word(struct bytes *b);
bool line_word_is(struct bytes word, const char *s);

#endif
