"""Countries and data-centre ranges come from the files that the settings name; a wrong file is one sentence."""

from pathlib import Path

import polars as pl
import pytest

from resources.addresses import address_book
from resources.geoip import CountryDatabaseError
from resources.settings import Settings, SettingsError
from tests.contracts.privacy.mmdb import database


def test_a_maxmind_database_tells_countries(tmp_path: Path) -> None:
    path = tmp_path / "countries.mmdb"
    path.write_bytes(database("81.2.69.0/24", "GB"))
    book = address_book(Settings(geoip_database=path))
    assert book.country_of is not None
    asked = ["81.2.69.142", "81.2.70.1", "2a02::1", "256.1.1.1"]
    assert [book.country_of(address) for address in asked] == ["GB", None, None, None]
    path.with_suffix(".new").write_bytes(database("81.2.69.0/24", "GB", 1_800_000_000))
    newer = address_book(Settings(geoip_database=path.with_suffix(".new")))
    assert newer.version != book.version != address_book(Settings()).version


def test_a_file_of_ranges_replaces_the_declared_ones(tmp_path: Path) -> None:
    path = tmp_path / "ranges.txt"
    path.write_text("# ours\n203.0.113.0/24  # rented\n\n2001:db8::/32\n")
    ranges = address_book(Settings(data_centre_ranges=path)).ranges
    asked = pl.Series(["203.0.113.9", "198.18.0.1", "2001:db8::1", "2001:db9::1"])
    assert ranges.contain(asked).to_list() == [True, False, True, False]


def test_wrong_files_are_named(tmp_path: Path) -> None:
    path = tmp_path / "wrong"
    path.write_text("203.0.113.7/24")
    with pytest.raises(SettingsError, match=r"ADVERTISEX_DATA_CENTRE_RANGES=.*wrong cannot be used: 203"):
        address_book(Settings(data_centre_ranges=path))
    with pytest.raises(CountryDatabaseError, match="ADVERTISEX_GEOIP_DATABASE"):
        address_book(Settings(geoip_database=path))
