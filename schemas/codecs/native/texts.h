/* Texts as Arrow's binary views, which is how Polars keeps them, and the time of day in one: what all loops share. */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Arrow's binary view: up to 12 bytes lie in the view itself, more lie in a buffer. */
typedef struct {
    int32_t bytes;
    union {
        uint8_t here[12];
        struct { uint8_t prefix[4]; int32_t buffer, offset; } there;
    } is;
} view;

typedef struct {
    const view *views;
    const uint8_t *const *buffers;
    int64_t rows;
} messages;

typedef struct {
    const uint8_t *at, *end;
} text;

static text text_of(const messages *all, int64_t row) {
    const view *one = &all->views[row];
    const uint8_t *at = one->bytes <= 12 ? one->is.here : all->buffers[one->is.there.buffer] + one->is.there.offset;
    return (text){at, at + one->bytes};
}

static int is_digit(uint8_t c) { return c >= '0' && c <= '9'; }

/* Days since 1970-01-01 of a date of the Gregorian calendar, counted in eras of 400 years that begin in March. */
static int32_t days_since_epoch(int32_t year, int32_t month, int32_t day) {
    year -= month <= 2;
    int32_t era = year / 400, of_era = year - era * 400;
    int32_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

#define CLOCK_BYTES 19 /* of `2026-03-01T12:30:00` */

/* The day since 1970 and the second of it in `2026-03-01T12:30:00`, whatever stands between the two; 0 if there was no
   such day, or it is written otherwise. */
static int read_clock(const uint8_t *c, int32_t *day, int32_t *second) {
    static const char shape[] = "0000-00-00?00:00:00";
    static const uint8_t length_of[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (size_t i = 0; i < CLOCK_BYTES; i++)
        if (shape[i] == '0' ? !is_digit(c[i]) : shape[i] != '?' && c[i] != (uint8_t)shape[i]) return 0;
    int32_t hour = (c[11] - '0') * 10 + c[12] - '0';
    if (hour > 23 || c[14] > '5' || c[17] > '5') return 0;
    int32_t year = (c[0] - '0') * 1000 + (c[1] - '0') * 100 + (c[2] - '0') * 10 + c[3] - '0';
    int32_t month = (c[5] - '0') * 10 + c[6] - '0', of_month = (c[8] - '0') * 10 + c[9] - '0';
    if (year < 1 || month < 1 || month > 12) return 0;
    int is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (of_month < 1 || of_month > length_of[month - 1] + (month == 2 && is_leap)) return 0;
    *day = days_since_epoch(year, month, of_month);
    *second = hour * 3600 + ((c[14] - '0') * 10 + c[15] - '0') * 60 + (c[17] - '0') * 10 + c[18] - '0';
    return 1;
}
