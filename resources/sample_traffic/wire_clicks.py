"""How three trackers send clicks, conversions and engagements as CSV."""

import polars as pl

from resources.sample_traffic.csv_dialect import Cell, CsvDialect
from resources.sample_traffic.dialect import WireFeed
from resources.sample_traffic.journeys import CLICK_TYPES, CONVERSION_TYPES
from resources.sample_traffic.json_dialect import iso
from resources.sample_traffic.malformations import CLICKS_CONVERSIONS

SECOND_US = 1_000_000
CENT_MICROS = 10_000

_ZULU = iso("%Y-%m-%dT%H:%M:%S%.6fZ")
_SECONDS = iso("%Y-%m-%d %H:%M:%S")
_NO_ZONE = iso("%Y-%m-%d %H:%M:%S%.6f")
_CENTS = (pl.col("revenue_micros") // CENT_MICROS % 100).cast(pl.String).str.zfill(2)
_REVENUE = pl.concat_str(pl.col("revenue_micros") // 1_000_000, pl.lit("."), _CENTS)


def _cells(time: pl.Expr) -> tuple[Cell, ...]:
    """All columns, in the order that holds where there is no header."""
    return (
        ("timestamp", "event_at", time),
        ("user_id", "user_id", pl.col("user_text")),
        ("ad_campaign_id", "campaign_id", pl.col("campaign_id")),
        ("conversion_type", "conversion_type", pl.col("conversion_type")),
        ("event_id", "event_id", pl.col("event_id")),
        ("impression_id", "impression_id", pl.col("impression_id")),
        ("click_id", "click_id", pl.col("click_id")),
        ("creative_id", "creative_id", pl.col("creative_id")),
        ("revenue", "revenue", _REVENUE),
        ("currency", "currency", pl.col("currency")),
    )


def _tracker_cells() -> tuple[Cell, ...]:
    """The tracker's own order and names."""
    renamed = {
        "timestamp": "event_timestamp",
        "ad_campaign_id": "campaign_id",
        "conversion_type": "event_type",
    }
    order = (
        "event_id",
        "campaign_id",
        "user_id",
        "event_at",
        "conversion_type",
        "revenue",
        "currency",
        "click_id",
    )
    by_name = {
        canonical: (renamed.get(wire, wire), canonical, text) for wire, canonical, text in _cells(_ZULU)
    }
    return tuple(by_name.pop(name) for name in order) + tuple(by_name.values())


TRACKER = CsvDialect(
    name="tracker",
    cells=_tracker_cells(),
    positional=_cells(_ZULU),
    malformations=CLICKS_CONVERSIONS,
    time_step_us=1,
    byte_order_mark=True,
)

POSTBACK = CsvDialect(
    name="postback",
    cells=_cells(_SECONDS),
    positional=_cells(_SECONDS),
    malformations=CLICKS_CONVERSIONS,
    time_step_us=SECOND_US,
    header=False,
    zone_assumed=True,
)

SITE_TAG = CsvDialect(
    name="sitetag",
    cells=_cells(_NO_ZONE)[:4],
    positional=_cells(_NO_ZONE)[:4],
    malformations=CLICKS_CONVERSIONS,
    time_step_us=1,
    line_end="\r\n",
    quote=True,
    zone_assumed=True,
)

_TYPE = pl.col("conversion_type")

CLICK_FEED = WireFeed(
    name="clicks_conversions",
    topic="clicks-conversions",
    key="event_id",
    table=(
        pl.when(_TYPE.is_in(CLICK_TYPES))
        .then(pl.lit("clicks"))
        .when(_TYPE.is_in(CONVERSION_TYPES))
        .then(pl.lit("conversions"))
        .otherwise(pl.lit("engagements"))
    ),
    dialects=(TRACKER, POSTBACK, SITE_TAG),
    malformations=CLICKS_CONVERSIONS,
    has_campaign=True,
)
