/* Root programs: CSV (RFC 4180), the two kinds of CCADB report, PEM bundles, and who trusts what. */
#include "pki_test.h"

#include "pki/csv.h"
#include "pki/program.h"

static struct arena arena;

static int setup(void **state) {
    (void)state;
    arena_init(&arena);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    arena_done(&arena);
    return 0;
}

/* ---- CSV ---- */

/* Records as "[field|field]", and "!why@line" where it ends in one. */
static const char *walk(const char *text, size_t n) {
    struct csv r = csv_of(bytes_of(text, n));
    struct csv_record *record = ARENA_NEW(&arena, struct csv_record);
    struct text t;
    text_init(&t, &arena);
    while (csv_next(&r, &arena, record)) {
        for (size_t i = 0; i < record->n; i++)
            text_addf(&t, "%s%s", i ? "|" : "[", text_escape(&arena, record->field[i], SIZE_MAX));
        text_add(&t, "]");
    }
    if (r.why) text_addf(&t, "!%s@%zu", r.why, r.line);
    return t.s;
}

static void csv_corners(void **state) {
    (void)state;
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"", ""},
        {"\n\r\n\n", ""},
        {"a", "[a]"},
        {"a,b\r\nc,d", "[a|b][c|d]"},
        {"a,b\nc,d\n", "[a|b][c|d]"},
        {"\xEF\xBB\xBF\"a\",b\n", "[a|b]"},
        {",\n", "[|]"},
        {"a,\n", "[a|]"},
        {"a,", "[a|]"},
        {"\"\"\n", ""},
        {"\"\",\"\"\n", "[|]"},
        {"\"a,b\",\"c\r\nd\"\r\n", "[a,b|c\\x0d\\x0ad]"},
        {"\"say \"\"x\"\"\",y\n", "[say \"x\"|y]"},
        {"\"\"\"\"\n", "[\"]"},
        {" a , b \n", "[ a | b ]"},
        {"a\n\nb\n", "[a][b]"},
        {"a\n\"b", "[a]!a quotation mark is not closed@2"},
        {"\"b\"\"", "!a quotation mark is not closed@1"},
        {"\"a\nb\"\nc\"d\n", "[a\\x0ab]!a quotation mark stands inside a field without them@3"},
        {"\"a\"b,c\n", "!a comma or the end of the line is missing@1"},
        {"a\rb\n", "!a comma or the end of the line is missing@1"},
    };
    for (size_t i = 0; i < TW_COUNT(rows); i++) {
        const char *got = walk(rows[i].text, strlen(rows[i].text));
        if (strcmp(got, rows[i].want) != 0) fail_msg("row %zu: %s, not %s", i, got, rows[i].want);
    }
    assert_string_equal(walk("a\0b,c\n", 6), "[a\\x00b|c]");
}

static void csv_limits(void **state) {
    (void)state;
    struct text t;
    text_init(&t, &arena);
    for (size_t i = 1; i < CSV_MAX_FIELDS; i++) text_add(&t, ",");
    assert_null(strchr(walk(t.s, t.n), '!'));
    text_add(&t, ",");
    assert_string_equal(walk(t.s, t.n), "!there are too many fields@1");
    char *big = arena_alloc(&arena, CSV_MAX_FIELD + 4);
    memset(big, 'x', CSV_MAX_FIELD + 3);
    assert_string_equal(walk(big, CSV_MAX_FIELD + 1), "!a field is too long@1");
    big[0] = big[CSV_MAX_FIELD + 2] = '"';
    assert_string_equal(walk(big, CSV_MAX_FIELD + 3), "!a field is too long@1");
}

/* ---- reports ---- */

static const char *sha256_of(struct bytes der) {
    uint8_t digest[HASH_MAX];
    return text_hex(&arena, bytes_of(digest, hash_once(HASH_SHA256, der, digest)));
}

static struct program_reading *reading(void) {
    return ARENA_NEW(&arena, struct program_reading);
}

static struct program_reading *must_read(const char *file, const char *name) {
    struct program_reading *r = reading();
    const char *why = NULL;
    if (!program_read(&arena, bytes_str(file), name, r, &why)) fail_msg("refused: %s", why);
    return r;
}

