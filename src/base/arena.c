#include "base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdlib.h>
#include <unistd.h>

#define CHUNK_SIZE (32u * 1024u)

struct arena_chunk {
    struct arena_chunk *next;
    size_t used, cap;
    alignas(max_align_t) uint8_t data[];
};

static void die_without_memory(void) {
    static const char line[] = "tlswhy: out of memory\n";
    ssize_t ignored = write(STDERR_FILENO, line, sizeof(line) - 1);
    (void)ignored;
    _exit(4);
}

static mem_handler *on_failure = die_without_memory;

void mem_on_failure(mem_handler *handler) {
    on_failure = handler ? handler : die_without_memory;
}

void mem_failed(void) {
    on_failure();
    abort(); /* a handler must not return */
}

static void *checked(void *p) {
    if (!p) mem_failed();
    return p;
}

void *mem_alloc(size_t n) {
    return checked(calloc(1, n ? n : 1));
}
void *mem_grow(void *p, size_t n) {
    return checked(realloc(p, n ? n : 1));
}
void mem_free(void *p) {
    free(p);
}

void arena_init(struct arena *a) {
    *a = (struct arena){0};
}

void arena_wipe(struct arena *a) {
    for (struct arena_chunk *c = a->chunks; c; c = c->next) explicit_bzero(c->data, c->cap);
}

void arena_done(struct arena *a) {
    while (a->chunks) {
        struct arena_chunk *next = a->chunks->next;
        free(a->chunks);
        a->chunks = next;
    }
    a->used = 0;
}

static struct arena_chunk *new_chunk(size_t cap) {
    struct arena_chunk *c = mem_alloc(sizeof(*c) + cap);
    c->cap = cap;
    return c;
}

void *arena_alloc(struct arena *a, size_t n) {
    const size_t align = alignof(max_align_t);
    assert(n < SIZE_MAX / 2);
    n = (n + align - 1) & ~(align - 1);
    a->used += n;
    struct arena_chunk *c = a->chunks;
    if (c && n <= c->cap - c->used) {
        void *p = c->data + c->used;
        c->used += n;
        return p;
    }
    if (n > CHUNK_SIZE / 4 && c) { /* a large block of its own behind the one in use */
        struct arena_chunk *own = new_chunk(n);
        own->used = n;
        own->next = c->next;
        c->next = own;
        return own->data;
    }
    struct arena_chunk *fresh = new_chunk(n > CHUNK_SIZE ? n : CHUNK_SIZE);
    fresh->next = c;
    fresh->used = n;
    a->chunks = fresh;
    return fresh->data;
}

struct bytes arena_copy(struct arena *a, struct bytes b) {
    uint8_t *p = arena_alloc(a, b.n);
    if (b.n) memcpy(p, b.p, b.n);
    return (struct bytes){p, b.n};
}

char *arena_str(struct arena *a, struct bytes b) {
    char *s = arena_alloc(a, b.n + 1);
    if (b.n) memcpy(s, b.p, b.n);
    return s;
}

char *arena_strdup(struct arena *a, const char *s) {
    return arena_str(a, bytes_str(s));
}
