/* NTP packets, one field at a time, and the newest of a list of SCTs. */
#include "wire_test.h"

#include "base/wr.h"

#include "wire/ntp.h"
#include "wire/sct.h"

#define NOV_2026 INT64_C(1795600000)
static const uint8_t nonce[NTP_NONCE] = {1, 2, 3, 4, 5, 6, 7, 8};

/* What a good server answers; a test bends it. */
struct packet {
    uint8_t flags, stratum;
    uint32_t delay, dispersion;
    const char *id;
    uint64_t receive, transmit;
    uint8_t first_of_origin;
    size_t n;
};
static uint64_t stamp(int64_t unix_s, unsigned ms) {
    return (uint64_t)(uint32_t)(unix_s + 2208988800) << 32 | (uint64_t)ms * 4294967;
}
static struct packet good(void) {
    return (struct packet){.flags = 0x24,
                           .stratum = 2,
                           .delay = 0x8000,
                           .dispersion = 0x4000,
                           .id = "GPS",
                           .receive = stamp(NOV_2026, 100),
                           .transmit = stamp(NOV_2026, 350),
                           .first_of_origin = 1,
                           .n = NTP_PACKET};
}
static struct ntp_answer read_at(const struct packet *p, int64_t pivot) {
    uint8_t room[128] = {0};
    struct wr w = wr_init(room, sizeof(room));
    wr_u8(&w, p->flags);
    wr_u8(&w, p->stratum);
    wr_u16(&w, 0x06E9);
    wr_u32(&w, p->delay);
    wr_u32(&w, p->dispersion);
    char id[4] = {0};
    memcpy(id, p->id, strlen(p->id) < 4 ? strlen(p->id) : 4);
    wr_put(&w, bytes_of(id, 4));
    wr_u64(&w, 0);
    wr_u8(&w, p->first_of_origin);
    wr_put(&w, bytes_of(nonce + 1, 7));
    wr_u64(&w, p->receive);
    wr_u64(&w, p->transmit);
    struct ntp_answer a;
    uint8_t *exact = malloc(p->n ? p->n : 1); /* so that a sanitizer sees a read beyond it */
    memcpy(exact, room, p->n);
    ntp_read(bytes_of(exact, p->n), nonce, pivot, &a);
    free(exact);
    return a;
}
static struct ntp_answer read_packet(const struct packet *p) {
    return read_at(p, NOV_2026 - 10 * 365 * 86400);
}

static void test_request(void **state) {
    (void)state;
    uint8_t out[NTP_PACKET];
    ntp_request(out, nonce);
    assert_int_equal(out[0], 0x23); /* version 4, mode 3, no leap */
    for (size_t i = 1; i < NTP_PACKET - NTP_NONCE; i++) assert_int_equal(out[i], 0);
    assert_memory_equal(out + 40, nonce, NTP_NONCE);
}

static void test_time(void **state) {
    (void)state;
    struct packet p = good();
    struct ntp_answer a = read_packet(&p);
    assert_int_equal(a.kind, NTP_TIME);
    assert_null(a.why);
    assert_in_range(a.transmit_ms - NOV_2026 * 1000, 349, 350);
    assert_in_range(a.held_ms, 249, 250);
    assert_int_equal(a.root_delay_ms, 500);
    assert_int_equal(a.dispersion_ms, 250);
    p.n = 68; /* with a MAC */
    assert_int_equal(read_packet(&p).kind, NTP_TIME);
    p.receive = p.transmit + 1; /* a server that was set back between the two */
    assert_int_equal(read_packet(&p).held_ms, 0);
}

