"""A feed as one frozen value: everything the pipeline needs to know about one source of events."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from functools import cached_property

import polars as pl

from schemas.codecs.base import Codec
from schemas.columns import Column, paths_of
from schemas.consent import TCF_VENDOR_ID
from schemas.errors import ContractError
from schemas.rules import Rule
from schemas.spend import Spend


@dataclass(frozen=True)
class Key:
    """What makes two records of a feed the same event.

    `column` holds the sender's id; a record without one gets an id made from its content. With `rows_unique` two
    such records with equal content are two events, told apart by where they stood; otherwise they are one.
    """

    column: str
    rows_unique: bool = False
    window_days: int = 1
    """How many days before and after its event date an event's duplicates are looked for."""


@dataclass(frozen=True, eq=False)
class Output:
    """One silver table that a feed fills, and which of its rows go there."""

    table: str
    when: pl.Expr
    description: str


@dataclass(frozen=True, eq=False)
class Feed:
    """One source of events.

    `event_at` is the column with the time it happened; `transport_time` says whether a record without one takes its
    Kafka or file time. `watermark_delay` is how long after an hour its rows are still expected. `defaults` are values
    of core columns that no row of this feed carries.
    """

    name: str
    topic: str
    description: str
    owner: str
    codecs: tuple[Codec, ...]
    columns: tuple[Column, ...]
    key: Key
    outputs: tuple[Output, ...]
    extra_rules: tuple[Rule, ...] = ()
    event_at: str = "event_at"
    transport_time: bool = False
    freshness: timedelta = timedelta(hours=1)
    watermark_delay: timedelta = timedelta(minutes=5)
    test_flag: str | None = None
    tcf_vendor_id: int | None = TCF_VENDOR_ID
    spend: Spend | None = None
    """That spend counts events of this feed; one feed says so."""
    consent_default: bool = True
    """Whether user-level data of a record that carries no consent signal may be kept: what the contract with the
    sender says. Without consent, PII columns are null and the row is flagged `no_consent`."""

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if len(set(names)) != len(names):
            raise ContractError(f"Feed {self.name} declares a column twice: {names}.")
        for needed in (self.event_at, self.key.column):
            if needed not in names:
                raise ContractError(f"Feed {self.name} declares no column {needed!r}, which it needs.")

    def __getstate__(self) -> dict[str, object]:
        """The declaration alone: what follows from it is found anew where it goes, and cannot all be sent."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule a row of this feed is judged by."""
        return (*(rule for column in self.columns for rule in column.rules), *self.extra_rules)

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Every field path that the feed's columns read."""
        return paths_of(self.columns)

    @property
    def stored(self) -> tuple[Column, ...]:
        """The columns that silver keeps."""
        return tuple(column for column in self.columns if column.stored)

    @property
    def time_column(self) -> Column:
        """The declaration of the event time."""
        return self.column(self.event_at)

    @property
    def money_column(self) -> str | None:
        """The column that says what a record was worth; None if the feed carries no money."""
        return next((column.name for column in self.stored if (column.unit or "").startswith("micros")), None)

    def column(self, name: str) -> Column:
        """The declared column of that name."""
        return next(column for column in self.columns if column.name == name)

    def codec(self, name: str) -> Codec:
        """The codec of that name."""
        for codec in self.codecs:
            if codec.name == name:
                return codec
        raise ContractError(f"Feed {self.name} has no codec {name!r}; a bronze row names it.")

    @cached_property
    def contract_version(self) -> str:
        """A digest of the declaration: it changes when a column, an alias, a type or a rule does."""
        parts = [
            repr((c.name, c.type, c.sources, c.required, c.content, c.pii, c.consent)) for c in self.columns
        ]
        parts += [rule.identity for rule in self.rules]
        parts += [repr(self.key), self.event_at, str(self.transport_time), str(self.consent_default)]
        parts += [f"tcf_vendor_id: {self.tcf_vendor_id}"] if self.tcf_vendor_id is not None else []
        parts += [f"{output.table}: {output.when}" for output in self.outputs]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def feeds_by_name(feeds: tuple[Feed, ...]) -> Mapping[str, Feed]:
    """The feeds by their names."""
    return {feed.name: feed for feed in feeds}
