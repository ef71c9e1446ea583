"""The quick way to an event date gives the date that reading the whole instant gives."""

import json
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advertisex_assets.bronze.kafka.rows import rows_of
from advertisex_assets.transforms.normalise import event_time
from advertisex_assets.transforms.route import event_date, plain_date, route, routed_by
from schemas.discover import all_feeds
from schemas.feed import Feed
from schemas.feeds.impressions import FEED as IMPRESSIONS
from schemas.rules import text_column
from schemas.tables.table import UTC_MICROS
from tests.streaming.setting import messages_frame
from tests.streaming.strategies import TIME_TEXTS

LANDED_AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


def texts_frame(feed: Feed, texts: list[str | None]) -> pl.DataFrame:
    """Rows of which only the time's text was read."""
    return pl.DataFrame({text_column(feed.event_at): pl.Series(texts, dtype=pl.String)}).with_columns(
        pl.lit(LANDED_AT).cast(UTC_MICROS).alias("landed_at"),
        pl.lit(LANDED_AT - timedelta(days=2)).cast(UTC_MICROS).alias("received_at"),
        pl.lit(None, pl.String).alias("decode_error"),
    )


@pytest.mark.parametrize("feed", all_feeds(), ids=lambda feed: feed.name)
@given(texts=st.lists(TIME_TEXTS, min_size=1, max_size=20))
@settings(deadline=None)
def test_a_plain_date_is_the_date_of_the_instant(feed: Feed, texts: list[str | None]) -> None:
    timed = texts_frame(feed, texts).with_columns(event_time(feed).alias("event_time"))
    found = timed.select(
        plain_date(feed).alias("plain"), event_date(feed).alias("date"), routed_by(feed).alias("by")
    )
    plain = found.filter(pl.col("plain").is_not_null())
    assert plain["plain"].equals(plain["date"], check_names=False)
    assert set(plain["by"]) <= {"event_time"}


def test_most_times_are_plain() -> None:
    """Without this the test above could pass with a shortcut that is never taken."""
    rows = texts_frame(
        IMPRESSIONS, ["2026-02-28T10:00:00Z", "2026-03-01T23:59:59.123Z", "2000-01-02T00:00:00Z"]
    )
    plain = rows.select(plain_date(IMPRESSIONS)).to_series()
    assert plain.to_list() == [date(2026, 2, 28), date(2026, 3, 1), date(2000, 1, 2)]


@given(texts=st.lists(TIME_TEXTS, min_size=1, max_size=20))
@settings(deadline=None)
def test_rows_are_routed_alike_together_and_alone(texts: list[str | None]) -> None:
    messages = messages_frame([json.dumps({"timestamp": text}).encode() for text in texts])
    landed_at = pl.lit(LANDED_AT).cast(UTC_MICROS).alias("landed_at")
    rows = rows_of(IMPRESSIONS, messages, "kafka:x").with_columns(landed_at)
    together = route(IMPRESSIONS, rows)
    assert together.equals(pl.concat([route(IMPRESSIONS, rows[place]) for place in range(rows.height)]))
    assert together["offset"].to_list() == list(range(len(texts)))
