"""The world as Dagster hands it to assets; apart from `world`, so that commands which need no Dagster start without."""

from collections.abc import Callable
from typing import TypeVar, cast

from dagster import ConfigurableResource
from pydantic import PrivateAttr

from resources.engine.choose import open_engine
from resources.lake import Lake
from resources.reference.source import ReferenceSource
from resources.run import Run
from resources.settings import Settings, settings
from resources.world import open_lake, open_reference_source, open_schemas, pseudonym_key
from schemas.codecs.schema_source import SchemaSource

Shared = TypeVar("Shared")


class World(ConfigurableResource):  # type: ignore[type-arg]
    """Opens what an asset works on; built when a run starts, never at import."""

    _shared: dict[str, object] = PrivateAttr(default_factory=dict)

    def shared(self, run_id: str, make: Callable[[], Shared]) -> Shared:
        """What the steps of a run hand on to each other where they are one process; made by the first that asks."""
        if run_id not in self._shared:
            self._shared.clear()
            self._shared[run_id] = make()
        return cast(Shared, self._shared[run_id])

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
