"""Verdict: what the demo should have made, by the generator's own account, against what it has made."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence

import polars as pl

from advertisex_assets.demo.scene import Scene
from advertisex_assets.watch.status import status
from resources.sample_traffic import Message
from schemas.discover import all_feeds
from schemas.tables.gold import CAMPAIGN_DAILY

OUTCOMES = {
    "accepted": "accepted",
    "duplicate": "duplicates",
    "conflict": "conflicts",
    "quarantined": "quarantined",
    "excluded": "excluded",
}
"""The generator's words for what becomes of a record, and ours."""

Counts = dict[str, dict[str, int]]


def expected(scene: Scene, stream: Sequence[Message]) -> Counts:
    """By feed: how many records of each outcome there must be in the end."""
    counted: dict[str, Counter[str]] = {}
    for feed, facts in json.loads((scene.traffic / "truth" / "summary.json").read_text())["feeds"].items():
        counted.setdefault(feed, Counter()).update({OUTCOMES[o]: n for o, n in facts["outcomes"].items()})
    for message in stream:
        counted.setdefault(message.feed, Counter())[OUTCOMES[message.outcome]] += 1
    return {feed: {ours: counts[ours] for ours in OUTCOMES.values()} for feed, counts in counted.items()}


def found(scene: Scene) -> Counts:
    """By feed: how many records of each outcome there are."""
    rows = status(scene.lake, all_feeds())
    return {str(row["feed"]): {name: int(str(row[name])) for name in OUTCOMES.values()} for row in rows}


def differences(scene: Scene, stream: Sequence[Message]) -> list[str]:
    """Sentences about everything that is not as it must be: outcomes of all records, and the week's campaign sums."""
    want, have = expected(scene, stream), found(scene)
    wrong = [
        f"{feed}: {want[feed][name]} records should be {name}, {have.get(feed, {}).get(name, 0)} are."
        for feed in want
        for name in want[feed]
        if want[feed][name] != have.get(feed, {}).get(name, 0)
    ]
    return wrong + _campaign_differences(scene)


def _campaign_differences(scene: Scene) -> list[str]:
    measures = ["impressions", "clicks", "conversions", "spend_micros"]
    keys = ["event_date", "campaign_id"]
    truth = pl.read_parquet(scene.traffic / "truth" / "campaign_daily.parquet").select(*keys, *measures)
    ours = scene.lake.open(CAMPAIGN_DAILY).scan().group_by(keys).agg(pl.col(measures).sum()).collect()
    ours = ours.filter(pl.col("event_date") < scene.stream.start)
    both = truth.join(ours, on=keys, how="full", coalesce=True, suffix="_found").fill_null(0)
    unequal = pl.any_horizontal([pl.col(name) != pl.col(f"{name}_found") for name in measures])
    return [
        f"gold.campaign_daily differs from the truth: {_plain(row)}"
        for row in both.filter(unequal).iter_rows(named=True)
    ]


def _plain(row: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in row.items())
