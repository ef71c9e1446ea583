"""Nothing is lost or doubled when processes die, wherever they die, and while they race."""

import os
import random
import time
from pathlib import Path

import pytest

from schemas.feeds.clicks_conversions import FEED as CLICKS_CONVERSIONS
from tests.real.kafka import Kafka, Topics
from tests.streaming.crash.campaign import Campaign
from tests.streaming.crash.certificate import Certificate, together
from tests.streaming.crash.work import Setting
from tests.streaming.setting import Stream

pytestmark = pytest.mark.real

SOAK_KILLS = 500
SOAK_KILLS_PER_STEP = 20
SOAK_LAKES = 4
"""Each has its share of the kills: workers need ever longer in a lake of many thousand commits."""


def campaign(broker: Topics, folder: Path) -> Campaign:
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    folder.mkdir(exist_ok=True)
    impressions = Stream(broker, folder).create(partitions=2)
    actions = Stream(broker, folder, CLICKS_CONVERSIONS).create()
    topics = {stream.feed.name: stream.topic for stream in (impressions, actions)}
    setting = Setting(str(folder), broker.bootstrap_servers, topics)
    own = broker.brokers[0] if isinstance(broker, Kafka) else None
    return Campaign([impressions, actions], setting, seed, own)


def check(certificate: Certificate, steps: set[str], kills_per_step: int) -> None:
    print(certificate.text())
    assert (certificate.lost, certificate.doubled, certificate.wrong) == (0, 0, [])
    assert {step for step in steps if certificate.kills[step] < kills_per_step} == set()


@pytest.mark.timeout(1_800)
def test_a_kill_at_every_kind_of_step_loses_and_doubles_nothing(kafka_broker: Topics, tmp_path: Path) -> None:
    done = campaign(Topics(kafka_broker.client_config, 1), tmp_path)
    steps = done.one_of_each_kind()
    done.run(kills_per_step=1, kills=1, only=steps)
    check(done.certificate, steps, 1)


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_five_hundred_kills_lose_and_double_nothing(fresh_kafka_broker: Kafka, tmp_path: Path) -> None:
    """Beside kills: the broker killed and cut off in mid-read, Dagster's database deleted, cursors reset."""
    until = time.monotonic() + 60 * float(os.environ.get("SOAK_MINUTES", "inf"))
    certificates, steps = [], set()
    for number in range(SOAK_LAKES):
        done = campaign(fresh_kafka_broker, tmp_path / str(number))
        done.run(SOAK_KILLS_PER_STEP // SOAK_LAKES, SOAK_KILLS // SOAK_LAKES, (until - time.monotonic()) / 60)
        certificates.append(done.certificate)
        steps |= done.steps
    certificate = together(certificates)
    check(certificate, steps, SOAK_KILLS_PER_STEP)
    assert certificate.kills.total() >= SOAK_KILLS
    assert len(certificate.happened) == 4
