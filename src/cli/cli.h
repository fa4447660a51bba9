/* The command: arguments in, exit status out. */
#ifndef TW_CLI_CLI_H
#define TW_CLI_CLI_H

#include "tlswhy/tlswhy.h"

#include "base/text.h"

/* CONTRACT.md, "Exit status"; 1 and 3 are the report's own. */
enum { EXIT_OK = 0, EXIT_USAGE = 2, EXIT_TROUBLE = 4 };

enum when { WHEN_AUTO, WHEN_ALWAYS, WHEN_NEVER };

struct cli {
    struct arena a;
    const char *word; /* the sub-command under way; NULL: a diagnosis */
    struct tlswhy_options *options;
    const char *argument; /* HOST[:PORT], or what the sub-command is about; NULL: none */
    const char *fix, *save;
    bool json, trace, quiet, verbose;
    bool help, version;
    bool proxy_given;
    enum when color;
};

/* args.c: 0, or the exit status when one line has said why. */
int args_read(struct cli *c, int argc, char **argv);
int args_color(struct cli *c, const char *value); /* --color; likewise */

/* nearest.c: the candidate that `typed` may have been meant to be; NULL if none is near. */
const char *nearest(const char *typed, const char *(*candidate)(size_t i));

/* environment.c */
int environment_proxy(struct cli *c); /* 0, or the exit status */
/* The same for what is fetched from `url` (NULL: anywhere by HTTPS): NULL in *ret for none. */
int environment_fetch_proxy(struct cli *c, const char *url, const char **ret);
/* Where the command keeps its own data (XDG Base Directory Specification); NULL: nowhere. */
const char *environment_data_dir(struct cli *c);
/* The stores of roots that variables name: OpenSSL's in the place of the system's, and other programs'. */
void environment_stores(struct cli *c);
const char *environment_store(const char *variable); /* NULL: not set, or to nothing */
/* Whether curl would go to the host directly (NO_PROXY). */
bool no_proxy_matches(struct arena *a, const char *list, const char *host);
struct tlswhy_text_style environment_style(const struct cli *c);
const char *const *environment_all(void);        /* "NAME=VALUE", NULL at the end */
const char *environment_value(const char *name); /* a variable that the user names; NULL: not set */

/* output.c */
void output_guard(void);         /* first of all: closed descriptors, SIGPIPE */
void output_text(const char *s); /* on standard output */
int output_finish(int status);   /* the exit status, unless standard output could not be written */
/* One line on standard error, and the exit status. */
int usage_error(const struct cli *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
int say_error(int status, const char *line);
const char *quote(struct cli *c, const char *typed);
void progress_show(void *arg, const char *line);
bool progress_wanted(const struct cli *c);
void progress_clear(void);

/* help.c */
extern const char help_text[];

/* word_options.c */
struct word_option {
    const char *name;
    bool takes_value;
    char letter; /* 0: none */
};
/* A sub-command's table: its rows begin with a struct word_option. */
struct word_options {
    const char *word;
    const void *rows;
    size_t n, size;                   /* rows, and bytes of one */
    const char *(*name_at)(size_t i); /* for nearest() */
};
/* Takes the option at argv[*at], and its value. 0 with its row, or the exit status when one line has said
 * why. */
int word_option_read(struct cli *c, const struct word_options *o, int argc, char **argv, int *at,
                     const struct word_option **ret, const char **ret_value);

/* words.c: runs the sub-command that argv[1] is. False: it is none. */
bool words_run(struct cli *c, int argc, char **argv, int *ret_status);
bool is_word(const char *s);

/* verify.c */
int verify_main(struct cli *c, int argc, char **argv);
/* chain.c */
int chain_main(struct cli *c, int argc, char **argv);
/* client.c */
int client_main(struct cli *c, int argc, char **argv);
/* judges.c: those that no profile has; show: to be freed by tlswhy_string_free(). */
const char *judges_name(size_t index);
const char *judges_title(const char *name);
char *judges_show(struct cli *c, const char *name);

/* roots.c */
int roots_main(struct cli *c, int argc, char **argv);

/* diagnose.c */
int diagnose_run(struct cli *c, int argc, char **argv);

#endif
