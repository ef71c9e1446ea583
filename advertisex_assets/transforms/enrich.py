"""Enrich: what reference tables know of an event as of its own time."""

import hashlib
from dataclasses import dataclass

import polars as pl

UNASSIGNED = "(unassigned)"
"""Stands for a campaign or creative that nobody told us of, so that sums still add up."""


@dataclass(frozen=True)
class Reference:
    """Reference rows with validity [valid_from, valid_to); `valid_to` null means still valid.

    creatives: creative_id, campaign_id; campaigns: campaign_id, advertiser_id.
    """

    creatives: pl.DataFrame
    campaigns: pl.DataFrame

    @classmethod
    def empty(cls) -> "Reference":
        """No reference at all: campaigns are what records say."""
        validity = {"valid_from": pl.Datetime("us", "UTC"), "valid_to": pl.Datetime("us", "UTC")}
        return cls(
            pl.DataFrame(schema={"creative_id": pl.String, "campaign_id": pl.String, **validity}),
            pl.DataFrame(schema={"campaign_id": pl.String, "advertiser_id": pl.String, **validity}),
        )

    def digest(self) -> str:
        """A hash of every row: a date whose reference changed is rebuilt."""
        tables = (self.creatives, self.campaigns)
        texts = [table.sort(table.columns).write_csv() for table in tables]
        return hashlib.sha256("\n".join(texts).encode()).hexdigest()


ROW = "enrich:row"


def enrich(rows: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """The same rows with campaign from the creative where the record names none, and `advertiser_id`.

    Reads event_at, campaign_id, creative_id (either may be missing from the feed). Unknown ones become
    `(unassigned)`; the row is never dropped.
    """
    missing = [name for name in ("campaign_id", "creative_id", "website") if name not in rows.columns]
    filled = rows.with_columns(pl.lit(None, pl.String).alias(name) for name in missing)
    by_creative = valid_at(filled, reference.creatives, "creative_id", "campaign_id")
    filled = filled.with_columns(pl.coalesce("campaign_id", by_creative).alias("campaign_id"))
    advertiser = valid_at(filled, reference.campaigns, "campaign_id", "advertiser_id")
    return filled.with_columns(
        advertiser.alias("advertiser_id"),
        pl.col("campaign_id").fill_null(UNASSIGNED),
        pl.col("creative_id").fill_null(UNASSIGNED),
    )


def valid_at(rows: pl.DataFrame, reference: pl.DataFrame, key: str, value: str) -> pl.Series:
    """For each row the value that its key had at `event_at`; null where none was valid."""
    if reference.is_empty():
        return pl.Series(value, [None] * rows.height, dtype=pl.String)
    known = rows.select(pl.int_range(pl.len()).alias(ROW), key, "event_at").join(
        reference.select(key, pl.col(value).alias("found"), "valid_from", "valid_to"), on=key, how="inner"
    )
    since = pl.col("valid_from").is_null() | (pl.col("valid_from") <= pl.col("event_at"))
    until = pl.col("valid_to").is_null() | (pl.col("event_at") < pl.col("valid_to"))
    found = known.filter(since & until).group_by(ROW).agg(pl.col("found").min())
    order = pl.DataFrame({ROW: pl.int_range(rows.height, eager=True)})
    return order.join(found, on=ROW, how="left", maintain_order="left")["found"]
