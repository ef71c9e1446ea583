"""The report of a day: one file that any browser shows, without a network, on a phone too."""

import html
import re
import uuid
from datetime import date
from pathlib import Path

import pytest
from dagster import DagsterInstance, materialize

from advertisex_assets.gold.marts import mart_named
from advertisex_assets.gold.refresh import refresh_gold
from advertisex_assets.report.asset import report_asset
from advertisex_assets.report.write import uri_of, write_report
from advertisex_assets.silver.invalid_traffic import refresh_invalid_traffic
from advertisex_assets.silver.invalid_traffic_asset import limits
from resources.dagster_world import World as Resources
from resources.files import list_files
from resources.lake import Lake
from resources.sample_traffic import TrafficConfig, write_files
from resources.settings import settings
from schemas.run_tags import RANGE_END, RANGE_START
from schemas.tables.gold import CAMPAIGN_DAILY
from tests.journeys.gold.silver_rows import at, write
from tests.journeys.gold.test_refresh import run
from tests.journeys.world import World, leading_to, new_seed
from tests.real.browser import console_of, page_text, requests_of
from tests.real.object_store import BUCKET, ObjectStore

WIDTHS = (375, 768, 900, 1000, 1440)
"""CSS pixels across: the narrowest phones in common use, tablets and windows on a desk."""

HOME = ("google.com", "googleapis.com")
"""What Chromium itself asks for, whatever it shows."""

