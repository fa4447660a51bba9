/* What `tlswhy client` found, as text and as JSON (docs/client.md). Takes no decisions. */
#ifndef TW_REPORT_CLIENT_H
#define TW_REPORT_CLIENT_H

#include "local/local.h"
#include "report/report.h"

struct report_client {
    const struct local_report *local;
    int64_t at;
    const char *host; /* escaped; NULL: none was asked about */
};
char *report_client_json(struct arena *a, const struct report_client *r); /* tlswhy-client/1 */
char *report_client_text(struct arena *a, const struct report_client *r, const struct report_style *s);

#endif
