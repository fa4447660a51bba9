#include "probe/profile.h"

#include "probe/modern.h"

#include <assert.h>

static const struct profile modern = {.name = "modern",
                                      .title = "the common ground of current clients",
                                      .source = "CONTRACT.md, \"modern\"",
                                      .judge = "modern",
                                      .current = true,
                                      .renegotiation = RENEGOTIATION_REFUSED}; /* as Go does */

const struct profile *profile_at(size_t i) {
    if (i == 0) return &modern;
    return i - 1 < profile_table_n ? &profile_table[i - 1] : NULL;
}

const struct profile *profile_find(const char *name) {
    const struct profile *p;
    for (size_t i = 0; (p = profile_at(i)) && strcmp(p->name, name) != 0; i++) continue;
    return p;
}

void profile_hello(const struct profile *p, const char *sni, struct hello *ret,
                   struct eng_policy *ret_policy) {
    if (p->hello.n == 0) {
        modern_hello(ret, ret_policy, sni);
        return;
    }
    bool read = hello_from_bytes(p->hello, ret); /* each profile is read by a test */
    assert(read);
    (void)read;
    ret->record_version = p->record_version;
    memset(ret->server_name, 0, sizeof(ret->server_name));
    size_t n = strlen(sni);
    if (hello_has_ext(ret, EXT_SERVER_NAME) && n < sizeof(ret->server_name)) memcpy(ret->server_name, sni, n);
    *ret_policy = p->policy;
}
