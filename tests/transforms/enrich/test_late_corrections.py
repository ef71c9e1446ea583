"""A late correction of reference data redoes exactly the dates that it changes, and gives what a rebuild gives."""

from datetime import date
from pathlib import Path

from advertisex_assets.reference import load_reference, read_reference
from advertisex_assets.silver.catch_up import catch_up
from advertisex_assets.silver.handles import open_tables
from advertisex_assets.silver.inputs import Inputs
from advertisex_assets.silver.pending import pending_dates
from resources.lake import Lake
from resources.reference import ReferenceFolder
from resources.run import Run
from schemas.feeds.impressions import FEED
from tests.watch.lakes import days_of_impressions, land

KEY = b"test-key"
HEADER = "campaign_id,advertiser_id,valid_from,valid_to\n"
DAYS = [date(2026, 3, 2 + shift) for shift in range(4)]


def load(lake: Lake, folder: Path, rows: str) -> Inputs:
    """The inputs of silver after these campaigns were loaded."""
    folder.mkdir(exist_ok=True)
    (folder / "campaigns.csv").write_text(HEADER + rows)
    load_reference(lake, ReferenceFolder(folder), KEY, "test-run")
    return Inputs(read_reference(lake), KEY)


def advertisers(lake: Lake) -> dict[date, set[str | None]]:
    """The advertisers of each date's impressions."""
    rows = (
        open_tables(lake, FEED).outputs["impressions"].scan().select("event_date", "advertiser_id").collect()
    )
    return {day: set(rows.filter(event_date=day)["advertiser_id"]) for day in DAYS}


def test_only_the_corrected_dates_are_redone(tmp_path: Path) -> None:
    lake, folder = Lake(str(tmp_path / "lake")), tmp_path / "reference"
    land(lake, FEED, days_of_impressions(4))
    before = load(lake, folder, "101,adv-1,,\n")
    catch_up(lake, FEED, before, Run("test-run"))
    assert pending_dates(open_tables(lake, FEED), before) == {}
    assert advertisers(lake) == {day: {"adv-1"} for day in DAYS}
    # It had been another advertiser's from noon of the second day until the end of the third.
    noon, later = "2026-03-03T12:00:00Z", "2026-03-05"
    after = load(lake, folder, f"101,adv-1,,{noon}\n101,adv-2,{noon},{later}\n101,adv-1,{later},\n")
    assert set(pending_dates(open_tables(lake, FEED), after)) == {DAYS[1], DAYS[2]}
    catch_up(lake, FEED, after, Run("test-run"))
    assert advertisers(lake) == {
        DAYS[0]: {"adv-1"},
        DAYS[1]: {"adv-1", "adv-2"},
        DAYS[2]: {"adv-2"},
        DAYS[3]: {"adv-1"},
    }
    assert pending_dates(open_tables(lake, FEED), after) == {}


def test_a_rename_redoes_nothing(tmp_path: Path) -> None:
    """Silver holds no names."""
    lake, folder = Lake(str(tmp_path / "lake")), tmp_path / "reference"
    land(lake, FEED, days_of_impressions(2))
    catch_up(lake, FEED, load(lake, folder, "101,adv-1,,\n"), Run("test-run"))
    (folder / "campaigns.csv").write_text("campaign_id,advertiser_id,name\n101,adv-1,Spring\n")
    loaded = load_reference(lake, ReferenceFolder(folder), KEY, "test-run")
    assert [one.outcome for one in loaded if one.table == "campaigns"] == ["loaded"]
    assert pending_dates(open_tables(lake, FEED), Inputs(read_reference(lake), KEY)) == {}
