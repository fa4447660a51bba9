/* A program of somebody else that checks certificate files: knows libtlswhy by its public header alone, and
 * says what it got, a line a fact.
 *
 *     chain [--file FILE | --roots FILE | --OPTION VALUE | --fix DIR]...     as `tlswhy chain` has them;
 * VALUE "" for an option that takes none */
#include <tlswhy/tlswhy.h>

#include <stdio.h>
#include <string.h>

enum { ROOM = 1 << 16, FILES = 8 };

struct file {
    char bytes[ROOM];
    size_t n;
};

static int give(struct tlswhy_chain *c, const char *what, const char *path, struct file *file) {
    FILE *f = fopen(path, "rb");
    if (!f) return -1;
    file->n = fread(file->bytes, 1, ROOM, f);
    (void)fclose(f);
    return tlswhy_chain_give(c, what, path, file->bytes, file->n);
}

static int is_file(const char *name) {
    return strcmp(name, "file") == 0 || strcmp(name, "roots") == 0;
}

static int set_all(struct tlswhy_chain *c, int argc, char **argv, struct file *files, const char **fix) {
    size_t n = 0;
    for (int i = 1; i + 1 < argc; i += 2) {
        const char *name = argv[i] + 2, *value = argv[i + 1];
        int failed = 0;
        if (strcmp(name, "fix") == 0)
            *fix = value;
        else if (is_file(name) && n < FILES)
            failed = give(c, name, value, &files[n++]);
        else
            failed = tlswhy_chain_set(c, name, *value ? value : NULL);
        if (failed) return -1;
    }
    return 0;
}

static void print_answer(struct tlswhy_chain *c, const char *fix) {
    const char *message = "";
    if (fix) {
        printf("written %d\n", tlswhy_chain_write_fix(c, fix, &message));
        printf("message %s\n", message);
    }
    printf("json %s", tlswhy_chain_json(c));
    printf("text %s", tlswhy_chain_text(c, NULL));
}

int main(int argc, char **argv) {
    static struct file files[FILES];
    struct tlswhy_chain *c = tlswhy_chain_new();
    const char *fix = NULL, *message;
    printf("before %d\n", !tlswhy_chain_json(c) && !tlswhy_chain_text(c, NULL) &&
                              tlswhy_chain_write_fix(c, "nowhere", &message) == -1);
    int answer = set_all(c, argc, argv, files, &fix) == 0 ? tlswhy_chain_run(c) : -1;
    printf("answer %d\n", answer);
    if (answer < 0)
        printf("error %s\n", tlswhy_chain_error(c));
    else
        print_answer(c, fix);
    tlswhy_chain_free(c);
    tlswhy_chain_free(NULL);
    return 0;
}
