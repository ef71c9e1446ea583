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
    uint8_t *bytes;
    int64_t *ends;
    uint8_t *is_there;
} binary;

typedef struct {
    int64_t rows;
    binary payload, key, headers;
    int64_t *partition, *offset, *timestamp_ms;
} columns;

typedef struct {
    int64_t payload, key, headers, events;
} sizes;

/* Each header: two lengths (the value's is -1 where it has none), the name, the value. Returns the bytes of all;
   writes them only if `into` is there. */
static int64_t packed_headers(const functions *kafka, const message *one, uint8_t *into) {
    void *headers;
    const char *name;
    const void *value;
    size_t bytes;
    int64_t end = 0;
    if (kafka->headers(one, &headers)) return 0;
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

/* How much room the messages will need, and how many of them are events. */
void measure(const functions *kafka, message **batch, int64_t count, sizes *found) {
    sizes sum = {0};
    for (int64_t i = 0; i < count; i++) {
        const message *one = batch[i];
        if (one->error) {
            sum.events++;
            continue;
        }
        sum.payload += one->payload_bytes;
        sum.key += one->key_bytes;
        sum.headers += packed_headers(kafka, one, NULL);
    }
    *found = sum;
}

static void append(binary *column, int64_t row, const void *value, size_t bytes) {
    int64_t end = column->ends[row];
    column->is_there[row] = value != NULL;
    if (value) memcpy(column->bytes + end, value, bytes);
    column->ends[row + 1] = end + (value ? (int64_t)bytes : 0);
}

/* Appends the messages, for which there must be room, passes over events, and gives all of them back to librdkafka. */
void take(const functions *kafka, message **batch, int64_t count, columns *into) {
    for (int64_t i = 0; i < count; i++) {
        message *one = batch[i];
        if (!one->error) {
            int64_t row = into->rows++;
            int32_t kind;
            append(&into->payload, row, one->payload, one->payload_bytes);
            append(&into->key, row, one->key, one->key_bytes);
            int64_t end = into->headers.ends[row];
            int64_t bytes = packed_headers(kafka, one, into->headers.bytes + end);
            into->headers.is_there[row] = bytes > 0;
            into->headers.ends[row + 1] = end + bytes;
            into->partition[row] = one->partition;
            into->offset[row] = one->offset;
            into->timestamp_ms[row] = kafka->timestamp(one, &kind);
        }
        kafka->destroy(one);
    }
}
