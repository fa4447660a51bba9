/* Sets of roots, and who trusts what. */
#include "pki/program.h"

#include "pki/name.h"

#include <stdlib.h>

const char *const program_system = "system";
static const char *const public_names[] = {"mozilla", "google", "apple", "microsoft"};
static const char *const public_titles[TW_COUNT(public_names)] = {"Mozilla", "Google", "Apple", "Microsoft"};

const char *program_public_name(size_t i) {
    return i < TW_COUNT(public_names) ? public_names[i] : NULL;
}

bool program_is_public(const char *name) {
    for (size_t i = 0; i < TW_COUNT(public_names); i++)
        if (strcmp(public_names[i], name) == 0) return true;
    return false;
}

const char *program_title(const char *name) {
    for (size_t i = 0; i < TW_COUNT(public_names); i++)
        if (strcmp(public_names[i], name) == 0) return public_titles[i];
    return name;
}

bool program_set_has_public(const struct program_set *set) {
    for (size_t i = 0; set && i < set->n; i++)
        if (program_is_public(set->list[i].name) && set->list[i].n > 0) return true;
    return false;
}

bool program_name_ok(const char *name) {
    static const char ends[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    static const char inside[] = "abcdefghijklmnopqrstuvwxyz0123456789-_.";
    size_t n = strlen(name);
    return n > 0 && n <= 64 && strspn(name, inside) == n && strchr(ends, name[0]) &&
           strchr(ends, name[n - 1]);
}

/* Twice the room as often as needed: what is left behind is the arena's. */
static void *grown(struct arena *a, const void *old, size_t n, size_t *room, size_t size) {
    *room = *room ? *room * 2 : 16;
    void *fresh = arena_alloc(a, *room * size);
    if (n) memcpy(fresh, old, n * size);
    return fresh;
}

void program_add(struct arena *a, struct program *p, const struct program_root *root) {
    if (p->n == p->room) p->roots = grown(a, p->roots, p->n, &p->room, sizeof(p->roots[0]));
    p->roots[p->n] = *root;
    p->roots[p->n].place = p->n;
    p->n++;
}

static int by_sha256(const void *x, const void *y) {
    const struct program_root *a = *(struct program_root *const *)x, *b = *(struct program_root *const *)y;
    int order = memcmp(a->sha256, b->sha256, sizeof(a->sha256));
    return order ? order : a->place < b->place ? -1 : 1;
}

static void sort(struct program *p) {
    for (size_t i = 0; i < p->n; i++) p->by_sha256[i] = &p->roots[i];
    if (p->n) qsort(p->by_sha256, p->n, sizeof(p->by_sha256[0]), by_sha256);
}

void program_settle(struct arena *a, struct program *p) {
    p->by_sha256 = ARENA_ARRAY(a, struct program_root *, p->n + 1);
    bool *twice = ARENA_ARRAY(a, bool, p->n + 1);
    sort(p);
    for (size_t i = 1; i < p->n; i++)
        if (memcmp(p->by_sha256[i]->sha256, p->by_sha256[i - 1]->sha256, 32) == 0)
            twice[p->by_sha256[i]->place] = true;
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++) {
        if (twice[i]) continue;
        p->roots[n] = p->roots[i];
        p->roots[n].place = n;
        n++;
    }
    p->n = n;
    sort(p);
}

struct program_root program_root_of(const struct pki_cert *c) {
    struct program_root root = {.der = c->der};
    uint8_t digest[HASH_MAX];
    (void)hash_once(HASH_SHA256, c->der, digest);
    memcpy(root.sha256, digest, sizeof(root.sha256));
    return root;
}

const char *program_root_name(struct arena *a, const struct program_root *root) {
    struct pki_cert c;
    if (root->der.n == 0) return root->name ? root->name : "";
    (void)pki_cert_read(root->der, &c);
    return pki_name_text(a, c.subject);
}

struct program *program_set_add(struct program_set *set, struct arena *a, const char *name) {
    if (set->n == set->room) set->list = grown(a, set->list, set->n, &set->room, sizeof(set->list[0]));
    set->list[set->n] = (struct program){.name = name};
    return &set->list[set->n++];
}

const struct program *program_set_find(const struct program_set *set, const char *name) {
    for (size_t i = 0; i < set->n; i++)
        if (strcmp(set->list[i].name, name) == 0) return &set->list[i];
    return NULL;
}

static void fill(struct program_set *set, struct program_root *root) {
    for (size_t i = 0; i < set->n && root->der.n == 0; i++) {
        const struct program_root *other = program_find(&set->list[i], root->sha256);
        if (other) root->der = other->der;
    }
}

