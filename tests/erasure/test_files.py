"""Original files, files of older versions and what is left after retention hold nothing of an erased person."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from advertisex_assets.bronze.files import FileLander
from advertisex_assets.bronze.originals import export_original
from advertisex_assets.erasure.erase import prove
from advertisex_assets.erasure.receipts import erasures_of
from advertisex_assets.transforms.watch.conservation import unbalanced
from advertisex_assets.upkeep.layers import upkeep_layer
from advertisex_assets.upkeep.plan import Policy
from advertisex_assets.upkeep.work import Rules
from advertisex_assets.watch.recount import recount
from resources.files import list_files
from resources.lake import Lake
from resources.run import Run
from schemas.errors import AdvertiseXError
from schemas.tables.silver import silver_tables
from tests.erasure.people import (
    ANNA,
    FEED,
    KEEP,
    RUN,
    erased,
    leave_nothing,
    record,
    refreshed,
    who,
)


def test_gone_from_every_file_after_the_retention(lake: Lake, tmp_path: Path) -> None:
    erased(lake)
    assert prove(lake, [who()], RUN).hits, "older versions still hold them"
    leave_nothing(lake)
    scan = prove(lake, [who()], RUN)
    assert scan.hits == () and scan.files > 0
    assert set(erasures_of(lake, who())["stage"]) == {"requested", "erased", "verified"}
    assert not any(b"_change_data" in bytes(path) for path in (tmp_path / "lake").rglob("*"))


@pytest.fixture
def landed_file(lake: Lake, tmp_path: Path) -> tuple[Path, str]:
    """A landed file with one record of Anna and one of somebody else; its SHA-256."""
    path = tmp_path / "more.json"
    path.write_text("\n".join(json.dumps(record(n, user)) for n, user in ((80, ANNA), (81, "user-81"))))
    file = list_files(str(path))[0]
    FileLander(lake, FEED, RUN).land(file)
    refreshed(lake)
    return path, file.sha256()


def test_the_original_file_is_gone_and_export_says_why(lake: Lake, landed_file: tuple[Path, str]) -> None:
    assert b"anna-7" in b"".join(export_original(lake, landed_file[1]))
    done = erased(lake)
    assert len(done.taken.original_files) == 1
    with pytest.raises(AdvertiseXError, match="somebody in it was erased"):
        b"".join(export_original(lake, landed_file[1]))


def test_the_same_file_again_is_excluded(lake: Lake, landed_file: tuple[Path, str]) -> None:
    erased(lake)
    lander = FileLander(lake, FEED, RUN)
    assert lander.land(list_files(str(landed_file[0]))[0]).outcome == "already_landed"
    with pytest.raises(AdvertiseXError, match="would be back"):
        lander.land(list_files(str(landed_file[0]))[0], as_new=True)
    refreshed(lake)
    assert prove(lake, [who()], RUN).current == ()


@pytest.mark.parametrize("layers", [("bronze",), ("bronze", "silver")])
def test_after_the_retention_silver_and_gold_themselves_are_cut(lake: Lake, layers: tuple[str, ...]) -> None:
    rules = Rules(keep=KEEP, policy=Policy(cold_after=timedelta(0)), retention_days=dict.fromkeys(layers, 1))
    for layer in layers:
        list(upkeep_layer(lake, layer, rules, Run("upkeep", lambda: datetime(2035, 1, 1, tzinfo=UTC))))
    before = recount(lake, FEED)
    erased(lake)
    assert prove(lake, [who()], RUN).current == ()
    assert unbalanced(recount(lake, FEED)).is_empty()
    assert recount(lake, FEED)["received"].equals(before["received"])
    rows = lake.open(silver_tables(FEED)[0]).scan().collect()
    assert rows.is_empty() == ("silver" in layers)


