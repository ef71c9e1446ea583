"""Orchestrator: what Dagster knows of runs, checks, sensors and daemons, as plain values. It is only looked at here."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import ExitStack
from datetime import UTC, datetime

from dagster import (
    AssetCheckEvaluation,
    AssetCheckKey,
    AssetKey,
    DagsterEvent,
    DagsterEventType,
    DagsterInstance,
    DagsterRunStatus,
    RunRecord,
    RunsFilter,
)
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.errors import DagsterHomeNotSetError
from dagster._core.scheduler.instigation import InstigatorStatus, TickStatus
from dagster_shared.error import SerializableErrorInfo

from schemas.alerts.observed import EndedRun, FailedCheck, FailedRun, SensorHealth

TELLING = {
    DagsterEventType.STEP_FAILURE,
    DagsterEventType.RUN_FAILURE,
    DagsterEventType.ASSET_MATERIALIZATION_PLANNED,
}
"""The events of a failed run that say what failed and why."""

MOST_RUNS = 1_000
"""Micro-batches of an hour; durations of more would say the same."""

WRAPPERS = ("Dagster", "Failure", "SensorExecutionError")
"""Classes that Dagster puts around what was raised."""

NO_ERROR = "RunFailure"
"""What a run that ended without an error of its own is filed under: its process was killed, say."""


def open_instance(stack: ExitStack) -> DagsterInstance | None:
    """The instance that DAGSTER_HOME names, closed with the stack; None if there is no such thing."""
    try:
        return stack.enter_context(DagsterInstance.get())
    except DagsterHomeNotSetError:
        return None


def failed_runs(instance: DagsterInstance, after: datetime, limit: int) -> list[FailedRun]:
    """Runs that failed after a moment, the oldest first; started by whatever means."""
    filters = RunsFilter(statuses=[DagsterRunStatus.FAILURE], updated_after=after)
    records = instance.get_run_records(filters, limit=limit, order_by="update_timestamp", ascending=True)
    return [_failed_run(instance, record) for record in records]


def ended_runs(instance: DagsterInstance, after: datetime) -> list[EndedRun]:
    """Runs that ended after a moment, newest first, MOST_RUNS at most."""
    statuses = [DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED]
    records = instance.get_run_records(RunsFilter(statuses=statuses, updated_after=after), limit=MOST_RUNS)
    return [
        EndedRun(record.dagster_run.status.value.lower(), record.end_time - record.start_time)
        for record in records
        if record.start_time is not None and record.end_time is not None
    ]


def last_materialized_at(instance: DagsterInstance, assets: Iterable[str]) -> datetime | None:
    """When any of the assets was last materialized."""
    keys = [AssetKey.from_user_string(asset) for asset in assets]
    events = instance.get_latest_materialization_events(keys).values() if keys else ()
    return max((_time(event.timestamp) for event in events if event is not None), default=None)


def failed_checks(instance: DagsterInstance, keys: Sequence[AssetCheckKey]) -> list[FailedCheck]:
    """The checks among these whose latest execution did not pass."""
    latest = instance.event_log_storage.get_latest_asset_check_execution_by_key(list(keys)) if keys else {}
    found = []
    for key, record in latest.items():
        evaluation = record.evaluation
        if isinstance(evaluation, AssetCheckEvaluation) and not evaluation.passed:
            found.append(
                FailedCheck(
                    key.asset_key.to_user_string(), key.name, evaluation.severity.value,
                    evaluation.description or "", record.run_id, _time(record.create_timestamp),
                )
            )  # fmt: skip
    return found


def sensor_health(instance: DagsterInstance) -> list[SensorHealth]:
    """Every sensor that is switched on, with its latest finished tick."""
    states = instance.all_instigator_state(instigator_type=InstigatorType.SENSOR)
    running = [state for state in states if state.status is not InstigatorStatus.STOPPED]
    found = []
    for state in running:
        ticks = instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=2)
        done = next((tick for tick in ticks if tick.status is not TickStatus.STARTED), None)
        error = _message(_ours(done.error)) if done and done.status is TickStatus.FAILURE and done.error else ""
        cursor = getattr(state.instigator_data, "cursor", None) or ""
        found.append(
            SensorHealth(state.instigator_name, _time(done.timestamp) if done else None, error, cursor)
        )
    return found


def daemon_heartbeats(instance: DagsterInstance) -> dict[str, datetime]:
    """When each daemon last gave a sign of life; those that never did are left out."""
    statuses = instance.get_daemon_statuses()
    return {
        name: _time(status.last_heartbeat.timestamp)
        for name, status in statuses.items()
        if status.required and status.last_heartbeat is not None
    }


def _failed_run(instance: DagsterInstance, record: RunRecord) -> FailedRun:
    run = record.dagster_run
    logs = instance.all_logs(run.run_id, TELLING)
    events = [entry.dagster_event for entry in logs if entry.dagster_event is not None]
    error = next((one for event in events if (one := _error_of(event)) is not None), None)
    raised = _ours(error) if error is not None else None
    span = [run.tags.get(f"dagster/asset_partition_range_{end}", "") for end in ("start", "end")]
    return FailedRun(
        run_id=run.run_id,
        job=run.job_name,
        assets=_assets(run.asset_selection, events),
        partitions=run.tags.get("dagster/partition", "") or "...".join(part for part in span if part),
        error_class=(raised.cls_name or NO_ERROR) if raised else NO_ERROR,
        error_message=_message(raised) if raised else "The run ended without an error of its own.",
        ended_at=_time(record.end_time or record.update_timestamp.timestamp()),
        updated_at=record.update_timestamp.astimezone(UTC),
    )


def _assets(selection: AbstractSet[AssetKey] | None, events: Sequence[DagsterEvent]) -> tuple[str, ...]:
    """What the failed steps would have made; where no step failed, what was asked for."""
    failed = {event.step_key for event in events if event.event_type is DagsterEventType.STEP_FAILURE}
    planned = {
        event.asset_key for event in events if event.asset_key is not None and event.step_key in failed
    }
    return tuple(sorted(key.to_user_string() for key in (planned or selection or ())))


def _message(error: SerializableErrorInfo) -> str:
    """The error's text without the class before it."""
    first, separator, rest = error.message.strip().partition(": ")
    return rest if separator and first.endswith(error.cls_name or NO_ERROR) else error.message.strip()


def _error_of(event: DagsterEvent) -> SerializableErrorInfo | None:
    return getattr(event.event_specific_data, "error", None)


def _ours(error: SerializableErrorInfo) -> SerializableErrorInfo:
    """What was raised, out of Dagster's wrapping; ours says what to do, what caused it says it worse."""
    while error.cause is not None and (error.cls_name or "").startswith(WRAPPERS):
        error = error.cause
    return error


def _time(timestamp: float) -> datetime:
    return datetime.fromtimestamp(timestamp, UTC)
