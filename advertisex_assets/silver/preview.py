"""Preview: what rebuilding dates under the current contract and inputs would change, record by record.

Nothing is written. Not here: doing it (`replay`), or how it is shown (`cli/replay`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from advertisex_assets.silver.catch_up import landed_rows, stretches
from advertisex_assets.silver.handles import FeedTables, open_tables
from advertisex_assets.silver.in_process import InProcess
from advertisex_assets.silver.inputs import Inputs
from advertisex_assets.silver.plan import Plan
from advertisex_assets.silver.refresh import MisroutedRows, settle_until_calm
from advertisex_assets.silver.settled import Settled
from resources.engine import POLARS
from resources.lake import Lake
from resources.spool import Spool
from schemas.feed import Feed
from schemas.tables.bronze import POSITION
from schemas.tables.silver import DUPLICATES, QUARANTINE
from schemas.tables.table import UTC_MICROS

ACCEPTED, QUARANTINED, WAITING = "accepted", "quarantined", "waiting"

TOLD = ("outcome", "table", "event_date", "codes", "micros", "campaign_id", "hour")
"""What is told of a record's fate, before (`was_...`) and after (`now_...`)."""
COMPARED = ("outcome", "table", "event_date", "content")
"""By what two fates differ."""

FATE: Mapping[str, pl.DataType] = {
    "source": pl.String(),
    "partition": pl.Int64(),
    "offset": pl.Int64(),
    "record_index": pl.Int64(),
    "outcome": pl.String(),
    "table": pl.String(),
    "event_date": pl.Date(),
    "codes": pl.List(pl.String()),
    "micros": pl.Int64(),
    "campaign_id": pl.String(),
    "hour": UTC_MICROS,
    "content": pl.UInt64(),
}
"""What is compared of a record: POSITION, TOLD and a hash of all that its table holds about it."""

CHANGES: Mapping[str, tuple[str, pl.Expr]] = {
    name: (sentence, when)
    for name, sentence, when in (
        ("new", "silver has not read it yet", pl.col("was_outcome") == WAITING),
        (
            "brought_back",
            "becomes an event",
            (pl.col("was_outcome") != ACCEPTED) & (pl.col("now_outcome") == ACCEPTED),
        ),
        (
            "taken_away",
            "is no event any more",
            (pl.col("was_outcome") == ACCEPTED) & (pl.col("now_outcome") != ACCEPTED),
        ),
        ("moved", "goes to another date", pl.col("was_event_date") != pl.col("now_event_date")),
        (
            "reclassified",
            "is kept out for another reason",
            (pl.col("was_outcome") != ACCEPTED) & (pl.col("now_outcome") != ACCEPTED),
        ),
        ("changed", "says something else", pl.lit(True)),
    )
}
"""What can become of a record: the first that is true."""


@dataclass(frozen=True)
class Preview:
    """The records whose fate changes, one row each: POSITION, `change`, `was_...` and `now_...` of TOLD; and the dates
    that have to be rebuilt for it, those among them that a crash left half-written."""

    changes: pl.DataFrame
    dates: frozenset[date]


def preview(lake: Lake, feed: Feed, inputs: Inputs, span: tuple[date, date]) -> Preview:
    """What a rebuild of the span would change, in those dates and in the dates that it sends rows to."""
    tables = open_tables(lake, feed)
    seen: set[date] = set()
    found = []
    for dates in stretches(landed_rows(tables, span)):
        fresh = frozenset(dates) - seen
        if not fresh:
            continue
        tables, plan, settled = _settled(tables, Plan({}, fresh), inputs)
        found.append(_changes(_before(tables, plan), _after(feed, settled)))
        seen |= plan.rebuild
    # A later stretch knows more of the rows that move.
    changes = pl.concat([_changes(_nothing(), _nothing()), *found]).unique(POSITION, keep="last", maintain_order=True)
    touched = {day for name in ("was_event_date", "now_event_date") for day in changes[name].drop_nulls().to_list()}
    return Preview(changes.sort(POSITION), frozenset(touched | _torn(tables, seen)))


def _settled(tables: FeedTables, plan: Plan, inputs: Inputs) -> tuple[FeedTables, Plan, Settled]:
    """A pass as it would be, under decisions about routes that are not kept."""
    while True:
        try:
            return tables, *settle_until_calm(InProcess(tables, inputs, POLARS, lambda _: Spool()), plan)
        except MisroutedRows as found:
            tables = replace(tables, routes=tables.routes.with_moves(found.moves))
            plan = plan.with_rebuilt(found.moves["event_date"].to_list())


def _torn(tables: FeedTables, dates: set[date]) -> set[date]:
    return {day for day in dates if tables.knows(day) and tables.state(day) is None}


def _before(tables: FeedTables, plan: Plan) -> pl.DataFrame:
    days = list(plan.dates)
    parts = []
    for table in tables.dated:
        rows = table.scan_dates(days[0], days[-1], "event_date").filter(pl.col("event_date").is_in(days))
        mine = rows.filter(pl.col("feed") == tables.feed.name) if "feed" in table.table.schema else rows
        parts.append(_told(tables.feed, table.table.name, mine.collect()))
    return pl.concat(parts)


def _after(feed: Feed, settled: Settled) -> pl.DataFrame:
    return pl.concat([_told(feed, name, rows.collect()) for name, rows in settled.rows.items()])


def _nothing() -> pl.DataFrame:
    return pl.DataFrame(schema=FATE)


def _told(feed: Feed, name: str, rows: pl.DataFrame) -> pl.DataFrame:
    """FATE of a table's records."""
    outcomes = {QUARANTINE.name: pl.lit(QUARANTINED), DUPLICATES.name: pl.col("outcome")}
    outcome = outcomes.get(name, pl.lit(ACCEPTED)).alias("outcome")
    money = "price_micros" if name == QUARANTINE.name else feed.money_column
    # Another version of the contract that says the same of a record is no change.
    content = rows.drop("contract_version", "rule_versions", strict=False).hash_rows()
    told = rows.with_columns(
        content.alias("content"), pl.lit(name).alias("table"), outcome, _hour(rows).alias("hour")
    )
    if money in rows.columns:
        told = told.with_columns(pl.col(money).alias("micros"))
    told = told.with_columns(pl.lit(None, t).alias(n) for n, t in FATE.items() if n not in told.columns)
    return told.select(list(FATE))


def _hour(rows: pl.DataFrame) -> pl.Expr:
    hour = pl.col("event_at").dt.truncate("1h") if "event_at" in rows.columns else pl.lit(None)
    return hour.cast(UTC_MICROS)


def _changes(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """The records that are not as before."""
    was = before.rename({name: f"was_{name}" for name in (*TOLD, "content")})
    now = after.rename({name: f"now_{name}" for name in (*TOLD, "content")})
    both = now.join(was, on=POSITION, how="full", coalesce=True)
    both = both.with_columns(pl.col("was_outcome").fill_null(WAITING), pl.col("now_outcome").fill_null(WAITING))
    other = both.filter(pl.any_horizontal(~pl.col(f"was_{n}").eq_missing(pl.col(f"now_{n}")) for n in COMPARED))
    change = pl.coalesce(pl.when(when).then(pl.lit(name)) for name, (_, when) in CHANGES.items())
    return other.with_columns(change.alias("change")).drop("was_content", "now_content")
