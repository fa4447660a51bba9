/* Writes the files that repair something into a folder. */
#ifndef TW_API_FIX_H
#define TW_API_FIX_H

#include "report/report.h"

/* The folder is made where it is missing; each file is written whole or not at all. The number of files, or
 * -1; *ret_message says in one line what was written, or what failed. */
int fix_write(struct arena *a, const char *dir, const struct repair_file *files, size_t n,
              const char **ret_message);

#endif
