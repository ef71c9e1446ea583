"""Reference: the reference rows that silver depends on, as the argument of `enrich`.

Not here: how they are stored or loaded.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import polars as pl

from advertisex_assets.transforms.enrich.digests import DayDigests
from advertisex_assets.transforms.enrich.validity import SINCE_EVER_US, intervals, with_gaps
from schemas.tables.reference import ADVERTISERS, CAMPAIGNS, CREATIVES


@dataclass(frozen=True)
class Link:
    """One step of the chain creative -> campaign -> advertiser: at each time a key has at most one row of values."""

    key: str
    values: tuple[str, ...]
    rows: pl.DataFrame

    @cached_property
    def held(self) -> pl.DataFrame:
        """key, values, from_us, to_us."""
        return intervals(self.rows, self.key, self.values)

    @cached_property
    def covering(self) -> pl.DataFrame:
        """The same with gaps, and `known_<key>`: the key where a row holds, null in gaps."""
        marked = self.held.with_columns(pl.col(self.key).alias(f"known_{self.key}"))
        return with_gaps(marked, self.key)

    @cached_property
    def digests(self) -> DayDigests:
        """What holds on each day."""
        return DayDigests(self.held)

    @property
    def is_loaded(self) -> bool:
        """Whether there is any row: without, what records state is not doubted."""
        return not self.rows.is_empty()


@dataclass(frozen=True)
class Reference:
    """Rows of reference.creatives, campaigns and advertisers (see `schemas.tables.reference`), without overlaps."""

    creatives: pl.DataFrame
    campaigns: pl.DataFrame
    advertisers: pl.DataFrame

    @classmethod
    def empty(cls) -> "Reference":
        """No reference at all: campaigns and creatives are what records say."""
        return cls(*(pl.DataFrame(schema=table.schema) for table in (CREATIVES, CAMPAIGNS, ADVERTISERS)))

    @cached_property
    def links(self) -> tuple[Link, Link, Link]:
        """Creative to campaign, campaign to advertiser, advertiser to reporting zone."""
        return (
            Link("creative_id", ("campaign_id",), self.creatives),
            Link("campaign_id", ("advertiser_id",), self.campaigns),
            Link("advertiser_id", ("reporting_zone",), self.advertisers),
        )

    @cached_property
    def bounds(self) -> pl.Series:
        """Every instant (Int64 epoch microseconds) at which a row begins or ends, sorted; the first is before all."""
        ends = [link.covering[name] for link in self.links for name in ("from_us", "to_us")]
        return pl.concat([pl.Series("from_us", [SINCE_EVER_US], dtype=pl.Int64), *ends]).unique().sort()

    def digest_for(self, day: date) -> str:
        """A hash of what the reference says about that UTC day: other rows, and other columns, do not change it."""
        parts = [f"{link.key}/{link.is_loaded}/{link.digests.on(day):x}" for link in self.links]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def digest(self) -> str:
        """A hash of all rows that silver depends on: while it stands, no date's digest has changed."""
        texts = [link.held.write_csv(null_value="\x00") for link in self.links]
        return hashlib.sha256("\x1e".join(texts).encode()).hexdigest()
