"""`advertisex quarantine`: browse refused rows."""

from typing import Annotated

import polars as pl
import typer

from advertisex_assets.cli.output import Format, FormatOption, show
from resources.world import open_lake
from schemas.tables.silver import QUARANTINE

EXAMPLE_BYTES = 120
"""Enough of a refused record to recognise its producer."""


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(name="quarantine")(quarantine)


def quarantine(
    feed: Annotated[str | None, typer.Argument(help="Only this feed.")] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show refused rows by reason: how many, since when, where, and an example."""
    show(summary(open_lake().open(QUARANTINE).scan(), feed), form, "Quarantine")


def summary(refused: pl.LazyFrame, feed: str | None = None) -> pl.DataFrame:
    """Refused rows by feed and reasons.

    Columns: feed, codes, rows, first_seen, last_seen, at_risk_micros, then the first one's source_name, partition,
    offset, detail and the beginning of its bytes (example).
    """
    wanted = refused if feed is None else refused.filter(pl.col("feed") == feed)
    first = pl.struct("received_at", "offset")
    grouped = wanted.group_by("feed", "codes").agg(
        pl.len().cast(pl.Int64).alias("rows"),
        pl.col("received_at").min().alias("first_seen"),
        pl.col("received_at").max().alias("last_seen"),
        pl.col("price_micros").sum().cast(pl.Int64).alias("at_risk_micros"),
        pl.col("source_name").sort_by(first).first(),
        pl.col("partition").sort_by(first).first(),
        pl.col("offset").sort_by(first).first(),
        pl.col("detail").sort_by(first).first(),
        pl.col("payload").sort_by(first).first().bin.slice(0, EXAMPLE_BYTES).alias("example"),
    )
    return grouped.sort("feed", "rows", descending=[False, True]).collect()
