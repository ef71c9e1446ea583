"""Isolate: work over many rows at once does not fail for one of them: the poison row is found by halving.

What raises here is a bug of ours, or of a library, that some payload brings to light: its neighbours must not wait for
the repair. Not here: bytes that a codec cannot read, which raise nothing (`decode`); systems that are away, which are
no row's fault and are raised.
"""

import traceback
from collections.abc import Callable
from pathlib import PurePath

import polars as pl

from schemas.errors import AdvertiseXError
from schemas.tables.bronze import BROKEN

OUR_CODE_FAILED = "Our code failed:"
"""How the reason begins of which nothing in a record is the cause."""

PLACE_IN_REASON = rf"^{OUR_CODE_FAILED} ([^:]+:\S+):"
"""Error and line of code, as a regular expression: what tells one bug from another."""

IN_A_ROW = 1_000
"""So many poison rows, one after another, are no poison: our code is broken altogether, and that is raised."""

FEW = 10
"""Neither are all rows, if there are so many; a slice that held nothing else would wait for its next good message."""

SHOWN = 300
"""Characters of an error's own words: some quote the whole payload."""

Work = Callable[[pl.DataFrame], pl.DataFrame]


def isolated(rows: pl.DataFrame, work: Work, alone: Callable[[pl.DataFrame, str], pl.DataFrame]) -> pl.DataFrame:
    """What `work` gives for the rows, in order; for a row that it raises on, what `alone` gives for row and reason.

    `work` must give for rows together what it gives for them one by one. Raises what is no row's fault, and what
    IN_A_ROW rows raise, or all of at least a FEW.
    """
    too_many = min(IN_A_ROW, max(FEW, rows.height))
    done: list[pl.DataFrame] = []
    waiting, failed = [rows], 0
    while waiting:
        part = waiting.pop()
        try:
            done.append(work(part))
            failed = 0
        except BaseException as error:
            failed += part.height == 1
            if not is_poison(error) or failed == too_many or part.is_empty():
                raise
            if part.height == 1:
                done.append(alone(part, reason_of(error)))
            else:
                middle = part.height // 2
                waiting += [part[middle:], part[:middle]]
    return pl.concat(done)


def isolated_as_broken(rows: pl.DataFrame, work: Work) -> pl.DataFrame:
    """The same for bronze rows: a poison one is worked on as if it were `broken`, and says why in `decode_error`."""

    def alone(row: pl.DataFrame, reason: str) -> pl.DataFrame:
        found = work(row.with_columns(pl.lit(BROKEN).alias("kind"), pl.lit(reason).alias("header")))
        return found.with_columns(row[name] for name in ("kind", "header") if name in found.columns)

    return isolated(rows, work, alone)


def is_poison(error: BaseException) -> bool:
    """Whether a payload may be the cause: not what a user can act on, what the system refused, or an interruption."""
    # Panics of Rust libraries are no Exception.
    is_panic = type(error).__module__ == "pyo3_runtime"
    return is_panic or (isinstance(error, Exception) and not isinstance(error, AdvertiseXError | OSError))


def reason_of(error: BaseException) -> str:
    """`Our code failed: ValueError at json_peek.py:88: ...`, for people and for the rule that refuses such rows."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    return f"{OUR_CODE_FAILED} {type(error).__name__} at {place}: {str(error)[:SHOWN]}"
