"""An event gets the campaign, advertiser and zone that held at its own time, on every engine, and is never lost."""

import duckdb
import narwhals.stable.v2 as nw
import polars as pl
from hypothesis import given, settings

from advertisex_assets.transforms.enrich import enrich
from advertisex_assets.transforms.enrich.as_of import join_reference
from tests.oracles.reference import resolved
from tests.transforms.enrich.histories import ADVERTISERS, CAMPAIGNS, CREATIVES, EVENTS, Row, reference

# DuckDB takes a second to bind the plan, whatever the rows.
few = settings(deadline=None, max_examples=15)
many = settings(deadline=None, max_examples=150)
COLUMNS = [
    "campaign_id",
    "creative_id",
    "advertiser_id",
    "reporting_zone",
    "stated_campaign_id",
    "stated_creative_id",
]
SCHEMA = {"event_at": pl.Int64, "creative_id": pl.String, "campaign_id": pl.String}


@many
@given(EVENTS, CREATIVES, CAMPAIGNS, ADVERTISERS)
def test_each_event_gets_what_held_at_its_time(
    events: list[Row], creatives: list[Row], campaigns: list[Row], advertisers: list[Row]
) -> None:
    """Same rows, same order, whatever the reference says or leaves out."""
    rows = pl.DataFrame(events, schema=SCHEMA).with_columns(
        pl.col("event_at").cast(pl.Datetime("us", "UTC")), pl.lit([], pl.List(pl.String)).alias("flags")
    )
    enriched = enrich(rows, reference(creatives, campaigns, advertisers))
    expected = [resolved(event, creatives, campaigns, advertisers) for event in events]
    assert enriched.select(COLUMNS).to_dicts() == [{name: row[name] for name in COLUMNS} for row in expected]
    assert enriched.select(rows.columns[0]).equals(rows.select(rows.columns[0]))


@few
@given(EVENTS, CREATIVES, CAMPAIGNS, ADVERTISERS)
def test_duckdb_joins_like_polars(
    events: list[Row], creatives: list[Row], campaigns: list[Row], advertisers: list[Row]
) -> None:
    """The join is written once and means one thing."""
    numbered = [event | {"row": number} for number, event in enumerate(events)]
    frames = [
        link.covering if link.is_loaded else None
        for link in reference(creatives, campaigns, advertisers).links
    ]
    with duckdb.connect() as connection:
        tables = [_table(connection, frame) for frame in frames]
        joined = join_reference(
            _table(connection, pl.DataFrame(numbered, schema={"row": pl.Int64} | SCHEMA)), *tables
        )
        native = pl.DataFrame(pl.from_arrow(joined.sort("row").to_native().to_arrow_table()))
    expected = [resolved(event, creatives, campaigns, advertisers) for event in events]
    assert native.select(COLUMNS).to_dicts() == [{name: row[name] for name in COLUMNS} for row in expected]


def _table(connection: duckdb.DuckDBPyConnection, rows: pl.DataFrame | None) -> nw.LazyFrame | None:
    if rows is None:
        return None
    return nw.from_native(connection.from_arrow(rows.to_arrow()))
