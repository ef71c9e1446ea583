"""The world as Dagster hands it to assets; apart from `world`, so that commands which need no Dagster start without."""

from dagster import ConfigurableResource

from resources.engine.choose import open_engine
from resources.lake import Lake
from resources.reference.source import ReferenceSource
from resources.run import Run
from resources.settings import Settings, settings
from resources.world import open_lake, open_reference_source, open_schemas, pseudonym_key
from schemas.codecs.schema_source import SchemaSource


class World(ConfigurableResource):  # type: ignore[type-arg]
    """Opens what an asset works on; built when a run starts, never at import."""

    @property
    def settings(self) -> Settings:
        """The settings of this process."""
        return settings()

    def lake(self) -> Lake:
        """The lake."""
        return open_lake()

    def run(self, run_id: str) -> Run:
        """That run of Dagster's, on the engine that the settings name."""
        return Run(run_id, engine=open_engine())

    def schemas(self) -> SchemaSource:
        """Where writer schemas come from."""
        return open_schemas()

    def reference_source(self) -> ReferenceSource:
        """Where reference data is kept."""
        return open_reference_source()

    def pseudonym_key(self) -> bytes:
        """The key of the pseudonyms."""
        return pseudonym_key()
