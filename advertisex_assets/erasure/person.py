"""Person: the ids under which the lake knows somebody, and whether a text or some bytes mention one of them; pure."""

import hmac
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_

import polars as pl

from advertisex_assets.transforms.pseudonymise import PSEUDONYM_HEX_DIGITS, pseudonym

WORD = rb"[0-9A-Za-z_-]"
"""What an id may be a part of: `u1` is not mentioned by `u12` or `u1-b`."""

ASCII_ESCAPES = tuple(f"\\u00{digit}".encode() for digit in range(2, 8))
"""JSON may write plain letters as escapes: such records are decoded before they are judged."""


@dataclass(frozen=True)
class Person:
    """One id as senders write it, its pseudonym in silver, and the name of its receipts, which stands nowhere else."""

    user_id: str
    pseudonym: str
    subject: str


def person(user_id: str, key: bytes) -> Person:
    """The person of that id under the lake's key."""
    name = hmac.digest(key, b"erasure:" + user_id.encode(), "sha256").hex()
    return Person(user_id, pseudonym(key, user_id), name[:PSEUDONYM_HEX_DIGITS])


@dataclass(frozen=True)
class Mentions:
    """Finds some ids in texts and bytes."""

    ids: tuple[str, ...]

    @cached_property
    def _needles(self) -> list[bytes]:
        """Each id as it is, and as JSON may write it."""
        forms = ((one.encode(), json.dumps(one)[1:-1].encode()) for one in self.ids)
        return list(dict.fromkeys(form for both in forms for form in both))

    @cached_property
    def _pattern(self) -> re.Pattern[bytes]:
        any_of = b"|".join(re.escape(needle) for needle in self._needles)
        return re.compile(b"(?<!" + WORD + b")(?:" + any_of + b")(?!" + WORD + b")")

    def possible(self, column: str, escapes: bool = False) -> pl.Expr:
        """Whether bytes contain an id, whatever stands around it; with `escapes` also where escapes could hide one."""
        wanted = [*self._needles, *(ASCII_ESCAPES if escapes else ())]
        return reduce(or_, (pl.col(column).bin.contains(needle) for needle in wanted)).fill_null(False)

    def possible_text(self, column: str) -> pl.Expr:
        """The same for texts."""
        return reduce(or_, (pl.col(column).str.contains(one, literal=True) for one in self.ids)).fill_null(False)

    def contained(self, data: bytes | None) -> bool:
        """Whether bytes contain an id, whatever stands around it."""
        return data is not None and any(needle in data for needle in self._needles)

    def mentioned(self, data: bytes | str | None) -> bool:
        """Whether an id is mentioned: as a whole, not as a part of another."""
        raw = data.encode() if isinstance(data, str) else data
        return raw is not None and self._pattern.search(raw) is not None

    def mentioned_in_stream(self, pieces: Iterable[bytes]) -> bool:
        """The same for bytes that come in pieces; an id that is cut at a piece's end counts."""
        tail, longest = b"", max(map(len, self._needles)) + 1
        for piece in pieces:
            joined = tail + piece
            if self.mentioned(joined):
                return True
            tail = joined[-longest:]
        return False


def mentions(persons: Sequence[Person]) -> Mentions:
    """Finds the plain ids of those persons."""
    return Mentions(tuple(one.user_id for one in persons))
