"""One run in a process of its own: what it was asked, what it cost, and the numbers that both must agree on."""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import polars as pl

from benchmarks.measure import Cost

LAST_CLICK = "last_click"

Numbers = dict[str, list[list[Any]]]
"""Rows by name: `campaign_daily` (date, campaign, impressions, clicks, conversions), `last_click` (date, campaign,
conversions), `refused` (rows)."""


@dataclass(frozen=True)
class Job:
    """Where the topics are, the reference data, how many messages wait, and a folder to work in.

    `options` only Spark knows.
    """

    bootstrap_servers: str
    reference: str
    messages: int
    folder: str = ""
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What it cost and what came out; `first` is what a first, uncounted pass cost, `tasks` how many Spark ran."""

    cost: Cost
    numbers: Numbers
    first: Cost | None = None
    tasks: int | None = None


def main(work: Callable[[Job], Outcome]) -> None:
    """The entry point of a measured process."""
    print(json.dumps(asdict(work(Job(**json.loads(sys.argv[1]))))))


def read(line: str) -> Outcome:
    """What a measured process printed last."""
    found = json.loads(line)
    first = Cost(**found["first"]) if found["first"] else None
    return Outcome(Cost(**found["cost"]), found["numbers"], first, found["tasks"])


def numbers_of(campaign_daily: pl.LazyFrame, last_click: pl.LazyFrame, refused: int) -> Numbers:
    """The numbers from tables with these columns: event_date, campaign_id and the counts."""
    keys = ["event_date", "campaign_id"]
    counts = ["impressions", "clicks", "conversions"]
    frames = {"campaign_daily": campaign_daily.select(*keys, *counts), LAST_CLICK: last_click.group_by(keys).len()}
    rows = {
        name: [[str(row[0]), *row[1:]] for row in frame.sort(keys).collect().iter_rows()]
        for name, frame in frames.items()
    }
    return rows | {"refused": [[refused]]}
