#include "wire/ntp.h"

#include "base/rd.h"

enum {
    MODE_CLIENT = 3,
    MODE_SERVER = 4,
    VERSION = 4,
    LEAP_UNKNOWN = 3,    /* the clock was never set */
    MAX_STRATUM = 15,    /* 16 and above: unsynchronised */
    MAX_ROOT_MS = 16000, /* MAXDISP: what is further off is no clock (RFC 5905 A.5.1.1) */
};
/* Seconds from 1900 to 1970. */
#define FROM_1900 INT64_C(2208988800)
#define ERA (INT64_C(1) << 32)

void ntp_request(uint8_t out[NTP_PACKET], const uint8_t nonce[NTP_NONCE]) {
    memset(out, 0, NTP_PACKET);
    out[0] = VERSION << 3 | MODE_CLIENT;
    memcpy(out + NTP_PACKET - NTP_NONCE, nonce, NTP_NONCE);
}

static int64_t short_ms(uint32_t v) {
    return ((int64_t)v * 1000) >> 16;
}

/* A timestamp wraps every 136 years: the first moment from `pivot` on that it can mean. */
static int64_t unix_ms(uint64_t stamp, int64_t pivot) {
    int64_t seconds = (int64_t)(stamp >> 32) - FROM_1900;
    int64_t eras = (pivot - seconds) / ERA;
    seconds += eras * ERA;
    if (seconds < pivot) seconds += ERA;
    if (seconds - ERA >= pivot) seconds -= ERA;
    return seconds * 1000 + (int64_t)(((stamp & UINT32_MAX) * 1000) >> 32);
}

/* Four letters that say why (RFC 5905 7.4). */
static void take_kiss(struct ntp_answer *a, struct bytes id) {
    for (size_t i = 0; i < id.n; i++)
        if (id.p[i] >= ' ' && id.p[i] < 0x7F)
            a->kiss[i] = (char)id.p[i];
        else
            break;
}

static const char *no_time(const struct ntp_answer *a, uint64_t receive, uint64_t transmit) {
    if (a->stratum == 0) return "it sent a kiss-of-death, which means that it does not serve us";
    if (a->leap == LEAP_UNKNOWN || a->stratum > MAX_STRATUM)
        return "its clock is not synchronised with any other";
    if (transmit == 0 || receive == 0) return "it named no time";
    if (a->root_delay_ms / 2 + a->dispersion_ms >= MAX_ROOT_MS)
        return "its clock is too far from the one that it follows";
    return NULL;
}

void ntp_read(struct bytes packet, const uint8_t nonce[NTP_NONCE], int64_t pivot, struct ntp_answer *ret) {
    struct rd r;
    *ret = (struct ntp_answer){.kind = NTP_STRANGER, .why = "it is no answer to the question"};
    rd_init(&r, packet);
    uint8_t first = rd_u8(&r, "flags");
    ret->leap = first >> 6;
    ret->version = first >> 3 & 7;
    ret->mode = first & 7;
    ret->stratum = rd_u8(&r, "stratum");
    (void)rd_u16(&r, "poll and precision");
    ret->root_delay_ms = short_ms(rd_u32(&r, "root delay"));
    ret->dispersion_ms = short_ms(rd_u32(&r, "root dispersion"));
    struct bytes id = rd_take(&r, 4, "reference");
    (void)rd_u64(&r, "reference timestamp");
    struct bytes origin = rd_take(&r, NTP_NONCE, "origin timestamp");
    uint64_t receive = rd_u64(&r, "receive timestamp"), transmit = rd_u64(&r, "transmit timestamp");
    /* Extension fields and a MAC may follow, which were not asked for. */
    if (!rd_ok(&r) || ret->mode != MODE_SERVER || ret->version == 0 ||
        !bytes_eq(origin, bytes_of(nonce, NTP_NONCE)))
        return;
    if (ret->stratum == 0) take_kiss(ret, id);
    ret->why = no_time(ret, receive, transmit);
    ret->kind = ret->why ? NTP_REFUSED : NTP_TIME;
    ret->transmit_ms = unix_ms(transmit, pivot);
    int64_t held = (int64_t)(transmit - receive); /* across the end of an era too */
    ret->held_ms = held > 0 ? (int64_t)(((uint64_t)held >> 16) * 1000 >> 16) : 0;
}
