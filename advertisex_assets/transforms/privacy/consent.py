"""Consent: one answer per record from all signals that it carries."""

from collections.abc import Callable, Mapping

import polars as pl

from advertisex_assets.transforms.privacy.bits import UnreadableSignal
from advertisex_assets.transforms.privacy.gpp import allows_user_level, carries_tc_string
from advertisex_assets.transforms.privacy.tcf import allows_measurement
from advertisex_assets.transforms.privacy.us_privacy import allows_sale
from schemas.columns import ConsentSignal
from schemas.feed import Feed

CONSENTED = "consent:given"
"""The column that says whether user-level data of a row may be kept."""

Signals = Mapping[ConsentSignal, str | bool | None]

READERS: Mapping[ConsentSignal, Callable[[str], bool]] = {
    ConsentSignal.TCF: allows_measurement,
    ConsentSignal.US_PRIVACY: allows_sale,
    ConsentSignal.GPP: allows_user_level,
}


def with_consent(feed: Feed, rows: pl.DataFrame) -> pl.DataFrame:
    """The same rows, in the same order, with CONSENTED (Boolean, never null)."""
    columns = {column.consent: column.name for column in feed.columns if column.consent is not None}
    if not columns:
        return rows.with_columns(pl.lit(feed.consent_default).alias(CONSENTED))
    distinct = rows.select(columns.values()).unique()
    answers = [
        consented({signal: row[name] for signal, name in columns.items()}, feed.consent_default)
        for row in distinct.iter_rows(named=True)
    ]
    judged = distinct.with_columns(pl.Series(CONSENTED, answers, dtype=pl.Boolean))
    return rows.join(judged, on=list(columns.values()), how="left", nulls_equal=True, maintain_order="left")


def consented(signals: Signals, default: bool) -> bool:
    """Whether user-level data may be kept: every law that applies must allow it, and one objection is enough.

    The GDPR applies where the record says so, or sends a TC string without saying that it does not; then a TC string
    must grant. A string that cannot be read grants nothing. A record that says nothing has the feed's default.
    """
    sent = {signal: text for signal in READERS if isinstance(text := signals.get(signal), str)}
    if signals.get(ConsentSignal.GDPR_APPLIES) is False:
        sent.pop(ConsentSignal.TCF, None)
    if signals.get(ConsentSignal.GDPR_APPLIES) and not _has_tc_string(sent):
        return False
    return all(_read(READERS[signal], text) for signal, text in sent.items()) if sent else default


def _has_tc_string(sent: Mapping[ConsentSignal, str]) -> bool:
    return ConsentSignal.TCF in sent or _read(carries_tc_string, sent.get(ConsentSignal.GPP, ""))


def _read(reader: Callable[[str], bool], text: str) -> bool:
    """What cannot be read grants nothing."""
    try:
        return reader(text.strip())
    except UnreadableSignal:
        return False