ALL_CHARTS = {"spend", "attribution", "trend", "funnel", "refused", "invalid"}


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Two days of traffic."""
    world = World(tmp_path_factory.mktemp("reported"))
    write_files(world.folder / "t", TrafficConfig(seed=new_seed(), events=8_000, days=2))
    world.load_reference(world.folder / "t" / "reference")
    for feed in ("impressions", "clicks_conversions", "bid_requests"):
        world.land(feed, world.folder / "t" / feed)
    world.refresh()
    refresh_invalid_traffic(world.lake, world.run, limits())
    refresh_gold(world.lake, world.run)
    return world.lake


@pytest.fixture(scope="module")
def day(lake: Lake) -> date:
    """The day with the most events."""
    rows = lake.open(CAMPAIGN_DAILY).rows_by_date()
    return max(rows, key=lambda one: rows[one])


@pytest.fixture(scope="module")
def page(lake: Lake, day: date) -> Path:
    """The written report."""
    return Path(write_report(lake, day, run().clock()).uri)


def test_the_page_shows_the_numbers_of_gold(lake: Lake, day: date, page: Path) -> None:
    """Each campaign, most spend first, with its clicks and conversions; and every chart."""
    text = page.read_text()
    shown = re.findall(
        r"<tr><td>([^<]*)</td><td>[^<]*</td>" + r'<td class="wide">[^<]*</td>' * 2 + r"<td>([^<]*)</td>", text
    )
    rows = (
        lake.open(CAMPAIGN_DAILY)
        .scan_dates(day, day)
        .sort("spend_micros", "campaign_id", descending=[True, False])
    )
    clicks = rows.select("clicks").collect()["clicks"].to_list()
    assert [int(number.replace(",", "")) for _, number in shown] == clicks
    assert set(re.findall(r'<section id="(\w+)"><h2>[^<]*</h2>\s*<figure><svg', text)) == ALL_CHARTS


@pytest.mark.real
def test_a_browser_needs_no_network_and_has_no_complaint(page: Path, chromium: Path, tmp_path: Path) -> None:
    """Nothing is asked for and the console is empty; a page that loads a picture would be found."""
    assert _asked(chromium, page) == []
    assert console_of(chromium, f"file://{page}") == []
    loading = tmp_path / "loading.html"
    loading.write_text('<img src="http://127.0.0.1:9/picture.png">')
    assert _asked(chromium, loading) == ["http://127.0.0.1:9/picture.png"]


def _asked(chromium: Path, page: Path) -> list[str]:
    hosts = re.compile(r"https?://([^/:]*\.)?(" + "|".join(map(re.escape, HOME)) + r")[/:]")
    return [
        url
        for url in requests_of(chromium, f"file://{page}")
        if not hosts.match(url) and url.startswith("http")
    ]


@pytest.mark.real
def test_nothing_is_wider_than_the_screen(page: Path, chromium: Path, tmp_path: Path) -> None:
    """No horizontal scrolling of the page, and no table is cut off, on a phone, a tablet or a desk."""
    measure = (
        "const wide = root => root.scrollWidth > root.clientWidth + 1;"
        "const told = page => [wide(page.documentElement) ? 'page' : '', ...[...page.querySelectorAll('section')]"
        ".filter(wide).map(one => one.id)].filter(Boolean).join(' ');"
        "const frames = [...document.querySelectorAll('iframe')];"
        "document.body.textContent = frames.map(one => `${one.width}: ${told(one.contentDocument)}`).join(', ');"
    )
    source = html.escape(page.read_text())
    frames = "".join(
        f'<iframe width="{width}" height="900" frameborder="0" srcdoc="{source}"></iframe>'
        for width in WIDTHS
    )
    looking = tmp_path / "looking.html"
    looking.write_text(f"<!doctype html><body>{frames}<script>onload = () => {{ {measure} }}</script></body>")
    found = re.search(r"<body>([^<]*)</body>", page_text(chromium, f"file://{looking}"))
    assert found, "the page was not measured"
    assert found[1].split(", ") == [f"{width}: " for width in WIDTHS]


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    """What senders call a campaign is shown, never run."""
    lake, day = Lake(str(tmp_path / "lake")), date(2026, 3, 3)
    name = '<script>alert("1")</script>&\'"'
    click = {
        "event_id": "k",
        "event_at": at(day, 3),
        "campaign_id": name,
        "creative_id": "c",
        "user_bucket": 1,
    }
    write(lake, "clicks", day, [click])
    refresh_gold(lake, run(), marts=leading_to(CAMPAIGN_DAILY.name))
    text = Path(write_report(lake, day, run().clock()).uri).read_text()
    assert "<script" not in text
    assert html.escape('<script>alert("1")') in text.replace("&#34;", "&quot;")


def test_a_day_without_anything_has_a_page_that_says_so(tmp_path: Path) -> None:
    """An empty lake: no chart, no error, and no table is created by looking."""
    lake = Lake(str(tmp_path / "lake"))
    text = Path(write_report(lake, date(2026, 3, 3), run().clock()).uri).read_text()
    assert "No campaign had any event." in text
    assert "<svg" not in text
    assert lake.tables() == []


def test_dagster_writes_the_pages_of_a_span(lake: Lake, day: date, monkeypatch: pytest.MonkeyPatch) -> None:
    """One page for each day with events, and the charts of the last one as pictures in the UI."""
    monkeypatch.setenv("ADVERTISEX_LAKE", lake.root)
    settings.cache_clear()
    try:
        with DagsterInstance.ephemeral() as instance:
            tags = {RANGE_START: "2026-01-01", RANGE_END: "2026-12-31"}
            done = materialize(
                [report_asset()], instance=instance, tags=tags, resources={"world": Resources()}
            )
    finally:
        settings.cache_clear()
    assert done.success
    metadata = done.asset_materializations_for_node("reports__daily")[0].metadata
    known = lake.open(CAMPAIGN_DAILY).rows_by_date()
    assert metadata["pages"].value == len(known)
    assert all(Path(uri_of(lake, one)).exists() for one in known)
    pictures = [one.value for one in metadata.values() if str(one.value).startswith("![")]
    assert len(pictures) == len(ALL_CHARTS)
    assert all("data:image/png;base64,iVBOR" in one for one in pictures)


@pytest.mark.real
@pytest.mark.timeout(1_200)
def test_a_lake_on_s3_keeps_its_reports_there(
    object_store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside the tables, and a later one in the place of the older."""
    for name, value in object_store.environment.items():
        monkeypatch.setenv(name, value)
    lake, day = Lake(f"s3://{BUCKET}/{uuid.uuid4()}"), date(2026, 3, 3)
    click = {
        "event_id": "k",
        "event_at": at(day, 3),
        "campaign_id": "c1",
        "creative_id": "c",
        "user_bucket": 1,
    }
    for more in ([], [click | {"event_id": "l"}]):
        write(lake, "clicks", day, [click, *more])
        refresh_gold(lake, run(), marts=[mart_named("campaign_hourly"), mart_named("campaign_daily")])
        report = write_report(lake, day, run().clock())
    (kept,) = list_files(f"{lake.root}/reports")
    assert (kept.path, kept.size_bytes) == (report.uri, report.size_bytes)
    assert "<b>2</b>Clicks" in b"".join(kept.pieces()).decode()
