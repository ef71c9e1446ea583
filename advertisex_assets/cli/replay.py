"""`advertisex replay`: what the rules of today would make of refused and accepted rows, and doing it."""

import warnings
from datetime import date
from typing import Annotated

import polars as pl
import typer
from dagster import BetaWarning, DagsterInstance

from advertisex_assets.cli.output import Format, FormatOption, errors, show
from advertisex_assets.cli.refresh import refresh_after_silver
from advertisex_assets.gold.marts import mart_named
from advertisex_assets.silver.inputs import silver_inputs
from advertisex_assets.silver.preview import ACCEPTED, CHANGES, Preview, preview
from advertisex_assets.silver.replay import replay
from resources.engine.choose import open_engine
from resources.run import new_run
from resources.world import open_lake
from schemas.discover import feed_named
from schemas.feed import Feed

KEYS = ("feed", "change", "was_date", "was", "event_date", "becomes", "codes", "rows", "micros", "gold_cells")
"""The documented, stable keys."""

CELLS = ("event_date", "hour", "campaign_id")
"""One row of gold.campaign_hourly, the finest of the marts that events are counted in."""

COUNTED_IN = "campaign_hourly"


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(name="replay")(replay_command)


def replay_command(
    feed: Annotated[str, typer.Argument(help="The feed, such as impressions.")],
    dates: Annotated[str, typer.Option("--dates", help="Event dates: 2026-11-01..2026-11-07, or one date.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Judge the rows of some dates by the rules of today: bring back, take away or move what they judge otherwise."""
    # As in `definitions`, which is not imported here.
    warnings.filterwarnings("ignore", category=BetaWarning)
    declared, lake, span = feed_named(feed), open_lake(), span_of(dates)
    inputs = silver_inputs(lake)
    previewed = preview(lake, declared, inputs, span)
    changes = summary(declared, previewed)
    if changes.height or form is not Format.TABLE:
        show(changes, form, "Would change" if dry_run else "Changed")
    else:
        print(f"Nothing would change: silver of {feed} is what the rules of today make of bronze.")
    if changes.height:
        errors().print(_told(previewed, dry_run))
    if not dry_run:
        replay(lake, declared, inputs, new_run("replay", open_engine()), previewed)
        with DagsterInstance.ephemeral() as instance:
            refresh_after_silver(lake, instance)


def span_of(text: str) -> tuple[date, date]:
    """`A..B` or `A` as the first and the last date."""
    first, _, last = text.partition("..")
    try:
        span = date.fromisoformat(first), date.fromisoformat(last or first)
    except ValueError as error:
        raise typer.BadParameter(f"{text} is no date and no pair of dates such as 2026-11-01..2026-11-07.") from error
    if span[0] > span[1]:
        raise typer.BadParameter(f"{text} ends before it begins.")
    return span


def summary(feed: Feed, previewed: Preview) -> pl.DataFrame:
    """What changes, by kind of change, dates and reasons.

    Columns: KEYS. `codes` are those that refuse or refused the rows, `micros` is the spend or revenue they carry,
    `gold_cells` how many rows of gold.campaign_hourly they count in, before or after.
    """
    told = previewed.changes.select(
        pl.all(),
        pl.lit(feed.name).alias("feed"),
        pl.coalesce("was_codes", "now_codes").alias("codes"),
        pl.coalesce("now_micros", "was_micros").alias("micros"),
        was_date="was_event_date",
        was="was_outcome",
        event_date="now_event_date",
        becomes="now_outcome",
    )
    rows, cells = pl.len().cast(pl.Int64).alias("rows"), gold_cells().cast(pl.Int64).alias("gold_cells")
    grouped = told.group_by(KEYS[:7], maintain_order=True).agg(rows, pl.col("micros").sum(), cells)
    order = pl.col("change").replace_strict(list(CHANGES), range(len(CHANGES)), return_dtype=pl.Int64)
    return grouped.sort(order, "event_date", "was_date", -pl.col("rows")).select(KEYS)


def gold_cells() -> pl.Expr:
    """Of changed records, how many rows of gold.campaign_hourly they count in, before or after."""
    before, after = (
        pl.struct(pl.col(f"{side}_{name}").alias(name) for name in CELLS).filter(
            pl.col(f"{side}_outcome") == ACCEPTED, pl.col(f"{side}_table").is_in(_counted_tables())
        )
        for side in ("was", "now")
    )
    return before.append(after).n_unique()


def _counted_tables(mart: str = COUNTED_IN) -> set[str]:
    """The silver tables whose events the mart counts, also by way of other marts."""
    layers = [one.table.partition(".") for one in mart_named(mart).inputs.values()]
    direct = {name for layer, _, name in layers if layer == "silver"}
    return direct.union(*(_counted_tables(name) for layer, _, name in layers if layer == "gold"))


def _told(previewed: Preview, dry_run: bool) -> str:
    cells = previewed.changes.select(gold_cells()).item()
    verb = "would change" if dry_run else "change"
    return (
        f"{previewed.changes.height:,} records of {len(previewed.dates)} dates {verb}, "
        f"and with them {cells:,} rows of gold.{COUNTED_IN}."
    )
