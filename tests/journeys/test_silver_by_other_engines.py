"""Silver by DuckDB, and by the steps of a cluster without one: they make what one rebuild by Polars makes.

Each function and argument goes through bytes, as it would on its way to a worker. The real cluster is in `tests/real`.
"""

import pickle

import narwhals.stable.v2 as nw
import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings

from advertisex_assets.silver import steps
from advertisex_assets.silver.cluster import on_cluster, units
from resources.engine.duckdb import DuckDB
from resources.engine.spark import Spark
from resources.scratch import FOLDER
from schemas.discover import all_feeds
from tests.journeys.test_silver_is_a_function_of_bronze import (
    MOVED_TO_A_DATE_THAT_WAS_DONE,
    WINNER_MOVED,
    WINNER_REFUSED,
    Story,
    acts,
    check_story,
)


class NoSpark(Spark):
    """Frames of Polars in the place of Spark's."""

    session = None  # type: ignore[assignment]

    def __init__(self) -> None:
        """Starts nothing."""

    def collect(self, frame):
        """Computed here."""
        return frame.to_native().collect()


def sent(value):
    """As it arrives elsewhere."""
    return pickle.loads(pickle.dumps(value))


def each(session, function, items):
    """See `resources.engine.tasks`."""
    return [sent(sent(function)(sent(item))) for item in items]


def rows_of(session, function, items, schema):
    """See `resources.engine.tasks`."""
    rows = [rows.select(list(schema)) for rows in each(session, function, items)]
    return nw.from_native(pl.concat([pl.DataFrame(schema=schema), *rows]).lazy())


def every_part(frame, function):
    """See `resources.engine.tasks`: a part for each row."""
    return each(None, function, list(frame.to_native().collect().iter_slices(1)))


@pytest.fixture(scope="module")
def cluster():
    """An engine for which every file is a task, however few rows there are."""
    with pytest.MonkeyPatch.context() as patch:
        for function in (each, rows_of, every_part):
            patch.setattr(on_cluster, function.__name__, function)
        patch.setattr(steps, "SMALL_ROWS", -1)
        patch.setattr(units, "UNIT_ROWS", 1)
        yield NoSpark()


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts=acts)
@example(acts=WINNER_REFUSED)
@example(acts=WINNER_MOVED)
@example(acts=MOVED_TO_A_DATE_THAT_WAS_DONE)
def test_any_story_by_a_cluster_ends_where_one_rebuild_ends(acts, cluster, tmp_path_factory):
    """And nothing is left of what the workers shared."""
    story = Story(tmp_path_factory.mktemp("story"), cluster)
    check_story(acts, story)
    assert not list((story.folder / "lake" / FOLDER).glob("*"))


@pytest.mark.parametrize("acts", [WINNER_REFUSED, MOVED_TO_A_DATE_THAT_WAS_DONE])
def test_stories_by_duckdb(acts, tmp_path):
    """It decides who lost to whom."""
    with DuckDB() as engine:
        check_story(acts, Story(tmp_path, engine))


@pytest.mark.parametrize("feed", all_feeds(), ids=lambda feed: feed.name)
def test_a_contract_can_be_sent_to_a_worker(feed) -> None:
    sent = pickle.loads(pickle.dumps(feed))
    assert [rule.code for rule in sent.rules] == [rule.code for rule in feed.rules] != []