static void test_refusals(void **state) {
    (void)state;
    struct packet p;
#define AFTER(change, want) (p = good(), (change), assert_int_equal(read_packet(&p).kind, (want)))
    AFTER(p.n = 47, NTP_STRANGER);
    AFTER(p.n = 0, NTP_STRANGER);
    AFTER(p.flags = 0x23, NTP_STRANGER); /* our own question, sent back */
    AFTER(p.flags = 0x25, NTP_STRANGER); /* broadcast */
    AFTER(p.flags = 0x26, NTP_STRANGER); /* control */
    AFTER(p.flags = 0x04, NTP_STRANGER); /* version 0 */
    AFTER(p.first_of_origin = 9, NTP_STRANGER);
    AFTER((p.stratum = 0, p.first_of_origin = 9), NTP_STRANGER); /* a forged kiss silences nobody */
    AFTER(p.flags = 0xE4, NTP_REFUSED);                          /* leap 3 */
    AFTER(p.stratum = 16, NTP_REFUSED);
    AFTER(p.stratum = 255, NTP_REFUSED);
    AFTER(p.transmit = 0, NTP_REFUSED);
    AFTER(p.dispersion = 16u << 16, NTP_REFUSED);
    AFTER(p.delay = 32u << 16, NTP_REFUSED);
    AFTER(p.flags = 0x1C, NTP_TIME); /* version 3 */
    AFTER(p.stratum = 15, NTP_TIME);
    AFTER(p.flags = 0x64, NTP_TIME); /* a leap second is announced */
    AFTER((p.stratum = 0, p.id = "RATE"), NTP_REFUSED);
    assert_string_equal(read_packet(&p).kiss, "RATE");
    AFTER((p.stratum = 0, p.id = "A\x1b[m"), NTP_REFUSED);
    assert_string_equal(read_packet(&p).kiss, "A");
}

/* 7 February 2036, 06:28:16: the 32 bits are full. */
static void test_eras(void **state) {
    (void)state;
    static const int64_t WRAP = 2085978496;
    static const int64_t times[] = {WRAP - 1, WRAP, WRAP + 1, WRAP + 40 * INT64_C(365) * 86400, NOV_2026, 1};
    for (size_t i = 0; i < TW_COUNT(times); i++) {
        struct packet p = good();
        p.receive = p.transmit = stamp(times[i], 500); /* 0 would be no time at all */
        int64_t pivot = times[i] < NOV_2026 ? 0 : NOV_2026;
        struct ntp_answer a = read_at(&p, pivot);
        assert_int_equal(a.kind, NTP_TIME);
        assert_int_equal(a.transmit_ms / 1000, times[i]);
        assert_int_equal(read_at(&p, times[i]).transmit_ms / 1000, times[i]);
        assert_int_equal(read_at(&p, times[i] + 1).transmit_ms / 1000, times[i] + (INT64_C(1) << 32));
    }
    struct packet p = good(); /* received in one era, sent in the next */
    p.receive = UINT64_MAX - UINT32_MAX;
    p.transmit = UINT64_C(1) << 32;
    assert_int_equal(read_packet(&p).held_ms, 2000);
}

static void put_sct(struct wr *w, uint8_t version, uint64_t ms) {
    struct wr_mark m = wr_open(w, 2);
    wr_u8(w, version);
    wr_fill(w, 7, 32);
    wr_u64(w, ms);
    wr_vec(w, 2, bytes_str(""));
    wr_u16(w, 0x0403);
    wr_vec(w, 2, bytes_str("signature"));
    wr_close(w, m);
}

static void test_scts(void **state) {
    (void)state;
    uint8_t room[512];
    struct wr w = wr_init(room, sizeof(room));
    uint64_t ms = 0;
    struct wr_mark m = wr_open(&w, 2);
    put_sct(&w, 0, 1700000000000);
    put_sct(&w, 3, UINT64_MAX);
    put_sct(&w, 0, 1700000000999);
    put_sct(&w, 0, 1600000000000);
    wr_close(&w, m);
    assert_true(sct_newest(wr_bytes(&w), &ms));
    assert_true(ms == 1700000000999);
    for (size_t n = 0; n < w.n; n++) assert_false(sct_newest(bytes_of(room, n), &ms));
    w.n = 0;
    m = wr_open(&w, 2);
    put_sct(&w, 3, 5);
    wr_close(&w, m);
    assert_false(sct_newest(wr_bytes(&w), &ms));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request), cmocka_unit_test(test_time), cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_eras),    cmocka_unit_test(test_scts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
