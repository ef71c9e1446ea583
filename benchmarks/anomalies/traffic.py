"""Sample traffic as the activity that watching would have seen: on time for what is new, complete for the past."""

from dataclasses import dataclass

import polars as pl

from advertisex_assets.transforms.watch.activity import ACTIVITY_SCHEMA, activity_of, repeats_of
from resources.sample_traffic.config import TrafficConfig
from resources.sample_traffic.copies import DUPLICATE, ORIGINAL
from resources.sample_traffic.simulate import simulate
from resources.sample_traffic.world import make_world

CLASSES = {
    "clicks": ("click", "click_ad"),
    "conversions": (
        "signup", "purchase", "sale", "download", "install", "conversion", "sign_up", "sign-up",
    ),
    "engagements": ("visit", "view_content", "view_ad"),
}  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """Rows of one silver table: event_at, received_at, user_id, campaign_id, website, money, copy."""

    table: str
    rows: pl.DataFrame
    money: str | None

    def since(self, at_us: int) -> "Seen":
        """Only what happened or arrived since then."""
        return Seen(self.table, self.rows.filter(pl.col("received_at") >= at_us), self.money)


def seen_tables(config: TrafficConfig) -> list[Seen]:
    """Every valid row of a run, with when it happened and when it arrived."""
    parts: dict[str, list[pl.DataFrame]] = {"impressions": [], "clicks_conversions": [], "bid_requests": []}
    for delivery in simulate(config):
        parts[delivery.feed].append(_rows(delivery.rows))
    frames = {feed: pl.concat(rows, how="vertical_relaxed") for feed, rows in parts.items() if rows}
    actions = frames["clicks_conversions"]
    tables = [
        Seen(
            table,
            actions.filter(pl.col("conversion_type").is_in(names)),
            "micros" if table == "conversions" else None,
        )
        for table, names in CLASSES.items()
    ]
    tables.append(Seen("impressions", frames["impressions"], "micros"))
    tables.append(
        Seen("bid_requests", frames["bid_requests"].with_columns(campaign_id=pl.lit("(unassigned)")), None)
    )
    return tables


def activity_at(tables: list[Seen], now_us: int | None) -> pl.DataFrame:
    """The activity of everything that had arrived by then; all of it for None."""
    parts = []
    for seen in tables:
        rows = seen.rows if now_us is None else seen.rows.filter(pl.col("received_at") < now_us)
        first = rows.filter(pl.col("copy") == ORIGINAL)
        parts.append(activity_of(seen.table, first.lazy(), seen.money))
        parts.append(repeats_of(seen.table, rows.filter(pl.col("copy") == DUPLICATE).lazy()))
    together = pl.concat(parts).group_by("bucket_us", "kind", "segment", "measure").agg(pl.col("value").sum())
    return together.select(list(ACTIVITY_SCHEMA))


def known_changes(config: TrafficConfig, tables: list[Seen]) -> pl.DataFrame:
    """kind, segment, at_us: campaigns whose budget ran out, and those that a creative moved between."""
    world = make_world(config)
    shown = next(seen for seen in tables if seen.table == "impressions").rows
    bought = shown.filter(pl.col("copy") == ORIGINAL).sort("event_at")
    spent = bought.with_columns(pl.col("micros").cum_sum().over("campaign_id").alias("spent"))
    budgets = world.campaign_table.select("campaign_id", "budget_micros")
    over = spent.join(budgets, on="campaign_id").filter(
        pl.col("spent") >= pl.col("budget_micros") * NEARLY_SPENT
    )
    ended = over.group_by("campaign_id").agg(pl.col("event_at").min())
    moved = [
        (world.campaigns[0].campaign_id, world.move_at_us),
        (world.receiving_campaign_id, world.move_at_us),
    ]
    rows = [("campaign", campaign_id, at_us) for campaign_id, at_us in [*ended.iter_rows(), *moved]]
    return pl.DataFrame(
        rows, schema={"kind": pl.String, "segment": pl.String, "at_us": pl.Int64}, orient="row"
    )


NEARLY_SPENT = 0.9
"""Refused and placeholder rows keep the sum below the budget."""


def _rows(rows: pl.DataFrame) -> pl.DataFrame:
    money = next((name for name in ("price_micros", "revenue_micros") if name in rows.columns), None)
    valid = rows.filter(pl.col("malformation") < 0)
    return valid.select(
        "event_at",
        pl.from_epoch("event_at", time_unit="us").dt.date().alias("event_date"),
        pl.col("delivered_at").alias("received_at"),
        pl.when(pl.col("placeholder").is_null()).then(pl.col("user")).alias("user_id"),
        pl.col("campaign_target").alias("campaign_id"),
        "website" if "website" in rows.columns else pl.lit(None, pl.String).alias("website"),
        (pl.col(money) if money else pl.lit(None, pl.Int64)).alias("micros"),
        "copy",
        (pl.col("conversion_type") if "conversion_type" in rows.columns else pl.lit(None, pl.String)).alias(
            "conversion_type"
        ),
    )
