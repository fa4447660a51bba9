/* How a client judges certificates, in words: what differs between clients. */
#include "api/options.h"
#include "api/profiles.h"
#include "probe/profile.h"

static void add_row(struct text *t, const char *label, const char *value) {
    text_addf(t, "  %-12s %s\n", label, value);
}

static const char *names_of(const struct pki_judge *judge) {
    const unsigned cn =
        PKI_HOST_CN_IF_NO_SAN | PKI_HOST_CN_IF_NO_DNS | PKI_HOST_CN_IF_NO_HOST | PKI_HOST_CN_ALWAYS;
    return judge->host_rules & cn ? "subjectAltName, else the common name" : "subjectAltName only";
}

static const char *building_of(const struct pki_judge *judge) {
    static const char *const words[] = {
        [PKI_BUILD_ALL] = "tries every issuer that is at hand",
        [PKI_BUILD_FIRST] = "stays with the first issuer that it finds",
        [PKI_BUILD_SENT_FIRST] = "takes the first issuer that fits, what the server sends before roots",
    };
    return words[judge->building];
}

static const char *missing_of(const struct pki_judge *judge) {
    if (judge->rules & PKI_RULE_AIA) return "fetches intermediates that the server left out";
    if (judge->rules & PKI_RULE_CACHES_CAS) return "knows many intermediates that the server left out";
    return "needs every intermediate from the server";
}

static const char *eku_of(const struct pki_judge *judge) {
    static const char *const words[] = {
        [PKI_EKU_LEAF] = "extended key usage of the leaf alone",
        [PKI_EKU_NESTED] = "extended key usage of intermediates limits what is below",
        [PKI_EKU_NESTED_ANCHOR] = "extended key usage of intermediates and the root limits what is below",
        [PKI_EKU_IGNORED] = "extended key usage is not looked at",
    };
    return words[judge->eku];
}

static const char *revocation_of(const struct pki_judge *judge) {
    static const char *const words[] = {
        [PKI_REVOCATION_NONE] = "not looked at",
        [PKI_REVOCATION_STAPLE] = "stapled answers alone",
        [PKI_REVOCATION_SOFT] = "looked up; no answer is passed over",
        [PKI_REVOCATION_HARD] = "looked up; no answer is a failure",
    };
    return words[judge->revocation];
}

static void add_strength(struct text *t, struct arena *a, const struct pki_judge *judge) {
    bool sha1 = judge->hashes >> PKI_HASH_SHA1 & 1;
    const char *rsa = judge->min_rsa ? text_f(a, "RSA from %u bits", judge->min_rsa) : "RSA of any size";
    add_row(t, "strength", text_f(a, "%s; %s", rsa, sha1 ? "SHA-1 is taken" : "no SHA-1"));
}

static void add_lifetime(struct text *t, struct arena *a, const struct pki_judge *judge) {
    uint32_t days = 0;
    bool all = false;
    for (size_t i = 0; i < PKI_JUDGE_CAPS && judge->caps[i].days; i++) {
        days = judge->caps[i].days;
        all = all || judge->caps[i].private_too;
    }
    if (days == 0) return;
    add_row(t, "lifetime",
            text_f(a, "limited by the date of issue, in the end to %u days; %s", days,
                   all ? "825 days under private roots too" : "not under private roots"));
}

void judge_describe(struct text *t, const struct pki_judge *judge) {
    struct arena *a = t->a;
    add_row(t, "names", names_of(judge));
    add_row(t, "path", building_of(judge));
    add_row(t, "missing", missing_of(judge));
    add_row(t, "usage", eku_of(judge));
    add_strength(t, a, judge);
    add_lifetime(t, a, judge);
    add_row(t, "revocation", revocation_of(judge));
    add_row(t, "staple",
            judge->rules & PKI_RULE_MUST_STAPLE ? "must-staple is kept" : "must-staple is not looked at");
}

const struct pki_judge *judge_named(struct tlswhy_options *o, const char *name) {
    const struct profile *p = profile_find(name);
    const struct pki_judge *judge = pki_judge_find(p && p->judge ? p->judge : name);
    if (judge) return judge;
    if (p) {
        options_fail(o, "--client: %s verifies no certificates, unless it is told to", p->title);
        return NULL;
    }
    struct text t;
    text_init(&t, &o->a);
    for (size_t i = 0; (judge = pki_judge_at(i)); i++) text_addf(&t, "%s%s", i ? ", " : "", judge->name);
    options_fail(o, "--client: there is no judge %s; there are: %s; and every profile's",
                 options_quote(o, name), t.s);
    return NULL;
}
