"""The targets of the benchmarks: what was asked, and where in which result the figure is that answers it.

Not here: how figures are read (`figures`), what is made of them (`summary`), how anything is measured (each benchmark).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks import figures

Result = Any
"""A result as its JSON file says it."""

MILLION = 1_000_000


@dataclass(frozen=True)
class Target:
    """What was asked of one figure: at least or at most `bound`, at a size of at least `asked_size`, if one was named.

    `figure` and `size` read the result of the benchmark `result`; whatever they raise means that it does not say.
    """

    promise: str
    result: str
    bound: float
    figure: Callable[[Result], float]
    size: Callable[[Result], int]
    size_of: str
    at_least: bool = False
    asked_size: int = 0

    def is_met_by(self, figure: float) -> bool:
        """Whether that figure is good enough."""
        return figure >= self.bound if self.at_least else figure <= self.bound


TARGETS = (
    Target(
        "The whole job takes at least 5 times less CPU than Spark",
        "whole_job", 5, figures.against("ours", "spark"), lambda r: r["events"], "events", at_least=True,
    ),
    Target(
        "A micro-batch's cost through the whole job is flat in history: within 1.2 of that with 1 million rows",
        "history", 1.2, lambda r: max(case["ratio"] for case in r["history"]),
        lambda r: max(case["rows"] for case in r["history"]), "rows in other dates", asked_size=100 * MILLION,
    ),
    Target(
        "The whole job, end to end, within 4 GB",
        "memory", 4096, lambda r: max(size["peak_megabytes"] for size in r["sizes"]),
        lambda r: max(size["events"] for size in r["sizes"]), "events", asked_size=100 * MILLION,
    ),
    Target(
        "A micro-batch's memory does not depend on history: within 1.2",
        "history", 1.2, lambda r: max(case["memory_ratio"] for case in r["history"]),
        lambda r: max(case["rows"] for case in r["history"]), "rows in other dates", asked_size=100 * MILLION,
    ),
    Target(
        "Landing runs at 0.8 of the limit or more, every feed",
        "landing", 0.8, figures.landing("limit"), lambda r: r["messages"], "messages", at_least=True,
    ),
    Target(
        "Landing takes at least 5 times less CPU than Spark, every feed",
        "landing", 5, figures.landing("spark"), lambda r: r["messages"], "messages", at_least=True,
    ),
    Target(
        "Landing holds less than 1 GB",
        "landing", 1024, figures.landing_peak, lambda r: r["messages"], "messages",
    ),
    Target(
        "95 % of events are in gold within 15 s, at 2,000 events a second",
        "end_to_end", 0.95, lambda r: r["latency"]["within_15"], lambda r: r["per_second"], "events a second",
        at_least=True, asked_size=2_000,
    ),
    Target(
        "Incremental silver runs at 0.5 of the limit or more, every feed",
        "silver", 0.5, figures.limit_ratio("incremental"),
        lambda r: figures.events(r["limit"]["size"]), "events", at_least=True,
    ),
    Target(
        "A full rebuild of silver runs at 0.5 of the limit or more, every feed",
        "silver", 0.5, figures.limit_ratio("full_rebuild"),
        lambda r: figures.events(r["limit"]["size"]), "events", at_least=True,
    ),
    Target(
        "Silver's micro-batch costs the same with 1 million and 100 million rows in other dates: within 1.2",
        "silver", 1.2,
        lambda r: max(row["ratio"] for row in figures.IN_OTHERS(r)), lambda r: figures.largest(figures.IN_OTHERS(r)),
        "rows in other dates", asked_size=100 * MILLION,
    ),
    Target(
        "Silver's micro-batch into a date of 100 million rows holds less than 4 GB",
        "silver", 4096,
        lambda r: max(row["peak_megabytes"] for row in figures.IN_SAME(r)),
        lambda r: figures.largest(figures.IN_SAME(r)),
        "rows in its date", asked_size=100 * MILLION,
    ),
    Target(
        "Attribution is at least 10 times faster than the same logic in Spark",
        "gold", 10, figures.attribution("spark"),
        lambda r: r["attribution"]["impressions"], "impressions", at_least=True,
        asked_size=10 * MILLION,
    ),
    Target(
        "Attribution is within 1.2 of a hand-written Polars program",
        "gold", 1.2, lambda r: 1 / figures.attribution("by_hand")(r), lambda r: r["attribution"]["impressions"],
        "impressions", asked_size=10 * MILLION,
    ),
    Target(
        "Attribution holds less than 4 GB",
        "gold", 4096, lambda r: r["attribution"]["programs"]["ours"]["peak_megabytes"],
        lambda r: r["attribution"]["impressions"], "impressions", asked_size=10 * MILLION,
    ),
    Target(
        "One late click costs under 1/50 of the day's rebuild",
        "gold", 1 / 50, lambda r: r["late"]["late_click_cpu_seconds"] / r["late"]["rebuild_cpu_seconds"],
        lambda r: r["late"]["impressions"], "impressions", asked_size=10 * MILLION,
    ),
    Target(
        "A campaign's 90 days: at least 100 times fewer bytes from gold than from silver",
        "gold", 100, figures.reading("bytes", "silver", "gold"), lambda r: r["reading"]["impressions"], "impressions",
        at_least=True,
    ),
    Target(
        "A campaign's 90 days: at least 50 times faster from gold than from silver",
        "gold", 50, figures.reading("cpu_seconds", "silver", "gold"),
        lambda r: r["reading"]["impressions"], "impressions",
        at_least=True,
    ),
    Target(
        "A campaign's 90 days from gold: within 1.5 of the same table in a DuckDB database",
        "gold", 1.5, figures.reading("cpu_seconds", "gold", "DuckDB"),
        lambda r: r["reading"]["impressions"], "impressions",
    ),
    Target(
        "Questions to gold by Polars: within 1.5 of the same tables in a DuckDB database, every question",
        "queries", 1.5, figures.query("Delta, Polars"), lambda r: r["events"], "events",
    ),
    Target(
        "Questions to gold by `advertisex sql`: within 1.5 of the same tables in a DuckDB database, every question",
        "queries", 1.5, figures.query("Delta, DuckDB"), lambda r: r["events"], "events",
    ),
    Target(
        "After many commits with upkeep beside them, files are within 1.5 of one bulk load, every table",
        "upkeep", 1.5, figures.kept_up("files"), lambda r: figures.commits(r["command"]), "commits", asked_size=3_000,
    ),
    Target(
        "After many commits with upkeep beside them, reads are within 1.5 of one bulk load, every read",
        "upkeep", 1.5, figures.kept_up("CPU s"), lambda r: figures.commits(r["command"]), "commits", asked_size=3_000,
    ),
    Target(
        "With upkeep, a commit's cost shows no slope: last third within 1.2 of the first, against a young lake",
        "upkeep", 1.2,
        lambda r: r["micro_batch"]["with upkeep"]["last / first, against young lakes"],
        lambda r: figures.commits(r["command"]), "commits",
        asked_size=3_000,
    ),
    Target(
        "Checks take less than 5 % of a micro-batch",
        "watch", 0.05, lambda r: max(batch["share"] for batch in r["batches"]),
        lambda r: max(batch["records"] for batch in r["batches"]), "records",
    ),
)  # fmt: skip
