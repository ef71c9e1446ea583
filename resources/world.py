"""What the settings name, opened: the lake, the reference, the registry. Dagster's resource is in `dagster_world`."""

from functools import cache
from pathlib import Path

from resources.lake import Lake
from resources.lake.format import ensure_format
from resources.reference.folder import ReferenceFolder
from resources.reference.postgresql import PostgresqlReference
from resources.reference.source import ReferenceSource
from resources.registry import registry_at
from resources.settings import SettingsError, settings
from schemas.codecs.schema_source import NO_SCHEMAS, SchemaSource


def open_lake() -> Lake:
    """The lake that the settings name; LakeFormatError if it is in a format that this program does not know."""
    lake = Lake(settings().lake, settings().storage_options)
    _look_at_format(lake.root)
    return lake


@cache
def _look_at_format(root: str) -> None:
    """Once a process: a format changes only when another version of the program is started."""
    ensure_format(Lake(root, settings().storage_options))


def pseudonym_key() -> bytes:
    """The key of the pseudonyms."""
    return settings().pseudonym_key.get_secret_value().encode()


def open_schemas() -> SchemaSource:
    """Where writer schemas come from: the registry that the settings name, or none."""
    url = settings().schema_registry_url
    return NO_SCHEMAS if url is None else registry_at(url)


def open_reference_source(path: str | None = None) -> ReferenceSource:
    """Where reference data is kept: that folder, or the one that the settings name; SettingsError if neither is."""
    uri = settings().reference_postgresql_uri
    if path is None and uri is not None:
        return PostgresqlReference(uri)
    folder = path or settings().reference
    if folder is None:
        raise SettingsError(
            "ADVERTISEX_REFERENCE is not set: no reference data can be loaded. "
            "Set it to a folder with campaigns, creatives and advertisers as CSV, JSON or Parquet, "
            "or set ADVERTISEX_REFERENCE_POSTGRESQL_URI."
        )
    return ReferenceFolder(Path(folder))
