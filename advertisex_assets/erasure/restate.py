"""Restate: makes everything anew that was made of erased records: silver, gold, published numbers, reference."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from advertisex_assets.erasure.person import Mentions, Person, mentions
from advertisex_assets.gold.publish import accept_restatements
from advertisex_assets.gold.refresh import refresh_gold
from advertisex_assets.silver.catch_up import catch_up
from advertisex_assets.silver.handles import FeedTables, claims, open_tables
from advertisex_assets.silver.inputs import Inputs
from advertisex_assets.silver.invalid_traffic import refresh_invalid_traffic
from advertisex_assets.transforms.marts.restate import PENDING
from resources.lake import Lake, LakeTable, Marks
from resources.lake.dates import dates_predicate
from resources.lake.dropped import ERASED, raised
from resources.lake.exchange import replace_dates
from resources.run import Run
from schemas.feed import Feed
from schemas.invalid_traffic import Limits
from schemas.tables.gold import GOLD_TABLES, RESTATEMENTS
from schemas.tables.reference import USERS
from schemas.tables.table import Table

CAUSE = "erasure"


def restate(
    lake: Lake, feeds: Sequence[Feed], persons: Sequence[Person], inputs: Inputs, limits: Limits, run: Run
) -> list[date]:
    """Brings silver and gold up to date and publishes what an erasure changed; returns the dates published again.

    Dates that already waited for somebody to accept a restatement go on waiting: that is for a person to decide.
    """
    undecided = _pending_dates(lake)
    for feed in feeds:
        catch_up(lake, feed, inputs, run)
        _cut_from_incomplete(open_tables(lake, feed), persons, run)
    _forget_users(lake, persons, run)
    refresh_invalid_traffic(lake, run, limits)
    refresh_gold(lake, run)
    _cut_from_gold(lake, persons, run)
    published = accept_restatements(lake, run, _pending_dates(lake) - undecided, CAUSE)
    if published:
        refresh_gold(lake, run)
    return published


def _pending_dates(lake: Lake) -> set[date]:
    if not lake.exists(RESTATEMENTS):
        return set()
    rows = lake.open(RESTATEMENTS).scan().filter(pl.col("status") == PENDING)
    return set(rows.select("event_date").unique().collect()["event_date"].to_list())


def _forget_users(lake: Lake, persons: Sequence[Person], run: Run) -> None:
    if not lake.exists(USERS):
        return
    users, wanted = lake.open(USERS), [one.pseudonym for one in persons]
    if users.scan().filter(pl.col("user_id").is_in(wanted)).head(1).collect().is_empty():
        return
    run.step("erase:users")
    listed = ", ".join(f"'{name}'" for name in wanted)
    users.replace(pl.DataFrame(schema=USERS.schema), f"user_id IN ({listed})", Marks())


def _cut_from_incomplete(tables: FeedTables, persons: Sequence[Person], run: Run) -> None:
    """Takes the persons' rows out of dates that cannot be made anew, because retention has dropped their bronze."""
    days = sorted(tables.incomplete)
    if not days:
        return
    names, who = [one.pseudonym for one in persons], mentions(persons)
    for table in tables.dated:
        of_feed = pl.col("feed") == tables.feed.name if "feed" in table.table.schema else pl.lit(True)
        rows = table.scan().filter(pl.col("event_date").is_in(days) & of_feed)
        hit = _mention(table.table, who)
        if "user_id" in table.table.schema:
            hit = hit | pl.col("user_id").is_in(names).fill_null(False)
        for day in sorted(rows.filter(hit).select("event_date").unique().collect()["event_date"].to_list()):
            _cut(tables, table, day, rows.filter(pl.col("event_date") == day).collect(), hit, run)


def _cut_from_gold(lake: Lake, persons: Sequence[Person], run: Run) -> None:
    """Takes the persons' rows out of marts that were not made anew, because retention has dropped their silver."""
    who = Mentions(tuple(name for one in persons for name in (one.user_id, one.pseudonym)))
    for table in GOLD_TABLES:
        if table.append_only or not table.has_dates or not lake.exists(table):
            continue
        opened, hit, day = lake.open(table), _mention(table, who), table.date_column
        dates = opened.scan().filter(hit).select(day).unique().collect()[day].to_list()
        if dates:
            kept = opened.scan().filter(pl.col(day).is_in(dates), ~hit).collect()
            run.step(f"erase:gold:{table.name}")
            replace_dates(opened, kept, dates, Marks())


def _mention(table: Table, who: Mentions) -> pl.Expr:
    """Whether any text or bytes of a row mention a person; only what contains an id at all is looked at."""
    found = []
    for name, dtype in table.schema.items():
        if dtype in (pl.String, pl.Binary):
            possible = who.possible(name) if dtype == pl.Binary else who.possible_text(name)
            suspect = pl.when(possible).then(pl.col(name))
            found.append(suspect.map_elements(who.mentioned, return_dtype=pl.Boolean).fill_null(False))
    return pl.any_horizontal(found)


def _cut(tables: FeedTables, table: LakeTable, day: date, rows: pl.DataFrame, hit: pl.Expr, run: Run) -> None:
    shared = "feed" in table.table.schema
    kept = rows.filter(~hit)
    key = f"{tables.feed.name}/{day}" if shared else day.isoformat()
    conflicts = rows.filter(hit & (pl.col("outcome") == "conflict")).height if "outcome" in rows.columns else 0
    counts = [(key, ERASED, rows.height - kept.height), (key, "conflicts", conflicts)]
    marks = claims(tables, table, [day])
    where = (f"feed = '{tables.feed.name}' AND " if shared else "") + dates_predicate([day])
    run.step(f"erase:silver:{table.table.name}")
    table.replace(kept, where, Marks(marks | raised(table, counts)))
