/* An arena: memory that is given back all at once. One for each diagnosis; everything parsed
 * borrows from it, and nothing inside frees single objects.
 *
 * Running out of memory is our environment failing: mem_fail() is called, which by default writes
 * one line and ends the process with exit status 4. A program that uses the library can set another
 * handler, which must not return. */
#ifndef TW_BASE_ARENA_H
#define TW_BASE_ARENA_H

#include "base/bytes.h"

struct arena_chunk;
struct arena {
    struct arena_chunk *chunks; /* the one in use first */
    size_t used;                /* bytes given out in all */
};

void arena_init(struct arena *a);
/* Overwrites all that was given out: for what was secret. It may only be freed after that. */
void arena_wipe(struct arena *a);
void arena_done(struct arena *a); /* accepts a zeroed arena */
/* `n` zeroed bytes, aligned for any type. Never NULL. */
void *arena_alloc(struct arena *a, size_t n);
struct bytes arena_copy(struct arena *a, struct bytes b);
/* A copy as a C string (bytes after the first NUL stay, but nobody sees them). */
char *arena_str(struct arena *a, struct bytes b);
char *arena_strdup(struct arena *a, const char *s);

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_alloc((a), sizeof(type) * (n)))

/* Plain heap for what outlives or outgrows an arena: never NULL, zeroed. */
void *mem_alloc(size_t n);
void *mem_grow(void *p, size_t n);
void mem_free(void *p);
typedef void mem_handler(void);
void mem_on_failure(mem_handler *handler);
/* What an allocation of our own does when it fails; for memory that another library could not get. */
_Noreturn void mem_failed(void);

#endif
