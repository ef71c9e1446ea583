"""Serving: asks for gold to be brought to PostgreSQL when it has changed. What has changed is handed in."""

from collections.abc import Callable, Iterator, Sequence

from dagster import (
    AssetKey,
    DagsterRunStatus,
    DefaultSensorStatus,
    RunRequest,
    RunsFilter,
    SensorDefinition,
    SensorEvaluationContext,
    SkipReason,
    sensor,
)

from schemas.run_tags import SERVING

TICK_SECONDS = 60
"""BI tools cache for longer; each look opens every table's log once."""

ACTIVE = [DagsterRunStatus.QUEUED, DagsterRunStatus.NOT_STARTED, DagsterRunStatus.STARTING, DagsterRunStatus.STARTED]


def serving_sensor(key: AssetKey, waiting: Callable[[], Sequence[str]]) -> SensorDefinition:
    """The sensor that materializes `key` while `waiting` names tables; one run at a time."""

    @sensor(
        name="serving",
        minimum_interval_seconds=TICK_SECONDS,
        default_status=DefaultSensorStatus.RUNNING,
        asset_selection=[key],
        description="Brings gold to PostgreSQL when it has changed.",
    )
    def serving(context: SensorEvaluationContext) -> Iterator[RunRequest | SkipReason]:
        if context.instance.get_runs_count(RunsFilter(statuses=ACTIVE, tags={SERVING: "true"})):
            yield SkipReason("Gold is being brought to PostgreSQL.")
        elif waiting():
            yield RunRequest(tags={SERVING: "true"})
        else:
            yield SkipReason("PostgreSQL has what gold has, or ADVERTISEX_SERVING_POSTGRESQL_URI is not set.")

    return serving
