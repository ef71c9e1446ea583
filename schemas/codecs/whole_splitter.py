"""The splitter of formats whose file is one record: it only gathers the bytes."""

from schemas.codecs.base import BROKEN, BROKEN_LIMIT_BYTES, MAX_RECORD_BYTES, Record


class WholeSplitter:
    """Gathers a file into one record; `broken` when it is longer than a record may be."""

    def __init__(self) -> None:
        self._gathered = bytearray()

    def feed(self, chunk: bytes) -> list[Record]:
        """No record yet."""
        self._gathered += chunk[: MAX_RECORD_BYTES + 1 - len(self._gathered)]
        return []

    def finish(self) -> list[Record]:
        """The record."""
        if len(self._gathered) > MAX_RECORD_BYTES:
            return [Record(bytes(self._gathered[:BROKEN_LIMIT_BYTES]), kind=BROKEN)]
        return [Record(bytes(self._gathered))]
