"""The world as Dagster hands it to assets: the lake, the reference, the registry, as the settings say."""

from dagster import ConfigurableResource

from resources.lake import Lake
from resources.settings import Settings, settings
from schemas.codecs.schema_source import NO_SCHEMAS, SchemaSource


class World(ConfigurableResource):  # type: ignore[type-arg]
    """Opens what an asset works on; built when a run starts, never at import."""

    @property
    def settings(self) -> Settings:
        """The settings of this process."""
        return settings()

    def lake(self) -> Lake:
        """The lake."""
        return open_lake()

    def schemas(self) -> SchemaSource:
        """Where writer schemas come from."""
        return open_schemas()


def open_lake() -> Lake:
    """The lake that the settings name."""
    return Lake(settings().lake, settings().storage_options)


def open_schemas() -> SchemaSource:
    """Where writer schemas come from: the registry that the settings name, or none."""
    return NO_SCHEMAS
