"""Parsed: the rows of a plan, read from bronze and parsed batch by batch, and kept in a spool."""

from dataclasses import dataclass

import polars as pl
import polars.selectors as cs

from advertisex_assets.silver.handles import FeedTables
from advertisex_assets.silver.inputs import Inputs
from advertisex_assets.silver.plan import Plan
from advertisex_assets.silver.read import bronze_rows
from advertisex_assets.transforms.drift import drift_of, together
from advertisex_assets.transforms.parse import parse
from advertisex_assets.transforms.route import moves
from resources.spool import Spool
from schemas.rules import text_column
from schemas.tables.bronze import EXCLUDED_KINDS


@dataclass(frozen=True)
class Parsed:
    """What parsing gave: the rows (see `transforms.parse`), rows received and excluded by date, rows that belong to
    other dates (see `transforms.route.moves`), and what the contract did not expect (see `transforms.drift`)."""

    rows: Spool
    received: pl.DataFrame
    moves: pl.DataFrame
    drift: pl.DataFrame


def parsed_rows(tables: FeedTables, plan: Plan, inputs: Inputs) -> Parsed:
    """Every row of the plan."""
    rows, received, moved, drifted = Spool(), [], [], []
    for batch in bronze_rows(tables, plan):
        received.append(_received(batch))
        parsed = parse(tables.feed, batch, inputs.pseudonym_key, inputs.schemas, inputs.addresses)
        # A date that cannot be made anew takes no row: it stays where it is, refused as `awaiting_route`.
        moved.append(moves(tables.feed, parsed).filter(~pl.col("event_date").is_in(sorted(tables.incomplete))))
        drifted.append(drift_of(tables.feed, parsed))
        rows.add(parsed.select(~cs.starts_with(text_column(""))))
    return Parsed(
        rows, pl.concat(received).group_by("event_date").sum(), pl.concat(moved), together(drifted)
    )


def _received(batch: pl.DataFrame) -> pl.DataFrame:
    excluded = pl.col("kind").is_in(EXCLUDED_KINDS)
    return batch.group_by("event_date").agg(
        pl.len().cast(pl.Int64).alias("received"), excluded.sum().cast(pl.Int64).alias("excluded")
    )
