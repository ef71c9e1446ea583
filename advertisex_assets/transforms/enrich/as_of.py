"""As of: joins rows with what was valid at their event time; the same on every engine.

Frames are narwhals LazyFrames; times are Int64 epoch microseconds. Nothing here knows an engine.
"""

from typing import Any, TypeAlias

import narwhals.stable.v2 as nw

Frame: TypeAlias = nw.LazyFrame[Any]

UNASSIGNED = "(unassigned)"
"""Stands for a campaign or creative that nobody told us of, so that sums still add up."""


def at_event_time(rows: Frame, covering: Frame, key: str) -> Frame:
    """The rows with the values that their key had at `event_at`, null where it had none; each row exactly once.

    `covering` has the key, values, `from_us`, `to_us`, and covers all of time for each of its keys without overlap.
    """
    joined = rows.join(covering, on=key, how="left")
    holds = (nw.col("from_us") <= nw.col("event_at")) & (nw.col("event_at") < nw.col("to_us"))
    return joined.filter(nw.col("from_us").is_null() | holds).drop("from_us", "to_us")


def join_reference(
    rows: Frame, creatives: Frame | None, campaigns: Frame | None, advertisers: Frame | None
) -> Frame:
    """Settles `creative_id` and `campaign_id`, and adds `stated_...` of both, `advertiser_id` and `reporting_zone`.

    Reads creative_id, campaign_id, event_at. A campaign that the record states and the reference knows stands;
    otherwise its creative's campaign does; otherwise it is `(unassigned)`. A table that is None was never loaded:
    then what records state is not doubted.
    """
    stated = rows.with_columns(
        nw.col("creative_id").alias("stated_creative_id"), nw.col("campaign_id").alias("stated_campaign_id")
    )
    settled = _settle_campaign(_settle_creative(stated, creatives), campaigns)
    placed = _place(
        _place(settled, campaigns, "campaign_id", "advertiser_id"),
        advertisers,
        "advertiser_id",
        "reporting_zone",
    )
    return placed.with_columns(
        nw.col("campaign_id").fill_null(UNASSIGNED), nw.col("creative_id").fill_null(UNASSIGNED)
    )


def _settle_creative(rows: Frame, creatives: Frame | None) -> Frame:
    """Adds `creative_campaign_id`; a creative that the reference does not know becomes null."""
    if creatives is None:
        return rows.with_columns(nw.lit(None, nw.String).alias("creative_campaign_id"))
    found = at_event_time(rows, creatives.rename({"campaign_id": "creative_campaign_id"}), "creative_id")
    return found.with_columns(nw.col("known_creative_id").alias("creative_id")).drop("known_creative_id")


def _settle_campaign(rows: Frame, campaigns: Frame | None) -> Frame:
    """The stated campaign if the reference knows it, or else the creative's."""
    if campaigns is None:
        stands, found = "campaign_id", rows
    else:
        stands = "known_campaign_id"
        found = at_event_time(
            rows, campaigns.select("campaign_id", stands, "from_us", "to_us"), "campaign_id"
        )
    settled = nw.coalesce(nw.col(stands), nw.col("creative_campaign_id")).alias("campaign_id")
    spare = [name for name in (stands, "creative_campaign_id") if name != "campaign_id"]
    return found.with_columns(settled).drop(*spare)


def _place(rows: Frame, covering: Frame | None, key: str, value: str) -> Frame:
    """Adds the value that the key has at the event's time; null where the key or the table is unknown."""
    if covering is None:
        return rows.with_columns(nw.lit(None, nw.String).alias(value))
    return at_event_time(rows, covering.select(key, value, "from_us", "to_us"), key)
