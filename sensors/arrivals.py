"""Arrivals: asks for a landing run when messages or files wait; what waits is found in the Delta log and at the source.

The cursor only paces questions to a broker that is down: without it nothing is lost or doubled.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from dagster import (
    AssetKey,
    DagsterRunStatus,
    DefaultSensorStatus,
    RunRequest,
    RunsFilter,
    SensorDefinition,
    SensorEvaluationContext,
    SensorResult,
    SkipReason,
    sensor,
)

from resources.kafka import Kafka, UnknownTopicError, waiting_slices
from resources.lake import Lake
from resources.landing import waiting_files
from resources.run import utc_now
from resources.settings import Settings, settings
from resources.world import open_lake
from schemas.errors import AdvertiseXError
from schemas.feed import Feed
from schemas.tables.bronze import bronze_table
from sensors.outage import Outage

LANDING_TAG = "advertisex/landing"
"""Run tag with the feed's name: one landing run per feed at a time."""

ANSWER_SECONDS = 5.0
"""How long a tick waits for a broker: a tick has 60 s, and other feeds wait behind it."""

LONGEST_SILENCE = timedelta(minutes=15)
"""A run that has not changed its state for so long is taken for dead: landing takes a minute or two at most, and where
Dagster's run monitoring is off, a killed run says for ever that it is under way. Two that land at once are safe."""

IN_FLIGHT = (
    DagsterRunStatus.QUEUED,
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
)


def arrivals_sensor(feed: Feed) -> SensorDefinition:
    """The sensor that lands a feed's messages and files as they arrive."""

    @sensor(
        name=f"{feed.name}_arrivals",
        asset_selection=[AssetKey(["bronze", feed.name])],
        minimum_interval_seconds=5,
        default_status=DefaultSensorStatus.RUNNING,
        description=f"Lands what waits in topic {feed.topic} and in the landing folder of {feed.name}.",
    )
    def arrivals(context: SensorEvaluationContext) -> SensorResult:
        return _tick(feed, context)

    return arrivals


def _tick(feed: Feed, context: SensorEvaluationContext) -> SensorResult:
    now, lake = utc_now(), open_lake()
    if _is_in_flight(feed, context, now):
        return SensorResult(skip_reason=SkipReason(f"A landing run of {feed.name} is queued or under way."))
    before = Outage.from_cursor(context.cursor)
    messages, outage = _ask_kafka(lake, feed, before, now.timestamp())
    files = _waiting_files(lake, feed, settings(), now)
    for sentence in _news(before, outage):
        context.log.warning(sentence)
    if messages or files:
        return SensorResult(run_requests=[_request(feed, now)], cursor=outage.cursor)
    return SensorResult(skip_reason=SkipReason(outage.reason or "Nothing waits."), cursor=outage.cursor)


def _ask_kafka(lake: Lake, feed: Feed, outage: Outage, now: float) -> tuple[int, Outage]:
    """How many offsets wait, and the outage as it is now."""
    if settings().kafka_bootstrap_servers is None or not outage.is_over_at(now):
        return 0, outage
    try:
        return _waiting_offsets(lake, feed, Kafka.shared(settings(), ANSWER_SECONDS)), Outage()
    except UnknownTopicError:
        return 0, Outage()
    except AdvertiseXError as error:
        return 0, outage.after_failure(now, str(error))


def _waiting_offsets(lake: Lake, feed: Feed, kafka: Kafka) -> int:
    table = bronze_table(feed)
    marks = lake.open(table).marks() if lake.exists(table) else {}
    return sum(
        part.end - part.start + part.expired for part in waiting_slices(kafka.describe(feed.topic), marks)
    )


def _waiting_files(lake: Lake, feed: Feed, current: Settings, now: datetime) -> int:
    if current.landing is None:
        return 0
    return len(waiting_files(lake, feed.name, current.landing, now, current.settle_seconds))


def _news(before: Outage, after: Outage) -> Iterator[str]:
    """One sentence when an outage begins and one when it ends; nothing in between."""
    if after.failures and not before.failures:
        yield after.reason
    if before.failures and not after.failures:
        yield f"Kafka answers again after {before.failures} failed attempts."


def _request(feed: Feed, now: datetime) -> RunRequest:
    """A run of today's landing date; without a run key, since a key used once is skipped for ever."""
    return RunRequest(
        asset_selection=[AssetKey(["bronze", feed.name])],
        partition_key=now.date().isoformat(),
        tags={LANDING_TAG: feed.name},
    )


def _is_in_flight(feed: Feed, context: SensorEvaluationContext, now: datetime) -> bool:
    filters = RunsFilter(
        tags={LANDING_TAG: feed.name}, statuses=list(IN_FLIGHT), updated_after=now - LONGEST_SILENCE
    )
    return bool(context.instance.get_run_ids(filters, limit=1))
