"""Recounts: every date counted again in the tables; what is said is kept in `ops.checks`, errors of gold are told."""

from collections.abc import Sequence
from datetime import datetime

from advertisex_assets.gold.pending import pending_gold
from advertisex_assets.watch.checks import conservation_verdicts, gold_verdicts, record_news
from advertisex_assets.watch.feed_problem import Links
from advertisex_assets.watch.unread import oldest_unread
from resources.lake import Lake
from resources.run import new_run
from schemas.alerts.incident import Impact, Problem
from schemas.alerts.kinds import RECORDS_LOST
from schemas.checks.checks import Verdict
from schemas.feed import Feed
from schemas.tables.gold import CAMPAIGN_DAILY
from schemas.tables.silver import silver_tables


def recount_problems(
    lake: Lake, feeds: Sequence[Feed], scope: str, now: datetime, links: Links
) -> list[Problem]:
    """Dates on which the campaign mart counts other than silver holds; keeps what all recounts say.

    What waits is not wrong: records that silver has yet to read, and dates that gold has yet to make.
    """
    verdicts = _golden(lake, feeds)
    wrong = [one for one in verdicts if not one.passed]
    for feed in feeds:
        waiting, _ = oldest_unread(lake, feed)
        verdicts += [one for one in conservation_verdicts(lake, feed) if one.passed or not waiting]
    record_news(lake, verdicts, new_run("watch"))
    return [_problem(one, scope, now, links) for one in wrong]


def _golden(lake: Lake, feeds: Sequence[Feed]) -> list[Verdict]:
    if not lake.exists(CAMPAIGN_DAILY):
        return []
    tables = [table for feed in feeds for table in silver_tables(feed) if lake.exists(table)]
    made = {day for table in tables for day in lake.open(table).rows_by_date()}
    made |= lake.open(CAMPAIGN_DAILY).rows_by_date().keys()
    waiting = pending_gold(lake).get(CAMPAIGN_DAILY.name, [])
    return gold_verdicts(lake, feeds, sorted(made.difference(waiting)))


def _problem(verdict: Verdict, scope: str, now: datetime, links: Links) -> Problem:
    missing = abs(int((verdict.observed or 0) - (verdict.expected or 0)))
    return Problem(
        key=f"{scope}/{verdict.check.name}/{verdict.subject}",
        scope=scope,
        kind=RECORDS_LOST,
        summary=verdict.explanation,
        since=now,
        subject=CAMPAIGN_DAILY.full_name,
        impact=Impact(missing),
        link=links.asset("gold", CAMPAIGN_DAILY.name),
        detail=str(verdict.event_date),
    )
