"""Watching: puts the looks at the lake, the alerts and the sensors together; sensors and the command line ask here."""

from collections.abc import Callable, Sequence
from datetime import datetime

from dagster import SensorDefinition

from advertisex_assets.watch.alerts import Alerts
from advertisex_assets.watch.feed_problem import Links
from advertisex_assets.watch.problems import FRESHNESS, SUMS, freshness_problems, sums_problems
from advertisex_assets.watch.traffic import TRAFFIC, traffic_problems
from resources.alerts.config import load_alert_config
from resources.lake import Lake
from resources.settings import settings
from resources.world import open_lake
from schemas.alerts.incident import Problem
from schemas.discover import all_feeds
from schemas.feed import Feed
from sensors.alerts import Look, alert_sensors

Find = Callable[[Lake, Sequence[Feed], datetime, Links], list[Problem]]

FRESHNESS_SECONDS = 30
"""Late data is told within a minute of being late."""

TRAFFIC_SECONDS = 300
"""Anomalies are judged by quarters of an hour."""

SUMS_SECONDS = 600
"""A recount reads a few columns of every row; the gates of the commits have judged each batch before."""


def open_alerts() -> Alerts:
    """The alerts of the lake that the settings name, told as the alerts file says."""
    return Alerts(open_lake(), load_alert_config(settings().alerts), settings().dagster_url)


def looks() -> list[Look]:
    """The regular looks at the lake."""
    return [
        Look(FRESHNESS, FRESHNESS_SECONDS, _over_all_feeds(freshness_problems), "Tells when data is late."),
        Look(TRAFFIC, TRAFFIC_SECONDS, _over_all_feeds(traffic_problems), "Tells when traffic is unusual."),
        Look(SUMS, SUMS_SECONDS, _over_all_feeds(sums_problems), "Tells when records are lost or doubled."),
    ]


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
