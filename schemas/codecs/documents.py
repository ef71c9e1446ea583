"""Decoded documents (dicts) to columns: the last step of every codec that reads record by record."""

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl

from schemas.codecs.base import DECODE_ERROR, RESCUED
from schemas.codecs.paths import follow, roots_of, steps_of, values_at
from schemas.codecs.text import json_text, text_of, text_series

Document = dict[str, Any]

Exact = Callable[[int], Document]
"""The document of a row, with every digit of its numbers."""

MAYBE_ROUNDED = r"[0-9.]{18}|[:,\[]-?[0-9.]+e[+-]?[0-9]+[,}\]]"
"""Seventeen digits, or an exponent inside JSON: what a number looks like that a 64-bit float has rounded."""

ALL_DIGITS = 18
"""Characters of the shortest number outside of JSON that may have been rounded."""

ROUNDED = frozenset({float, list, dict})
"""The types of values that are, or may hold, rounded numbers."""

NO_DOCUMENT: Document = {}
"""Stands for a record that could not be read: it leads every path to null."""


def frame_of(
    documents: Sequence[Document],
    errors: Sequence[str | None],
    paths: Sequence[str],
    exact: Exact | None = None,
) -> pl.DataFrame:
    """One String column per path, `rescued` and `decode_error`, one row per document.

    Where `documents` hold numbers rounded to 64 bits, `exact` gives the document of a row with all its digits; it is
    asked only where a text shows that digits may be missing.
    """
    seen: dict[Any, Sequence[Any]] = {}
    present: set[str] = set().union(*documents)
    columns = [
        _column(documents, path, seen, exact) if steps_of(path)[0] in present else _nothing(path, len(documents))
        for path in dict.fromkeys(paths)
    ]
    roots = roots_of(paths)
    found = [None if roots.issuperset(document) else rescued_of(document, roots) for document in documents]
    rescued = pl.Series(RESCUED, found, dtype=pl.String)
    if exact and rescued.null_count() < len(rescued):
        rescued = _with_all_digits(rescued, lambda row: rescued_of(exact(row), roots))
    return pl.DataFrame([*columns, rescued, pl.Series(DECODE_ERROR, errors, dtype=pl.String)])


def _nothing(path: str, height: int) -> pl.Series:
    """What a path finds whose first field no document has: each sender knows a few of the names that a feed reads."""
    # Not `pl.repeat`, which plans a query: of the dozens of names that a feed reads, most are in no document.
    return pl.Series(path, [None], dtype=pl.String).new_from_index(0, height)


def _column(
    documents: Sequence[Document], path: str, seen: dict[Any, Sequence[Any]], exact: Exact | None
) -> pl.Series:
    steps = steps_of(path)
    values = values_at(documents, steps, seen)
    text = text_series(path, values)
    rounded = ROUNDED.intersection(map(type, values))
    if exact is None or not rounded or (rounded == {float} and (text.str.len_bytes() < ALL_DIGITS).all()):
        return text
    return _with_all_digits(text, lambda row: text_of(follow(exact(row), steps)))


def _with_all_digits(texts: pl.Series, again: Callable[[int], str | None]) -> pl.Series:
    rows = texts.str.contains(MAYBE_ROUNDED).fill_null(False).arg_true()
    return texts.scatter(rows, [again(row) for row in rows]) if len(rows) else texts


def rescued_of(document: Document, roots: frozenset[str]) -> str | None:
    """The filled top-level fields that no path covers, as JSON text; null when there are none."""
    unknown = {name: value for name, value in document.items() if name not in roots and value is not None}
    return json_text(unknown) if unknown else None


def refused(errors: Sequence[str | None], paths: Sequence[str]) -> pl.DataFrame:
    """The rows of records that could not be read at all."""
    return frame_of([NO_DOCUMENT] * len(errors), errors, paths)
