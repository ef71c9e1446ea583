"""Page: a day's numbers and charts as one HTML text. The words and looks are in `page.html.j2`."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from advertisex_assets.report.read import Day

MICROS = 1_000_000
NOTHING = "–"
CAMPAIGNS_SHOWN = 25
"""Rows of the table: a printed page."""

TEMPLATE = "page.html.j2"
Text = dict[str, str]


def page(day: Day, svgs: Mapping[str, str]) -> str:
    """The page; `svgs` are the charts by name, those without numbers left out."""
    shown = day.campaigns.head(CAMPAIGNS_SHOWN)
    return _template().render(
        day=day.day.isoformat(),
        made_at=f"{day.made_at:%Y-%m-%d %H:%M} UTC",
        state=_state(day.status),
        tiles=list(_tiles(day)),
        svgs=svgs,
        campaigns=[_campaign(row) for row in shown.iter_rows(named=True)],
        more=day.campaigns.height - shown.height,
        feeds=list(_feeds(day)),
        status=[_status(row) for row in day.status.iter_rows(named=True)],
        pending=day.pending.height,
    )


@cache
def _template() -> Template:
    loader = FileSystemLoader(Path(__file__).parent)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template(TEMPLATE)


def _state(status: pl.DataFrame) -> str:
    if status.is_empty():
        return ""
    revision = status["revision"].max()
    return f"Final, revision {revision}." if revision else "Not final yet."


def _tiles(day: Day) -> Iterator[Text]:
    """The sums of the day, money by currency, and how they differ from the day before."""
    today, before = (_of(day.trend, one) for one in (day.day, day.day - timedelta(days=1)))
    for currency in today["currency"].drop_nulls():
        for name, title in (("spend_micros", "Spend"), ("revenue_micros", "Revenue")):
            now, then = (_sum(rows.filter(currency=currency), name) for rows in (today, before))
            yield {"name": f"{title}, {currency}", "value": money(now), "change": _change(now, then)}
    for name in ("impressions", "clicks", "conversions") if today.height else ():
        now, then = _sum(today, name), _sum(before, name)
        yield {"name": name.capitalize(), "value": count(now), "change": _change(now, then)}


def _of(trend: pl.DataFrame, day: date) -> pl.DataFrame:
    return trend.filter(pl.col("event_date") == day).sort("spend_micros", descending=True)


def _sum(rows: pl.DataFrame, name: str) -> int:
    return int(rows[name].sum())


def _change(now: int, then: int) -> str:
    return f"{100 * (now - then) / then:+.1f} % day on day" if then else "nothing the day before"


def _campaign(row: Mapping[str, Any]) -> Text:
    currency = row["currency"] or ""
    return {
        "name": row["name"],
        "spend": f"{money(row['spend_micros'])} {currency}",
        "revenue": f"{money(row['revenue_micros'])} {currency}",
        "cpa": NOTHING if row["cpa_micros"] is None else money(row["cpa_micros"]),
        "roas": NOTHING if row["roas"] is None else f"{row['roas']:.2f}",
        "viewability": share(row["viewability"]),
        "ctr": share(row["ctr"]),
        **{name: count(row[name]) for name in ("impressions", "clicks", "conversions")},
    }


def _feeds(day: Day) -> Iterator[Text]:
    newest = dict(day.newest.iter_rows())
    for feed in day.outcomes["feed"].unique(maintain_order=True):
        rows = day.outcomes.filter(feed=feed)
        sums = dict(rows.select("outcome", "rows").iter_rows())
        moment = newest.get(feed)
        yield {
            "feed": feed.replace("_", " "),  # so that it can wrap
            "accepted": count(sums.get("accepted", 0)),
            "repeated": count(sums.get("duplicate", 0) + sums.get("conflict", 0)),
            "refused": count(sums.get("quarantined", 0)),
            "newest": f"{moment:%Y-%m-%d %H:%M}" if moment else NOTHING,
        }


def _status(row: Mapping[str, Any]) -> Text:
    expected = row["expected_events"]
    return {
        "advertiser": row["advertiser_id"],
        "events": count(row["events"]),
        "expected": NOTHING if expected is None else count(round(expected)),
        "complete": share(row["completeness"]),
        "final": f"revision {row['revision']}" if row["is_final"] else "no",
    }


def money(micros: float) -> str:
    """Micros as units: two decimals, more below one unit, since a day of few impressions costs cents."""
    units = micros / MICROS
    return f"{units:,.2f}" if abs(units) >= 1 or units == 0 else f"{units:.4f}"


def count(number: int) -> str:
    """A count with its thousands set apart."""
    return f"{number:,}"


def share(ratio: float | None) -> str:
    """A ratio in percent."""
    return NOTHING if ratio is None else f"{100 * ratio:.2f} %"
