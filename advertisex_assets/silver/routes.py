"""Routes: the later decisions about which date bronze rows belong to, as they stand; and how new ones are kept.

Not here: what date a row should have (`transforms/route`).
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import polars as pl

from advertisex_assets.transforms.route import FIRST_DATE
from resources.lake import LakeTable, Marks
from resources.lake.batches import batches
from resources.run import Run
from schemas.feed import Feed
from schemas.tables.bronze import POSITION

SEQUENCE = "decisions"
"""The mark that counts them: two runs that decide at once collide on it, so that the latest is well defined."""


@dataclass(frozen=True, eq=False)
class Routes:
    """Every decision about a feed's rows (the rows of its routes table)."""

    decisions: pl.DataFrame

    @property
    def last(self) -> int:
        """The number of the newest decision; 0 if there was none."""
        return int(self.decisions["decision"].max() or 0)  # type: ignore[arg-type]

    @cached_property
    def moved(self) -> pl.DataFrame:
        """POSITION, landing_date, first_date and event_date of the rows that belong elsewhere than at landing."""
        latest = self.decisions.sort("decision").unique(POSITION, keep="last")
        away = latest.filter(pl.col("event_date") != pl.col(FIRST_DATE))
        return away.select(*POSITION, "landing_date", FIRST_DATE, "event_date")

    def dates(self, after: int = 0) -> set[date]:
        """Every date that a decision after that one touched."""
        newer = self.decisions.filter(pl.col("decision") > after)
        return {day for name in (FIRST_DATE, "from_date", "event_date") for day in newer[name].to_list()}

    def with_moves(self, moves: pl.DataFrame) -> "Routes":
        """The same with further decisions (see `transforms.route.moves`), which nobody has kept yet."""
        decided = moves.with_columns(pl.lit(self.last + 1, pl.Int64).alias("decision"))
        return Routes(pl.concat([self.decisions, decided], how="diagonal"))

    def digest_for(self, day: date) -> str:
        """Which rows left that date and which came to it, as one text; empty if none did."""
        return self._digests.get(day, "")

    @cached_property
    def _digests(self) -> dict[date, str]:
        place = pl.concat_str([pl.col(name).cast(pl.String) for name in POSITION], separator="/")
        left = self.moved.select(pl.col(FIRST_DATE).alias("day"), pl.concat_str(pl.lit("-"), place).alias("row"))
        came = self.moved.select(pl.col("event_date").alias("day"), pl.concat_str(pl.lit("+"), place).alias("row"))
        rows = pl.concat([left, came]).sort("row").group_by("day").agg("row")
        return {day: hashlib.sha256("\n".join(texts).encode()).hexdigest() for day, texts in rows.iter_rows()}

    def applied(self, bronze: pl.LazyFrame) -> pl.LazyFrame:
        """Bronze rows (all columns of POSITION and `event_date`) with the date that they are routed to now."""
        if self.moved.is_empty():
            return bronze
        latest = self.moved.lazy().select(*POSITION, pl.col("event_date").alias("now"))
        joined = bronze.join(latest, on=POSITION, how="left")
        return joined.with_columns(pl.coalesce("now", "event_date").alias("event_date")).drop("now")

    def rows_of(self, bronze: LakeTable, dates: Iterable[date]) -> pl.LazyFrame:
        """The bronze rows routed to those dates, with FIRST_DATE; reads little else of a pruned table."""
        wanted = sorted(set(dates))
        landed = bronze.scan_dates(wanted[0], wanted[-1], "event_date").filter(pl.col("event_date").is_in(wanted))
        landed = landed.with_columns(pl.col("event_date").alias(FIRST_DATE))
        arrived = self._arrived(bronze, wanted)
        return pl.concat([self._stayed(landed), *arrived], how="diagonal")

    def batches_of(self, bronze: LakeTable, dates: Iterable[date], rows: int) -> Iterator[pl.DataFrame]:
        """The same, at most so many rows at once."""
        wanted = sorted(set(dates))
        for landed in batches(bronze, "event_date", wanted, rows):
            numbered = landed.lazy().with_columns(pl.col("event_date").alias(FIRST_DATE))
            yield self._stayed(numbered).collect()
        for arrived in self._arrived(bronze, wanted):
            yield from arrived.collect_batches(chunk_size=rows, engine="streaming")

    def _stayed(self, landed: pl.LazyFrame) -> pl.LazyFrame:
        return landed if self.moved.is_empty() else landed.join(self.moved.lazy(), on=POSITION, how="anti")

    def _arrived(self, bronze: LakeTable, wanted: list[date]) -> list[pl.LazyFrame]:
        """Rows that landing routed elsewhere; nothing, not even a scan, where there are none."""
        came = self.moved.filter(pl.col("event_date").is_in(wanted))
        if came.is_empty():
            return []
        where = [pl.col(name).is_in(came[name].unique().implode()) for name in ("source", "landing_date")]
        where.append(pl.col("event_date").is_in(came[FIRST_DATE].unique().implode()))
        arrived = bronze.scan().filter(*where).rename({"event_date": FIRST_DATE})
        new_dates = came.lazy().select(*POSITION, "event_date")
        return [arrived.join(new_dates, on=POSITION, how="inner")]


def keep_decisions(table: LakeTable, feed: Feed, moves: pl.DataFrame, run: Run) -> None:
    """Appends decisions (see `transforms.route.moves`); CommitConflictError if another run decided meanwhile."""
    number = (table.mark(SEQUENCE) or 0) + 1
    rows = moves.with_columns(
        pl.lit(number, pl.Int64).alias("decision"),
        pl.lit(feed.contract_version).alias("contract_version"),
        pl.lit(run.clock()).cast(table.table.schema["decided_at"]).alias("decided_at"),
        pl.lit(run.run_id).alias("run_id"),
    )
    run.step(f"bronze:routes:{feed.name}")
    table.append(rows.select(list(table.table.schema)), Marks({SEQUENCE: number}))
