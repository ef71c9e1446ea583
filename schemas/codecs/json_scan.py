"""Finds where JSON values end. Text here is bytes read as Latin-1, so that characters and bytes count alike: JSON's
structure is ASCII, and what stands inside strings does not matter for cutting."""

import json
import re

import orjson

NEAR_END_CHARACTERS = 8
"""An error this near the end of what has arrived may be a literal, number or escape that is not complete yet
(the longest, `-Infinity`, fails with at most eight characters read)."""

_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*+"|[{}\[\]"]')
_BLANKS = re.compile(r"[ \t\r\n]*")
_SEPARATORS = re.compile(r"[ \t\r\n,]*")
_parse = json.JSONDecoder(parse_float=str, parse_int=str).raw_decode

_AT_MARGIN = re.compile(r"\n(?=[{\[])")
_FOREIGN = re.compile(r"[^\s\"{}\[\],:]")
"""How no line begins that goes on with an object: a key, a bracket and a separator do, and blanks tell nothing."""

_ADJACENT = re.compile(rb"\}\s*\{")


class Incomplete(Exception):
    """More text is needed to know where the value ends."""


class Invalid(Exception):
    """The text is no JSON value, whatever follows; `at` is where that shows, if it is known."""

    def __init__(self, at: int | None = None) -> None:
        self.at = at


def is_one_object(line: bytes) -> bool:
    """Whether bytes can only be one object, or one bad record: one line, braces around, and none that touch inside."""
    is_braced_line = line[:1] == b"{" and line[-1:] == b"}" and b"\n" not in line
    return is_braced_line and not _ADJACENT.search(line)


def end_of_value(text: str, start: int) -> int:
    """Where the JSON value that starts at `start` ends; raises Incomplete or Invalid."""
    try:
        _, end = _parse(text, start)
    except json.JSONDecodeError as error:
        open_string = error.msg.startswith("Unterminated string")
        if open_string or len(text) - error.pos <= NEAR_END_CHARACTERS:
            raise Incomplete from error
        raise Invalid(error.pos) from error
    except (RecursionError, StopIteration) as error:
        raise Invalid from error
    if end == len(text) and text[start] not in '{["':
        raise Incomplete  # a number or literal may go on
    return end


def end_of_flat_object(text: str, start: int) -> int:
    """Where the object without inner objects that starts at `start` ends; 0 when it is not one, or not whole.

    A shortcut for the usual record, several times as fast as `end_of_value`.
    """
    end = text.find("}", start) + 1
    if not end or text[start] != "{" or text.find("{", start + 1, end) >= 0:
        return 0
    try:
        orjson.loads(text[start:end].encode("latin-1"))
    except orjson.JSONDecodeError:
        return 0
    return end


def end_of_balanced(text: str, start: int) -> int:
    """Where the brackets opened at `start` are closed again, in text that need not be valid otherwise."""
    if text[start] not in "{[":
        raise Invalid
    depth = 0
    for token in _TOKEN.finditer(text, start):
        mark = token.group()
        if mark == '"':
            raise Invalid if "\n" in text[token.start() :] else Incomplete
        depth += (mark in "{[") - (mark in "}]")
        if depth == 0:
            return token.end()
    raise Incomplete


def spans(text: str) -> list[tuple[int, int]]:
    """The objects of a text that is nothing but objects, arrays of them, and blanks."""
    found: list[tuple[int, int]] = []
    at = skip_blanks(text, 0)
    while at < len(text):
        if text[at] not in "{[":
            raise Invalid
        end = end_of_flat_object(text, at) or end_of_value(text, at)
        if text[at] == "[":
            found += elements(text, at, end)
        else:
            found.append((at, end))
        at = skip_blanks(text, end)
    return found


def elements(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The elements of a valid array that spans [start, end)."""
    found: list[tuple[int, int]] = []
    at = skip_blanks(text, start + 1)
    while at < end - 1:
        stop = end_of_value(text, at)
        found.append((at, stop))
        at = skip_blanks(text, stop)
        if text[at] == ",":
            at = skip_blanks(text, at + 1)
    return found


def before_value(text: str, start: int) -> int | None:
    """Where the line ends behind which, from `start` on, the first value stands at the left margin."""
    margin = _AT_MARGIN.search(text, start)
    return margin.start() if margin else None


def before_foreign_line(text: str, start: int, at: int | None) -> int | None:
    """Where the line ends before the one of `at`, if that begins as no line of a value does."""
    newline = -1 if at is None else text.rfind("\n", start, at + 1)
    return newline if newline >= 0 and _FOREIGN.match(text, newline + 1) else None


def skip_blanks(text: str, at: int) -> int:
    """The first position from `at` that is not JSON white space."""
    found = _BLANKS.match(text, at)
    return found.end() if found else at


def skip_separators(text: str, at: int) -> int:
    """The first position from `at` that is neither white space nor a comma."""
    found = _SEPARATORS.match(text, at)
    return found.end() if found else at
