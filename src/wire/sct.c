#include "wire/sct.h"

enum { SCT_V1 = 0, LOG_ID = 32 };

/* Of other versions nothing but the length is known. */
static bool timestamp_of(struct rd *r, uint64_t *ret) {
    uint8_t version = rd_u8(r, "version");
    if (version != SCT_V1) {
        (void)rd_rest(r);
        return false;
    }
    (void)rd_take(r, LOG_ID, "log id");
    *ret = rd_u64(r, "timestamp");
    (void)rd_vec(r, 2, "extensions");
    (void)rd_u16(r, "algorithm");
    (void)rd_vec(r, 2, "signature");
    return rd_done(r, "SCT");
}

bool sct_newest(struct bytes list, uint64_t *ret_ms) {
    struct rd all, r;
    bool any = false;
    rd_init(&all, list);
    r = rd_open(&all, 2, "SignedCertificateTimestampList");
    while (rd_left(&r) > 0) {
        uint64_t ms = 0;
        struct rd one = rd_open(&r, 2, "SerializedSCT");
        if (timestamp_of(&one, &ms)) {
            if (!any || ms > *ret_ms) *ret_ms = ms;
            any = true;
        }
        rd_close(&r, &one, "SerializedSCT");
    }
    rd_close(&all, &r, "SignedCertificateTimestampList");
    return any && rd_done(&all, "SignedCertificateTimestampList");
}
