"""Consent: one answer per record from all signals that it carries."""

from collections.abc import Callable, Mapping

import polars as pl

from advertisex_assets.transforms.privacy.bits import UnreadableSignal
from advertisex_assets.transforms.privacy.gpp import EU_TCF, allows_user_level, applicable, carries_tc_string
from advertisex_assets.transforms.privacy.tcf import allows_measurement
from advertisex_assets.transforms.privacy.us_privacy import allows_sale
from schemas.columns import ConsentSignal
from schemas.feed import Feed

CONSENTED = "consent:given"
"""The column that says whether user-level data of a row may be kept."""

Signals = Mapping[ConsentSignal, str | bool | None]


def with_consent(feed: Feed, rows: pl.DataFrame) -> pl.DataFrame:
    """The same rows, in the same order, with CONSENTED (Boolean, never null)."""
    columns = {column.consent: column.name for column in feed.columns if column.consent is not None}
    sent = [name for name in columns.values() if rows[name].null_count() < rows.height]
    if not sent:
        return rows.with_columns(pl.lit(feed.consent_default).alias(CONSENTED))
    distinct = rows.select(sent).unique()
    answers = [
        consented(
            {signal: row.get(name) for signal, name in columns.items()}, feed.consent_default, feed.tcf_vendor_id
        )
        for row in distinct.iter_rows(named=True)
    ]
    judged = distinct.with_columns(pl.Series(CONSENTED, answers, dtype=pl.Boolean))
    return rows.join(judged, on=sent, how="left", nulls_equal=True, maintain_order="left")


def consented(signals: Signals, default: bool, vendor: int | None = None) -> bool:
    """Whether user-level data may be kept: every law that applies must allow it, and one objection is enough.

    The GDPR applies where the record says so (also by listing GPP's EU section), or sends a TC string without saying
    that it does not; then a TC string must grant, and grant it to the vendor, if one is given. A string that cannot be
    read grants nothing. A record that says nothing has the feed's default.
    """
    gdpr, tc = signals.get(ConsentSignal.GDPR_APPLIES), signals.get(ConsentSignal.TCF)
    usp, gpp = signals.get(ConsentSignal.US_PRIVACY), signals.get(ConsentSignal.GPP)
    sections = applicable(_text(signals.get(ConsentSignal.GPP_SID)))
    under_gdpr = bool(gdpr) or (gdpr is None and sections is not None and EU_TCF in sections)
    answers = [
        _read(lambda text: allows_measurement(text, vendor), tc) if gdpr is not False else None,
        _read(allows_sale, usp),
        _read(lambda text: allows_user_level(text, sections, vendor), gpp),
    ]
    if under_gdpr:
        answers.append(_text(tc) is not None or bool(_read(lambda text: carries_tc_string(text, sections), gpp)))
    given = [answer for answer in answers if answer is not None]
    return all(given) if given else default


def _text(signal: str | bool | None) -> str | None:
    return signal if isinstance(signal, str) else None


def _read(reader: Callable[[str], bool], signal: str | bool | None) -> bool | None:
    """The reader's answer; None where there is nothing to read. What cannot be read grants nothing."""
    text = _text(signal)
    if text is None:
        return None
    try:
        return reader(text.strip())
    except UnreadableSignal:
        return False