static void assert_none(const char *file, const char *name, const char *words) {
    struct program_reading *r = reading();
    const char *why = NULL;
    if (program_read(&arena, bytes_str(file), name, r, &why)) fail_msg("taken: %s", file);
    assert_non_null(why);
    if (!strstr(why, words)) fail_msg("'%s' does not say '%s'", why, words);
}

static const struct program *of(const struct program_reading *r, const char *name) {
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(r->programs[i].name, name) == 0) return &r->programs[i];
    fail_msg("there is no program %s", name);
    return NULL;
}

static void bundle(void **state) {
    (void)state;
    struct bytes a = make_cert(&arena, "Root A", NULL), b = make_cert(&arena, "Root B", NULL);
    const char *file = text_f(&arena, "# a comment, with \"marks\"\n%s\n%s%s", cert_pem(&arena, a),
                              cert_pem(&arena, b), cert_pem(&arena, a));
    struct program_reading *r = must_read(file, NULL);
    assert_string_equal(r->kind, "a PEM bundle");
    const struct program *p = of(r, "yours");
    assert_int_equal(p->n, 2); /* A stands there twice */
    assert_string_equal(program_root_name(&arena, &p->roots[0]), "CN=Root A");
    assert_true(bytes_eq(p->roots[1].der, b));
    assert_string_equal(text_hex(&arena, bytes_of(p->roots[1].sha256, 32)), sha256_of(b));
    assert_string_equal(must_read(file, "apple")->programs[0].name, "apple");
    r = must_read(text_f(&arena, "%s-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n",
                         cert_pem(&arena, a)),
                  NULL);
    assert_int_equal(r->programs[0].n, 1);
    assert_int_equal(r->n_refused, 1);
    assert_string_equal(r->refusals[0].what, "block 2");
    assert_non_null(strstr(r->refusals[0].why, "cannot be read"));
    assert_none(text_f(&arena, "%s-----BEGIN CERTIFICATE-----\nMAMC", cert_pem(&arena, a)), NULL, "block 2");
}

static void with_certificates(void **state) {
    (void)state;
    struct bytes a = make_cert(&arena, "Root A", NULL), b = make_cert(&arena, "Root B", NULL),
                 c = make_cert(&arena, "Root C", NULL);
    static EVP_PKEY *key;
    if (!key) key = make_key("EC", "P-256", 0);
    struct spec below = {.cn = "Below"};
    struct bytes other = issue(&arena, &below, key, a, key);
    const char *file =
        text_f(&arena,
               "\"Owner\",\"Common Name or Certificate Name\",\"SHA-256 Fingerprint\",\"Trust Bits\","
               "\"Distrust for TLS After Date\",\"PEM Info\"\r\n"
               "\"The \"\"A\"\" Trust, Inc.\",\"A\",\"%s\",\"Websites;Email\",\"\",\"'%s'\"\r\n"
               "\"B\",\"B\",\"%s\",\"Email\",\"2024.11.30\",\"'%s'\"\r\n"
               "\"C\",\"C\",\"%s\",\"Websites\",\"\",\"'%s'\"\r\n"             /* another's fingerprint */
               "\"C\",\"C\",\"\",\"Websites\",\"2024.13.30\",\"'%s'\"\r\n"     /* no month */
               "\"D\",\"D\",\"\",\"Websites\",\"\",\"'%s'\"\r\n"               /* no root */
               "\"E\",\"E\",\"\",\"Websites\",\"\",\"\"\r\n"                   /* nothing */
               "\"F\",\"F\"\r\n"                                               /* cut */
               "\"G\",\"G\",\"\",\"Websites\",\"\",\"'-----BEGIN CERT'\"\r\n", /* no PEM */
               sha256_of(a), cert_pem(&arena, a), sha256_of(b), cert_pem(&arena, b), sha256_of(a),
               cert_pem(&arena, c), cert_pem(&arena, c), cert_pem(&arena, other));
    struct program_reading *r = must_read(file, NULL);
    static const char *const whys[] = {"fingerprint is of another", "date of distrust", "is no root",
                                       "neither a certificate",     "fewer fields",     "PEM cannot be read"};
    assert_string_equal(r->kind, "a CCADB report with certificates");
    const struct program *p = of(r, "mozilla");
    assert_int_equal(p->n, 2);
    assert_true(program_root_for_tls(&p->roots[0]));
    assert_int_equal(p->roots[0].trust, PROGRAM_TLS | PROGRAM_EMAIL);
    assert_false(program_root_for_tls(&p->roots[1]));
    assert_false(p->roots[0].has_distrust);
    assert_true(p->roots[1].has_distrust);
    assert_string_equal(text_time(&arena, p->roots[1].distrust_tls_after), "2024-11-30T23:59:59Z");
    assert_int_equal(r->n_refused, TW_COUNT(whys));
    for (size_t i = 0; i < TW_COUNT(whys); i++)
        if (!strstr(r->refusals[i].why, whys[i])) fail_msg("%zu: %s", i, r->refusals[i].why);
}

