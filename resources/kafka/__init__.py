"""Kafka: the only package that imports confluent_kafka.

What lives here: connecting, describing topics, reading bounded slices, producing, the demo's mock cluster. What does
not: what becomes of messages (`advertisex_assets/bronze/kafka`) and when they are fetched (`sensors`).
"""

from resources.kafka.connection import Kafka
from resources.kafka.errors import (
    KafkaAuthenticationError,
    KafkaTlsError,
    KafkaUnavailableError,
    LogTruncatedError,
    MessageRefusedError,
    SliceGoneError,
    UnknownTopicError,
)
from resources.kafka.reader import Batch, SliceReader
from resources.kafka.sender import Sender
from resources.kafka.slices import Part, Slice, TopicState, mark_name, source_of, waiting_slices

__all__ = [
    "Batch",
    "Kafka",
    "KafkaAuthenticationError",
    "KafkaTlsError",
    "KafkaUnavailableError",
    "LogTruncatedError",
    "MessageRefusedError",
    "Part",
    "Sender",
    "Slice",
    "SliceGoneError",
    "SliceReader",
    "TopicState",
    "UnknownTopicError",
    "mark_name",
    "source_of",
    "waiting_slices",
]
