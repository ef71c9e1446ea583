"""Reference data is loaded from wherever it is kept, all or nothing, once per content, and refused with a sentence."""

from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from advertisex_assets.reference import Loaded, load_reference
from advertisex_assets.transforms.pseudonymise import pseudonym
from resources.lake import Lake
from resources.reference import PostgresqlReference, ReferenceFolder, ReferenceSource
from schemas.errors import BadReferenceError
from schemas.tables.reference import CAMPAIGNS as CAMPAIGNS_TABLE
from schemas.tables.reference import USERS
from tests.real.postgres import Postgres
from tests.transforms.enrich.sources import CAMPAIGNS, WRITERS, write

KEY = b"test-key"


def load(lake: Lake, source: ReferenceSource) -> dict[str, Loaded]:
    """The receipts by table."""
    return {one.table: one for one in load_reference(lake, source, KEY, "test-run")}


def stored(lake: Lake) -> list[dict[str, object]]:
    """The campaigns, in order of validity."""
    return lake.open(CAMPAIGNS_TABLE).scan().sort("valid_from").collect().to_dicts()


@pytest.fixture
def expected(tmp_path: Path) -> list[dict[str, object]]:
    """What every source must give: read from CSV and looked at here."""
    lake = Lake(str(tmp_path / "expected"))
    write(tmp_path / "csv", "campaigns", CAMPAIGNS, ".csv")
    load(lake, ReferenceFolder(tmp_path / "csv"))
    rows = stored(lake)
    assert [row["advertiser_id"] for row in rows] == ["adv-1", "adv-2"]
    assert [row["budget_micros"] for row in rows] == [5_000_000, None]
    assert [str(row["valid_to"]) for row in rows] == ["2026-03-04 12:00:00+00:00", "None"]
    assert [str(row["starts_on"]) for row in rows] == ["2026-03-01", "None"]
    return rows


@pytest.mark.parametrize("suffix", WRITERS)
def test_every_format_says_the_same(tmp_path: Path, suffix: str, expected: list[dict[str, object]]) -> None:
    lake = Lake(str(tmp_path / "lake"))
    write(tmp_path / "reference", "campaigns", CAMPAIGNS, suffix)
    load(lake, ReferenceFolder(tmp_path / "reference"))
    assert stored(lake) == expected


@pytest.mark.real
def test_postgresql_says_the_same(
    tmp_path: Path, postgres: Postgres, expected: list[dict[str, object]]
) -> None:
    """Its own types, a view among the tables, and a time zone that is not ours."""
    lake = Lake(str(tmp_path / "lake"))
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute("SET TIME ZONE 'Asia/Kolkata'")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS booked (campaign_id int, advertiser_id text, name text, budget_micros numeric,"
            " starts_on date, valid_from timestamptz, valid_to timestamptz)"
        )
        connection.execute("TRUNCATE booked")
        for row in CAMPAIGNS:
            connection.execute("INSERT INTO booked VALUES (%s, %s, %s, %s, %s, %s, %s)", list(row.values()))
        connection.execute("CREATE OR REPLACE VIEW campaigns AS SELECT * FROM booked")
    source = PostgresqlReference(SecretStr(postgres.url))
    assert load(lake, source)["campaigns"].outcome == "loaded"
    assert stored(lake) == expected
    assert load(lake, source)["campaigns"].outcome == "unchanged"


@pytest.mark.parametrize(
    "uri", ["postgresql://me:hunter2@127.0.0.1:1/x", "postgresql://me:hunter2@[::1", "hunter2"]
)
def test_a_wrong_uri_is_an_error_without_its_password(tmp_path: Path, uri: str) -> None:
    with pytest.raises(BadReferenceError) as caught:
        load(Lake(str(tmp_path)), PostgresqlReference(SecretStr(uri)))
    assert "hunter2" not in str(caught.value) + repr(caught.value.__cause__)


def test_the_same_content_changes_nothing_and_a_missing_table_stays(tmp_path: Path) -> None:
    """Rows in another order are the same content."""
    lake, folder = Lake(str(tmp_path / "lake")), tmp_path / "reference"
    write(folder, "campaigns", CAMPAIGNS, ".csv")
    first = load(lake, ReferenceFolder(folder))["campaigns"]
    write(folder, "campaigns", CAMPAIGNS[::-1], ".csv")
    again = load(lake, ReferenceFolder(folder))["campaigns"]
    assert (again.outcome, again.version) == ("unchanged", first.version)
    (folder / "campaigns.csv").rename(folder / "creatives.csv")
    (folder / "creatives.csv").write_text("creative_id,campaign_id\n4001,101\n")
    assert load(lake, ReferenceFolder(folder))["campaigns"].outcome == "absent"
    assert len(stored(lake)) == len(CAMPAIGNS)


CREATIVES_HEADER = "creative_id,campaign_id,valid_from,valid_to\n"
REFUSED = {
    "says two things at once": (CREATIVES_HEADER + "1,a,,2026-03-02\n1,b,2026-03-01,\n", "creative_id 1"),
    "says two things": (CREATIVES_HEADER + "1,a,,\n1,a,,\n", "creative_id 1"),
    "end before they begin": (CREATIVES_HEADER + "1,a,2026-03-02,2026-03-02\n", "creative_id 1"),
    "cannot be read": (CREATIVES_HEADER + "1,a,yesterday,\n", "'yesterday'"),
    "without creative_id": (CREATIVES_HEADER + ",a,,\n", "1 rows"),
    "needs a column campaign_id": ("creative_id,campaign\n1,a\n", "creative_id, campaign"),
}


@pytest.mark.parametrize("problem", REFUSED)
def test_bad_rows_are_refused_with_a_sentence_and_nothing_is_loaded(tmp_path: Path, problem: str) -> None:
    content, example = REFUSED[problem]
    lake, folder = Lake(str(tmp_path / "lake")), tmp_path / "reference"
    write(folder, "campaigns", CAMPAIGNS, ".csv")
    (folder / "creatives.csv").write_text(content)
    with pytest.raises(BadReferenceError) as caught:
        load(lake, ReferenceFolder(folder))
    assert "reference.creatives" in str(caught.value)
    assert problem in str(caught.value)
    assert example in str(caught.value)
    assert stored(lake) == []


def test_an_unknown_zone_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "reference"
    folder.mkdir()
    (folder / "advertisers.csv").write_text("advertiser_id,reporting_zone\na,Europe/Berlni\n")
    with pytest.raises(BadReferenceError, match="no IANA time zone in 1 rows: 'Europe/Berlni'"):
        load(Lake(str(tmp_path / "lake")), ReferenceFolder(folder))


def test_users_are_stored_under_the_pseudonyms_of_events(tmp_path: Path) -> None:
    lake, folder = Lake(str(tmp_path / "lake")), tmp_path / "reference"
    folder.mkdir()
    (folder / "users.csv").write_text("user_id,segment\n alice ,sports\n")
    load(lake, ReferenceFolder(folder))
    assert lake.open(USERS).scan().collect()["user_id"].to_list() == [pseudonym(KEY, "alice")]
    assert not any(b"alice" in path.read_bytes() for path in (tmp_path / "lake").rglob("*") if path.is_file())
