"""Cuts JSON streams into values: lines, arrays and concatenated objects, also mixed, without decoding them for use.

How damage is bounded: a line that is no sequence of whole objects is one bad record; an array element that is not
JSON but whose brackets balance is one bad record; an array that cannot be followed gives its good elements and one
`broken` record with its rest. Bad records are handed on, and refused by the decoder.
"""

from schemas.codecs.base import BROKEN, BROKEN_LIMIT_BYTES, MAX_RECORD_BYTES, Record
from schemas.codecs.json_scan import (
    Incomplete,
    Invalid,
    before_foreign_line,
    before_value,
    end_of_balanced,
    end_of_flat_object,
    end_of_value,
    is_one_object,
    skip_blanks,
    skip_separators,
    spans,
)

BOM = b"\xef\xbb\xbf"

LONG_LINE_BYTES = 1 << 20
"""A line longer than this is cut value by value, without waiting for its end."""


class JsonSplitter:
    """See the module. A position is the byte offset of a value's first byte."""

    def __init__(self) -> None:
        self._text = ""
        """What has arrived and is not cut yet from `_at` on, as Latin-1."""
        self._at = 0
        self._position = 0
        """The stream position of `_text`'s first character."""
        self._started = self._ended = self._broken = self._in_array = self._lines = False
        """`_lines`: a whole line was one value, so from now on a line is a record and a bad line costs only itself."""
        self._newline: int | None = None
        """Where the next line ends: -1 when not in what has arrived, null when not looked for yet."""
        self._wanted = 0
        """Scan again only when this much waits, so that the work for a very long value stays linear."""

    def feed(self, chunk: bytes) -> list[Record]:
        """The values that this chunk completed."""
        if self._broken:
            self._text += chunk[: max(BROKEN_LIMIT_BYTES - len(self._text), 0)].decode("latin-1")
            return []
        self._position += self._at
        self._text, self._at, self._newline = self._text[self._at :] + chunk.decode("latin-1"), 0, None
        if not self._started and (len(self._text) >= len(BOM) or self._ended):
            self._started = True
            self._at = len(BOM) if self._text.startswith(BOM.decode("latin-1")) else 0
        ready = self._started and (self._ended or len(self._text) >= self._wanted)
        return self._scan() if ready else []

    def finish(self) -> list[Record]:
        """The values that the end completed, then the broken rest if there is one."""
        self._ended = True
        records = self.feed(b"")
        if self._broken:
            rest = self._text[:BROKEN_LIMIT_BYTES].encode("latin-1")
            records.append(Record(rest, position=self._position, kind=BROKEN))
        return records

    def _scan(self) -> list[Record]:
        records: list[Record] = []
        try:
            while not self._broken and not self._at_end():
                records += self._elements() if self._in_array else self._values()
        except Incomplete:
            waiting = len(self._text) - self._at
            self._wanted = 2 * waiting if waiting > LONG_LINE_BYTES else 0
            if self._ended or waiting > MAX_RECORD_BYTES:
                self._break()
        return records

    def _at_end(self) -> bool:
        self._at = skip_blanks(self._text, self._at)
        return self._at == len(self._text)

    def _break(self) -> None:
        """From here on nothing can be followed."""
        self._broken = True
        self._position += self._at
        self._text, self._at = self._text[self._at :], 0

    def _cut(self, end: int) -> Record:
        start, self._at = self._at, end
        return Record(self._text[start:end].encode("latin-1"), position=self._position + start)

    def _elements(self) -> list[Record]:
        """The next elements of the open array, up to its end or a bad one."""
        records: list[Record] = []
        while (start := skip_separators(self._text, self._at)) < len(self._text):
            self._at = start
            if self._text[start] == "]":
                self._in_array = False
                self._at += 1
                break
            try:
                records.append(self._cut(self._end()))
            except Incomplete:
                if not records:
                    raise
                break
            except Invalid:
                return records or self._bad_element()
        self._at = max(self._at, start)
        return records

    def _end(self) -> int:
        """Where the value that starts here ends."""
        return end_of_flat_object(self._text, self._at) or end_of_value(self._text, self._at)

    def _bad_element(self) -> list[Record]:
        """An element that is no JSON, but whose brackets balance and that a comma or the array's end follows."""
        try:
            end = end_of_balanced(self._text, self._at)
        except Invalid:
            self._break()
            return []
        after = skip_blanks(self._text, end)
        if after == len(self._text):
            raise Incomplete
        if self._text[after] in ",]":
            return [self._cut(end)]
        self._break()
        return []

    def _values(self) -> list[Record]:
        """The values of the next line, or the value that starts there and spans several."""
        if self._text[self._at] == "[" and not self._lines and self._opens_array():
            self._in_array = True
            self._at += 1
            return []
        if self._lines and (records := self._plain_lines()):
            return records
        newline = self._next_newline()
        if newline >= 0 or self._ended:
            return self._line(len(self._text) if newline < 0 else newline)
        if self._text[self._at] == "{" and len(self._text) - self._at > LONG_LINE_BYTES:
            return self._several_lines(len(self._text))
        raise Incomplete

    def _next_newline(self) -> int:
        if self._newline is None or 0 <= self._newline < self._at:
            self._newline = self._text.find("\n", self._at)
        return self._newline

    def _plain_lines(self) -> list[Record]:
        """The lines from here on that are one object each, as most are, up to the first that is not."""
        records: list[Record] = []
        while (newline := self._text.find("\n", self._at)) >= 0:
            line = self._text[self._at : newline].encode("latin-1").rstrip(b"\r")
            if not is_one_object(line):
                break
            records.append(Record(line, None, self._position + self._at))
            self._at = newline + 1
        return records

    def _opens_array(self) -> bool:
        """Whether records follow the bracket; otherwise it is text that happens to start with one."""
        after = skip_blanks(self._text, self._at + 1)
        if after == len(self._text):
            raise Incomplete
        return self._text[after] in "{[]"

    def _line(self, line_end: int) -> list[Record]:
        """The objects of one line, or the line itself when it is no sequence of whole objects."""
        start, line = self._at, self._text[self._at : line_end].rstrip()
        try:
            found = spans(line)
            self._lines = True
        except Invalid:
            found = [(0, len(line))]
        except Incomplete:
            if not self._lines or line == "{":
                return self._several_lines(line_end)
            found = [(0, len(line))]
        self._at = line_end
        return [Record(line[a:b].encode("latin-1"), position=self._position + start + a) for a, b in found]

    def _several_lines(self, line_end: int) -> list[Record]:
        """A value that goes on after its first line. One that leads nowhere costs what stands before the next value
        at the left margin, or before a line from there on that cannot belong to it."""
        try:
            return [self._cut(self._end())]
        except Invalid as problem:
            ends = [before_value(self._text, line_end), before_foreign_line(self._text, line_end, problem.at)]
        except Incomplete:
            if not self._ended:
                raise
            ends = [before_value(self._text, line_end)]
        known = [end for end in ends if end is not None]
        if not known and not self._ended:
            raise Incomplete
        return [self._cut(min(known, default=len(self._text.rstrip())))]
