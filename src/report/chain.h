/* The verdict on certificate files as text and JSON, and the repaired file. */
#ifndef TW_REPORT_CHAIN_H
#define TW_REPORT_CHAIN_H

#include "diagnose/chain_check.h"
#include "report/report.h"

/* What was tried over AIA: `problem` NULL, or why it gave nothing. */
struct report_fetch {
    const char *url, *problem;
};
struct report_chain {
    const struct chain_verdict *v;
    const char *host; /* as it was typed; NULL: none was asked for */
    const struct report_fetch *fetches;
    size_t n_fetches;
    bool fetch_asked, fix_asked;
};
char *report_chain_text(struct arena *a, const struct report_chain *r, const struct report_style *s);
/* `tlswhy-chain/1`, with a newline at its end. */
char *report_chain_json(struct arena *a, const struct report_chain *r);
/* fullchain.pem. False, and the reason in *ret->summary: no file would repair anything. */
bool report_chain_repair(struct arena *a, const struct report_chain *r, struct repair_file *ret);

#endif
