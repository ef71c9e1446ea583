"""Models that give the whole conversion to one touch: last_click, last_touch, first_touch.

Definitions follow the usual public ones (Google Analytics "last click" and "first click", Adobe Analytics "last
touch" and "first touch"). Not here: models that share (`shared`, `time_decay`).
"""

import narwhals.stable.v2 as nw


def _one_where(chosen: nw.Expr) -> nw.Expr:
    return chosen.cast(nw.Int64)


def last_click() -> nw.Expr:
    """The latest competing touch: a click, or a view from which `CLICKS_ONLY` withholds the credit."""
    return _one_where(nw.col("competes") & (nw.col("position") == nw.col("path_length")))


def last_touch() -> nw.Expr:
    """The latest touch of either type: the one model in which a click does not beat a later view."""
    return _one_where(nw.col("is_latest"))


def first_touch() -> nw.Expr:
    """The earliest competing touch (of those inside the cap)."""
    return _one_where(nw.col("competes") & (nw.col("position") == 1))
