"""Records as JSON: one per line (plain, gzip, zstd) or as the elements of one array. Not here: which fields."""

import gzip
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import polars as pl
import zstandard

from resources.sample_traffic.dialect import NOT_UTF8_MARK, kinds_of, spoilt, to_bytes
from resources.sample_traffic.malformations import Malformation, Raw

Field = tuple[str, str, pl.Expr]
"""Name on the wire, canonical name, and its JSON literal (null: left out)."""


def _lines(records: pl.Series) -> str:
    return str(records.str.join("\n").item()) + "\n"


def _array(records: pl.Series) -> str:
    return "[\n  " + str(records.str.join(",\n  ").item()) + "\n]\n"


def _plain(data: bytes) -> bytes:
    return data


def _gzip(data: bytes) -> bytes:
    # No time in the header: the same records give the same bytes.
    return gzip.compress(data, compresslevel=6, mtime=0)


def _zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(data)


LINES, ARRAY = _lines, _array
PLAIN, GZIP, ZSTD = _plain, _gzip, _zstd


@dataclass(frozen=True, eq=False)
class JsonDialect:
    """A sender of JSON objects; `inside` are canonical fields that only its nested objects hold."""

    name: str
    suffix: str
    fields: Sequence[Field]
    malformations: Sequence[Malformation]
    time_step_us: int
    layout: Callable[[pl.Series], str] = LINES
    compress: Callable[[bytes], bytes] = PLAIN
    zone_assumed: bool = False
    transport_time: bool = False
    inside: Sequence[str] = ()
    columns: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        named = frozenset(canonical for _, canonical, _ in self.fields)
        object.__setattr__(self, "columns", named.union(self.inside))

    def file_bytes(self, rows: pl.DataFrame) -> bytes:
        """A whole file with these records, in their order."""
        return self.compress(to_bytes(self.layout(self._records(rows))))

    def messages(self, rows: pl.DataFrame) -> list[bytes]:
        """One message value per record."""
        return [to_bytes(text) for text in self._records(rows)]

    def _records(self, rows: pl.DataFrame) -> pl.Series:
        members = [self._member(*definition) for definition in self.fields]
        body = pl.concat_str(members, ignore_nulls=True).str.strip_chars_end(",")
        record = pl.concat_str(pl.lit("{"), body, pl.lit("}"))
        return rows.lazy().select(record=record).select(record=self._broken(rows)).collect()["record"]

    def _member(self, wire: str, canonical: str, literal: pl.Expr) -> pl.Expr:
        value = spoilt(canonical, literal, self.malformations)
        return pl.concat_str(pl.lit(f'"{wire}":'), value, pl.lit(","))

    def _broken(self, rows: pl.DataFrame) -> pl.Expr:
        record, kind = pl.col("record"), pl.lit(rows["malformation"])
        broken = {
            Raw.CUT: record.str.head(40),
            Raw.TEXT: pl.lit("upstream connect error or disconnect before headers"),
            Raw.SINGLE_QUOTES: record.str.replace_all('"', "'", literal=True),
            Raw.NOT_UTF8: pl.concat_str(pl.lit('{"note":"' + NOT_UTF8_MARK + '",'), record.str.slice(1)),
        }
        for raw, damaged in broken.items():
            kinds = kinds_of(raw, self.malformations)
            if kinds:
                record = pl.when(kind.is_in(kinds)).then(damaged).otherwise(record)
        return record


def text(column: str) -> pl.Expr:
    """A JSON string of a column whose values need no escapes; null stays null."""
    return pl.concat_str(pl.lit('"'), pl.col(column), pl.lit('"'))


def money(micros: str | pl.Expr) -> pl.Expr:
    """A JSON number in currency units, with six decimals, of micros or a column of them."""
    micros = pl.col(micros) if isinstance(micros, str) else micros
    decimals = (micros % 1_000_000).cast(pl.String).str.zfill(6)
    return pl.concat_str(micros // 1_000_000, pl.lit("."), decimals)


def iso(form: str, shift_us: int = 0) -> pl.Expr:
    """The event time as text, in strftime's form, shifted into another zone."""
    return (pl.col("event_at") + shift_us).cast(pl.Datetime("us")).dt.strftime(form)
