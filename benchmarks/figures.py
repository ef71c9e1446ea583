"""Figures read out of results, as the JSON files say them; what they should be is in `targets`.

Whatever a result does not say raises KeyError, IndexError, TypeError or ValueError.
"""

from collections.abc import Callable
from statistics import median
from typing import Any

Result = Any
"""A result as its JSON file says it."""


def cpu(runs: list[Result]) -> float:
    """Median CPU seconds of runs of one program."""
    return median(run["cost"]["cpu_seconds"] for run in runs)


def against(program: str, other: str) -> Callable[[Result], float]:
    """How many times the CPU of one program another takes, of a result with runs by program."""
    return lambda result: cpu(result["runs"][other]) / cpu(result["runs"][program])


def landing(other: str) -> Callable[[Result], float]:
    """The same for the feed that is worst."""
    return lambda result: min(cpu(runs[other]) / cpu(runs["ours"]) for runs in result["runs"].values())


def landing_peak(result: Result) -> float:
    """The highest peak of ours, of any feed."""
    return max(run["cost"]["peak_megabytes"] for runs in result["runs"].values() for run in runs["ours"])


def silver(case: str, of: Callable[[list[Result]], float]) -> Callable[[Result], float]:
    """Of the rows of a case of silver."""
    return lambda result: of(result[case]["rows"])


def limit_ratio(work: str) -> Callable[[Result], float]:
    """The limit's cost over that of some work of silver, of the feed that is worst."""
    return silver("limit", lambda rows: min(row["ratio"] for row in rows if row["work"] == work))


def rows_of(case: str, stored: str) -> Callable[[Result], list[Result]]:
    """The rows of a case of silver that are about one kind of stored rows."""
    return lambda result: [row for row in result[case]["rows"] if row["case"] == stored]


def largest(rows: list[Result]) -> int:
    """The most rows that were stored."""
    return max(int(row["work"].replace(",", "")) for row in rows)


IN_OTHERS, IN_SAME = rows_of("history", "rows in other dates"), rows_of("history", "rows in the same date")


def attribution(program: str) -> Callable[[Result], float]:
    """CPU of a program over ours."""
    programs = lambda result: result["attribution"]["programs"]  # noqa: E731
    return lambda result: programs(result)[program]["cpu_seconds"] / programs(result)["ours"]["cpu_seconds"]


def reading(part: str, reader: str, by: str) -> Callable[[Result], float]:
    """One reader's figure over another's."""
    return lambda result: result["reading"][part][reader] / result["reading"][part][by]


def query(reader: str) -> Callable[[Result], float]:
    """The largest ratio of the questions to gold."""
    return lambda result: max(
        question["cpu_seconds"][reader] / question["cpu_seconds"]["DuckDB database"]
        for question in result["questions"]
        if question["layer"] == "gold"
    )


def kept_up(kind: str) -> Callable[[Result], float]:
    """The largest ratio of a lake with upkeep to one bulk load."""
    return lambda result: max(each["with upkeep"] / each["one bulk load"] for each in result[kind].values())


def events(size: str) -> int:
    """Events of a `Size(events=...` as silver writes it."""
    return int(size.partition("events=")[2].partition(",")[0])


def commits(command: str) -> int:
    """COMMITS of `python -m benchmarks.upkeep COMMITS ROWS`."""
    return int(command.split()[3])