static void of_all_programs(void **state) {
    (void)state;
    struct bytes a = make_cert(&arena, "Root A", NULL), b = make_cert(&arena, "Root B", NULL),
                 c = make_cert(&arena, "Root C", NULL);
    /* Each line of that report ends in one comma more. */
    const char *file = text_f(&arena,
                              "\"CA Owner\",\"Certificate Name\",\"Apple Status\",\"Apple Trust Bits\","
                              "\"Google Chrome Status\",\"Microsoft Status\",\"Microsoft EKUs\","
                              "\"Mozilla Status\",\"Mozilla Trust Bits\",\"SHA-256 Fingerprint\",\n"
                              "\"A\",\"Root A\",\"Included\",\"serverAuth;emailProtection\",\"Included\","
                              "\"Included\",\"Server Authentication\",\"Included\",\"Websites\",\"%s\",\n"
                              "\"B\",\"Root B\",\"Not Included\",\"\",\"Removed\",\"Included\","
                              "\"Code Signing;Secure Email\",\"Pending\",\"\",\"%s\",\n"
                              "\"C\",\"Root C\",\"Not Included\",\"\",\"\",\"\",\"\",\"\",\"\",\"%s\",\n",
                              sha256_of(a), sha256_of(b), sha256_of(c));
    struct program_reading *r = must_read(file, NULL);
    assert_int_equal(r->n, 4);
    assert_int_equal(of(r, "apple")->n, 1);
    assert_int_equal(of(r, "google")->n, 2);
    assert_false(of(r, "google")->roots[0].removed);
    assert_true(of(r, "google")->roots[1].removed);
    assert_false(program_root_for_tls(&of(r, "google")->roots[1]));
    assert_int_equal(of(r, "mozilla")->n, 1);
    assert_int_equal(of(r, "microsoft")->n, 2);
    assert_int_equal(r->n_refused, 0);
    assert_false(of(r, "google")->roots[0].has_trust);
    assert_string_equal(of(r, "microsoft")->roots[1].name, "Root B");
    struct program_set set = {0};
    for (size_t i = 0; i < r->n; i++) *program_set_add(&set, &arena, "") = r->programs[i];
    const char *names[8];
    assert_int_equal(program_set_trusting(&set, a, names, 8), 4);
    assert_int_equal(program_set_trusting(&set, a, names, 2), 2);
    /* Microsoft has B for other purposes alone. */
    assert_int_equal(program_set_trusting(&set, b, names, 8), 0);
    assert_int_equal(program_set_publicity(&set, b), PROGRAM_PUBLIC_YES);
    assert_int_equal(program_set_trusting(&set, c, names, 8), 0);
    assert_int_equal(program_set_publicity(&set, c), PROGRAM_PUBLIC_NO);
    assert_none(file, "mine", "several root programs");
}

/* The list of all records holds intermediates too. */
static void of_all_records(void **state) {
    (void)state;
    struct bytes a = make_cert(&arena, "Root A", NULL), b = make_cert(&arena, "Root B", NULL);
    struct program_reading *r =
        must_read(text_f(&arena,
                         "Certificate Record Type,Chrome Status,SHA-256 Fingerprint\n"
                         "Root Certificate,Included,%s\nIntermediate Certificate,Included,%s\n"
                         "Root Certificate,Included,12:34\n",
                         sha256_of(a), sha256_of(b)),
                  NULL);
    assert_int_equal(r->n, 1);
    assert_int_equal(of(r, "google")->n, 1);
    assert_int_equal(r->n_refused, 1);
    assert_string_equal(r->refusals[0].what, "line 4");
}

