"""What came while the last dates were worked on is asked for as soon as they are done, within the same tick."""

from datetime import date

import pytest
from dagster import AssetKey, DagsterInstance, DagsterRunStatus, RunRequest, SkipReason, build_sensor_context
from dagster._core.test_utils import create_run_for_test

from sensors.touched_dates import MINE, Waiting, touched_dates_sensor

WAITING = Waiting(frozenset([AssetKey(["gold", "campaign_daily"])]), frozenset([date(2026, 3, 1)]))


@pytest.fixture
def dagster(tmp_path):
    with DagsterInstance.local_temp(str(tmp_path)) as instance:
        yield instance


def tick(dagster, waiting):
    sensor = touched_dates_sensor(waiting, [])
    return list(sensor(build_sensor_context(instance=dagster)))


def test_the_end_of_a_run_begins_the_next(dagster, monkeypatch):
    run = create_run_for_test(dagster, status=DagsterRunStatus.STARTED, tags=MINE)
    ends = iter([lambda: None, lambda: dagster.delete_run(run.run_id)])
    monkeypatch.setattr("sensors.touched_dates.time.sleep", lambda _: next(ends)())
    [request] = tick(dagster, lambda: [WAITING])
    assert isinstance(request, RunRequest) and next(ends, None) is None


def test_a_run_that_takes_longer_than_a_tick_is_left_alone(dagster, monkeypatch):
    create_run_for_test(dagster, status=DagsterRunStatus.STARTED, tags=MINE)
    monkeypatch.setattr("sensors.touched_dates.WATCHED_SECONDS", 0)
    [skipped] = tick(dagster, lambda: pytest.fail("nothing is looked for"))
    assert isinstance(skipped, SkipReason)
