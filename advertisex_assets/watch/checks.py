"""Checks: asks the tables, and keeps what was said in `ops.checks`; assets and the command line ask here."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

import polars as pl

from advertisex_assets.transforms.watch.conservation import COUNTS, surplus
from advertisex_assets.transforms.watch.freshness import staleness
from advertisex_assets.watch.recount import recount
from advertisex_assets.watch.status import watermark
from resources.lake import Lake, Marks
from resources.run import Run
from schemas.checks.checks import CONSERVATION, FRESH, GOLD_RECOUNT, Verdict
from schemas.feed import Feed
from schemas.tables.alerts import CHECKS
from schemas.tables.gold import CAMPAIGN_DAILY
from schemas.tables.silver import silver_tables
from schemas.tables.table import Table

RECOUNTED = ("impressions", "clicks", "conversions", "engagements")
"""The silver tables whose rows the campaign mart counts, under the same names."""


IDENTITY = ["check_name", "subject", "event_date"]
SAID = ["passed", "observed", "expected"]


def conservation_verdicts(lake: Lake, feed: Feed, dates: Iterable[date] | None = None) -> list[Verdict]:
    """One verdict per date of the feed (all dates, or those given)."""
    counts = recount(lake, feed).with_columns(surplus().alias("surplus"))
    if dates is not None:
        counts = counts.filter(pl.col("event_date").is_in(list(dates)))
    return [_conservation(feed, row) for row in counts.iter_rows(named=True)]


def gold_verdicts(lake: Lake, feeds: Sequence[Feed], dates: Sequence[date]) -> list[Verdict]:
    """One verdict per table and date: the campaign mart against silver, counted in both."""
    held = _by_date(lake, CAMPAIGN_DAILY, dates, [pl.col(name).sum() for name in RECOUNTED])
    tables = [table for feed in feeds for table in silver_tables(feed) if table.name in RECOUNTED]
    verdicts = []
    for table in tables:
        made = _by_date(lake, table, dates, [pl.len().alias("rows")])
        for day in dates:
            seen, rows = held.get(day, {}).get(table.name, 0), made.get(day, {}).get("rows", 0)
            says = f"gold.campaign_daily counts {seen:,} {table.name} on {day}, {table.full_name} holds {rows:,}."
            verdicts.append(Verdict(GOLD_RECOUNT, table.full_name, seen == rows, says, day, seen, rows))
    return verdicts


def freshness_verdict(lake: Lake, feed: Feed, now: datetime) -> Verdict:
    """Whether the feed's newest event is as recent as promised."""
    newest = watermark(lake, feed)
    late = staleness(feed, newest, now)
    says = (
        f"The newest event of {feed.name} is of {newest:%Y-%m-%d %H:%M} UTC."
        if newest
        else "Nothing came yet."
    )
    age = (now - newest).total_seconds() if newest else None
    return Verdict(FRESH, feed.name, late is None, says, None, age, feed.freshness.total_seconds())


def record_news(lake: Lake, verdicts: Iterable[Verdict], run: Run) -> None:
    """Keeps the verdicts that say something else than the last ones did: looks are many, news are few."""
    latest = latest_verdicts(lake).select(IDENTITY + SAID).rows()
    known = {row[: len(IDENTITY)]: row[len(IDENTITY) :] for row in latest}
    record(
        lake,
        [
            one
            for one in verdicts
            if known.get((one.check.name, one.subject, one.event_date)) != (one.passed, one.observed, one.expected)
        ],
        run,
    )


def record(lake: Lake, verdicts: Iterable[Verdict], run: Run) -> None:
    """Keeps the verdicts of one look, in one commit."""
    rows = [
        {
            "check_name": verdict.check.name,
            "subject": verdict.subject,
            "event_date": verdict.event_date,
            "passed": verdict.passed,
            "blocking": False,
            "severity": str(verdict.check.kind.severity),
            "observed": verdict.observed,
            "expected": verdict.expected,
            "explanation": verdict.explanation,
            "run_id": run.run_id,
            "checked_at": run.clock(),
        }
        for verdict in verdicts
    ]
    if rows:
        lake.open(CHECKS).append(pl.DataFrame(rows, schema=CHECKS.schema), Marks())


def latest_verdicts(lake: Lake) -> pl.DataFrame:
    """The last row of every check, subject and date."""
    if not lake.exists(CHECKS):
        return pl.DataFrame(schema=CHECKS.schema)
    rows = lake.open(CHECKS).scan().sort("checked_at")
    return rows.unique(IDENTITY, keep="last", maintain_order=True).collect()


def _conservation(feed: Feed, row: dict[str, object]) -> Verdict:
    numbers = ", ".join(f"{name} {row[name]:,}" for name in COUNTS)
    day, received = row["event_date"], row["received"]
    assert isinstance(received, int)
    return Verdict(
        CONSERVATION, feed.name, row["surplus"] == 0, f"{day}: {numbers}.",
        day if isinstance(day, date) else None, received + int(str(row["surplus"])), received,
    )  # fmt: skip


def _by_date(
    lake: Lake, table: Table, dates: Sequence[date], sums: list[pl.Expr]
) -> dict[date, dict[str, int]]:
    if not lake.exists(table) or not dates:
        return {}
    rows = lake.open(table).scan().filter(pl.col("event_date").is_in(list(dates)))
    return {row.pop("event_date"): row for row in rows.group_by("event_date").agg(sums).collect().to_dicts()}
