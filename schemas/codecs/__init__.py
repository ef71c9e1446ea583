"""Codecs: what bytes become records and columns; pure, no I/O.

Each codec is an object with `sniff`, `split`, `splitter` and `decode` (see `base.Codec`); feeds list theirs.
"""

from schemas.codecs.avro_codec import AvroCodec
from schemas.codecs.avro_framed import AvroConfluentCodec, AvroSingleObjectCodec
from schemas.codecs.base import BROKEN, DECODE_ERROR, RECORD, RESCUED, Codec, Record, StreamSplitter
from schemas.codecs.csv_codec import CsvCodec
from schemas.codecs.detect import detect
from schemas.codecs.json_codec import JsonCodec
from schemas.codecs.schema_source import (
    NO_SCHEMAS,
    RegisteredSchema,
    RegistryUnavailable,
    SchemaSource,
    UnknownSchema,
    WhenDownUnknown,
)

__all__ = [
    "BROKEN",
    "DECODE_ERROR",
    "NO_SCHEMAS",
    "RECORD",
    "RESCUED",
    "AvroCodec",
    "AvroConfluentCodec",
    "AvroSingleObjectCodec",
    "Codec",
    "CsvCodec",
    "JsonCodec",
    "Record",
    "RegisteredSchema",
    "RegistryUnavailable",
    "SchemaSource",
    "StreamSplitter",
    "UnknownSchema",
    "WhenDownUnknown",
    "detect",
]
