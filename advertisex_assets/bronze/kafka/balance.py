"""Balance: whether every offset that was passed is a landed message or an accounted gap."""

import polars as pl

from advertisex_assets.bronze.kafka.progress import FIRST, GAP_CLASSES
from resources.kafka import source_of
from resources.lake import LakeTable
from resources.lake.dropped import dropped_counts

BALANCE_SCHEMA = {
    "source": pl.String(),
    "partition": pl.Int64(),
    "offsets": pl.Int64(),
    "messages": pl.Int64(),
    **{gap_class: pl.Int64() for gap_class in GAP_CLASSES},
    "balanced": pl.Boolean(),
}


def kafka_balance(bronze: LakeTable) -> pl.DataFrame:
    """One row per topic id and partition: offsets passed, messages in bronze, gaps by class, and whether they agree."""
    passed = pl.DataFrame(_passed(bronze.marks()), schema=_PASSED, orient="row")
    is_message = pl.col("source").str.starts_with(source_of("")) & (pl.col("record_index") == 0)
    messages = (
        bronze.scan()
        .filter(is_message)
        .group_by("source", "partition")
        .agg(pl.len().cast(pl.Int64).alias("messages"))
    )
    both = pl.concat([messages.collect(), _dropped(bronze)])
    held = both.group_by("source", "partition").agg(pl.col("messages").sum())
    counted = passed.join(held, on=["source", "partition"], how="full", coalesce=True)
    gaps = pl.sum_horizontal(GAP_CLASSES)
    agrees = pl.col("offsets").fill_null(-1) == pl.col("messages") + gaps
    filled = counted.with_columns(pl.col("messages", *GAP_CLASSES).fill_null(0))
    return (
        filled.with_columns(agrees.alias("balanced")).select(list(BALANCE_SCHEMA)).sort("source", "partition")
    )


def _dropped(bronze: LakeTable) -> pl.DataFrame:
    """Messages that retention dropped, by source and partition."""
    rows = []
    for key, counts in dropped_counts(bronze.marks()).items():
        source, _, partition = key.rpartition("/")
        if source.startswith(source_of("")):
            rows.append((source, int(partition), counts.get("messages", 0)))
    schema = {name: BALANCE_SCHEMA[name] for name in ("source", "partition", "messages")}
    return pl.DataFrame(rows, schema=schema, orient="row")


_PASSED = {name: dtype for name, dtype in BALANCE_SCHEMA.items() if name not in ("messages", "balanced")}


def _passed(marks: dict[str, int]) -> list[tuple[str | int, ...]]:
    """What the marks say of each partition."""
    rows: list[tuple[str | int, ...]] = []
    for name, first in marks.items():
        if not (name.startswith("kafka/") and name.endswith(f"/{FIRST}")):
            continue
        base = name.removesuffix(f"/{FIRST}")
        _, topic_id, partition = base.split("/")
        gaps = (marks.get(f"{base}/{gap_class}", 0) for gap_class in GAP_CLASSES)
        rows.append((source_of(topic_id), int(partition), marks[base] - first, *gaps))
    return rows
