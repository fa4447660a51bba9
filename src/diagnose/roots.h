/* The root programs that are known on this machine: those that were imported into the data folder, and what
 * the system has by itself. */
#ifndef TW_DIAGNOSE_ROOTS_H
#define TW_DIAGNOSE_ROOTS_H

#include "diagnose/request.h"
#include "pki/program.h"

enum { ROOTS_MAX_FILE = 64 << 20, ROOTS_MAX_TROUBLES = 16 };
struct roots {
    struct program_set set;                   /* system, mozilla, google, apple, microsoft, others by name */
    const char *troubles[ROOTS_MAX_TROUBLES]; /* files that are there and cannot be read: one line each */
    size_t n_troubles;
};
/* `data_dir`: NULL for none. Without an import `mozilla` is what the system's package has. */
void roots_load(struct arena *a, const char *data_dir, struct roots *ret);
/* The stores of other programs on this machine, each as a program under their name: those of `r`, and those
 * that stand where everybody has them. */
void roots_load_installed(struct arena *a, const struct request *r, struct program_set *ret);
/* Keeps a program for the next roots_load(), in the place of what was kept of it. False: *why says in a line
 * why not. */
bool roots_save(struct arena *a, const char *data_dir, const struct program *p, const char **why);

#endif
