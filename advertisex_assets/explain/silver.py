"""Silver: what became of the records that could have been in a number, by reason, and where they came from."""

from collections.abc import Iterator, Sequence

import polars as pl

from advertisex_assets.explain.asked import Asked
from advertisex_assets.explain.recount import FeedFacts, Reference, campaign_told
from resources.lake import Lake
from schemas.discover import all_feeds, declared_spend
from schemas.feed import Feed
from schemas.tables.bronze import EXCLUDED_KINDS, bronze_table
from schemas.tables.gold import CONVERSIONS
from schemas.tables.silver import DUPLICATES, INVALID_TRAFFIC, QUARANTINE, silver_tables
from schemas.tables.table import Table

REASONS = {
    "feed": pl.String(),
    "table": pl.String(),
    "outcome": pl.String(),
    "reason": pl.String(),
    "rows": pl.Int64(),
}
SOURCES = {
    "source_name": pl.String(),
    "source": pl.String(),
    "partition": pl.Int64(),
    "first_offset": pl.Int64(),
    "last_offset": pl.Int64(),
    "rows": pl.Int64(),
}
WINNER = ("source", "partition", "offset", "record_index")

NOT_TOLD = "campaign cannot be read"
"""A refused record that does not tell its campaign: it may have been anyone's."""


def feeds_of(one: Asked) -> list[tuple[Feed, list[Table]]]:
    """The feeds that the number is made of, with the silver tables that count."""
    pairs = [
        (feed, [table for table in silver_tables(feed) if table.name in one.kinds]) for feed in all_feeds()
    ]
    return [(feed, tables) for feed, tables in pairs if tables]


def reasons(lake: Lake, one: Asked, facts: dict[str, FeedFacts], reference: Reference) -> pl.DataFrame:
    """REASONS: accepted rows of the cell with what is special about some, and records that are no part of it."""
    found = [
        (feed.name, *row)
        for feed, tables in feeds_of(one)
        for row in _of_feed(lake, one, feed, tables, facts, reference)
    ]
    return pl.DataFrame(found, schema=REASONS, orient="row")


Reason = tuple[str, str, str | None, int]


def _of_feed(
    lake: Lake,
    one: Asked,
    feed: Feed,
    tables: Sequence[Table],
    facts: dict[str, FeedFacts],
    reference: Reference,
) -> Iterator[Reason]:
    accepted = {table: rows_of_cell(lake, one, table) for table in tables}
    for table, rows in accepted.items():
        yield table.full_name, "accepted", None, rows.height
        yield from _without_amount(table, rows)
        yield from _adjusted(lake, one, table, rows)
        yield from _invalid(lake, one, table, rows)
    winners = pl.concat([rows.select(WINNER) for rows in accepted.values()])
    yield from _lost(lake, one, feed, winners)
    yield from _refused(lake, one, feed, facts[feed.name], reference)
    excluded = lake.open(bronze_table(feed)).scan_dates(one.day, one.day, "event_date")
    counted = (
        excluded.filter(pl.col("kind").is_in(EXCLUDED_KINDS)).group_by("kind").len().sort("kind").collect()
    )
    for kind, rows in counted.iter_rows():
        yield f"bronze.{feed.name}", "excluded", kind, rows


def rows_of_cell(lake: Lake, one: Asked, table: Table) -> pl.DataFrame:
    """The accepted rows of a silver table that belong to the cell."""
    rows = lake.open(table).scan_dates(one.day, one.day).filter(one.is_in_cell)
    amount = _amount_of(table)
    amounts = [amount, "currency"] if amount else []
    return rows.select("event_id", *WINNER, "source_name", *amounts).collect()


def _amount_of(table: Table) -> str | None:
    spend = declared_spend()
    return {spend.table: spend.amount, "conversions": "revenue_micros"}.get(table.name)


