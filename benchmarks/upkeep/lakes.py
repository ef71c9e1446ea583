"""The lakes that are compared: the same impressions in many commits with upkeep beside them, without it, and in one."""

import json
import resource
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import polars as pl

from advertisex_assets.silver.catch_up import catch_up
from advertisex_assets.silver.inputs import Inputs
from advertisex_assets.transforms.enrich import Reference
from advertisex_assets.upkeep.layers import upkeep_layer
from advertisex_assets.upkeep.plan import Policy
from advertisex_assets.upkeep.work import Rules
from resources.lake import Lake, Marks
from resources.lake.maintain import vacuum
from resources.run import Run
from schemas.discover import feed_named
from schemas.tables.bronze import bronze_table
from schemas.tables.ops import LEDGER
from schemas.tables.silver import silver_tables

FEED = feed_named("impressions")
BRONZE, SILVER = bronze_table(FEED), silver_tables(FEED)[0]
TABLES = (BRONZE, SILVER, LEDGER)
INPUTS = Inputs(Reference.empty(), b"benchmark")

TODAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""All is landed on one day, so that all of it is today's tail while it is landed."""

BETWEEN_UPKEEP = 10
"""Commits between two rounds of upkeep: so that each third of a short run has several."""

YOUNG_LAKES = 60
"""Young lakes beside one that is filled: enough for a median of each third."""

KEEP = timedelta(minutes=3)
"""What an hour, the least that may be set, is for commits each ten seconds: some 360 of them."""

HOT = Rules(keep=KEEP, policy=Policy(cold_after=timedelta(0)))


@dataclass(frozen=True)
class Costs:
    """CPU seconds of each micro-batch (upkeep apart), and of some in a young lake, measured in between."""

    batches: list[float] = field(default_factory=list)
    young: list[float] = field(default_factory=list)


def fill(lake: Lake, commits: int, rows: int, with_upkeep: bool) -> Costs:
    """Lands and takes in so many micro-batches; returns what each cost."""
    costs = Costs()
    for number in range(commits):
        batch = received(range(number * rows, (number + 1) * rows))
        costs.batches.append(cpu_of(lambda: _commit(lake, batch, number)))  # noqa: B023
        if with_upkeep and number % BETWEEN_UPKEEP == BETWEEN_UPKEEP - 1:
            keep_up(lake, TODAY)
        if number % (commits // YOUNG_LAKES) == 0:
            costs.young.append(_in_a_young_lake(rows))
    return costs


def _in_a_young_lake(rows: int) -> float:
    """The second micro-batch of a lake: the same work without a history, as the machine is just now."""
    with tempfile.TemporaryDirectory() as folder:
        _commit(Lake(folder), received(range(rows)), 0)
        batch = received(range(rows, 2 * rows))
        return cpu_of(lambda: _commit(Lake(folder), batch, 1))


def fill_at_once(lake: Lake, commits: int, rows: int) -> None:
    """The same rows in one commit."""
    _commit(lake, received(range(commits * rows)), 0)


def keep_up(lake: Lake, now: datetime) -> float:
    """A round of upkeep, and the CPU seconds that it took."""
    run = Run("benchmark", lambda: now)
    layers = ("bronze", "silver", "ops")
    return cpu_of(lambda: [list(upkeep_layer(lake, layer, HOT, run)) for layer in layers])


def forget(lake: Lake) -> None:
    """Removes what nobody needs: for sizes on disk."""
    for table in TABLES:
        vacuum(lake.open(table), timedelta(0))


def _commit(lake: Lake, batch: pl.DataFrame, number: int) -> None:
    lake.open(BRONZE).append(batch, Marks({"kafka/benchmark/0": number + 1}))
    catch_up(lake, FEED, INPUTS, Run("benchmark", lambda: TODAY))


def received(numbers: range) -> pl.DataFrame:
    """Bronze rows of impressions."""
    payloads = [_payload(number) for number in numbers]
    count = len(payloads)
    return (
        pl.DataFrame(
            {"payload": payloads, "offset": list(numbers)}, schema={"payload": pl.Binary, "offset": pl.Int64}
        )
        .with_columns(
            pl.lit("record").alias("kind"),
            pl.lit("json").alias("codec"),
            pl.lit("kafka:benchmark").alias("source"),
            pl.lit("ad-impressions").alias("source_name"),
            pl.repeat(0, count, dtype=pl.Int64).alias("partition"),
            pl.repeat(0, count, dtype=pl.Int64).alias("record_index"),
            pl.lit(TODAY).alias("received_at"),
            pl.lit(TODAY.date()).alias("event_date"),
            pl.lit("event_time").alias("routed_by"),
            pl.lit(TODAY.date()).alias("landing_date"),
            pl.lit(TODAY).alias("landed_at"),
            pl.lit("benchmark").alias("run_id"),
            *(
                pl.lit(None, BRONZE.schema[name]).alias(name)
                for name in ("header", "key", "headers", "record_id")
            ),
        )
        .select(pl.col(name).cast(dtype) for name, dtype in BRONZE.schema.items())
    )


def _payload(number: int) -> bytes:
    at = TODAY - timedelta(hours=11) + timedelta(milliseconds=30 * number)
    return json.dumps(
        {
            "impression_id": f"imp-{number:09d}",
            "timestamp": at.isoformat(),
            "user_id": f"user-{number * 7919 % 50_000}",
            "ad_creative_id": str(4000 + number * 31 % 60),
            "campaign_id": str(100 + number * 31 % 20),
            "website": f"news-{number * 17 % 40}.example",
            "price": 0.002 + number % 7 / 1000,
        }
    ).encode()


def cpu_of(work: Callable[[], object]) -> float:
    """CPU seconds of this process for some work."""
    begun = _cpu()
    work()
    return _cpu() - begun


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
