"""The truth as files: records, campaign days, attribution, summary. Not here: how any of it is worked out."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from resources.sample_traffic.truth import ACCEPTED
from resources.sample_traffic.truth_attribution import UNATTRIBUTED, Credit, Event, Touches, credits
from resources.sample_traffic.truth_sums import TruthSums
from resources.sample_traffic.world import World

VIEWABLE_MS = 1_000
"""MRC: half of a display ad in view for one second. The generator makes no view between one and two seconds."""

ROWS_PER_PART = 200_000
"""Truth rows held in memory until they are written."""

CONVERSIONS_PER_BATCH = 100_000
"""Conversions whose touches are held in memory at a time."""

KIND_BY_TABLE = {"impressions": "view", "clicks": "click", "conversions": "conversion"}

EVENT_COLUMNS = (
    "table",
    "event_id",
    "event_at_us",
    "user_id",
    "campaign_id",
    "impression_id",
    "click_id",
    "file",
    "ordinal",
)
"""What attribution needs of a record."""

ATTRIBUTION_SCHEMA: dict[str, type[pl.DataType]] = {
    "conversion_id": pl.String,
    "touch_id": pl.String,
    "touch_type": pl.String,
    "model": pl.String,
    "credit_micros": pl.Int64,
    "conversion_file": pl.String,
    "conversion_ordinal": pl.Int64,
    "touch_file": pl.String,
    "touch_ordinal": pl.Int64,
}
"""Ids are null where the record has none of its own; file and ordinal always name it."""


@dataclass
class TruthParts:
    """Truth rows on their way to disk, in their order; a part is written whenever enough have come together."""

    directory: Path
    waiting: list[pl.DataFrame] = field(default_factory=list)
    written: int = 0

    def add(self, truth: pl.DataFrame) -> None:
        """Take more rows."""
        self.waiting.append(truth)
        if sum(map(len, self.waiting)) >= ROWS_PER_PART:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        if self.waiting:
            pl.concat(self.waiting).write_parquet(self.directory / f"part-{self.written:06d}.parquet")
            self.written += 1
            self.waiting = []


def write_truth(truth: Path, parts: Path, sums: TruthSums, world: World, summary: dict[str, Any]) -> None:
    """Write the truth files from the parts that hold its records, and remove the parts."""
    records = truth / "records.parquet"
    pl.scan_parquet(parts / "*.parquet").sink_parquet(records, compression="zstd")
    for part in parts.iterdir():
        part.unlink()
    parts.rmdir()
    sums.campaign_daily().write_parquet(truth / "campaign_daily.parquet")
    _write_attribution(records, truth, world)
    (truth / "summary.json").write_bytes(orjson.dumps(summary, option=orjson.OPT_INDENT_2))


def _write_attribution(records: Path, truth: Path, world: World) -> None:
    accepted = pl.scan_parquet(records).filter(pl.col("outcome") == ACCEPTED)
    conversions = accepted.filter(pl.col("table") == "conversions").select(EVENT_COLUMNS).collect()
    seen = pl.col("viewable_ms").fill_null(VIEWABLE_MS) >= VIEWABLE_MS
    touches = accepted.filter(pl.col("table").is_in(["impressions", "clicks"]) & seen)
    frames = []
    for at in range(0, len(conversions), CONVERSIONS_PER_BATCH):
        frames.append(_attribution(conversions.slice(at, CONVERSIONS_PER_BATCH), touches, world))
    table = pl.concat(frames) if frames else pl.DataFrame(schema=ATTRIBUTION_SCHEMA)
    table.write_parquet(truth / "attribution.parquet")


def _attribution(conversions: pl.DataFrame, touches: pl.LazyFrame, world: World) -> pl.DataFrame:
    links = ("user_id", "click_id", "impression_id")
    linked = pl.any_horizontal(
        pl.col(name).is_in(conversions[name].drop_nulls().unique().implode()) for name in links
    )
    index = Touches()
    for touch in _events(touches.filter(linked).select(EVENT_COLUMNS).collect(), world):
        index.add(touch)
    rows = [_row(credit) for credit in credits(_events(conversions, world), index)]
    return pl.DataFrame(rows, schema=ATTRIBUTION_SCHEMA, orient="row")


def _events(frame: pl.DataFrame, world: World) -> list[Event]:
    advertisers = world.advertiser_of()
    return [
        Event(KIND_BY_TABLE[table], event_id, at_us, user, advertisers.get(campaign), *rest)
        for table, event_id, at_us, user, campaign, *rest in frame.select(EVENT_COLUMNS).iter_rows()
    ]


def _row(credit: Credit) -> tuple[str | int | None, ...]:
    conversion, touch = credit.conversion, credit.touch
    place = (conversion.file, conversion.ordinal)
    if touch is None:
        return (
            conversion.event_id,
            None,
            UNATTRIBUTED,
            credit.model,
            credit.credit_micros,
            *place,
            None,
            None,
        )
    named = (conversion.event_id, touch.event_id, touch.kind, credit.model, credit.credit_micros)
    return (*named, *place, touch.file, touch.ordinal)
