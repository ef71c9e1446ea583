"""The fate of every delivered record, as the contract says it should be: the truth that tests compare with.

Not here: attribution (`truth_attribution`), sums over records (`truth_sums`), writing files.
"""

import polars as pl

from resources.sample_traffic.actions import PAID_TYPES
from resources.sample_traffic.copies import CONFLICT, DUPLICATE
from resources.sample_traffic.delivery import (
    BAD_COUNTRY,
    BAD_IP,
    BAD_WEBSITE,
)
from resources.sample_traffic.dialect import Dialect, WireFeed
from resources.sample_traffic.malformations import NO_MALFORMATION
from resources.sample_traffic.world import UNASSIGNED, World

ACCEPTED, DUPLICATED, CONFLICTING = "accepted", "duplicate", "conflict"
QUARANTINED, EXCLUDED = "quarantined", "excluded"
OUTCOMES = (ACCEPTED, DUPLICATED, CONFLICTING, QUARANTINED, EXCLUDED)

UNDECODABLE, ALREADY_LANDED, TOMBSTONE = "undecodable", "already_landed", "tombstone"
"""Reasons that do not come from `malformations`; the last two are reasons of `excluded`."""

RECORD, BROKEN = "record", "broken"
"""Values of `kind`: a record, or the rest of a file that could not be cut into records."""

SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "feed": pl.String,
    "kind": pl.String,
    "outcome": pl.String,
    "codes": pl.List(pl.String),
    "flags": pl.List(pl.String),
    "table": pl.String,
    "event_id": pl.String,
    "event_at_us": pl.Int64,
    "event_date": pl.Date,
    "user_id": pl.String,
    "campaign_id": pl.String,
    "stated_campaign_id": pl.String,
    "creative_id": pl.String,
    "auction_id": pl.String,
    "impression_id": pl.String,
    "click_id": pl.String,
    "price_micros": pl.Int64,
    "revenue_micros": pl.Int64,
    "currency": pl.String,
    "viewable_ms": pl.Int64,
    "is_test": pl.Boolean,
    "is_bot": pl.Boolean,
}
"""Columns of a truth row; `file` and `ordinal` stand before them in files. What a sender leaves out is null.

`flags` are those of one record's contract; whether traffic is invalid is not among them: `is_bot` says who made it.
"""

_ABOUT_THE_EVENT = tuple(SCHEMA)[tuple(SCHEMA).index("flags") :]
"""Null for a quarantined record, which has no agreed meaning (its flags are empty)."""


def truth_rows(rows: pl.DataFrame, feed: WireFeed, dialect: Dialect, world: World) -> pl.DataFrame:
    """One truth row per record of one dialect, in the same order, columns SCHEMA."""
    known = {name: pl.col(name) for name in SCHEMA if name in rows.columns and name in dialect.columns}
    money = {f"{n}_micros": pl.col(f"{n}_micros") for n in ("price", "revenue") if n in dialect.columns}
    quarantined = pl.col("malformation") != NO_MALFORMATION
    columns = known | money | _identity(feed, dialect) | _campaign(feed, dialect, world)
    columns["flags"] = _flags(dialect, rows.columns)
    columns["is_bot"] = pl.col("is_bot")
    columns["is_test"] = pl.col("is_test") if "test" in dialect.columns else pl.lit(None, pl.Boolean)
    return (
        rows.lazy()
        .select(
            feed=pl.lit(feed.name),
            kind=pl.lit(RECORD),
            outcome=pl.when(quarantined)
            .then(pl.lit(QUARANTINED))
            .otherwise(
                pl.col("copy").replace_strict(
                    {DUPLICATE: DUPLICATED, CONFLICT: CONFLICTING}, default=ACCEPTED
                )
            ),
            codes=_codes(rows, feed),
            **{
                name: pl.when(~quarantined).then(columns.get(name, pl.lit(None)).cast(SCHEMA[name]))
                for name in _ABOUT_THE_EVENT
            },
        )
        .with_columns(flags=pl.col("flags").fill_null([]))
        .collect()
    )


def broken_row(feed: WireFeed) -> pl.DataFrame:
    """The truth row of the rest of a file that could not be cut into records."""
    values = {"feed": feed.name, "kind": BROKEN, "outcome": QUARANTINED, "codes": [UNDECODABLE], "flags": []}
    return pl.DataFrame([values], schema=SCHEMA)


def landed_before(truth: pl.DataFrame) -> pl.DataFrame:
    """The truth rows of a file that is delivered a second time, under another name."""
    reason = pl.concat_list(pl.lit(ALREADY_LANDED))
    return truth.with_columns(outcome=pl.lit(EXCLUDED), codes=reason)


def _identity(feed: WireFeed, dialect: Dialect) -> dict[str, pl.Expr]:
    event_at = pl.lit(None, pl.Int64) if dialect.transport_time else pl.col("event_at")
    return {
        "event_id": pl.col(feed.key),
        "event_at_us": event_at,
        "event_date": event_at.cast(pl.Datetime("us")).dt.date(),
        "user_id": pl.when(pl.col("placeholder").is_null()).then("user_text"),
        "table": feed.table,
        "auction_id": pl.col("auction_id") if not feed.has_campaign else pl.lit(None, pl.String),
    }


def _campaign(feed: WireFeed, dialect: Dialect, world: World) -> dict[str, pl.Expr]:
    """The campaign as stated and as the reference tables resolve it at the event's time."""
    if not feed.has_campaign:
        return {}
    stated = pl.col("campaign_id") if "campaign_id" in dialect.columns else pl.lit(None, pl.String)
    known = stated.is_in(world.campaign_table["campaign_id"].implode())
    by_creative = pl.when(stated.is_null()).then(world.campaign_of(pl.col("creative_id"), pl.col("event_at")))
    resolved = pl.coalesce(pl.when(known).then(stated), by_creative, pl.lit(UNASSIGNED))
    return {"stated_campaign_id": stated, "campaign_id": resolved}


def _codes(rows: pl.DataFrame, feed: WireFeed) -> pl.Series:
    by_kind = [[], *(sorted(m.codes) for m in feed.malformations)]
    return pl.Series(by_kind, dtype=pl.List(pl.String)).gather(rows["malformation"] + 1)


def _flags(dialect: Dialect, present: list[str]) -> pl.Expr:
    """The flags of each record, sorted."""
    bad = {
        "bad_country": ("country", BAD_COUNTRY),
        "bad_ip": ("ip", BAD_IP),
        "bad_website": ("website", BAD_WEBSITE),
    }
    conditions = {
        flag: pl.col(column) == value
        for flag, (column, value) in bad.items()
        if column in present and column in dialect.columns
    }
    if "conversion_type" in present:
        conditions["missing_value"] = (
            pl.col("conversion_type").is_in(PAID_TYPES) & pl.col("revenue_micros").is_null()
        )
    if dialect.transport_time:
        conditions["time_from_transport"] = pl.lit(True)
    if dialect.zone_assumed:
        conditions["zone_assumed_utc"] = pl.lit(True)
    if not conditions:
        return pl.lit([], pl.List(pl.String))
    return pl.concat_list(
        pl.when(hit).then(pl.lit(flag)) for flag, hit in conditions.items()
    ).list.drop_nulls()
