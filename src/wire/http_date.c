/* The three formats of a date in HTTP (RFC 9110 5.6.7). */
#include "wire/http_date.h"

#include "base/rd.h"
#include "base/text.h"

struct when {
    int64_t year;
    unsigned month, day, hour, minute, second;
};

static unsigned digits(struct rd *r, unsigned n) {
    unsigned v = 0;
    for (unsigned i = 0; i < n; i++) {
        uint8_t c = rd_u8(r, "digit");
        if (c < '0' || c > '9') rd_fail(r, RD_VALUE, "digit");
        v = v * 10 + (unsigned)(c - '0');
    }
    return rd_ok(r) ? v : 0;
}

static void letters(struct rd *r) {
    while (rd_left(r) > 0 && ((*r->cur | 0x20) >= 'a' && (*r->cur | 0x20) <= 'z')) rd_u8(r, "day name");
}

static unsigned month(struct rd *r) {
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct bytes b = rd_take(r, 3, "month");
    for (unsigned i = 0; b.n == 3 && i < 12; i++)
        if (bytes_eq_nocase(b, bytes_of(names + 3 * (size_t)i, 3))) return i + 1;
    rd_fail(r, RD_VALUE, "month");
    return 0;
}

/* asctime() pads the day with a space. */
static unsigned day(struct rd *r) {
    if (rd_left(r) == 0 || *r->cur != ' ') return digits(r, 2);
    rd_u8(r, "space");
    return digits(r, 1);
}

/* Two digits: the formats that have them died with the century, so no date of today is meant by 70 to 99. */
static int64_t short_year(struct rd *r) {
    unsigned y = digits(r, 2);
    return y >= 70 ? 1900 + y : 2000 + y;
}

static void gmt(struct rd *r) {
    if (!bytes_eq(rd_take(r, 3, "zone"), bytes_str("GMT"))) rd_fail(r, RD_VALUE, "zone");
}

/* w: name of a day, D: day, M: month, Y and y: year of four and two digits, h, m, s: time, Z: GMT; else
 * itself. */
static bool matches(struct bytes text, const char *format, struct when *ret) {
    struct rd r;
    rd_init(&r, text);
    for (; *format && rd_ok(&r); format++) {
        switch (*format) {
        case 'w':
            letters(&r);
            break;
        case 'D':
            ret->day = day(&r);
            break;
        case 'M':
            ret->month = month(&r);
            break;
        case 'Y':
            ret->year = digits(&r, 4);
            break;
        case 'y':
            ret->year = short_year(&r);
            break;
        case 'h':
            ret->hour = digits(&r, 2);
            break;
        case 'm':
            ret->minute = digits(&r, 2);
            break;
        case 's':
            ret->second = digits(&r, 2);
            break;
        case 'Z':
            gmt(&r);
            break;
        default:
            if (rd_u8(&r, "date") != (uint8_t)*format) rd_fail(&r, RD_VALUE, "date");
        }
    }
    return rd_done(&r, "date");
}

static unsigned days_in(int64_t year, unsigned m) {
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return m == 2 && leap ? 29 : days[m - 1];
}

static bool is_possible(const struct when *w) {
    return w->month >= 1 && w->day >= 1 && w->day <= days_in(w->year, w->month) && w->hour < 24 &&
           w->minute < 60 && w->second <= 60; /* a leap second */
}

static int64_t days_since_1970(const struct when *w) {
    int64_t y = w->month > 2 ? w->year : w->year - 1; /* years that begin in March end with the leap day */
    int64_t m = w->month > 2 ? w->month - 3 : w->month + 9;
    int64_t era = y / 400, in_era = y % 400;
    int64_t in_year = (153 * m + 2) / 5 + w->day - 1;
    return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

int64_t http_date(struct bytes text) {
    static const char *const formats[] = {"w, D M Y h:m:s Z", "w, D-M-y h:m:s Z", "w M D h:m:s Y"};
    for (size_t i = 0; i < TW_COUNT(formats); i++) {
        struct when w = {0};
        if (!matches(text, formats[i], &w) || !is_possible(&w)) continue;
        int64_t t = days_since_1970(&w) * 86400 + w.hour * 3600 + w.minute * 60 + w.second;
        return t > 0 ? t : 0;
    }
    return 0;
}

int64_t http_age(struct bytes text) {
    static const int64_t MOST = INT64_C(1) << 31; /* what overflows counts as that (RFC 9111 1.2.2) */
    int64_t age = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9') return 0;
        age = age < MOST ? age * 10 + (text.p[i] - '0') : MOST;
    }
    return age < MOST ? age : MOST;
}
