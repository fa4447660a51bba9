/* The answer of `tlswhy verify` (CONTRACT.md) as JSON and as text. */
#ifndef TW_REPORT_VERIFY_H
#define TW_REPORT_VERIFY_H

#include "base/text.h"
#include "pki/path.h"

/* A reason why a chain is rejected. */
struct report_reason {
    const char *code; /* a cause's id, or a finer word */
    size_t cert;      /* place in the path, the leaf 0 */
    const char *text;
};
/* Why `found` is not accepted: none where it is. */
size_t report_verify_reasons(struct arena *a, const struct pki_search *found, struct report_reason **ret);
/* One line, with a newline at its end. */
char *report_verify_json(struct arena *a, const struct pki_judge *judge, const struct pki_pool *pool,
                         const struct pki_search *found);
char *report_verify_text(struct arena *a, const struct pki_search *found);

#endif
