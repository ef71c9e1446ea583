"""Validate: every rule over every row; all that a row breaks is recorded, and severity decides its fate."""

from collections.abc import Sequence

import polars as pl

from advertisex_assets.transforms.isolate import OUR_CODE_FAILED
from advertisex_assets.transforms.route import in_range
from schemas.feed import Feed
from schemas.rules import Rule, Severity, text_of

UNDECODABLE = Rule(
    code="undecodable",
    sentence="The bytes are not what their codec can read.",
    severity=Severity.REFUSE,
    broken=pl.col("decode_error").is_not_null(),
)

POISON = Rule(
    code="poison",
    sentence="Our own code fails on it; the detail says how.",
    severity=Severity.REFUSE,
    broken=pl.col("decode_error").str.starts_with(OUR_CODE_FAILED),
)

UNREAD = (POISON, UNDECODABLE)
"""Why there is nothing else to judge in a row; the first that it breaks is its only code."""


def time_rules(feed: Feed) -> tuple[Rule, ...]:
    """What can be wrong with an event's time beyond its text."""
    event_at = pl.col(feed.event_at)
    return (
        Rule(
            code="time_out_of_range",
            sentence="The event lies before 2000 or more than a day after its landing.",
            severity=Severity.REFUSE,
            broken=event_at.is_not_null() & ~in_range(feed.event_at),
        ),
        Rule(
            code="awaiting_route",
            sentence="Its time reads differently than when it was routed; the next refresh moves it.",
            severity=Severity.REFUSE,
            broken=event_at.is_not_null()
            & in_range(feed.event_at)
            & (event_at.dt.date() != pl.col("event_date")),
        ),
        Rule(
            code="time_from_transport",
            sentence="The record names no time; its Kafka or file time stands for it.",
            severity=Severity.FLAG,
            broken=text_of(feed.event_at).is_null() & event_at.is_not_null(),
        ),
    )


def rule_versions(feed: Feed) -> dict[str, str]:
    """By the code of each refusing rule what distinguishes it from its other versions."""
    rules = (*UNREAD, *feed.rules, *time_rules(feed))
    return {rule.code: rule.identity for rule in rules if rule.severity is Severity.REFUSE}


def validate(feed: Feed, rows: pl.DataFrame) -> pl.DataFrame:
    """The same rows with `codes` and `flags` (lists of rule codes in order of declaration, each once).

    An unread row carries only that code: there is nothing else to judge.
    """
    judged = (*feed.rules, *time_rules(feed))
    refusals = [rule for rule in judged if rule.severity is Severity.REFUSE]
    flags = [rule for rule in judged if rule.severity is Severity.FLAG]
    return rows.with_columns(_mask(rows, refusals).alias("refused"), _mask(rows, flags).alias("flagged")).pipe(
        _named, refusals, flags
    )


def _mask(rows: pl.DataFrame, rules: Sequence[Rule]) -> pl.Series:
    """One bit per broken rule: far cheaper than a list per row, since few combinations occur."""
    decoded = pl.col("decode_error").is_null()
    kept = rows.select((rule.broken & decoded).fill_null(False).alias(str(place)) for place, rule in enumerate(rules))
    # Most rules nobody breaks.
    broken = [column for column in kept.iter_columns() if column.any()]
    mask = pl.zeros(rows.height, dtype=pl.Int64, eager=True)
    for column in broken:
        mask += column.cast(pl.Int64) * (1 << int(column.name))
    return mask


def _named(rows: pl.DataFrame, refusals: Sequence[Rule], flags: Sequence[Rule]) -> pl.DataFrame:
    codes = _names(rows["refused"], refusals).alias("codes")
    unread = (pl.when(rule.broken).then(pl.lit([rule.code])) for rule in UNREAD)
    named = rows.drop("refused", "flagged").with_columns(codes, _names(rows["flagged"], flags).alias("flags"))
    return named.with_columns(pl.coalesce(*unread, "codes").alias("codes"))


def _names(masks: pl.Series, rules: Sequence[Rule]) -> pl.Series:
    """The codes that each mask stands for; made once for each of the few that occur."""
    present = masks.unique().sort()
    lists = pl.Series([_codes(mask, rules) for mask in present.to_list()], dtype=pl.List(pl.String))
    return lists.gather(present.search_sorted(masks))


def _codes(mask: int, rules: Sequence[Rule]) -> list[str]:
    return list(dict.fromkeys(rule.code for place, rule in enumerate(rules) if mask >> place & 1))
