"""Records: the bytes of one record to a text per column. Unreadable is what a strict reader cannot read."""

import csv
import json
import re
from decimal import Decimal
from typing import Any

from advertisex_assets.explain.recount.facts import FeedFacts

Row = dict[str, Any]


class Unreadable(Exception):
    """The bytes are not what their format promises."""


def texts_of(feed: FeedFacts, row: Row) -> dict[str, str | None]:
    """The text of each column: of its sources the first that is filled."""
    if row["kind"] != "record":
        raise Unreadable(row["kind"])
    cells = _of_csv(feed, row) if row["codec"] == "csv" else _of_json(row["payload"])
    return {column.name: _first_filled(cells, column.sources) for column in feed.columns}


def _first_filled(cells: Any, sources: tuple[str, ...]) -> str | None:
    texts = (cells(source) for source in sources)
    return next((text for text in texts if text is not None and text.strip()), None)


def _of_csv(feed: FeedFacts, row: Row) -> Any:
    text = _utf8(row["payload"])
    names = [name.strip() for name in _cells(row["header"])] if row["header"] else list(feed.positional)
    fewest = len(names) if row["header"] else feed.fewest_cells
    cells = _cells(text)
    if not fewest <= len(cells) <= len(names):
        raise Unreadable(f"{len(cells)} cells")
    # Of a repeated name the first counts.
    found = dict(reversed(list(zip(names, cells, strict=False))))
    return found.get


def _cells(line: str) -> list[str]:
    if '"' not in line:
        return line.split(",")
    try:
        return next(csv.reader([line], strict=True))
    except csv.Error as error:
        raise Unreadable(str(error)) from error


def _of_json(payload: bytes) -> Any:
    try:
        document = json.loads(
            _utf8(payload.removeprefix(b"\xef\xbb\xbf")), parse_float=Decimal, parse_constant=_refuse
        )
        json.dumps(document, ensure_ascii=False, default=str).encode()
    except (ValueError, RecursionError) as error:
        raise Unreadable(str(error)) from error
    if not isinstance(document, dict):
        raise Unreadable("no object")
    return lambda path: _text(_at(document, path))


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def _at(document: Any, path: str) -> Any:
    """`a.b[0].c`; null where the path leads nowhere."""
    value = document
    for name, index in re.findall(r"([^.\[\]]+)|\[(\d+)\]", path):
        if index:
            value = value[int(index)] if isinstance(value, list) and int(index) < len(value) else None
        else:
            value = value.get(name) if isinstance(value, dict) else None
    return value


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        written = format(value, "f")
        shown = written.rstrip("0").rstrip(".") if "." in written else written
        return "0" if shown == "-0" else shown
    return str(value) if isinstance(value, int) else json.dumps(value, default=str)


def _utf8(payload: bytes | None) -> str:
    try:
        return (payload or b"").decode()
    except UnicodeDecodeError as error:
        raise Unreadable("not UTF-8") from error
