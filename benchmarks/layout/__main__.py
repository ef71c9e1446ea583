"""Writes one day of silver in several layouts, asks each the same questions in turns: `python -m benchmarks.layout`."""

import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from statistics import median

import numpy as np
import polars as pl
from deltalake import WriterProperties, write_deltalake

from benchmarks.report import save, table
from benchmarks.upkeep.lakes import SILVER, cpu_of
from resources.lake import Lake

ROWS, ROUNDS = 1_000_000, 7
DAY = datetime(2026, 3, 2, tzinfo=UTC)
USERS, CAMPAIGNS, SITES, EXCHANGES = 200_000, 400, 3_000, 12

QUESTIONS: Mapping[str, pl.Expr] = {
    "campaign": pl.col("campaign_id") == "101",
    "user": (pl.col("user_bucket") == 77 % 64) & (pl.col("user_id") == "00000000000000000000000000000077"),
    "hour": pl.col("event_at").is_between(DAY + timedelta(hours=9), DAY + timedelta(hours=10), closed="left"),
    "site": pl.col("website") == "site-7.example",
    "exchange": pl.col("device") == "exchange-3",
}
"""What narrows a day; the exchange of bids is stood for by a column as coarse."""


@dataclass(frozen=True)
class Layout:
    """How the rows of a day lie."""

    sort_by: tuple[str, ...]
    row_group_rows: int
    z_order: bool = False
    bloom: bool = False

    @property
    def name(self) -> str:
        """In words."""
        order = ", ".join(self.sort_by) or "as landed"
        kind = "Z-order " if self.z_order else ""
        return f"{kind}{order}; groups of {self.row_group_rows:,}" + ("; bloom filters" if self.bloom else "")


LAYOUTS = (
    Layout((), 1_000_000),
    Layout((), 100_000),
    Layout(("event_at",), 100_000),
    Layout(("campaign_id",), 100_000),
    Layout(("user_bucket",), 100_000),
    Layout(("campaign_id", "event_at"), 100_000),
    Layout(("campaign_id", "event_at"), 20_000),
    Layout(("user_bucket", "event_at"), 100_000),
    Layout(("user_bucket", "event_at"), 20_000),
    Layout(("user_bucket", "campaign_id"), 100_000, z_order=True),
    Layout(("user_bucket", "campaign_id"), 20_000, z_order=True),
    Layout(("user_bucket", "event_at"), 20_000, bloom=True),
)


def main(rows: int) -> None:
    """Writes, asks, and saves what came out."""
    day = made(rows)
    with tempfile.TemporaryDirectory() as folder:
        lakes = {layout: Lake(f"{folder}/{number}") for number, layout in enumerate(LAYOUTS)}
        written = {
            layout: cpu_of(lambda each=lake, how=layout: _write(each, how, day))
            for layout, lake in lakes.items()
        }
        asked = {question: _ask(lakes, where) for question, where in QUESTIONS.items()}
        sizes = {layout: lake.open(SILVER).size().size_bytes for layout, lake in lakes.items()}
    lines = [
        (
            each.name,
            f"{written[each]:.1f}",
            f"{sizes[each] / 2**20:.0f}",
            *(f"{1000 * asked[question][each]:.0f}" for question in QUESTIONS),
        )
        for each in LAYOUTS
    ]
    head = ("Order of rows", "write, CPU s", "MiB", *(f"{question}, CPU ms" for question in QUESTIONS))
    text = (
        f"# Layout\n\nOne day of silver.impressions, {rows:,} rows in one file, as delta-rs writes it after a merge; "
        f"medians of {ROUNDS} alternating rounds, read by Polars. Again: `python -m benchmarks.layout {rows}`.\n\n"
    )
    figures = [dict(zip(head, line, strict=True)) for line in lines]
    save(
        "layout",
        text + table(head, lines),
        {"command": f"python -m benchmarks.layout {rows}", "layouts": figures},
    )
    print(text + table(head, lines))


def _write(lake: Lake, layout: Layout, day: pl.DataFrame) -> None:
    opened = lake.open(replace(SILVER))
    rows = day.sort(layout.sort_by) if layout.sort_by and not layout.z_order else day
    bloom = {"bloom_filter_properties": None}
    if layout.bloom:
        from deltalake import BloomFilterProperties, ColumnProperties

        wanted = ColumnProperties(bloom_filter_properties=BloomFilterProperties(True, 0.01, ndv=USERS))
        bloom = {"column_properties": {"user_id": wanted}}
    else:
        bloom = {}
    properties = WriterProperties(
        compression="ZSTD", compression_level=1, max_row_group_size=layout.row_group_rows, **bloom
    )
    write_deltalake(opened.delta, rows, mode="append", writer_properties=properties)
    if layout.z_order:
        opened.delta.optimize.z_order(layout.sort_by, writer_properties=properties)


def _ask(lakes: Mapping[Layout, Lake], where: pl.Expr) -> dict[Layout, float]:
    seconds: dict[Layout, list[float]] = {layout: [] for layout in lakes}
    answers = set()
    for _ in range(ROUNDS):
        for layout, lake in lakes.items():
            found: list[tuple[int, ...]] = []
            rows = lake.open(SILVER).scan().filter(where).select(pl.len(), pl.col("price_micros").sum())
            seconds[layout].append(cpu_of(lambda rows=rows, found=found: found.append(rows.collect().row(0))))
            answers.add(found[0])
    assert len(answers) == 1, answers
    return {layout: median(each) for layout, each in seconds.items()}


def made(rows: int) -> pl.DataFrame:
    """A day's rows, in the order of their landing: nearly that of their time."""
    chance = np.random.default_rng(7)
    users = chance.zipf(1.3, rows) % USERS
    times = np.sort(chance.integers(0, 86_400_000_000, rows)) + chance.integers(0, 60_000_000, rows)
    numbers = {
        "user_bucket": users % 64,
        "price_micros": chance.integers(200, 9_000, rows),
        "offset": np.arange(rows),
        "partition": np.arange(rows) % 4,
    }
    texts = {
        "event_id": pl.Series(chance.integers(0, 2**62, rows)).cast(pl.String),
        "user_id": pl.Series(users).cast(pl.String).str.zfill(32),
        "campaign_id": pl.Series(100 + chance.zipf(1.4, rows) % CAMPAIGNS).cast(pl.String),
        "creative_id": pl.Series(4000 + chance.integers(0, 900, rows)).cast(pl.String),
        "website": "site-" + pl.Series(chance.zipf(1.4, rows) % SITES).cast(pl.String) + ".example",
        "device": "exchange-" + pl.Series(chance.integers(0, EXCHANGES, rows)).cast(pl.String),
        "content_hash": pl.Series(chance.integers(0, 2**62, rows)).cast(pl.String),
    }
    known = pl.DataFrame(numbers | texts).with_columns(
        pl.from_epoch(pl.Series(times) + int(DAY.timestamp()) * 1_000_000, "us")
        .dt.replace_time_zone("UTC")
        .alias("event_at"),
        pl.lit(DAY.date()).alias("event_date"),
        pl.lit("kafka:1").alias("source"),
        pl.lit([], pl.List(pl.String)).alias("flags"),
    )
    absent = [
        pl.lit(None, dtype).alias(name) for name, dtype in SILVER.schema.items() if name not in known.columns
    ]
    return known.with_columns(absent).select(
        pl.col(name).cast(dtype) for name, dtype in SILVER.schema.items()
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
