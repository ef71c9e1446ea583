/* Reads many texts at once as what a column's type makes of them: times, amounts, ids, texts without space around them.

   Every function answers only for what nearly all senders write, and as the types' own expressions would; of all other
   texts it says that it does not know, and they are read by those. `values.py` declares the same types. */

#include "texts.h"

#define UNKNOWN INT64_MIN /* the number in a text that must be read otherwise */
#define SECOND_US 1000000LL
#define SECONDS_BELOW 100000000000LL /* times.py has these two */
#define MILLIS_BELOW 100000000000000LL
#define MOST_DIGITS 17 /* fit into 64 bits, and so do that many times ten */

/* The number that so many digits make; -1 if one of them is none. */
static int64_t digits(const uint8_t *at, const uint8_t *end) {
    int64_t found = 0;
    if (at == end || end - at > MOST_DIGITS) return -1;
    for (; at < end; at++) {
        if (!is_digit(*at)) return -1;
        found = found * 10 + *at - '0';
    }
    return found;
}

static int64_t tenfold(int64_t number, int64_t times) {
    while (times-- > 0) number *= 10;
    return number;
}

/* What is taken from a clock in the zone at the end of a text, such as `+02:00` or Z, in minutes; `end` moves before it,
   and stays where there is none. */
static int64_t zone_of(const uint8_t *tail, const uint8_t **end) {
    const uint8_t *zone = *end - 6;
    if (*end > tail && (*end)[-1] == 'Z') (*end)--;
    if (*end - tail < 6 || (*zone != '+' && *zone != '-') || zone[3] != ':') return 0;
    int64_t hours = digits(zone + 1, zone + 3), minutes = digits(zone + 4, zone + 6);
    if (hours < 0 || minutes < 0) return 0;
    *end = zone;
    return (hours * 60 + minutes) * (*zone == '-' ? -1 : 1);
}

/* Epoch seconds, milliseconds or microseconds; or `2026-03-01T12:30:00.123+02:00`: a space may stand for the T, a Z for
   the zone; the zone may be left out, and so may be the fraction. */
static int64_t micros_of(text time) {
    const uint8_t *tail = time.at + CLOCK_BYTES, *end = time.end;
    int32_t day, second;
    if (end - time.at < CLOCK_BYTES) {
        int64_t number = end - time.at == 10 || end - time.at == 13 ? digits(time.at, end) : -1;
        if (number < 0) return UNKNOWN;
        return number * (number < SECONDS_BELOW ? SECOND_US : number < MILLIS_BELOW ? 1000 : 1);
    }
    if ((time.at[10] != 'T' && time.at[10] != ' ') || !read_clock(time.at, &day, &second)) return UNKNOWN;
    int64_t micros = 0, ahead = zone_of(tail, &end);
    if (end > tail) {
        ptrdiff_t length = end - (tail + 1);
        if (*tail != '.' || length < 1 || length > 9 || digits(tail + 1, end) < 0) return UNKNOWN;
        if (length > 6) end = tail + 7, length = 6;
        micros = tenfold(digits(tail + 1, end), 6 - length);
    }
    return (day * 86400LL + second - ahead * 60) * SECOND_US + micros;
}

void times(const messages *all, int64_t *micros) {
    for (int64_t row = 0; row < all->rows; row++) micros[row] = micros_of(text_of(all, row));
}

/* Whether such a time names no zone: 1 or 0; a number needs none. */
void zoneless(const messages *all, int64_t *is_zoneless) {
    for (int64_t row = 0; row < all->rows; row++) {
        text one = text_of(all, row);
        const uint8_t *end = one.end;
        int is_clock = end - one.at >= CLOCK_BYTES;
        if (is_clock) zone_of(one.at + CLOCK_BYTES, &end);
        is_zoneless[row] = micros_of(one) == UNKNOWN ? UNKNOWN : is_clock && end == one.end;
    }
}

/* Of decimals such as `12.5` the number of units of which a whole has 10^`decimals`; with fewer of them, or none. */
void amounts(const messages *all, int64_t decimals, int64_t *amounts) {
    for (int64_t row = 0; row < all->rows; row++) {
        text one = text_of(all, row);
        const uint8_t *start = one.at + (one.at < one.end && *one.at == '-'), *point = start;
        while (point < one.end && *point != '.') point++;
        int64_t whole = digits(start, point), length = point < one.end ? one.end - point - 1 : 0;
        int64_t rest = point < one.end ? digits(point + 1, one.end) : 0;
        amounts[row] = UNKNOWN;
        if (whole < 0 || rest < 0 || length > decimals || point - start + decimals > MOST_DIGITS) continue;
        int64_t found = tenfold(whole, decimals) + tenfold(rest, decimals - length);
        amounts[row] = start == one.at ? found : -found;
    }
}

static int is_visible(uint8_t c) { return c > ' ' && c < 0x7f; }

/* Whether no space can be around a text. */
void is_bare(const messages *all, uint8_t *is_bare) {
    for (int64_t row = 0; row < all->rows; row++) {
        text one = text_of(all, row);
        is_bare[row] = one.at == one.end || (is_visible(*one.at) && is_visible(one.end[-1]));
    }
}

/* Whether nothing can be wrong with an id of at most so many characters: all of them are visible, and it is no JSON. */
void is_plain_id(const messages *all, int64_t most, uint8_t *is_plain) {
    for (int64_t row = 0; row < all->rows; row++) {
        text one = text_of(all, row);
        const uint8_t *at = one.at;
        while (at < one.end && is_visible(*at)) at++;
        is_plain[row] = at == one.end && at - one.at <= most && (at == one.at || (*one.at != '{' && *one.at != '['));
    }
}
