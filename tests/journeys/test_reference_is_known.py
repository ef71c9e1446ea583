"""Events that name what the reference tables do not know are counted, run by run, and warned about."""

import json
from pathlib import Path

from dagster import AssetKey

from advertisex_assets.checks import UNMATCHED_THAT_WARNS, judge_reference, reference_known
from advertisex_assets.silver.unmatched import unmatched, versions
from schemas.discover import feed_named
from schemas.tables.silver import silver_tables
from tests.journeys.world import World

FEED = feed_named("impressions")
KNOWN = "creative_id,campaign_id\nc1,k1\nc2,k2\n"


def landed(world: World, name: str, *creatives: str | None, campaign: str | None = None) -> None:
    """Impressions of those creatives."""
    rows = [
        {"impression_id": f"{name}-{n}", "timestamp": "2026-10-05T10:00:00Z", "creative_id": creative}
        | ({"campaign_id": campaign} if campaign else {})
        for n, creative in enumerate(creatives)
    ]
    path = world.folder / f"{name}.json"
    path.write_text("\n".join(json.dumps(row) for row in rows))
    world.land("impressions", path)


def test_unknown_creatives_and_campaigns_are_counted_among_those_that_came(tmp_path: Path) -> None:
    """A micro-batch is judged by itself, and so is a rebuild that changes a date."""
    world = World(tmp_path)
    reference = tmp_path / "reference"
    reference.mkdir()
    (reference / "creatives.csv").write_text(KNOWN)
    (reference / "campaigns.csv").write_text("campaign_id,advertiser_id\nk1,a1\nk2,a1\n")
    world.load_reference(reference)
    start = versions(world.lake, FEED)
    landed(world, "first", "c1", "c2", "c9", "c1")
    world.refresh_silver()
    assert unmatched(world.lake, FEED, start) == (4, 1)
    before = versions(world.lake, FEED)
    landed(world, "second", "c1", "c1", campaign="k7")
    world.refresh_silver()
    assert unmatched(world.lake, FEED, before) == (2, 2)
    now = versions(world.lake, FEED)
    assert unmatched(world.lake, FEED, now) == (0, 0)
    (reference / "creatives.csv").write_text(KNOWN + "c9,k1\n")
    world.load_reference(reference)
    world.refresh_silver()
    found = world.rows(silver_tables(FEED)[0])
    assert "(unassigned)" not in found["creative_id"].to_list()


def test_the_check_warns_beyond_its_share_and_never_blocks() -> None:
    """A handful of events says nothing."""
    spec = reference_known(AssetKey(["silver", "impressions"]))
    assert judge_reference(spec, 1000, int(1000 * UNMATCHED_THAT_WARNS)).passed
    wrong = judge_reference(spec, 1000, int(1000 * UNMATCHED_THAT_WARNS) + 1)
    assert (wrong.passed, wrong.severity.value, spec.blocking) == (False, "WARN", False)
    assert judge_reference(spec, 3, 3).passed
    assert judge_reference(spec, 0, 0).passed
