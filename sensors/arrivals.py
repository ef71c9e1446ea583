"""Arrivals: asks for a landing run when messages or files wait; what waits is found in the Delta log and at the source.

The cursor only paces questions to a broker that is down: without it nothing is lost or doubled.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from dagster import (
    AssetKey,
    DefaultSensorStatus,
    RunRequest,
    SensorDefinition,
    SensorEvaluationContext,
    SensorResult,
    SkipReason,
    sensor,
)

from resources.kafka import Kafka, Part, UnknownTopicError, waiting_slices
from resources.lake import Lake
from resources.landing import waiting_files
from resources.run import utc_now
from resources.settings import Settings, settings
from resources.world import open_lake
from schemas.errors import AdvertiseXError
from schemas.feed import Feed
from schemas.run_tags import LANDING, LANDING_PART
from schemas.tables.bronze import bronze_table
from sensors.outage import Outage
from sensors.runs import TICK_SECONDS, is_under_way, resting

ANSWER_SECONDS = 5.0
"""How long a tick waits for a broker: a tick has 60 s, and other feeds wait behind it."""

LONGEST_SILENCE = timedelta(minutes=15)
"""A run that has not changed its state for so long is taken for dead: landing takes a minute or two at most."""


def arrivals_sensor(feed: Feed) -> SensorDefinition:
    """The sensor that lands a feed's messages and files as they arrive."""

    @sensor(
        name=f"{feed.name}_arrivals",
        asset_selection=[AssetKey(["bronze", feed.name])],
        minimum_interval_seconds=TICK_SECONDS,
        default_status=DefaultSensorStatus.RUNNING,
        description=f"Lands what waits in topic {feed.topic} and in the landing folder of {feed.name}.",
    )
    def arrivals(context: SensorEvaluationContext) -> SensorResult:
        return _tick(feed, context)

    return arrivals


def _tick(feed: Feed, context: SensorEvaluationContext) -> SensorResult:
    now, lake = utc_now(), open_lake()
    side_by_side = settings().kafka_landing_runs
    parts = [Part(number, side_by_side) for number in range(side_by_side)]
    why_not = {part: _why_not(feed, part, context, now) for part in parts}
    free = [part for part in parts if why_not[part] is None]
    if not free:
        return SensorResult(skip_reason=SkipReason(next(filter(None, why_not.values()))))
    before = Outage.from_cursor(context.cursor)
    partitions, outage = _ask_kafka(lake, feed, before, now.timestamp())
    files = _waiting_files(lake, feed, settings(), now)
    for sentence in _news(before, outage):
        context.log.warning(sentence)
    busy = [part for part in free if any(map(part.__contains__, partitions)) or (files and part.number == 0)]
    if busy:
        return SensorResult(run_requests=[_request(feed, part, now) for part in busy], cursor=outage.cursor)
    return SensorResult(skip_reason=SkipReason(outage.reason or "Nothing waits."), cursor=outage.cursor)


def _why_not(feed: Feed, part: Part, context: SensorEvaluationContext, now: datetime) -> str | None:
    """Why not to ask for a run of that part now."""
    tags = _tags(feed, part)
    if is_under_way(context.instance, tags, now, LONGEST_SILENCE):
        return f"A landing run of {feed.name} is queued or under way."
    return resting(context.instance, tags, now)


def _tags(feed: Feed, part: Part) -> dict[str, str]:
    """What tells the landing runs of that part from others."""
    return {LANDING: feed.name} | ({LANDING_PART: str(part)} if part.of > 1 else {})


def _ask_kafka(lake: Lake, feed: Feed, outage: Outage, now: float) -> tuple[set[int], Outage]:
    """The partitions in which something waits, and the outage as it is now."""
    if settings().kafka_bootstrap_servers is None or not outage.is_over_at(now):
        return set(), outage
    try:
        return _waiting_partitions(lake, feed, Kafka.shared(settings(), ANSWER_SECONDS)), Outage()
    except UnknownTopicError:
        return set(), Outage()
    except AdvertiseXError as error:
        return set(), outage.after_failure(now, str(error))


def _waiting_partitions(lake: Lake, feed: Feed, kafka: Kafka) -> set[int]:
    table = bronze_table(feed)
    marks = lake.open(table).marks() if lake.exists(table) else {}
    return {part.partition for part in waiting_slices(kafka.describe(feed.topic), marks)}


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


def _request(feed: Feed, part: Part, now: datetime) -> RunRequest:
    """A run of today's landing date; without a run key, since a key used once is skipped for ever."""
    return RunRequest(
        asset_selection=[AssetKey(["bronze", feed.name])],
        partition_key=now.date().isoformat(),
        tags=_tags(feed, part),
    )
