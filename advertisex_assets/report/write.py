"""Write: the report of a day into the lake's folder or object store, at `reports/YYYY-MM-DD.html`."""

from dataclasses import dataclass
from datetime import date, datetime

from advertisex_assets.report.charts import charts
from advertisex_assets.report.draw import png, svg
from advertisex_assets.report.page import page
from advertisex_assets.report.read import read_day
from resources.files import write_file
from resources.lake import Lake

FOLDER = "reports"

TITLES = {
    "spend": "Spend by campaign",
    "trend": "Trend of four weeks",
    "funnel": "From bid request to conversion",
    "attribution": "Attribution by model",
    "refused": "Refused records by reason",
    "invalid": "Invalid traffic by reason",
}


@dataclass(frozen=True)
class Report:
    """A written report: where it is, and its charts as PNG by title."""

    day: date
    uri: str
    size_bytes: int
    pictures: dict[str, bytes]


def uri_of(lake: Lake, day: date) -> str:
    """Where the report of a day is kept."""
    return f"{lake.root.rstrip('/')}/{FOLDER}/{day.isoformat()}.html"


def write_report(lake: Lake, day: date, now: datetime, with_pictures: bool = False) -> Report:
    """Writes the page of the day as the lake tells it now, in the place of an older one.

    `with_pictures` draws the charts as PNG too, for the Dagster UI.
    """
    numbers = read_day(lake, day, now)
    drawn = charts(numbers)
    html = page(numbers, {name: svg(chart, TITLES[name]) for name, chart in drawn.items()}).encode()
    uri = uri_of(lake, day)
    write_file(uri, html)
    pictures = {TITLES[name]: png(chart) for name, chart in drawn.items()} if with_pictures else {}
    return Report(day, uri, len(html), pictures)
