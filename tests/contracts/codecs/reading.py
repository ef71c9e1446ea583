"""How tests use codecs: whole inputs in, records or rows out."""

import itertools
from collections.abc import Iterable, Sequence

import polars as pl
from hypothesis import HealthCheck, settings

from schemas.codecs import Codec, Record

relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
"""For shared, busy machines: no deadline per example."""


def in_chunks(codec: Codec, data: bytes, cuts: Iterable[int] = ()) -> list[Record]:
    """The records of a stream that arrives in chunks, cut at these positions."""
    splitter = codec.splitter()
    places = [0, *sorted(cut for cut in cuts if 0 < cut < len(data)), len(data)]
    records: list[Record] = []
    for start, end in itertools.pairwise(places):
        records += splitter.feed(data[start:end])
    return records + splitter.finish()


def columns(
    codec: Codec, payloads: Sequence[bytes | None], paths: Sequence[str], header: str | None = None
) -> pl.DataFrame:
    """What the codec reads in these payloads."""
    headers = pl.Series([header] * len(payloads), dtype=pl.String)
    return codec.decode(pl.Series(payloads, dtype=pl.Binary), headers, paths)


def rows(codec: Codec, data: bytes, *paths: str) -> list[tuple[str | None, ...]]:
    """What the codec reads in the records of a message."""
    records = codec.split(data)
    payloads = pl.Series([record.payload for record in records], dtype=pl.Binary)
    headers = pl.Series([record.header for record in records], dtype=pl.String)
    return codec.decode(payloads, headers, paths).rows()
