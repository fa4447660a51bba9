/* What `tlswhy client` found, as text and as JSON (docs/client.md). Takes no decisions. */
#ifndef TW_REPORT_CLIENT_H
#define TW_REPORT_CLIENT_H

#include "local/local.h"
#include "report/report.h"

struct report_diagnosis {
    const char *verdict; /* "ok", "partial", "fail", "undetermined" */
    bool by_proxy;       /* only by the proxy that the environment names */
    struct {
        const char *id, *fixer, *certainty, *summary;
    } causes[8];
    size_t n_causes;
};
struct report_client {
    const struct local_report *local;
    int64_t at;
    const char *host; /* escaped; NULL: none was asked about */
    const struct report_diagnosis
        *diagnosis; /* of the host, by a client that follows no setting of this machine; NULL */
};
/* Nothing is wrong, neither here nor with the host. */
bool report_client_ok(const struct report_client *r);
char *report_client_json(struct arena *a, const struct report_client *r); /* tlswhy-client/1 */
char *report_client_text(struct arena *a, const struct report_client *r, const struct report_style *s);

#endif
