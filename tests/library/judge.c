/* A program of somebody else that judges certificates: knows libtlswhy by its public header alone, and says
 * what it got, a line a fact.
 *
 *     judge [--WHAT FILE | --OPTION VALUE]...     files and options as `tlswhy verify` has them */
#include <tlswhy/tlswhy.h>

#include <stdio.h>
#include <string.h>

enum { ROOM = 1 << 16, FILES = 4 };

struct file {
    char bytes[ROOM];
    size_t n;
};

static int is_file(const char *name) {
    static const char *const names[] = {"leaf", "untrusted", "roots", "crl"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i], name) == 0) return 1;
    return 0;
}

static int give(struct tlswhy_verify *v, const char *what, const char *path, struct file *file) {
    FILE *f = fopen(path, "rb");
    if (!f) return -1;
    file->n = fread(file->bytes, 1, ROOM, f);
    (void)fclose(f);
    return tlswhy_verify_give(v, what, NULL, file->bytes, file->n);
}

static int set_all(struct tlswhy_verify *v, int argc, char **argv, struct file *files) {
    size_t n = 0;
    for (int i = 1; i + 1 < argc; i += 2) {
        const char *name = argv[i] + 2;
        int failed = is_file(name) && n < FILES
                         ? give(v, name, argv[i + 1], &files[n++])
                         : tlswhy_verify_set(v, name, *argv[i + 1] ? argv[i + 1] : NULL);
        if (failed) return -1;
    }
    return 0;
}

static void print_answer(struct tlswhy_verify *v) {
    struct tlswhy_reason reason;
    for (size_t i = 0; i < tlswhy_verify_reasons(v); i++)
        if (tlswhy_verify_reason(v, i, &reason))
            printf("reason %s %zu %d\n", reason.code, reason.cert, *reason.text != 0);
    printf("past the end %d\n", tlswhy_verify_reason(v, tlswhy_verify_reasons(v), &reason));
    printf("text %s", tlswhy_verify_text(v));
    printf("json %s", tlswhy_verify_json(v));
}

int main(int argc, char **argv) {
    static struct file files[FILES];
    struct tlswhy_verify *v = tlswhy_verify_new();
    printf("before %d\n", !tlswhy_verify_json(v) && !tlswhy_verify_text(v) && tlswhy_verify_reasons(v) == 0);
    int answer = set_all(v, argc, argv, files) == 0 ? tlswhy_verify_run(v) : -1;
    printf("answer %d\n", answer);
    if (answer < 0)
        printf("error %s\n", tlswhy_verify_error(v));
    else
        print_answer(v);
    tlswhy_verify_free(v);
    tlswhy_verify_free(NULL);
    return 0;
}
