"""Money: amounts in the reporting currency, by the rate of the event's UTC date; whole micros, each row by itself.

Not here: sums that leave out what could not be converted (`currency`).
"""

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.contract import Frame

DAY_US = 86_400_000_000
WHOLE = 1_000_000_000
"""Rates come in billionths, as `reference.exchange_rates` keeps them."""
MICROS = 1_000_000
_PART = 1_000

_PAIR = ("money_day_us", "currency")


def in_reporting_currency(rows: Frame, exchange_rates: Frame, amount: str) -> Frame:
    """The rows with `amount` and `currency` in the reporting currency.

    exchange_rates: currency, reporting_currency, rate (Int64 billionths), validity in Int64 us; what holds at the start
    of the UTC day of `event_at` counts. Without any rates all stays as it is. With them, an amount that has none keeps
    its value and loses its currency: sums leave it out, and count it.
    """
    dated = rows.with_columns(money_day_us=nw.col("event_at") // DAY_US * DAY_US)
    known = _rates_of(dated.select(*_PAIR).unique(), exchange_rates)
    joined = dated.join(known, on=list(_PAIR), how="left")
    value = nw.when(nw.col("money_rate").is_null()).then(nw.col(amount)).otherwise(_converted(amount))
    changed = joined.with_columns(value.alias(amount), nw.col("money_currency_to").alias("currency"))
    return changed.drop("money_day_us", "money_rate", "money_currency_to")


def _rates_of(pairs: Frame, exchange_rates: Frame) -> Frame:
    """The pairs with money_rate (null: leave the amount) and money_currency_to."""
    valid = _valid(pairs, exchange_rates).select(*_PAIR, nw.col("rate").alias("money_rate"))
    one = nw.lit(1, nw.Int64)
    target = exchange_rates.select(nw.col("reporting_currency").alias("money_target")).unique()
    # One row at most, and none without rates: joined by a constant, so that the pairs stay.
    told = (
        pairs.with_columns(money_one=one)
        .join(target.with_columns(money_one=one), on="money_one", how="left")
        .join(valid, on=list(_PAIR), how="left")
    )
    same = nw.col("money_target").is_null() | (nw.col("currency") == nw.col("money_target"))
    to = (
        nw.when(same)
        .then(nw.col("currency"))
        .when(~nw.col("money_rate").is_null())
        .then(nw.col("money_target"))
    )
    rate = nw.when(~same).then(nw.col("money_rate"))
    return told.select(*_PAIR, rate.alias("money_rate"), to.alias("money_currency_to"))


def _valid(pairs: Frame, exchange_rates: Frame) -> Frame:
    rates = exchange_rates.select("currency", "rate", "valid_from", "valid_to")
    both = pairs.join(rates, on="currency", how="inner")
    begun = nw.col("valid_from").is_null() | (nw.col("valid_from") <= nw.col("money_day_us"))
    return both.filter(begun & (nw.col("valid_to").is_null() | (nw.col("money_day_us") < nw.col("valid_to"))))


def _converted(amount: str) -> nw.Expr:
    """amount * rate / WHOLE, rounded half away from zero; cut so that no product leaves Int64."""
    size, rate = nw.col(amount).abs(), nw.col("money_rate")
    units, rest, part = size // MICROS, size % MICROS, rate % WHOLE
    thousandths = units * part
    fine = (thousandths % _PART) * MICROS + rest * part + WHOLE // 2
    converted = size * (rate // WHOLE) + thousandths // _PART + fine // WHOLE
    return nw.when(nw.col(amount) < 0).then(converted * -1).otherwise(converted)
