"""A lake with records of a type that nobody knew, for tests of what other rules make of it."""

from datetime import date
from pathlib import Path

from advertisex_assets.reference.read import read_reference
from advertisex_assets.silver.inputs import Inputs
from schemas.discover import feed_named
from tests.journeys.world import KEY, World

FEED = feed_named("clicks_conversions")
SPAN = (date(2026, 10, 1), date(2026, 10, 31))

HEADER = "event_id,timestamp,user_id,campaign_id,event_type,revenue,currency"
ROWS = (
    "e1,2026-10-05T10:00:00Z,u1,k1,subscribe,12.50,USD",
    "e2,2026-10-05T10:30:00Z,u2,k1,subscribe,7.50,USD",
    "e3,2026-10-06T11:00:00Z,u3,k2,subscribe,1.00,USD",
    "e3,2026-10-06T11:00:00Z,u3,k2,subscribe,1.00,USD",
    "e4,2026-10-06T11:00:00Z,u4,k2,purchase,5.00,USD",
    "e5,2026-10-07T12:00:00Z,u5,k2,visit,,USD",
)


def landed(folder: Path) -> World:
    """The lake, up to date."""
    world = World(folder)
    (folder / "events.csv").write_text("\n".join([HEADER, *ROWS]))
    world.land(FEED.name, folder / "events.csv")
    world.refresh()
    return world


def inputs_of(world: World) -> Inputs:
    """What silver depends on."""
    return Inputs(read_reference(world.lake), KEY)