static void is_none(void **state) {
    (void)state;
    static const struct {
        const char *file, *words;
    } rows[] = {
        {"", "neither a PEM bundle nor"},
        {"hello\n", "neither a PEM bundle nor"},
        {"\"a\nb", "neither a PEM bundle nor"},
        {"a,b,c\n1,2,3\n", "'PEM Info'"},
        {"SHA-256 Fingerprint,Trust Bits\nab,Websites\n", "'PEM Info'"},
        {"Mozilla Status,Certificate Name\nIncluded,x\n", "'SHA-256 Fingerprint'"},
        {"Mozilla Status,SHA-256 Fingerprint\nRemoved,\n", "there is no root in it"},
        {"PEM Info\n\n", "there is no root in it"},
        {"PEM Info\n\"x", "line 2: a quotation mark is not closed"},
        {"-----BEGIN PUBLIC KEY-----\nAA==\n-----END PUBLIC KEY-----\n", "there is no root in it"},
        {"-----BEGIN CERTIFICATE-----\n", "block 1"},
    };
    for (size_t i = 0; i < TW_COUNT(rows); i++) assert_none(rows[i].file, NULL, rows[i].words);
}

/* What is kept comes back as it was. */
static void kept(void **state) {
    (void)state;
    struct bytes a = make_cert(&arena, "Root \"A\", Ltd.", NULL), b = make_cert(&arena, "Root B", NULL);
    struct program p = {.name = "mine", .from = "a,\"b\".pem", .imported = "2026-01-31T00:00:00Z"};
    struct pki_cert c;
    (void)pki_cert_read(a, &c);
    struct program_root root = program_root_of(&c);
    root.has_trust = root.has_distrust = true;
    root.distrust_tls_after = 1732924799 + 86400; /* 2024-11-30T23:59:59Z */
    program_add(&arena, &p, &root);
    (void)pki_cert_read(b, &c);
    root = program_root_of(&c);
    root.der = (struct bytes){0};
    program_add(&arena, &p, &root);
    program_settle(&arena, &p);
    struct program_reading *r = reading();
    const char *why;
    assert_true(program_read(&arena, program_write(&arena, &p), "mine", r, &why));
    const struct program *back = of(r, "mine");
    assert_int_equal(back->n, 2);
    assert_string_equal(back->from, p.from);
    assert_string_equal(back->imported, p.imported);
    for (size_t i = 0; i < 2; i++) {
        assert_memory_equal(back->roots[i].sha256, p.roots[i].sha256, 32);
        assert_true(bytes_eq(back->roots[i].der, p.roots[i].der));
        assert_string_equal(program_root_name(&arena, &back->roots[i]),
                            program_root_name(&arena, &p.roots[i]));
        assert_int_equal(back->roots[i].has_trust, p.roots[i].has_trust);
        assert_int_equal(back->roots[i].trust, p.roots[i].trust);
        assert_int_equal(back->roots[i].has_distrust, p.roots[i].has_distrust);
        assert_int_equal(back->roots[i].distrust_tls_after, p.roots[i].distrust_tls_after);
    }
}

/* ---- sets ---- */

static void publicity(void **state) {
    (void)state;
    struct bytes a = make_cert(&arena, "Root A", NULL), b = make_cert(&arena, "Root B", NULL);
    struct program_set set = {0};
    *program_set_add(&set, &arena, "") = must_read(cert_pem(&arena, a), "system")->programs[0];
    *program_set_add(&set, &arena, "") = must_read(cert_pem(&arena, a), "yours")->programs[0];
    const char *names[4];
    assert_int_equal(program_set_publicity(&set, a), PROGRAM_PUBLIC_UNKNOWN);
    assert_int_equal(program_set_trusting(&set, a, names, 4), 2);
    assert_string_equal(names[1], "yours");
    /* What a program took out says nothing of what it has. */
    struct program *removals = program_set_add(&set, &arena, "");
    *removals = must_read(cert_pem(&arena, b), "microsoft")->programs[0];
    removals->roots[0].removed = true;
    assert_int_equal(program_set_publicity(&set, a), PROGRAM_PUBLIC_UNKNOWN);
    *program_set_add(&set, &arena, "") = must_read(cert_pem(&arena, b), "apple")->programs[0];
    assert_int_equal(program_set_publicity(&set, a), PROGRAM_PUBLIC_NO);
    assert_int_equal(program_set_publicity(&set, b), PROGRAM_PUBLIC_YES);
    assert_int_equal(program_set_publicity(&set, bytes_str("no certificate")), PROGRAM_PUBLIC_NO);
}

