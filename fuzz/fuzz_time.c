/* What tells the time: NTP packets and lists of SCTs. The first byte chooses which. */
#include "wire/ntp.h"
#include "wire/sct.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void ntp(struct bytes in) {
    static const uint8_t nonce[NTP_NONCE] = {1, 2, 3, 4, 5, 6, 7, 8};
    static const int64_t pivot = INT64_C(1795600000);
    struct ntp_answer a;
    ntp_read(in, nonce, pivot, &a);
    assert((a.kind == NTP_TIME) == (a.why == NULL));
    assert(memchr(a.kiss, 0, sizeof a.kiss));
    if (a.kind != NTP_TIME) return;
    assert(in.n >= NTP_PACKET && a.stratum > 0 && a.stratum < 16);
    assert(a.transmit_ms >= pivot * 1000 && a.transmit_ms < (pivot + (INT64_C(1) << 32)) * 1000);
    assert(a.held_ms >= 0 && a.root_delay_ms >= 0 && a.dispersion_ms >= 0 && a.dispersion_ms < 16000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    if (n == 0) return 0;
    struct bytes in = bytes_of(data + 1, n - 1);
    uint64_t ms;
    if (data[0] % 2 == 0)
        ntp(in);
    else if (sct_newest(in, &ms))
        assert(in.n > 2 + 2 + 1 + 32 + 8);
    return 0;
}
