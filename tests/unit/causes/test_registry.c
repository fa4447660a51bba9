/* The table of causes: well-formed, and of the contract's words. And what a finding holds. */
#include "../crypto/crypto_test.h"

#include "causes/cause.h"

static void test_ids(void **state) {
    (void)state;
    assert_in_range(cause_registry_n, 50, 128); /* the planner's ceiling */
    for (size_t i = 0; i < cause_registry_n; i++) {
        const char *id = cause_registry[i]->id;
        assert_true(*id && strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(id));
        assert_ptr_equal(cause_by_id(id), cause_registry[i]); /* the first of that name: there is one */
        assert_non_null(cause_registry[i]->judge);
    }
    assert_null(cause_by_id("no-such-cause"));
    assert_null(cause_by_id(""));
}

/* CONTRACT.md: the rows of the table, by the words that a report says. */
static void test_rows(void **state) {
    (void)state;
    static const char *const words[] = {"system-time",
                                        "browser-error",
                                        "man-in-the-middle",
                                        "protocol-mismatch",
                                        "cipher-suite-mismatch",
                                        "incorrect-certificate",
                                        "sni"};
    bool used[TW_COUNT(words)] = {false};
    for (size_t i = 0; i < cause_registry_n; i++) {
        const char *row = cause_registry[i]->row;
        bool known = !row;
        for (size_t k = 0; k < TW_COUNT(words); k++) {
            if (!row || strcmp(row, words[k]) != 0) continue;
            known = used[k] = true;
        }
        if (!known) fail_msg("%s: row %s", cause_registry[i]->id, row);
    }
    for (size_t k = 0; k < TW_COUNT(words); k++)
        if (!used[k]) fail_msg("no cause of the row %s", words[k]);
}

static bool replaces(const struct cause *c, const char *id) {
    for (const char *const *r = c->replaces; r && *r; r++)
        if (strcmp(*r, id) == 0) return true;
    return false;
}

/* Whoever is replaced exists, is another one, and does not replace in turn: else both were dropped. */
static void test_replaces(void **state) {
    (void)state;
    size_t n = 0;
    for (size_t i = 0; i < cause_registry_n; i++) {
        const struct cause *c = cause_registry[i];
        for (const char *const *r = c->replaces; r && *r; r++, n++) {
            const struct cause *broad = cause_by_id(*r);
            if (!broad) fail_msg("%s replaces %s, which is not there", c->id, *r);
            if (broad == c || replaces(broad, c->id)) fail_msg("%s and %s replace each other", c->id, *r);
        }
    }
    assert_true(n > 10);
}

/* Alerts lead to causes of the handshake only, and are those of IANA's register. */
static void test_alerts(void **state) {
    (void)state;
    for (size_t i = 0; i < cause_registry_n; i++) {
        const struct cause *c = cause_registry[i];
        if (!c->alerts) continue;
        assert_true(c->phase == PHASE_CONNECT || c->phase == PHASE_HANDSHAKE);
        assert_int_not_equal(c->alerts[0], 0);
        for (const uint8_t *a = c->alerts; *a; a++)
            if (strncmp(alert_name(*a), "0x", 2) == 0) fail_msg("%s: alert %u", c->id, *a);
    }
}

static void test_phases_and_ranks(void **state) {
    (void)state;
    bool used[PHASE__COUNT] = {false};
    for (size_t i = 0; i < cause_registry_n; i++) {
        const struct cause *c = cause_registry[i];
        assert_true(c->phase < PHASE__COUNT && c->rank <= RANK_APPLICATION && c->fixer <= FIX_BY_NORM);
        used[c->phase] = true;
        if (c->phase == PHASE_NAME) assert_int_equal(c->rank, RANK_CONNECT);
    }
    for (size_t i = 0; i < PHASE__COUNT; i++) assert_true(used[i]);
}

static void test_findings_have_ceilings(void **state) {
    (void)state;
    struct finding f = {0};
    for (size_t i = 0; i < FINDING_MAX_EVIDENCE + 5; i++)
        finding_evidence(&f, i < FINDING_MAX_EVIDENCE ? "kept" : "dropped");
    for (size_t i = 0; i < FINDING_MAX_SLOTS + 5; i++)
        finding_slot(&f, "name", i < FINDING_MAX_SLOTS ? "kept" : "dropped");
    assert_int_equal(f.n_evidence, FINDING_MAX_EVIDENCE);
    assert_int_equal(f.n_slots, FINDING_MAX_SLOTS);
    for (size_t i = 0; i < f.n_evidence; i++) assert_string_equal(f.evidence[i], "kept");
    for (size_t i = 0; i < f.n_slots; i++) assert_string_equal(f.slots[i].value, "kept");
    assert_int_equal(f.n_affects, 0); /* what stands behind is untouched */
    assert_int_equal(f.order, 0);
}

/* The contract's words. */
static void test_words(void **state) {
    (void)state;
    assert_string_equal(fixer_name(FIXER_CLIENT), "client");
    assert_string_equal(fixer_name(FIXER_SERVER), "server");
    assert_string_equal(fixer_name(FIXER_NETWORK), "network");
    assert_string_equal(certainty_name(CERTAINTY_PROVEN), "proven");
    assert_string_equal(certainty_name(CERTAINTY_LIKELY), "likely");
    assert_string_equal(certainty_name(CERTAINTY_POSSIBLE), "possible");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_replaces),
        cmocka_unit_test(test_alerts),
        cmocka_unit_test(test_phases_and_ranks),
        cmocka_unit_test(test_findings_have_ceilings),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
