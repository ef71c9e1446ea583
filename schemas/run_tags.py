"""Run tags: words that sensors, the command line and assets share."""

PENDING_ONLY = "advertisex/pending_only"
"""Set by sensors and `advertisex refresh`: only what is pending is done. Without it, a run rebuilds its dates."""

LANDING = "advertisex/landing"
"""The feed that a run lands: one such run at a time, or one for each part of its partitions."""

LANDING_PART = "advertisex/landing_part"
"""Which part of the partitions a landing run takes, such as `0/4`; all of them without it."""

REFRESHING = "advertisex/refreshing"
"""The layer and feed that a run refreshes: one such run at a time."""

RANGE_START = "dagster/asset_partition_range_start"
RANGE_END = "dagster/asset_partition_range_end"
"""Dagster's own names for the first and last partition of a run over a range."""

SERVING = "advertisex/serving"
"""Put on runs that bring gold to PostgreSQL: one of them at a time."""
