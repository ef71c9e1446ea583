"""A large date goes through temporary files, batch by batch; what silver says of it is the same."""

from polars.testing import assert_frame_equal

from advertisex_assets.silver import in_process, read
from resources import spool
from resources.sample_traffic import TrafficConfig, write_files
from schemas.discover import all_feeds
from tests.journeys.world import World, contents, new_seed

FEW_ROWS = 97
"""A batch, where nothing is too large otherwise: it cuts through dates, ids and their duplicates."""


def test_batches_and_temporary_files_change_no_row(tmp_path, monkeypatch):
    traffic = tmp_path / "traffic"
    write_files(traffic, TrafficConfig(seed=new_seed(), events=1_500, days=2))
    at_once, in_parts = _refreshed(World(tmp_path / "at-once"), traffic), World(tmp_path / "in-parts")
    spilled = []
    monkeypatch.setattr(spool, "KEPT_BYTES", 0)
    for module in (read, in_process):
        monkeypatch.setattr(module, "BATCH_ROWS", FEW_ROWS)
    spill = spool.Spool._spill
    monkeypatch.setattr(spool.Spool, "_spill", lambda self, rows: (spilled.append(1), spill(self, rows)))

    _refreshed(in_parts, traffic)

    assert len(spilled) > 10
    for (name, one), (same_name, other) in zip(contents(at_once.lake), contents(in_parts.lake), strict=True):
        assert name == same_name
        assert_frame_equal(one, other)


def _refreshed(world, traffic):
    world.load_reference(traffic / "reference")
    for feed in all_feeds():
        if (traffic / feed.name).exists():
            world.land(feed.name, traffic / feed.name)
    world.refresh()
    return world
