/* Tells of many messages at once what landing asks of each: is it one record, and on which UTC date was its event.

   Every function answers only where a glance is enough, and as the codecs would; of all other messages it says that
   it does not know, and they are read. `scanner.py` declares the same types. Nothing is linked, nothing is allocated,
   nothing of a message is kept. */

#include "texts.h"

#define UNKNOWN INT32_MIN /* the date of a message that must be read */

/* ---- Dates ---- */

/* The date of `2026-03-01T12:30:00.123Z`: route.py's PLAIN_UTC, and a day that there was. */
static int32_t date_of(text time) {
    const uint8_t *tail = time.at + CLOCK_BYTES;
    int32_t day, second;
    if (time.end - time.at <= CLOCK_BYTES || time.end[-1] != 'Z') return UNKNOWN;
    if (time.at[10] != 'T' || !read_clock(time.at, &day, &second)) return UNKNOWN;
    if (tail != time.end - 1) {
        ptrdiff_t digits = time.end - 1 - (tail + 1);
        if (*tail++ != '.' || digits < 1 || digits > 9) return UNKNOWN;
        for (; tail < time.end - 1; tail++)
            if (!is_digit(*tail)) return UNKNOWN;
    }
    return day;
}

/* The first place of one of two characters, of a control character, or of a byte that is not ASCII. */
static const uint8_t *next_of(const uint8_t *at, const uint8_t *end, uint8_t one, uint8_t other) {
    const uint64_t ones = ~0ULL / 255, tops = ones << 7;
    for (uint64_t eight; end - at >= 8; at += 8) {
        memcpy(&eight, at, 8);
        uint64_t a = eight ^ ones * one, b = eight ^ ones * other;
        /* The top bit of each byte that is looked for, and perhaps of some that are more significant. */
        uint64_t found = (((a - ones) & ~a) | ((b - ones) & ~b) | (eight - ones * ' ') | eight) & tops;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
        if (found) return at + __builtin_ctzll(found) / 8;
#else
        if (found) break;
#endif
    }
    while (at < end && *at != one && *at != other && *at >= ' ' && *at < 0x80) at++;
    return at;
}

/* ---- JSON ---- */

#define DEEPEST 32 /* objects and arrays inside each other */

/* Each of these takes the place where something begins and returns where it ends; NULL where it is not plain. */

static const uint8_t *blanks(const uint8_t *at, const uint8_t *end) {
    while (at < end && (*at == ' ' || *at == '\t')) at++;
    return at;
}

static const uint8_t *string(const uint8_t *at, const uint8_t *end) {
    if (at == end || *at != '"') return NULL;
    at = next_of(at + 1, end, '"', '\\');
    return at < end && *at == '"' ? at + 1 : NULL;
}

/* Few enough digits, also of the exponent, for any reader. */
static const uint8_t *number(const uint8_t *at, const uint8_t *end) {
    const uint8_t *start = at;
    at += at < end && *at == '-';
    if (at == end || !is_digit(*at)) return NULL;
    if (*at++ != '0')
        while (at < end && is_digit(*at)) at++;
    if (at < end && *at == '.') {
        const uint8_t *point = at++;
        while (at < end && is_digit(*at)) at++;
        if (at == point + 1) return NULL;
    }
    if (at - start > 18) return NULL;
    if (at < end && (*at | 0x20) == 'e') {
        at += 1 + (end - at > 1 && (at[1] == '+' || at[1] == '-'));
        const uint8_t *power = at;
        while (at < end && is_digit(*at)) at++;
        if (at == power || at - power > 2) return NULL;
    }
    return at;
}

static const uint8_t *word(const uint8_t *at, const uint8_t *end, const char *expected) {
    size_t bytes = strlen(expected);
    return (size_t)(end - at) >= bytes && !memcmp(at, expected, bytes) ? at + bytes : NULL;
}

static const uint8_t *list(const uint8_t *at, const uint8_t *end, int depth, text name, text *found);

static const uint8_t *value(const uint8_t *at, const uint8_t *end, int depth) {
    if (at == end) return NULL;
    switch (*at) {
    case '"': return string(at, end);
    case '{':
    case '[': return depth < DEEPEST ? list(at, end, depth + 1, (text){0}, NULL) : NULL;
    case 't': return word(at, end, "true");
    case 'f': return word(at, end, "false");
    case 'n': return word(at, end, "null");
    default: return number(at, end);
    }
}

/* An object or an array. The value of the object's key `name` goes to `found`, if that is there; a key that comes
   twice is not plain. */
static const uint8_t *list(const uint8_t *at, const uint8_t *end, int depth, text name, text *found) {
    uint8_t is_object = *at == '{', last = is_object ? '}' : ']';
    at = blanks(at + 1, end);
    if (at < end && *at == last) return at + 1;
    for (;;) {
        int is_wanted = 0;
        if (is_object) {
            const uint8_t *key = at;
            if (!(at = string(at, end))) return NULL;
            is_wanted = found && at - key - 2 == name.end - name.at && !memcmp(key + 1, name.at, at - key - 2);
            at = blanks(at, end);
            if (at == end || *at != ':') return NULL;
            at = blanks(at + 1, end);
        }
        const uint8_t *start = at;
        if (!(at = value(at, end, depth))) return NULL;
        if (is_wanted) {
            if (found->at) return NULL;
            *found = (text){start, at};
        }
        at = blanks(at, end);
        if (at == end) return NULL;
        if (*at == last) return at + 1;
        if (*at != ',') return NULL;
        at = blanks(at + 1, end);
    }
}

