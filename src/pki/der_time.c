/* UTCTime and GeneralizedTime (RFC 5280 4.1.2.5, X.680 46, 47). */
#include "pki/der.h"

struct digits {
    const uint8_t *p;
    size_t n, at;
    bool bad;
};

/* `count` decimal digits, from `least` to `most`. */
static int number(struct digits *d, size_t count, int least, int most) {
    int v = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned digit = d->at < d->n ? d->p[d->at++] - (unsigned)'0' : 10;
        if (digit > 9) {
            d->bad = true;
            return least;
        }
        v = v * 10 + (int)digit;
    }
    if (v < least || v > most) d->bad = true;
    return v;
}

static bool digit_follows(const struct digits *d) {
    return d->at < d->n && d->p[d->at] >= '0' && d->p[d->at] <= '9';
}

static uint8_t peek(const struct digits *d) {
    return d->at < d->n ? d->p[d->at] : 0;
}

/* Days since 1970 of a civil date (Howard Hinnant's algorithm). */
static int64_t days_of(int64_t y, int m, int d) {
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

static int days_in(int y, int m) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
    return m == 2 && leap ? 29 : days[m - 1];
}

/* "Z", "+0100", or nothing: seconds to take away. */
static int64_t zone(struct digits *d, uint8_t *odd) {
    uint8_t c = peek(d);
    if (c == 'Z') {
        d->at++;
        return 0;
    }
    *odd |= DER_TIME_OFFSET;
    if (c != '+' && c != '-') return 0;
    d->at++;
    int hours = number(d, 2, 0, 23);
    int minutes = number(d, 2, 0, 59);
    int64_t seconds = hours * 3600 + minutes * 60;
    return c == '+' ? seconds : -seconds;
}

static void fraction(struct digits *d, uint8_t *odd) {
    if (peek(d) != '.' && peek(d) != ',') return;
    d->at++;
    *odd |= DER_TIME_FRACTION;
    if (!digit_follows(d)) d->bad = true;
    while (digit_follows(d)) d->at++;
}

bool der_time_of(uint8_t tag, struct bytes body, int64_t *ret, uint8_t *odd) {
    struct digits d = {.p = body.p, .n = body.n};
    bool utc = tag == DER_UTC_TIME;
    *ret = 0;
    *odd = 0;
    int year = number(&d, utc ? 2 : 4, 0, 9999);
    if (utc) year += year >= 50 ? 1900 : 2000;
    int month = number(&d, 2, 1, 12), day = number(&d, 2, 1, 31);
    int hour = number(&d, 2, 0, 23), minute = number(&d, 2, 0, 59), second = 0;
    if (digit_follows(&d))
        second = number(&d, 2, 0, 59);
    else
        *odd |= DER_TIME_NO_SECONDS;
    if (!utc) fraction(&d, odd);
    int64_t away = zone(&d, odd);
    if (d.bad || d.at != d.n || day > days_in(year, month)) return false;
    if (!utc && year >= 1950 && year < 2050) *odd |= DER_TIME_TYPE;
    *ret = days_of(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - away;
    return true;
}

int64_t der_time(struct der *r, uint8_t *odd, const char *field) {
    struct der_tlv t;
    int64_t v = 0;
    *odd = 0;
    if (!der_next(r, &t, field)) {
        if (!r->failed) der_fail(r, DER_MISSING, field);
        return 0;
    }
    if (t.tag != DER_UTC_TIME && t.tag != DER_GENERALIZED_TIME)
        der_fail_at(r, t.all.p, DER_TAG, field);
    else if (!der_time_of(t.tag, t.body, &v, odd))
        der_fail_at(r, t.all.p, DER_VALUE, field);
    return v;
}
