/* What the tests of the public library share. */
#ifndef TW_TESTS_API_TEST_H
#define TW_TESTS_API_TEST_H

#include "api/options.h"
#include "net/net.h"

#include <setjmp.h>
#include <stdarg.h>
/* cmocka.h needs those before it */
#include <cmocka.h>

static inline int options_setup(void **state) {
    *state = tlswhy_options_new();
    return 0;
}

static inline int options_teardown(void **state) {
    tlswhy_options_free(*state);
    return 0;
}

#define OPTIONS_TEST(f) cmocka_unit_test_setup_teardown(f, options_setup, options_teardown)

/* Refused, with a line that holds `words`, and nothing of the request changed. */
static inline void assert_refused(struct tlswhy_options *o, const char *name, const char *value,
                                  const char *words) {
    struct request before = o->request;
    if (tlswhy_set(o, name, value) != -1) fail_msg("%s=%s was taken", name, value ? value : "NULL");
    if (!strstr(tlswhy_options_error(o), words))
        fail_msg("%s=%s: '%s' does not say '%s'", name, value ? value : "NULL", tlswhy_options_error(o),
                 words);
    assert_null(strchr(tlswhy_options_error(o), '\n'));
    assert_memory_equal(&before, &o->request, sizeof before);
}

static inline void assert_taken(struct tlswhy_options *o, const char *name, const char *value) {
    if (tlswhy_set(o, name, value) != 0) fail_msg("%s: %s", name, tlswhy_options_error(o));
}

#endif
