"""Decoded documents (dicts) to columns: the last step of every codec that reads record by record."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from schemas.codecs.base import DECODE_ERROR, RESCUED
from schemas.codecs.paths import roots_of, steps_of, values_at
from schemas.codecs.text import json_text, text_series

Document = dict[str, Any]

NO_DOCUMENT: Document = {}
"""Stands for a record that could not be read: it leads every path to null."""


def frame_of(
    documents: Sequence[Document], errors: Sequence[str | None], paths: Sequence[str]
) -> pl.DataFrame:
    """One String column per path, `rescued` and `decode_error`, one row per document."""
    seen: dict[Any, Sequence[Any]] = {}
    columns = [text_series(path, values_at(documents, steps_of(path), seen)) for path in dict.fromkeys(paths)]
    roots = roots_of(paths)
    rescued = [None if roots.issuperset(document) else rescued_of(document, roots) for document in documents]
    return pl.DataFrame(
        [
            *columns,
            pl.Series(RESCUED, rescued, dtype=pl.String),
            pl.Series(DECODE_ERROR, errors, dtype=pl.String),
        ]
    )


def rescued_of(document: Document, roots: frozenset[str]) -> str | None:
    """The filled top-level fields that no path covers, as JSON text; null when there are none."""
    unknown = {name: value for name, value in document.items() if name not in roots and value is not None}
    return json_text(unknown) if unknown else None


def refused(errors: Sequence[str | None], paths: Sequence[str]) -> pl.DataFrame:
    """The rows of records that could not be read at all."""
    return frame_of([NO_DOCUMENT] * len(errors), errors, paths)
