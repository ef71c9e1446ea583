"""The address book of this installation: data-centre ranges and countries, as the settings say."""

from pathlib import Path

from advertisex_assets.transforms.addresses import AddressBook
from resources.geoip import CountryDatabase
from resources.settings import Settings, SettingsError
from schemas.invalid_traffic import DATA_CENTRE_RANGES


def address_book(settings: Settings) -> AddressBook:
    """The declared ranges, or those of the file that is set; countries if a database is set."""
    ranges = (
        DATA_CENTRE_RANGES if settings.data_centre_ranges is None else _ranges(settings.data_centre_ranges)
    )
    if settings.geoip_database is None:
        return AddressBook(ranges)
    countries = CountryDatabase(settings.geoip_database)
    return AddressBook(ranges, countries.country_of, countries.version)


def _ranges(path: Path) -> tuple[str, ...]:
    """One CIDR block a line; what follows a # is a comment."""
    try:
        lines = [line.partition("#")[0].strip() for line in path.read_text().splitlines()]
        blocks = tuple(line for line in lines if line)
        AddressBook(blocks).ranges  # noqa: B018 - read now, so that a wrong line shows at the start
    except (OSError, ValueError) as error:
        raise SettingsError(f"ADVERTISEX_DATA_CENTRE_RANGES={path} cannot be used: {error}.") from error
    return blocks
