"""Watching: puts the looks at the lake, the alerts and the sensors together; sensors and the command line ask here."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from dagster import DagsterInstance, SensorDefinition

from advertisex_assets.gold.marts import MARTS
from advertisex_assets.transforms.watch.failures import BY_HAND, DAEMONS, by_hand_problem, daemon_problems
from advertisex_assets.watch.alerts import Alerts
from advertisex_assets.watch.feed_problem import Links
from advertisex_assets.watch.held import HELD, held_problems
from advertisex_assets.watch.metrics import Measured
from advertisex_assets.watch.poison import POISONED, poison_problems
from advertisex_assets.watch.problems import FRESHNESS, SUMS, freshness_problems, sums_problems
from advertisex_assets.watch.traffic import TRAFFIC, traffic_problems
from resources.alerts.config import load_alert_config
from resources.kafka import Kafka
from resources.lake import Lake
from resources.orchestrator import daemon_heartbeats
from resources.run import utc_now
from resources.settings import settings
from resources.world import open_lake
from schemas.alerts.incident import Incident, Problem
from schemas.discover import all_feeds
from schemas.feed import Feed
from schemas.tables.alerts import ALERTS
from schemas.tables.bronze import FILES, bronze_table
from schemas.tables.ops import LEDGER
from schemas.tables.silver import DUPLICATES, QUARANTINE, silver_tables
from schemas.tables.table import Table
from schemas.tables.watch import ACTIVITY
from sensors.alerts import Look, alert_sensors

Find = Callable[[Lake, Sequence[Feed], datetime, Links], list[Problem]]

FRESHNESS_SECONDS = 30
"""Late data is told within a minute of being late."""

BROKER_SECONDS = 5.0
"""How long metrics wait for a broker: Prometheus gives a scrape ten seconds."""

HELD_SECONDS = 15
"""As often as failed runs are looked for: a held batch is one."""

TRAFFIC_SECONDS = 30
POISON_SECONDS = 30
SUMS_SECONDS = 30
"""Told within a minute. All read a few columns of many rows: where that takes long, they rest the longer for it."""


def open_alerts() -> Alerts:
    """The alerts of the lake that the settings name, told as the alerts file says."""
    return Alerts(open_lake(), load_alert_config(settings().alerts), settings().dagster_url)


def looks() -> list[Look]:
    """The regular looks at the lake."""
    return [
        Look(HELD, HELD_SECONDS, _over_all_feeds(held_problems), "Tells what a gate holds."),
        Look(FRESHNESS, FRESHNESS_SECONDS, _over_all_feeds(freshness_problems), "Tells when data is late."),
        Look(TRAFFIC, TRAFFIC_SECONDS, _over_all_feeds(traffic_problems), "Tells when traffic is unusual."),
        Look(POISONED, POISON_SECONDS, _over_all_feeds(poison_problems), "Tells when our code fails on a record."),
        Look(SUMS, SUMS_SECONDS, _over_all_feeds(sums_problems), "Tells when records are lost or doubled."),
    ]


def measured(instance: DagsterInstance | None) -> Measured:
    """What the metrics endpoint looks at; without an instance, Dagster is left out."""
    broker = (
        None
        if settings().kafka_bootstrap_servers is None
        else lambda: Kafka.shared(settings(), BROKER_SECONDS)
    )
    return Measured(open_lake(), all_feeds(), every_table(), instance, broker)


def every_table() -> list[Table]:
    """Every table whose size is worth watching."""
    feeds = all_feeds()
    events = [table for feed in feeds for table in (bronze_table(feed), *silver_tables(feed))]
    return [*events, QUARANTINE, DUPLICATES, FILES, *(mart.table for mart in MARTS), LEDGER, ALERTS, ACTIVITY]


def look_from_outside(instance: DagsterInstance) -> list[Incident]:
    """Tells when the daemon is silent, which nothing inside it can; returns what is new or over."""
    problems = daemon_problems(daemon_heartbeats(instance), utc_now(), settings().dagster_url)
    told = open_alerts().report(problems, [DAEMONS])
    open_alerts().deliver()
    return told


@contextmanager
def told_by_hand(command: str) -> Iterator[None]:
    """Work that no daemon sees: if it fails, those are told who would be told of a run; when it next works, too."""
    try:
        yield
    except Exception as error:
        _tell([by_hand_problem(command, type(error).__name__, str(error), utc_now())])
        raise
    _tell([])


def _tell(problems: list[Problem]) -> None:
    held = held_problems(open_lake(), all_feeds(), utc_now(), Links(settings().dagster_url))
    alerts = open_alerts()
    alerts.report([*problems, *held], [BY_HAND, HELD])
    alerts.deliver()


def look_once(now: datetime) -> list[Problem]:
    """What every look sees now."""
    return [problem for look in looks() for problem in look.find(now)]


def watch_sensors() -> list[SensorDefinition]:
    """Every sensor that watches."""
    return alert_sensors(open_alerts, looks())


def _over_all_feeds(find: Find) -> Callable[[datetime], Sequence[Problem]]:
    def found(now: datetime) -> Sequence[Problem]:
        return find(open_lake(), all_feeds(), now, Links(settings().dagster_url))

    return found