def _without_amount(table: Table, rows: pl.DataFrame) -> Iterator[Reason]:
    name = _amount_of(table)
    if name is None:
        return
    amount = pl.col(name)
    for currency, count in (
        rows.filter(amount.is_not_null()).group_by("currency").len().sort("currency").iter_rows()
    ):
        yield table.full_name, "accepted, of which", f"{name} in {currency}", count
    without = rows.filter(amount.is_null()).height
    if without:
        yield table.full_name, "accepted, of which", f"without {name}", without


def _adjusted(lake: Lake, one: Asked, table: Table, rows: pl.DataFrame) -> Iterator[Reason]:
    """Conversions that a refund or another adjustment changed since, or took away."""
    if table.name != CONVERSIONS.name:
        return
    stand = lake.open(CONVERSIONS).scan_dates(one.day, one.day).select("event_id", "adjustments").collect()
    changed = rows.join(stand.filter(pl.col("adjustments") > 0), on="event_id", how="semi").height
    retracted = rows.join(stand, on="event_id", how="anti").height
    for what, count in (("adjusted since", changed), ("retracted since: counted no more", retracted)):
        if count:
            yield table.full_name, "accepted, of which", what, count


def _invalid(lake: Lake, one: Asked, table: Table, rows: pl.DataFrame) -> Iterator[Reason]:
    judged = lake.open(INVALID_TRAFFIC).scan_dates(one.day, one.day).filter(pl.col("table") == table.name)
    mine = judged.collect().join(rows, on="event_id", how="semi")
    for reason, count in mine.group_by("reason").len().sort("reason").iter_rows():
        yield table.full_name, "accepted, of which", f"invalid: {reason}", count


def _lost(lake: Lake, one: Asked, feed: Feed, winners: pl.DataFrame) -> Iterator[Reason]:
    """Records that lost to a row of the cell, on whatever date they came."""
    lost = lake.open(DUPLICATES).scan().filter(pl.col("feed") == feed.name)
    named = [f"winner_{name}" for name in WINNER]
    mine = lost.join(winners.lazy(), left_on=named, right_on=list(WINNER), how="semi")
    for outcome, count in mine.group_by("outcome").len().sort("outcome").collect().iter_rows():
        why = "same content" if outcome == "duplicate" else "same id, other content"
        yield DUPLICATES.full_name, outcome, f"{why}; an accepted row won", count


def _refused(lake: Lake, one: Asked, feed: Feed, facts: FeedFacts, reference: Reference) -> Iterator[Reason]:
    """Records of the date that were refused and name the cell's campaign, or none that can be read."""
    rows = lake.open(QUARANTINE).scan_dates(one.day, one.day).filter(pl.col("feed") == feed.name).collect()
    told = [
        campaign_told(facts, row | {"kind": "record"}, reference)
        for row in rows.select("payload", "codec", "header", "event_date").iter_rows(named=True)
    ]
    codes = pl.col("codes").list.join(", ").alias("codes")
    counted = rows.select(codes, pl.Series("told", told, dtype=pl.String)).group_by("codes", "told").len()
    for code, campaign, count in counted.sort("codes", "told", nulls_last=True).iter_rows():
        if campaign is None:
            yield QUARANTINE.full_name, "quarantined", f"{code}; {NOT_TOLD}", count
        elif campaign == one.cell["campaign_id"]:
            yield QUARANTINE.full_name, "quarantined", code, count


def sources(lake: Lake, one: Asked) -> pl.DataFrame:
    """SOURCES: the Kafka offsets and files that the accepted rows came in."""
    parts = [rows_of_cell(lake, one, table) for _, tables in feeds_of(one) for table in tables]
    together = pl.concat([part.select("source_name", "source", "partition", "offset") for part in parts])
    ranges = together.group_by("source_name", "source", "partition").agg(
        pl.col("offset").min().alias("first_offset"),
        pl.col("offset").max().alias("last_offset"),
        pl.len().cast(pl.Int64).alias("rows"),
    )
    return ranges.sort("source_name", "source", "partition").select(list(SOURCES))
