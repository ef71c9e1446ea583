"""Charts: the pictures of the report, as Altair charts; they are made small, for a phone, and grow with the page.

Not here: how a chart becomes SVG or PNG (`draw`), where it stands on the page (`page`).
"""

from collections.abc import Mapping

import altair as alt
import polars as pl

from advertisex_assets.report.read import Day

MICROS = 1_000_000
WIDTH = 230
"""Pixels of the plotting area: with labels at the left it fits a phone 360 pixels wide without shrinking."""

ROW = 18
"""Pixels of a bar with its gap: 11-pixel labels stay apart."""

SHOWN = 10
"""Bars of a ranking; the table beside it has them all."""

BLUE, GREY, RED = "#2563a8", "#8a94a3", "#b3412e"
MODEL_NAMES = {
    "last_click": "last click",
    "last_touch": "last touch",
    "first_touch": "first touch",
    "linear": "linear",
    "position_based": "position based",
    "time_decay": "time decay",
}

HOP_NAMES = {
    "bid_requests": "Bid requests",
    "bids": "Bids",
    "wins": "Wins",
    "impressions": "Impressions",
    "viewable_impressions": "Viewable",
    "clicks": "Clicks",
    "conversions": "Conversions",
}

RATE_NAMES = {
    "bid_rate": "bid rate",
    "win_rate": "win rate",
    "fill_rate": "fill rate",
    "viewability": "viewability",
    "ctr": "CTR",
    "cvr": "CVR",
}

THEME = {
    "font": "Arial, Helvetica, sans-serif",
    "background": "transparent",
    # Browsers may have wider letters than those that the chart was measured with.
    "padding": {"left": 14, "right": 14, "top": 4, "bottom": 4},
    "view": {"stroke": "transparent"},
    "axis": {"labelFontSize": 11, "titleFontSize": 11, "labelColor": "#333a44", "titleColor": "#5a6472",
             "titleFontWeight": "normal", "gridColor": "#e4e7ec", "domainColor": "#b9c0ca", "tickColor": "#b9c0ca"},
    "legend": {"labelFontSize": 11, "titleFontSize": 11, "labelColor": "#333a44"},
    "text": {"fontSize": 11, "color": "#333a44"},
}  # fmt: skip


def charts(day: Day) -> Mapping[str, alt.Chart | alt.LayerChart | alt.VConcatChart]:
    """Every chart of the day that there are numbers for, by name."""
    made = {
        "spend": None if day.campaigns.is_empty() else spend(day.campaigns),
        "trend": None if day.trend.is_empty() else trend(day.trend),
        "funnel": None if day.funnel["events"].sum() == 0 else funnel(day.funnel),
        "attribution": None if day.credit.is_empty() else attribution(day.credit, day.campaigns),
        "refused": None if day.refused.is_empty() else ranking(day.refused, "records refused", GREY),
        "invalid": None if day.invalid.is_empty() else ranking(day.invalid, "invalid events", RED),
    }
    return {name: chart.configure(**THEME) for name, chart in made.items() if chart is not None}


def spend(campaigns: pl.DataFrame) -> alt.LayerChart:
    """Spend of the largest campaigns, each in its own currency."""
    amount = pl.col("spend_micros") / MICROS
    rows = campaigns.head(SHOWN).select("name", amount.alias("spend"), pl.col("currency").fill_null(""))
    shown = [f"{value:,.2f} {currency}" for value, currency in rows.select("spend", "currency").iter_rows()]
    return _bars(rows.with_columns(pl.Series("text", shown)), "name", "spend", "spend", BLUE)


def ranking(counted: pl.DataFrame, title: str, colour: str) -> alt.LayerChart:
    """Counts by reason over whatever else they are counted by."""
    rows = (
        counted.group_by("reason").agg(pl.col("rows").sum()).sort("rows", "reason", descending=[True, False])
    )
    shown = rows.head(SHOWN).with_columns(pl.col("rows").map_elements("{:,}".format, pl.String).alias("text"))
    return _bars(shown, "reason", "rows", title, colour)


def _bars(rows: pl.DataFrame, label: str, value: str, title: str, colour: str) -> alt.LayerChart:
    """Bars with their `text` at the end."""
    name = alt.Y(
        f"{label}:N", sort=None, title=None, axis=alt.Axis(labelLimit=140, ticks=False, domain=False)
    )
    # Room for the text of the longest bar.
    scale = alt.Scale(domainMin=0, domainMax=float(rows[value].max() or 1) * 1.4, nice=False)
    size = alt.X(f"{value}:Q", title=title, axis=alt.Axis(tickCount=4), scale=scale)
    base = alt.Chart(rows, width=WIDTH, height={"step": ROW}).encode(y=name, x=size)
    return base.mark_bar(color=colour, height=12) + base.mark_text(align="left", dx=4).encode(text="text:N")


