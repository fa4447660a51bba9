#include "base/text.h"

#include <stdio.h>
#include <time.h>

/* RFC 3339 5.6. */
bool text_time_read(const char *s, int64_t *ret) {
    struct tm tm = {0};
    const char *end = strptime(s, "%Y-%m-%dT%H:%M:%S", &tm);
    if (!end) return false;
    if (*end == '.') end += 1 + strspn(end + 1, "0123456789");
    int hours = 0, minutes = 0, n = 0;
    char sign = '+';
    if (strcmp(end, "Z") != 0 && strcmp(end, "z") != 0 &&
        (sscanf(end, "%c%2d:%2d%n", &sign, &hours, &minutes, &n) != 3 || end[n] || !strchr("+-", sign)))
        return false;
    int64_t offset = (int64_t)hours * 3600 + (int64_t)minutes * 60;
    *ret = (int64_t)timegm(&tm) - (sign == '-' ? -offset : offset);
    return true;
}
