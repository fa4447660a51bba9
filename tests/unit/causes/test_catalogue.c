/* The catalogue's texts against the registry of causes: everyone who may have to fix a cause finds a fix. */
#include "causes/catalogue.h"
#include "causes/cause.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static bool has_fix(const struct cause_text *t, const char *who) {
    for (size_t i = 0; i < t->n_fixes; i++)
        if (strcmp(t->fixes[i].who, who) == 0) return true;
    return false;
}

static void want_fix(const struct cause_text *t, const char *who) {
    if (!has_fix(t, who)) fail_msg("%s has no fix for the %s", t->id, who);
}

static void test_every_cause_has_its_text(void **state) {
    (void)state;
    assert_true(n_cause_texts >= cause_registry_n);
    /* The others are what `tlswhy client` finds on its own side. */
    for (size_t i = 0; i < n_cause_texts; i++)
        if (!cause_by_id(cause_texts[i].id)) want_fix(&cause_texts[i], "client");
    for (size_t i = 0; i < cause_registry_n; i++) {
        const struct cause_text *t = cause_text_find(cause_registry[i]->id);
        if (!t) fail_msg("%s has no text", cause_registry[i]->id);
        assert_string_equal(t->id, cause_registry[i]->id);
    }
}

static void test_texts_are_found_by_id_alone(void **state) {
    (void)state;
    for (size_t i = 1; i < n_cause_texts; i++)
        assert_true(strcmp(cause_texts[i - 1].id, cause_texts[i].id) < 0);
    static const char *const unknown[] = {"", "a", "cert", "cert-expire", "cert-expiredd", "zzz"};
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
        assert_null(cause_text_find(unknown[i]));
}

/* DESIGN.md, "Who fixes": where the norm decides, it may turn out to be either side. */
static void test_whoever_fixes_finds_a_fix(void **state) {
    (void)state;
    for (size_t i = 0; i < cause_registry_n; i++) {
        const struct cause_text *t = cause_text_find(cause_registry[i]->id);
        assert_non_null(t);
        enum fixer_rule rule = cause_registry[i]->fixer;
        if (rule == FIX_CLIENT || rule == FIX_BY_NORM) want_fix(t, "client");
        if (rule == FIX_SERVER || rule == FIX_BY_NORM) want_fix(t, "server");
        if (rule == FIX_NETWORK) want_fix(t, "network");
        if (has_fix(t, "server")) want_fix(t, "visitor");
    }
}

static void check_snippets(const struct text_fix *fix) {
    for (size_t i = 0; i < fix->n_snippets; i++) {
        assert_true(*fix->snippets[i].software && *fix->snippets[i].code);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(fix->snippets[i].software, fix->snippets[k].software);
    }
}

static void test_no_part_is_empty(void **state) {
    (void)state;
    for (size_t i = 0; i < n_cause_texts; i++) {
        const struct cause_text *t = &cause_texts[i];
        assert_true(*t->title && *t->explanation);
        assert_true(t->n_fixes > 0 && t->n_avoid > 0);
        for (size_t k = 0; k < t->n_avoid; k++) assert_true(*t->avoid[k]);
        for (size_t k = 0; k < t->n_fixes; k++) {
            assert_true(*t->fixes[k].title && t->fixes[k].n_steps > 0);
            for (size_t n = 0; n < t->fixes[k].n_steps; n++) assert_true(*t->fixes[k].steps[n]);
            check_snippets(&t->fixes[k]);
        }
    }
}

/* One text word by word, through the generator's escaping: quotes, line breaks, and the message's own mark.
 */
static void test_a_text_comes_through_unchanged(void **state) {
    (void)state;
    const struct cause_text *t = cause_text_find("cert-expired");
    assert_non_null(t);
    assert_string_equal(t->title, "The certificate has expired");
    assert_non_null(strstr(t->explanation, "{not_after}"));
    assert_non_null(strstr(t->explanation, "\n\n"));
    assert_string_equal(t->fixes[0].who, "server");
    assert_string_equal(t->fixes[0].snippets[0].software, "certbot");
    assert_string_equal(t->fixes[0].snippets[0].code,
                        "certbot renew --deploy-hook \"systemctl reload nginx\"");
    const struct text_fix *last = &t->fixes[t->n_fixes - 1];
    assert_string_equal(last->who, "visitor");
    assert_int_equal(strncmp(last->steps[0], "I cannot reach {host}", 21), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_cause_has_its_text),
        cmocka_unit_test(test_texts_are_found_by_id_alone),
        cmocka_unit_test(test_whoever_fixes_finds_a_fix),
        cmocka_unit_test(test_no_part_is_empty),
        cmocka_unit_test(test_a_text_comes_through_unchanged),
    };
    return cmocka_run_group_tests_name("catalogue", tests, NULL, NULL);
}