void program_set_share(struct program_set *set) {
    for (size_t i = 0; i < set->n; i++)
        for (size_t k = 0; k < set->list[i].n; k++) fill(set, &set->list[i].roots[k]);
}

/* Roots of `old` that *p does not name, those that were taken out or the others. */
static void take_over(struct arena *a, struct program *p, const struct program *old, bool removed) {
    const struct program before = *p; /* its index is of these alone */
    for (size_t i = 0; i < old->n; i++)
        if (old->roots[i].removed == removed && !program_find(&before, old->roots[i].sha256))
            program_add(a, p, &old->roots[i]);
    program_settle(a, p);
}

void program_remove(struct arena *a, struct program *p, const struct program *old) {
    if (!old) return;
    p->has_trust = old->has_trust;
    p->has_distrust = old->has_distrust;
    take_over(a, p, old, false);
}

void program_inherit(struct arena *a, struct program *p, const struct program *old) {
    for (size_t i = 0; i < p->n; i++) {
        struct program_root *root = &p->roots[i];
        const struct program_root *was = program_find(old, root->sha256);
        if (!was) continue;
        if (root->der.n == 0) root->der = was->der;
        if (!p->has_trust && !root->has_trust) {
            root->has_trust = was->has_trust;
            root->trust = was->trust;
        }
        if (!p->has_distrust) {
            root->has_distrust = was->has_distrust;
            root->distrust_tls_after = was->distrust_tls_after;
        }
    }
    take_over(a, p, old, true);
}

static int compare_sha256(const void *sha256, const void *element) {
    return memcmp(sha256, (*(struct program_root *const *)element)->sha256, 32);
}

const struct program_root *program_find(const struct program *p, const uint8_t sha256[32]) {
    if (p->n == 0) return NULL;
    struct program_root **found =
        bsearch(sha256, p->by_sha256, p->n, sizeof(p->by_sha256[0]), compare_sha256);
    return found ? *found : NULL;
}

const struct program_root *program_anchor(const struct program *p, struct bytes der) {
    uint8_t digest[HASH_MAX];
    (void)hash_once(HASH_SHA256, der, digest);
    const struct program_root *found = program_find(p, digest);
    struct pki_cert wanted, root;
    if (found && !found->removed) return found;
    (void)pki_cert_read(der, &wanted);
    if (!wanted.readable) return found;
    for (size_t i = 0; i < p->n; i++) {
        struct bytes candidate = p->roots[i].der;
        /* Reading all of a program's certificates for each root in question would take milliseconds. */
        if (!memmem(candidate.p, candidate.n, wanted.key.spki.p, wanted.key.spki.n)) continue;
        (void)pki_cert_read(candidate, &root);
        if (!bytes_eq(root.key.spki, wanted.key.spki) || !pki_name_eq(root.subject, wanted.subject)) continue;
        if (!p->roots[i].removed) return &p->roots[i];
        if (!found) found = &p->roots[i];
    }
    return found;
}

bool program_root_for_tls(const struct program_root *root) {
    return !root->removed && (!root->has_trust || root->trust & PROGRAM_TLS);
}

bool program_root_for(const struct program_root *root, int64_t begins) {
    return program_root_for_tls(root) && !(root->has_distrust && begins > root->distrust_tls_after);
}

struct program_count program_count(const struct program *p) {
    struct program_count n = {0};
    for (size_t i = 0; i < p->n; i++) {
        const struct program_root *root = &p->roots[i];
        n.removed += root->removed;
        n.roots += !root->removed;
        n.certificates += !root->removed && root->der.n > 0;
    }
    return n;
}

size_t program_set_trusting(const struct program_set *set, struct bytes der, const char **names, size_t max) {
    size_t n = 0;
    for (size_t i = 0; i < set->n && n < max; i++) {
        const struct program_root *root = program_anchor(&set->list[i], der);
        if (root && program_root_for_tls(root)) names[n++] = set->list[i].name;
    }
    return n;
}

enum program_publicity program_set_publicity(const struct program_set *set, struct bytes der) {
    enum program_publicity answer = PROGRAM_PUBLIC_UNKNOWN;
    for (size_t i = 0; i < set->n; i++) {
        const struct program *p = &set->list[i];
        if (!program_is_public(p->name) || program_count(p).roots == 0) continue;
        const struct program_root *root = program_anchor(p, der);
        if (root && !root->removed) return PROGRAM_PUBLIC_YES;
        answer = PROGRAM_PUBLIC_NO;
    }
    return answer;
}
