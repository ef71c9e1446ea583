"""Nothing is lost or doubled when processes die, wherever they die, and while they race."""

import random
from pathlib import Path

import pytest

from tests.real.kafka import Kafka
from tests.streaming.crash.campaign import Campaign
from tests.streaming.crash.work import Setting
from tests.streaming.setting import Stream

pytestmark = pytest.mark.real

SOAK_KILLS = 500
SOAK_KILLS_PER_STEP = 20


def campaign(stream: Stream, folder: Path) -> Campaign:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    setting = Setting(str(folder), stream.broker.bootstrap_servers, stream.topic)
    return Campaign(stream.create(), setting, seed)


def check(done: Campaign) -> None:
    certificate = done.certificate
    print(certificate.text())
    assert (certificate.lost, certificate.doubled, certificate.wrong) == (0, 0, [])
    assert set(certificate.kills) == done.steps, "a step was never hit"


@pytest.mark.timeout(600)
def test_a_kill_at_every_step_loses_and_doubles_nothing(stream: Stream, tmp_path: Path) -> None:
    done = campaign(stream, tmp_path)
    done.run(kills_per_step=1, kills=1)
    check(done)


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_five_hundred_kills_lose_and_double_nothing(fresh_kafka_broker: Kafka, tmp_path: Path) -> None:
    stream = Stream(fresh_kafka_broker, tmp_path)

    def restart_broker() -> None:
        fresh_kafka_broker.kill()
        fresh_kafka_broker.start()

    done = campaign(stream, tmp_path)
    done.run(SOAK_KILLS_PER_STEP, SOAK_KILLS, restart_broker)
    check(done)
