"""The lakes that are compared: the same impressions in many commits with upkeep beside them, without it, and in one."""

import resource
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import polars as pl

from advertisex_assets.silver.catch_up import catch_up
from advertisex_assets.silver.inputs import Inputs
from advertisex_assets.transforms.enrich import Reference
from advertisex_assets.upkeep.layers import rules_of, upkeep_layer
from advertisex_assets.upkeep.plan import Policy
from advertisex_assets.upkeep.work import Rules
from resources.lake import Lake, Marks
from resources.run import Run, utc_now
from resources.settings import settings
from schemas.discover import feed_named
from schemas.tables.bronze import bronze_table
from schemas.tables.ops import LEDGER
from schemas.tables.silver import silver_tables

FEED = feed_named("impressions")
BRONZE, SILVER = bronze_table(FEED), silver_tables(FEED)[0]
TABLES = (BRONZE, SILVER, LEDGER)
INPUTS = Inputs(Reference.empty(), b"benchmark")

TODAY = datetime(2026, 3, 2, 23, tzinfo=UTC)
"""All is landed on one day, so that all of it is today's tail while it is landed."""

START = TODAY - timedelta(hours=22)
"""When the first impression was shown."""

LANDED_WITHIN = timedelta(seconds=30_000)
"""The hours over which the micro-batches are spread: 3,000 come ten seconds apart."""

QUARTER = timedelta(minutes=15)
"""Between two rounds of upkeep, as the schedule has it."""

YOUNG_LAKES = 60
"""Young lakes beside one that is filled: enough for a median of each third."""

APART_MS = 20
"""Between two impressions: three million end before the day does."""


@dataclass(frozen=True)
class Costs:
    """CPU seconds of each micro-batch (upkeep apart), of some in a young lake, measured in between, and of upkeep."""

    batches: list[float] = field(default_factory=list)
    young: list[float] = field(default_factory=list)
    rounds: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Pace:
    """Time as the lake is told it: a quarter of an hour ago is so many commits ago, whenever they were made."""

    commits: int
    made_at: list[datetime] = field(default_factory=list)

    def count(self, span: timedelta) -> int:
        """How many commits come in that time."""
        return max(1, round(self.commits * (span / LANDED_WITHIN)))

    def took(self, span: timedelta) -> timedelta:
        """In what time so many were made here; the time itself if there were not so many yet."""
        count = self.count(span)
        return utc_now() - self.made_at[-count] if count <= len(self.made_at) else span

    def rules(self) -> Rules:
        """What upkeep does by its defaults."""
        usual = rules_of(settings())
        # The clock stands still on the day of the events; files say when they were really written.
        cold_after = TODAY - utc_now() + self.took(usual.policy.cold_after)
        return replace(usual, time_travel=self.took(usual.time_travel), policy=Policy(cold_after=cold_after))


def after_the_day() -> Rules:
    """What upkeep does by its defaults when nothing was written for a quarter of an hour."""
    return replace(rules_of(settings()), policy=Policy(cold_after=timedelta(0)))


def fill(lake: Lake, commits: int, rows: int, with_upkeep: bool) -> Costs:
    """Lands and takes in so many micro-batches; returns what each cost."""
    costs, pace = Costs(), Pace(commits)
    for number in range(commits):
        batch = received(number * rows, rows)
        costs.batches.append(cpu_of(lambda: _commit(lake, batch, number)))  # noqa: B023
        pace.made_at.append(utc_now())
        if with_upkeep and (number + 1) % pace.count(QUARTER) == 0:
            costs.rounds.append(keep_up(lake, TODAY, pace.rules()))
        if number % (commits // YOUNG_LAKES) == 0:
            costs.young.append(_in_a_young_lake(rows))
    return costs


def _in_a_young_lake(rows: int) -> float:
    """The second micro-batch of a lake: the same work without a history, as the machine is just now."""
    with tempfile.TemporaryDirectory() as folder:
        _commit(Lake(folder), received(0, rows), 0)
        batch = received(rows, rows)
        return cpu_of(lambda: _commit(Lake(folder), batch, 1))


def fill_at_once(lake: Lake, commits: int, rows: int) -> None:
    """The same rows in one commit."""
    _commit(lake, received(0, commits * rows), 0)


def keep_up(lake: Lake, now: datetime, rules: Rules) -> float:
    """A round of upkeep, and the CPU seconds that it took."""
    run = Run("benchmark", lambda: now)
    layers = ("bronze", "silver", "ops")
    return cpu_of(lambda: [list(upkeep_layer(lake, layer, rules, run)) for layer in layers])


def _commit(lake: Lake, batch: pl.DataFrame, number: int) -> None:
    lake.open(BRONZE).append(batch, Marks({"kafka/benchmark/0": number + 1}))
    catch_up(lake, FEED, INPUTS, Run("benchmark", lambda: TODAY))


def received(first: int, count: int) -> pl.DataFrame:
    """Bronze rows of so many impressions, from that number on."""
    number = pl.col("offset")
    return (
        pl.DataFrame({"offset": pl.int_range(first, first + count, eager=True)})
        .with_columns(
            _payload(number).cast(pl.Binary).alias("payload"),
            pl.lit("record").alias("kind"),
            pl.lit("json").alias("codec"),
            pl.lit("kafka:benchmark").alias("source"),
            pl.lit("ad-impressions").alias("source_name"),
            pl.lit(0).alias("partition"),
            pl.lit(0).alias("record_index"),
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


def _payload(number: pl.Expr) -> pl.Expr:
    at = pl.lit(START) + pl.duration(milliseconds=number * APART_MS)
    return pl.struct(
        impression_id=pl.lit("imp-") + number.cast(pl.String).str.zfill(9),
        timestamp=at.dt.strftime("%Y-%m-%dT%H:%M:%S%.3f+00:00"),
        user_id=pl.format("user-{}", number * 7919 % 50_000),
        ad_creative_id=(4000 + number * 31 % 60).cast(pl.String),
        campaign_id=(100 + number * 31 % 20).cast(pl.String),
        website=pl.format("news-{}.example", number * 17 % 40),
        price=(2 + number % 7) / 1000,
    ).struct.json_encode()


def cpu_of(work: Callable[[], object]) -> float:
    """CPU seconds of this process for some work."""
    begun = _cpu()
    work()
    return _cpu() - begun


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
