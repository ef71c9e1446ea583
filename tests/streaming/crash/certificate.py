"""What was produced against what the tables hold, and the certificate that says so."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from functools import reduce
from operator import add

import polars as pl

from advertisex_assets.bronze.kafka.balance import kafka_balance
from advertisex_assets.watch.losses import find_losses
from advertisex_assets.watch.status import status
from resources.lake import Lake
from schemas.feed import Feed
from schemas.tables import gold
from schemas.tables.bronze import POSITION, bronze_table
from schemas.tables.silver import DUPLICATES, QUARANTINE, silver_tables
from schemas.tables.table import Table
from tests.streaming.crash.traffic import PRICE_CENTS, REFUND_CENTS, Produced, Traffic
from tests.streaming.crash.work import Setting

MICROS_PER_CENT = 10_000

ANYWHERE = "anywhere"
"""Kills at a random moment instead of at a step."""


@dataclass
class Certificate:
    """Kills per step, what befell the rest, what workers met, and whether the tables are right."""

    seeds: list[int]
    commit: str
    happened: Counter[str]
    kills: Counter[str] = field(default_factory=Counter)
    conflicts: int = 0
    workers: int = 0
    dagster_workers: int = 0
    gave_up: int = 0
    minutes: float = 0.0
    rows: int = 0
    expired: int = 0
    lost: int = 0
    doubled: int = 0
    wrong: list[str] = field(default_factory=list)

    def compare(self, setting: Setting, traffic: Traffic) -> None:
        """Fills in what the tables hold, and what of it is not as produced."""
        lake = setting.lake
        for feed, produced in zip(setting.feeds, (traffic.impressions, traffic.actions), strict=True):
            self._compare_bronze(lake, feed, produced)
            self._compare_silver(lake, feed, produced)
        actions = Counter(payload.split(b",")[3] for payload in traffic.actions.valid)
        counts = {
            "impressions": len(traffic.impressions.valid),
            "clicks": actions[b"click"],
            "conversions": actions[b"purchase"],
        }
        for name, expected in counts.items():
            self._expect(f"gold.campaign_daily {name}", _sum(lake, gold.CAMPAIGN_DAILY, name), expected)
        # One refund of each round is of a purchase, one of nobody.
        refunds = actions[b"refund"] // 2
        left_out = lake.open(gold.ADJUSTMENTS_LEFT_OUT).scan().select(pl.len()).collect().item()
        self._expect("refunds of nobody", left_out, refunds)
        revenue = PRICE_CENTS * actions[b"purchase"] - REFUND_CENTS * refunds
        self._expect("revenue", _sum(lake, gold.CONVERSIONS, "revenue_micros"), revenue * MICROS_PER_CENT)
        for model, credit in _credits(lake).items():
            self._expect(f"credit by {model}", credit, counts["conversions"] * 1_000_000)

    def _compare_bronze(self, lake: Lake, feed: Feed, produced: Produced) -> None:
        bronze = lake.open(bronze_table(feed))
        rows = bronze.scan().select("payload", *POSITION).collect()
        landed, expected = Counter(rows["payload"].to_list()), Counter(produced.received)
        self.rows += rows.height
        self.lost += (expected - landed).total()
        self.doubled += (landed - expected).total() + rows.height - rows.select(POSITION).unique().height
        balance = kafka_balance(bronze)
        self.expired += balance["expired"].sum()
        self._expect(f"expired offsets of {feed.name}", balance["expired"].sum(), produced.expired)
        self._expect(f"partitions of {feed.name} that do not add up", (~balance["balanced"]).sum(), 0)

    def _compare_silver(self, lake: Lake, feed: Feed, produced: Produced) -> None:
        ids = [lake.open(table).scan().select("event_id").collect() for table in silver_tables(feed)]
        found, expected = Counter(pl.concat(ids)["event_id"]), Counter(map(_id_of, produced.valid))
        self._expect(f"silver of {feed.name}", found, expected)
        (counts,) = status(lake, [feed])
        self._expect(f"quarantined of {feed.name}", counts["quarantined"], len(produced.broken))
        lost = int(str(counts["duplicates"])) + int(str(counts["conflicts"]))
        self._expect(f"duplicates of {feed.name}", lost, len(produced.duplicates))
        self._expect(f"{feed.name} balanced", counts["balanced"], True)
        self._expect(f"losses of {feed.name}", find_losses(lake, feed), [])
        for table in (QUARANTINE, DUPLICATES):
            rows = lake.open(table).scan().select(POSITION).collect()
            self._expect(f"rows twice in {table.full_name}", rows.height - rows.unique().height, 0)

    def _expect(self, what: str, found: object, expected: object) -> None:
        if found != expected:
            self.wrong.append(f"{what}: {found} instead of {expected}"[:1_000])

    def text(self) -> str:
        """The certificate."""
        seeds = ", ".join(map(str, self.seeds))
        widest = max(map(len, self.kills), default=0)
        steps = [f"  {name:<{widest}}  {count:>4}" for name, count in sorted(self.kills.items())]
        return "\n".join(
            [
                f"Crash certificate (commit {self.commit}, lakes by seed {seeds}, {self.minutes:.0f} minutes)",
                f"kills by SIGKILL: {self.kills.total()}, by step:",
                *steps,
                f"workers, two at a time: {self.workers}, by Dagster's sensors and runs: {self.dagster_workers}",
                f"commits that lost a race and were tried again: {self.conflicts}",
                f"workers that gave up because the broker was away: {self.gave_up}",
                *(f"{what}: {times} times" for what, times in sorted(self.happened.items())),
                f"rows in bronze {self.rows}, offsets expired unread {self.expired}",
                f"lost {self.lost}, doubled {self.doubled}",
                *(self.wrong or ["silver and gold agree with what was produced"]),
            ]
        )


def together(certificates: Sequence[Certificate]) -> Certificate:
    """One certificate of several lakes: everything is added up."""
    first = certificates[0]
    added = {
        each.name: reduce(add, (getattr(one, each.name) for one in certificates))
        for each in fields(Certificate)
        if each.name != "commit"
    }
    return Certificate(commit=first.commit, **added)


def _id_of(payload: bytes) -> str:
    return str(json.loads(payload)["impression_id"]) if payload.startswith(b"{") else payload.split(b",")[4].decode()


def _sum(lake: Lake, table: Table, name: str) -> int:
    return int(lake.open(table).scan().select(pl.col(name).sum()).collect().item())


def _credits(lake: Lake) -> dict[str, int]:
    rows = lake.open(gold.ATTRIBUTION).scan().group_by("model").agg(pl.col("credit_micros").sum()).collect()
    return dict(rows.iter_rows())
