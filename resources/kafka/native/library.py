"""The two libraries, with their types: librdkafka, as the client's wheel brings it, and the loop in `take.c`."""

import ctypes
import logging
from ctypes import POINTER, Structure, c_char_p, c_int, c_int32, c_int64, c_size_t, c_ssize_t, c_void_p
from functools import cache
from pathlib import Path
from typing import Any

import confluent_kafka

LOGGER = logging.getLogger("advertisex.kafka")

LOOP = Path(__file__).with_name("take.so")

BUNDLED = ("confluent_kafka.libs/librdkafka*.so*", "confluent_kafka/.dylibs/librdkafka*.dylib")
"""Where wheels for Linux and macOS put librdkafka, beside the package."""

ErrorCallback = ctypes.CFUNCTYPE(None, c_void_p, c_int, c_char_p, c_void_p)
LogCallback = ctypes.CFUNCTYPE(None, c_void_p, c_int, c_char_p, c_char_p)

KAFKA: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "rd_kafka_conf_new": (c_void_p, ()),
    "rd_kafka_conf_set": (c_int, (c_void_p, c_char_p, c_char_p, c_char_p, c_size_t)),
    "rd_kafka_conf_set_error_cb": (None, (c_void_p, ErrorCallback)),
    "rd_kafka_conf_set_log_cb": (None, (c_void_p, LogCallback)),
    "rd_kafka_conf_destroy": (None, (c_void_p,)),
    "rd_kafka_new": (c_void_p, (c_int, c_void_p, c_char_p, c_size_t)),
    "rd_kafka_set_log_queue": (c_int, (c_void_p, c_void_p)),
    "rd_kafka_poll_set_consumer": (c_int, (c_void_p,)),
    "rd_kafka_queue_get_consumer": (c_void_p, (c_void_p,)),
    "rd_kafka_queue_destroy": (None, (c_void_p,)),
    "rd_kafka_topic_partition_list_new": (c_void_p, (c_int,)),
    "rd_kafka_topic_partition_list_add": (c_void_p, (c_void_p, c_char_p, c_int32)),
    "rd_kafka_topic_partition_list_set_offset": (c_int, (c_void_p, c_char_p, c_int32, c_int64)),
    "rd_kafka_topic_partition_list_destroy": (None, (c_void_p,)),
    "rd_kafka_assign": (c_int, (c_void_p, c_void_p)),
    "rd_kafka_commit": (c_int, (c_void_p, c_void_p, c_int)),
    "rd_kafka_consume_batch_queue": (c_ssize_t, (c_void_p, c_int, c_void_p, c_size_t)),
    "rd_kafka_last_error": (c_int, ()),
    "rd_kafka_message_errstr": (c_char_p, (c_void_p,)),
    "rd_kafka_message_destroy": (None, (c_void_p,)),
    "rd_kafka_consumer_close": (c_int, (c_void_p,)),
    "rd_kafka_destroy": (None, (c_void_p,)),
}
"""What is used of librdkafka: what each function returns, and takes. All of it is in its public interface."""


class Message(Structure):
    """`message` of take.c, which is rd_kafka_message_t."""

    _fields_ = (
        *(("error", c_int32), ("topic", c_void_p), ("partition", c_int32), ("payload", c_void_p)),
        *(("payload_bytes", c_size_t), ("key", c_void_p), ("key_bytes", c_size_t), ("offset", c_int64)),
        ("hidden", c_void_p),
    )


class Binary(Structure):
    """`binary` of take.c."""

    _fields_ = (("room", c_int64), ("bytes", c_void_p), ("ends", c_void_p), ("is_there", c_void_p))


class Columns(Structure):
    """`columns` of take.c."""

    _fields_ = (
        *(("room", c_int64), ("rows", c_int64), ("payload", Binary), ("key", Binary), ("headers", Binary)),
        *(("partition", c_void_p), ("offset", c_void_p), ("timestamp_ms", c_void_p)),
    )


class Library:
    """Both libraries, loaded: `kafka` has the functions of KAFKA, and the loop's are methods."""

    def __init__(self, librdkafka: Path, loop: Path) -> None:
        self.kafka = ctypes.CDLL(str(librdkafka))
        for name, (result, arguments) in KAFKA.items():
            function = getattr(self.kafka, name)
            function.restype, function.argtypes = result, arguments
        called = (
            self.kafka.rd_kafka_message_timestamp,
            self.kafka.rd_kafka_message_headers,
            self.kafka.rd_kafka_header_get_all,
            self.kafka.rd_kafka_message_destroy,
        )
        self._called = (c_void_p * len(called))(*(ctypes.cast(one, c_void_p) for one in called))
        self._loop = ctypes.CDLL(str(loop))
        self._loop.headers_bytes.argtypes, self._loop.headers_bytes.restype = (c_void_p, c_void_p), c_int64
        self._loop.take.argtypes = (c_void_p, c_void_p, c_int64, POINTER(Columns))
        self._loop.take.restype = c_int64

    def headers_bytes(self, message: int) -> int:
        """How much room the headers of a message need."""
        return self._loop.headers_bytes(self._called, message)  # type: ignore[no-any-return]

    def take(self, batch: int, count: int, columns: Columns) -> int:
        """Appends messages to columns, and destroys them, up to an event or one without room; returns how many."""
        return self._loop.take(self._called, batch, count, columns)  # type: ignore[no-any-return]


@cache
def library() -> Library | None:
    """The libraries, once per process; None where they are not there, or are not what is declared."""
    site = Path(confluent_kafka.__file__).parents[1]
    bundled = [path for pattern in BUNDLED for path in site.glob(pattern)]
    if not bundled or not LOOP.exists():
        LOGGER.debug("Messages come as objects: %s", "take.c was not compiled" if bundled else "no librdkafka found")
        return None
    try:
        return Library(bundled[0], LOOP)
    except (OSError, AttributeError) as error:
        LOGGER.warning("Messages come as objects, since the libraries could not be loaded: %s", error)
        return None