/* The date in a top-level field of whole objects of printable ASCII without escapes. */
void json_dates(const messages *all, const uint8_t *name, int64_t name_bytes, int32_t *dates) {
    for (int64_t row = 0; row < all->rows; row++) {
        text one = text_of(all, row), found = {0};
        dates[row] = UNKNOWN;
        if (one.at == one.end || *one.at != '{') continue;
        if (list(one.at, one.end, 0, (text){name, name + name_bytes}, &found) != one.end) continue;
        if (found.at && *found.at == '"') dates[row] = date_of((text){found.at + 1, found.end - 1});
    }
}

/* json_scan.py's `is_one_object`. */
void json_is_one(const messages *all, uint8_t *is_one) {
    for (int64_t row = 0; row < all->rows; row++) {
        text one = text_of(all, row);
        size_t bytes = one.end - one.at;
        is_one[row] = 0;
        if (!bytes || *one.at != '{' || one.end[-1] != '}' || memchr(one.at, '\n', bytes)) continue;
        const uint8_t *brace = one.at;
        while ((brace = memchr(brace, '}', one.end - brace))) {
            do brace++;
            while (brace < one.end && (*brace == ' ' || (*brace >= '\t' && *brace <= '\r')));
            if (brace < one.end && *brace == '{') break;
        }
        is_one[row] = !brace;
    }
}

/* ---- CSV ---- */

/* The cell of that number in a row of printable ASCII without quotes and of so many cells. Nothing if it is not one. */
static text cell_of(text row, int64_t number, int64_t fewest, int64_t most) {
    text found = {0};
    const uint8_t *cell = row.at;
    for (int64_t cells = 0;; cells++) {
        const uint8_t *end = next_of(cell, row.end, ',', '"');
        if (cells == number) found = (text){cell, end};
        if (end == row.end) return cells + 1 >= fewest && cells + 1 <= most ? found : (text){0};
        if (*end != ',') return (text){0};
        cell = end + 1;
    }
}

/* The date in the cell of that number, counted from 0. */
void csv_dates(const messages *all, int64_t number, int64_t fewest, int64_t most, int32_t *dates) {
    for (int64_t row = 0; row < all->rows; row++) {
        text cell = cell_of(text_of(all, row), number, fewest, most);
        dates[row] = cell.at ? date_of(cell) : UNKNOWN;
    }
}

/* Whether a message is a row of printable ASCII: it starts as no other format does, and has a comma. */
void csv_is_one(const messages *all, int64_t most_bytes, uint8_t *is_one) {
    for (int64_t row = 0; row < all->rows; row++) {
        text one = text_of(all, row);
        int64_t bytes = one.end - one.at;
        uint8_t first = bytes ? *one.at : 0, letter = first | 0x20;
        int starts = is_digit(first) || (letter >= 'a' && letter <= 'z') || first == '_' || first == '"' || first == '-';
        is_one[row] = starts && bytes >= 4 && bytes < most_bytes && memchr(one.at, ',', bytes) &&
                      next_of(one.at, one.end, 0x7f, 0x7f) == one.end;
    }
}

/* ---- Avro ---- */

enum { SKIP, NUMBER, BYTES, UNION, TEXT_DATE, NUMBER_DATE, NO_DATE };

/* How a field is stepped over, or read: SKIP `what` bytes; a NUMBER; BYTES behind their number; a UNION of `what`
   branches, a step each, which follow it; and at last the date, as text, or as a number of which a day has `what`,
   or none. */
typedef struct {
    int64_t kind, what;
} step;

/* A zigzag varint: 0 if it does not end in time. */
static int read_number(text *left, int64_t *number) {
    uint64_t found = 0;
    for (int shift = 0; shift <= 63; shift += 7) {
        if (left->at == left->end) return 0;
        uint8_t byte = *left->at++;
        found |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *number = (int64_t)(found >> 1) ^ -(int64_t)(found & 1);
            return 1;
        }
    }
    return 0;
}

/* The UTC date of a number of units since 1970; of the years 1 to 9999, as a text could say it. */
static int32_t day_of(int64_t units, int64_t per_day) {
    int64_t day = units / per_day - (units % per_day < 0);
    return day >= -719162 && day <= 2932896 ? (int32_t)day : UNKNOWN;
}

/* The date in a body, by the steps that lead to it. */
static int32_t avro_date(text left, const step *steps) {
    for (const step *next = steps;;) {
        step here = *next++;
        int64_t number = 0;
        if (here.kind == UNION) {
            if (!read_number(&left, &number) || number < 0 || number >= here.what) return UNKNOWN;
            next += here.what;
            here = next[number - here.what];
        }
        if (here.kind == NO_DATE) return UNKNOWN;
        int64_t bytes = here.kind == SKIP ? here.what : 0;
        if (here.kind != SKIP && !read_number(&left, &number)) return UNKNOWN;
        if (here.kind == BYTES || here.kind == TEXT_DATE) bytes = number;
        if (bytes < 0 || bytes > left.end - left.at) return UNKNOWN;
        if (here.kind == TEXT_DATE) return date_of((text){left.at, left.at + bytes});
        if (here.kind == NUMBER_DATE) return day_of(number, here.what);
        left.at += bytes;
    }
}

/* The dates of the messages that begin with that frame, of whose schema the steps are; the others keep theirs. */
void avro_dates(const messages *all, const uint8_t *frame, int64_t frame_bytes, const step *steps, int32_t *dates) {
    for (int64_t row = 0; row < all->rows; row++) {
        text one = text_of(all, row);
        if (one.end - one.at < frame_bytes || memcmp(one.at, frame, frame_bytes)) continue;
        dates[row] = avro_date((text){one.at + frame_bytes, one.end}, steps);
    }
}
