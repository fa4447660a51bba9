#include "cli.h"

int main(int argc, char **argv) {
    struct cli c = {.options = tlswhy_options_new()};
    int status;
    output_guard();
    arena_init(&c.a);
    if (!words_run(&c, argc, argv, &status)) status = diagnose_run(&c, argc - 1, argv + 1);
    status = output_finish(status);
    tlswhy_options_free(c.options);
    arena_done(&c.a);
    return status;
}