/* A root that was issued anew with its old key is the same anchor; one with another key is not. */
static void reissued(void **state) {
    (void)state;
    EVP_PKEY *key = make_key("EC", "P-256", 0), *other = make_key("EC", "P-256", 0);
    struct spec old = {.cn = "Root"}, again = {.cn = "Root", .from = NOW - DAY, .to = NOW + 9 * DAY};
    struct bytes was = issue(&arena, &old, key, (struct bytes){0}, NULL),
                 now = issue(&arena, &again, key, (struct bytes){0}, NULL),
                 impostor = issue(&arena, &again, other, (struct bytes){0}, NULL);
    const struct program *p = of(must_read(cert_pem(&arena, was), "apple"), "apple");
    assert_ptr_equal(program_anchor(p, was), &p->roots[0]);
    assert_ptr_equal(program_anchor(p, now), &p->roots[0]);
    assert_null(program_anchor(p, impostor));
    EVP_PKEY_free(key);
    EVP_PKEY_free(other);
}

/* What one program knows of a root, another that has its fingerprint alone learns. */
static void shared(void **state) {
    (void)state;
    struct bytes a = make_cert(&arena, "Root A", NULL);
    const char *report = text_f(
        &arena, "Apple Status,Mozilla Status,SHA-256 Fingerprint\nIncluded,Included,%s\n", sha256_of(a));
    struct program_reading *all = must_read(report, NULL);
    struct program_reading *dated = must_read(
        text_f(&arena, "Trust Bits,Distrust for TLS After Date,PEM Info\nWebsites,2030-01-02,\"'%s'\"\n",
               cert_pem(&arena, a)),
        NULL);
    struct program *mozilla = &all->programs[0], *apple = &all->programs[1];
    program_inherit(&arena, mozilla, &dated->programs[0]);
    assert_true(bytes_eq(mozilla->roots[0].der, a));
    assert_string_equal(text_time(&arena, mozilla->roots[0].distrust_tls_after), "2030-01-02T23:59:59Z");
    assert_int_equal(mozilla->roots[0].trust, PROGRAM_TLS);
    struct program_set set = {0};
    *program_set_add(&set, &arena, "") = *apple;
    *program_set_add(&set, &arena, "") = *mozilla;
    assert_int_equal(set.list[0].roots[0].der.n, 0);
    program_set_share(&set);
    assert_true(bytes_eq(set.list[0].roots[0].der, a));
    assert_false(set.list[0].roots[0].has_distrust);
    assert_non_null(program_set_find(&set, "apple"));
    assert_null(program_set_find(&set, "google"));
}

static void names(void **state) {
    (void)state;
    static const char *const good[] = {"a", "our-ca", "x.509_v3", "0"};
    static const char *const bad[] = {"",
                                      "-a",
                                      "a-",
                                      ".",
                                      "..",
                                      "A",
                                      "a/b",
                                      "a b",
                                      "../a",
                                      "ä",
                                      "1234567890123456789012345678901234567890123456789012345678901234x"};
    for (size_t i = 0; i < TW_COUNT(good); i++) assert_true(program_name_ok(good[i]));
    for (size_t i = 0; i < TW_COUNT(bad); i++)
        if (program_name_ok(bad[i])) fail_msg("'%s' is taken", bad[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_corners), cmocka_unit_test(csv_limits),      cmocka_unit_test(bundle),
        cmocka_unit_test(kept),        cmocka_unit_test(of_all_programs), cmocka_unit_test(with_certificates),
        cmocka_unit_test(publicity),   cmocka_unit_test(of_all_records),  cmocka_unit_test(is_none),
        cmocka_unit_test(reissued),    cmocka_unit_test(shared),          cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
