"""What a dialect is: the way in which one sender writes the records of a feed. Not here: the dialects themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import polars as pl

from resources.sample_traffic.malformations import Malformation, Raw

NOT_UTF8_MARK = "\u0001not-utf-8\u0001"
"""Stands for bytes that are no UTF-8 until a record becomes bytes; a column of strings could not hold them."""

NOT_UTF8_BYTES = b"\xff\xfe\xfa"


class Dialect(Protocol):
    """A sender's way of writing records."""

    @property
    def name(self) -> str:
        """The sender's name, which its files bear."""
        ...

    @property
    def suffix(self) -> str:
        """How its files' names end."""
        ...

    @property
    def time_step_us(self) -> int:
        """The precision of its times, in microseconds."""
        ...

    @property
    def zone_assumed(self) -> bool:
        """Its times name no zone."""
        ...

    @property
    def transport_time(self) -> bool:
        """Its records carry no time at all."""
        ...

    @property
    def columns(self) -> frozenset[str]:
        """The canonical fields that it sends."""
        ...

    def file_bytes(self, rows: pl.DataFrame) -> bytes:
        """A whole file with these records, in their order."""
        ...

    def messages(self, rows: pl.DataFrame) -> list[bytes]:
        """One Kafka message value per record."""
        ...


@dataclass(frozen=True)
class WireFeed:
    """A feed as its senders see it: dialects, malformations, and which canonical column is the record's key."""

    name: str
    topic: str
    key: str
    table: pl.Expr
    dialects: tuple[Dialect, ...]
    malformations: Sequence[Malformation]
    has_campaign: bool


def spoilt(field: str, text: pl.Expr, malformations: Sequence[Malformation]) -> pl.Expr:
    """The text of a field, with what malformed records have in its place (null: left out)."""
    cells = {i: m.cells[field] for i, m in enumerate(malformations) if field in m.cells}
    if not cells:
        return text
    kind = pl.col("malformation")
    replaced = kind.replace_strict(list(cells), list(cells.values()), default=None, return_dtype=pl.String)
    return pl.when(kind.is_in(list(cells))).then(replaced).otherwise(text)


def kinds_of(raw: Raw, malformations: Sequence[Malformation]) -> list[int]:
    """The malformations that treat finished bytes so."""
    return [i for i, m in enumerate(malformations) if m.raw is raw]


def to_bytes(text: str) -> bytes:
    """UTF-8, except where a record must not be."""
    return text.encode().replace(NOT_UTF8_MARK.encode(), NOT_UTF8_BYTES)
