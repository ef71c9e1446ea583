"""A batch has gold redo what its rows can reach, not what looks at a table that it brought nothing for."""

from datetime import date
from pathlib import Path

from advertisex_assets.gold.refresh import pending_gold
from advertisex_assets.silver.catch_up import catch_up
from advertisex_assets.silver.inputs import Inputs
from advertisex_assets.transforms.enrich import Reference
from schemas.discover import feed_named
from tests.journeys.world import KEY, World

FEED = "clicks_conversions"
HEADER = "timestamp,user_id,ad_campaign_id,conversion_type,event_id\n"


def test_a_click_leaves_older_conversions_alone(tmp_path: Path) -> None:
    """An adjustment may concern conversions of three months; none came."""
    world = World(tmp_path)
    for number, row in enumerate(("2026-03-03T10:00:00Z,7,c1,purchase,p1", "2026-03-13T10:00:00Z,8,c1,click,c1")):
        path = tmp_path / f"{number}.csv"
        path.write_text(HEADER + row + "\n")
        world.land(FEED, path)
        catch_up(world.lake, feed_named(FEED), Inputs(Reference.empty(), KEY), world.run)
        pending = pending_gold(world.lake)
        if number == 0:
            assert pending["conversions"] == [date(2026, 3, 3)]
            world.refresh()
    assert "conversions" not in pending
    assert pending["touches"] == [date(2026, 3, 13)]
