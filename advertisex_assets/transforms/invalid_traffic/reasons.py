"""Reasons: broken rules put together, one row per event."""

import polars as pl

from schemas.invalid_traffic import RULES

VERSIONED = {rule.code: rule.identity for rule in RULES}
PLACE = {rule.code: place for place, rule in enumerate(RULES)}


def by_event(found: pl.DataFrame) -> pl.DataFrame:
    """event_date, table, event_id, `reason` (the first in order of the rules), `reasons`, `rule_versions`, sorted.

    Each event is counted by exactly one `reason`, so that invalid events are the sum of their reasons.
    """
    keys = ["event_date", "table", "event_id"]
    placed = found.unique().with_columns(
        pl.col("code").replace_strict(PLACE, return_dtype=pl.Int64).alias("place")
    )
    grouped = (
        placed.sort(*keys, "place").group_by(keys, maintain_order=True).agg(pl.col("code").alias("reasons"))
    )
    versions = pl.col("reasons").list.eval(pl.element().replace_strict(VERSIONED, return_dtype=pl.String))
    return grouped.with_columns(
        pl.col("reasons").list.first().alias("reason"), versions.alias("rule_versions")
    ).select(*keys, "reason", "reasons", "rule_versions")
