"""Inputs: what silver depends on beside bronze, and the fingerprints that say so."""

from dataclasses import dataclass
from datetime import date

from advertisex_assets.reference.read import read_reference
from advertisex_assets.silver.handles import FeedTables, fingerprint
from advertisex_assets.transforms.addresses import DECLARED, AddressBook
from advertisex_assets.transforms.enrich import Reference, enrichment_version
from advertisex_assets.transforms.pseudonymise import key_id
from resources.addresses import address_book
from resources.lake import Lake
from resources.settings import settings
from resources.world import open_schemas
from schemas.codecs.schema_source import NO_SCHEMAS, SchemaSource
from schemas.feed import Feed

SILVER_VERSION = "2"
"""The version of the transforms' meaning: raise it when a change alters what any row becomes."""


@dataclass(frozen=True)
class Inputs:
    """Reference rows, the pseudonyms' key, writer schemas and what is known of addresses."""

    reference: Reference
    pseudonym_key: bytes
    schemas: SchemaSource = NO_SCHEMAS
    addresses: AddressBook = DECLARED

    def fingerprint(self, feed: Feed, day: date, changed: str = "") -> int:
        """Everything but its rows that a date of the feed depends on; reference rows only as far as valid then.

        `changed` says which rows left that date or came to it after landing (`Routes.digest_for`), or were erased.
        """
        since = (changed,) if changed else ()
        return fingerprint(*self._always(feed), self.reference.digest_for(day), *since)

    def frontier_fingerprint(self, feed: Feed) -> int:
        """The same for all dates together: while it stands, no date can have become pending by itself."""
        return fingerprint(*self._always(feed), self.reference.digest())

    def _always(self, feed: Feed) -> tuple[str, ...]:
        versions = (feed.contract_version, SILVER_VERSION, enrichment_version(), self.addresses.version)
        return (*versions, key_id(self.pseudonym_key))


def due_fingerprint(tables: FeedTables, inputs: Inputs, day: date) -> int:
    """The fingerprint that a date of the feed should have now."""
    erasures = tables.erasures.get(day)
    changed = tables.routes.digest_for(day) + (f"erased {erasures}" if erasures else "")
    return inputs.fingerprint(tables.feed, day, changed)


def silver_inputs(lake: Lake) -> Inputs:
    """The inputs as the settings and the lake's reference tables say."""
    key = settings().pseudonym_key.get_secret_value().encode()
    return Inputs(read_reference(lake), key, open_schemas(), address_book(settings()))
