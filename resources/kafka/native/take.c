/* Takes a batch of librdkafka's messages into columns: what a loop in Python does at several times the cost.

   Everything here is public: the fields of a message that librdkafka documents, and three of its functions, whose
   addresses are handed in, so that nothing is linked. `library.py` declares the same types. Not here: waiting for
   messages, and whatever can go wrong. */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* rd_kafka_message_t. An event (the end of a partition, an error) is a message whose `error` is not 0. */
typedef struct {
    int32_t error;
    void *topic;
    int32_t partition;
    void *payload;
    size_t payload_bytes;
    void *key;
    size_t key_bytes;
    int64_t offset;
    void *hidden;
} message;

typedef struct {
    int64_t (*timestamp)(const message *, int32_t *kind);
    int32_t (*headers)(const message *, void **headers);
    int32_t (*header)(const void *headers, size_t number, const char **name, const void **value, size_t *bytes);
    void (*destroy)(message *);
} functions;

/* A column of bytes as Arrow has it: row i is bytes[ends[i]] to bytes[ends[i + 1]], and null unless is_there[i]. */
typedef struct {
    int64_t room;
    uint8_t *bytes;
    int64_t *ends;
    uint8_t *is_there;
} binary;

/* `room` of them all, in rows; of a column of bytes, in bytes. */
typedef struct {
    int64_t room, rows;
    binary payload, key, headers;
    int64_t *partition, *offset, *timestamp_ms;
} columns;

/* Each header: two lengths (the value's is -1 where it has none), the name, the value. Returns the bytes of all;
   writes them only if `into` is there. */
static int64_t packed(const functions *kafka, const void *headers, uint8_t *into) {
    const char *name;
    const void *value;
    size_t bytes;
    int64_t end = 0;
    for (size_t number = 0; !kafka->header(headers, number, &name, &value, &bytes); number++) {
        int64_t lengths[2] = {(int64_t)strlen(name), value ? (int64_t)bytes : -1};
        size_t value_bytes = value ? bytes : 0;
        if (into) {
            memcpy(into + end, lengths, sizeof lengths);
            memcpy(into + end + sizeof lengths, name, lengths[0]);
            memcpy(into + end + sizeof lengths + lengths[0], value ? value : "", value_bytes);
        }
        end += sizeof lengths + lengths[0] + value_bytes;
    }
    return end;
}

/* How many bytes a message's headers take. Asking for them is dear even where there are none. */
int64_t headers_bytes(const functions *kafka, const message *one) {
    void *headers;
    return kafka->headers(one, &headers) ? 0 : packed(kafka, headers, NULL);
}

static int has_room(const binary *column, int64_t row, int64_t bytes) {
    return bytes <= column->room - column->ends[row];
}

static void append(binary *column, int64_t row, const void *value, size_t bytes) {
    int64_t end = column->ends[row];
    column->is_there[row] = value != NULL;
    if (value) memcpy(column->bytes + end, value, bytes);
    column->ends[row + 1] = end + (value ? (int64_t)bytes : 0);
}

/* Appends messages and gives them back to librdkafka, up to the first that is an event or finds no room. Returns how
   many. */
int64_t take(const functions *kafka, message **batch, int64_t count, columns *into) {
    int64_t taken = 0;
    for (; taken < count; taken++) {
        message *one = batch[taken];
        int64_t row = into->rows;
        int32_t kind;
        void *headers;
        if (one->error || row == into->room) break;
        if (!has_room(&into->payload, row, one->payload_bytes) || !has_room(&into->key, row, one->key_bytes)) break;
        int64_t bytes = kafka->headers(one, &headers) ? 0 : packed(kafka, headers, NULL), end = into->headers.ends[row];
        if (!has_room(&into->headers, row, bytes)) break;
        if (bytes) packed(kafka, headers, into->headers.bytes + end);
        into->headers.is_there[row] = bytes > 0;
        into->headers.ends[row + 1] = end + bytes;
        append(&into->payload, row, one->payload, one->payload_bytes);
        append(&into->key, row, one->key, one->key_bytes);
        into->partition[row] = one->partition;
        into->offset[row] = one->offset;
        into->timestamp_ms[row] = kafka->timestamp(one, &kind);
        into->rows++;
        kafka->destroy(one);
    }
    return taken;
}
