"""What was produced against what the tables hold, and the certificate that says so."""

import json
from collections import Counter
from dataclasses import dataclass, field

import polars as pl

from advertisex_assets.bronze.kafka.balance import kafka_balance
from advertisex_assets.gold.marts import MARTS
from schemas.tables.bronze import POSITION, bronze_table
from schemas.tables.silver import DUPLICATES, QUARANTINE, silver_table
from tests.streaming.crash.work import Setting

ANYWHERE = "anywhere"
"""Kills at a random moment instead of at a step."""


@dataclass
class Produced:
    """The truth: payloads by how they must end."""

    valid: list[bytes] = field(default_factory=list)
    duplicates: list[bytes] = field(default_factory=list)
    broken: list[bytes] = field(default_factory=list)

    @property
    def everything(self) -> list[bytes]:
        """All payloads."""
        return self.valid + self.duplicates + self.broken


@dataclass
class Certificate:
    """Kills per step, what the survivors met, and whether the tables are right."""

    kills: Counter[str] = field(default_factory=Counter)
    conflicts: int = 0
    workers: int = 0
    broker_kills: int = 0
    rows: int = 0
    lost: int = 0
    doubled: int = 0
    wrong: list[str] = field(default_factory=list)

    def compare(self, setting: Setting, produced: Produced) -> None:
        """Fills in lost, doubled and wrong."""
        lake, feed = setting.lake, setting.feed
        bronze = lake.open(bronze_table(feed))
        rows = bronze.scan().select("payload", *POSITION).collect()
        landed, expected = Counter(rows["payload"].to_list()), Counter(produced.everything)
        self.rows = rows.height
        self.lost = (expected - landed).total()
        self.doubled = (landed - expected).total() + rows.height - rows.select(POSITION).unique().height
        self._expect(
            "offsets that do not add up", kafka_balance(bronze).filter(~pl.col("balanced")).height, 0
        )
        silver = lake.open(silver_table(feed, feed.outputs[0])).scan().select("impression_id").collect()
        ids = sorted(json.loads(payload)["impression_id"] for payload in produced.valid)
        self._expect("silver.impressions", sorted(silver["impression_id"].to_list()) == ids, True)
        for table, count in ((QUARANTINE, len(produced.broken)), (DUPLICATES, len(produced.duplicates))):
            self._expect(table.full_name, lake.open(table).scan().select(pl.len()).collect().item(), count)
        campaigns = next(mart.table for mart in MARTS if mart.name == "campaign_daily")
        summed = lake.open(campaigns).scan().select(pl.col("impressions").sum()).collect().item()
        self._expect("gold.campaign_daily impressions", summed, len(ids))

    def _expect(self, what: str, found: object, expected: object) -> None:
        if found != expected:
            self.wrong.append(f"{what}: {found} instead of {expected}")

    def text(self) -> str:
        """The certificate."""
        widest = max(map(len, self.kills), default=0)
        steps = [f"  {name:<{widest}}  {count:>4}" for name, count in sorted(self.kills.items())]
        return "\n".join(
            [
                "Crash certificate",
                f"kills by SIGKILL: {self.kills.total()}, by step:",
                *steps,
                f"workers {self.workers}, lost races {self.conflicts}, broker killed {self.broker_kills} times",
                f"rows {self.rows}, lost {self.lost}, doubled {self.doubled}",
                *(self.wrong or ["silver and gold agree with what was produced"]),
            ]
        )
