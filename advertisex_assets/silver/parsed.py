"""Parsed: bronze rows, parsed batch by batch, and what parsing finds beside them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

import polars as pl
import polars.selectors as cs

from advertisex_assets.silver.inputs import Inputs
from advertisex_assets.transforms.drift import drift_of, together
from advertisex_assets.transforms.parse import parse
from advertisex_assets.transforms.route import moves
from schemas.feed import Feed
from schemas.rules import text_column
from schemas.tables.bronze import EXCLUDED_KINDS

Kept = TypeVar("Kept")


@dataclass(frozen=True)
class Findings:
    """Rows received and excluded by date, rows that belong to other dates (see `transforms.route.moves`), and what the
    contract did not expect (see `transforms.drift`)."""

    received: pl.DataFrame
    moves: pl.DataFrame
    drift: pl.DataFrame

    @classmethod
    def of(cls, parts: Sequence["Findings"]) -> "Findings":
        """Those of several batches (at least one) as one."""
        return cls(
            pl.concat([part.received for part in parts]).group_by("event_date").sum(),
            pl.concat([part.moves for part in parts]),
            together([part.drift for part in parts]),
        )


@dataclass(frozen=True)
class Parsed(Generic[Kept]):
    """The parsed rows of a pass (see `transforms.parse`), wherever they are kept, and what was found beside them."""

    rows: Kept
    found: Findings


def parse_batch(
    feed: Feed, batch: pl.DataFrame, inputs: Inputs, incomplete: Collection[date]
) -> Parsed[pl.DataFrame]:
    """Parses bronze rows. A date that cannot be made anew (`incomplete`) takes no row: it stays where it is, refused
    as `awaiting_route`."""
    parsed = parse(feed, batch, inputs.pseudonym_key, inputs.schemas, inputs.addresses)
    moved = moves(feed, parsed).filter(~pl.col("event_date").is_in(sorted(incomplete)))
    found = Findings(_received(batch), moved, drift_of(feed, parsed))
    return Parsed(parsed.select(~cs.starts_with(text_column(""))), found)


def _received(batch: pl.DataFrame) -> pl.DataFrame:
    excluded = pl.col("kind").is_in(EXCLUDED_KINDS)
    return batch.group_by("event_date").agg(
        pl.len().cast(pl.Int64).alias("received"), excluded.sum().cast(pl.Int64).alias("excluded")
    )
