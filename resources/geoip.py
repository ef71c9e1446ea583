"""Countries by address, from a MaxMind database file; the only module that imports maxminddb."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import maxminddb

from schemas.errors import AdvertiseXError


class CountryDatabaseError(AdvertiseXError):
    """The country database cannot be used."""


@dataclass(frozen=True)
class CountryDatabase:
    """GeoIP2 or GeoLite2 Country or City, or any database of that layout."""

    path: Path

    def __getstate__(self) -> dict[str, Path]:
        """On another machine, which has the file at the same path, it is opened anew."""
        return {"path": self.path}

    @property
    def version(self) -> str:
        """Its type and when it was built (epoch seconds)."""
        metadata = self._reader.metadata()
        return f"{metadata.database_type}/{metadata.build_epoch}"

    def country_of(self, address: str) -> str | None:
        """The ISO 3166 alpha-2 country of an address; None if the database does not know it."""
        try:
            found = self._reader.get(address)
        except ValueError:
            # Text that looked like an address, or an IPv6 address for an IPv4 database.
            return None
        country = found.get("country") if isinstance(found, dict) else None
        code = country.get("iso_code") if isinstance(country, dict) else None
        return code if isinstance(code, str) else None

    @cached_property
    def _reader(self) -> maxminddb.Reader:
        try:
            return maxminddb.open_database(self.path)
        except (OSError, maxminddb.InvalidDatabaseError) as error:
            raise CountryDatabaseError(
                f"ADVERTISEX_GEOIP_DATABASE={self.path} cannot be read as a MaxMind database: {error}."
            ) from error