def trend(sums: pl.DataFrame) -> alt.VConcatChart:
    """Spend, clicks and conversions day by day, each on a scale of its own; the day of the report last."""
    daily = sums.with_columns((pl.col("spend_micros") / MICROS).alias("spend"))
    by_day = daily.group_by("event_date").agg(pl.col("clicks", "conversions").sum()).sort("event_date")
    lines = [
        _line(daily.filter(pl.col("currency").is_not_null()), "spend", "currency"),
        _line(by_day, "clicks"),
        _line(by_day, "conversions"),
    ]
    return alt.vconcat(*lines, spacing=10)


def _line(rows: pl.DataFrame, value: str, colour: str | None = None) -> alt.LayerChart:
    several = colour is not None and rows[colour].n_unique() > 1
    title = f"{value}, {rows[colour][0]}" if colour and not several and rows.height else value
    days = alt.Axis(format="%-d %b", tickCount={"interval": "day", "step": _step(rows)}, labelOverlap=True)
    base = alt.Chart(rows, width=WIDTH + 60, height=64).encode(
        x=alt.X("event_date:T", title=None, axis=days),
        y=alt.Y(f"{value}:Q", title=title, axis=alt.Axis(tickCount=3), scale=alt.Scale(zero=True)),
        color=alt.Color(f"{colour}:N", title=None, legend=alt.Legend(orient="top"))
        if several
        else alt.value(BLUE),
    )
    return base.mark_line(strokeWidth=1.8) + base.mark_point(filled=True, size=18, opacity=1)


def _step(rows: pl.DataFrame) -> int:
    """Days between two dates that are written: about five fit."""
    return max(1, round(rows["event_date"].n_unique() / 5))


def funnel(hops: pl.DataFrame) -> alt.LayerChart:
    """From bid request to conversion; bars by magnitude, since hops differ by factors of ten."""
    texts = [_hop_text(*row) for row in hops.select("events", "rate", "rate_name").iter_rows()]
    rows = hops.with_columns(
        pl.col("hop").replace(HOP_NAMES), pl.col("events").fill_null(0), pl.Series("text", texts, pl.String)
    )
    name = alt.Y("hop:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False))
    # Room for the text: the largest hop takes half of the width.
    scale = alt.Scale(type="symlog", domainMin=0, domainMax=float(rows["events"].max() or 1) ** 2, nice=False)
    base = alt.Chart(rows, width=WIDTH + 60, height={"step": ROW + 4}).encode(
        y=name, x=alt.X("events:Q", scale=scale, axis=None)
    )
    return base.mark_bar(color=BLUE, height=15) + base.mark_text(align="left", dx=4).encode(text="text:N")


def _hop_text(events: int | None, rate: float | None, rate_name: str) -> str:
    if events is None:
        return "not observed"
    return f"{events:,}" + ("" if rate is None else f" · {RATE_NAMES[rate_name]} {100 * rate:.3g} %")


def attribution(credit: pl.DataFrame, campaigns: pl.DataFrame) -> alt.LayerChart:
    """Conversions that each model credits to the campaigns that earn most: rows that are not even are worth a look."""
    names = campaigns.select("campaign_id", "name")
    earned = credit.group_by("campaign_id").agg(pl.col("conversions").mean())
    best = earned.sort("conversions", "campaign_id", descending=[True, False]).head(SHOWN)
    shown = best.join(names, on="campaign_id", how="left", maintain_order="left")
    shown = shown.select("campaign_id", pl.coalesce("name", "campaign_id").alias("campaign"))
    rows = credit.join(shown, on="campaign_id").with_columns(pl.col("model").replace(MODEL_NAMES))
    # Two words, two lines.
    models = alt.Axis(labelAngle=0, ticks=False, domain=False, labelExpr="split(datum.label, ' ')")
    named = alt.Axis(labelLimit=110, ticks=False, domain=False)
    base = alt.Chart(rows, width={"step": 40}, height={"step": ROW + 4}).encode(
        x=alt.X("model:N", sort=list(MODEL_NAMES.values()), title="conversions credited by", axis=models),
        y=alt.Y("campaign:N", sort=shown["campaign"].to_list(), title=None, axis=named),
    )
    shade = alt.Color("conversions:Q", scale=alt.Scale(scheme="blues", domainMin=0), legend=None)
    dark = alt.condition(
        f"datum.conversions > {0.6 * float(rows['conversions'].max() or 1)}",
        alt.value("white"),
        alt.value("#222"),
    )
    text = base.mark_text().encode(text=alt.Text("conversions:Q", format=".3~r"), color=dark)
    return base.mark_rect().encode(color=shade) + text
