"""Bits: the IAB's consent strings as a stream of bits, six to a character (RFC 4648 section 5 alphabet)."""

BITS_PER_CHARACTER = 6
ALPHABET = {
    character: value
    for value, character in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
}


class UnreadableSignal(ValueError):
    """A consent string that is not what its specification says."""


class Bits:
    """A string's bits, numbered from 0; reading beyond the end raises UnreadableSignal, as other characters do."""

    def __init__(self, text: str) -> None:
        try:
            self._bits = "".join(f"{ALPHABET[character]:06b}" for character in text.rstrip("="))
        except KeyError as error:
            raise UnreadableSignal(f"{error} is no character of a consent string") from None

    def number(self, start: int, length: int) -> int:
        """The unsigned integer in those bits."""
        if start + length > len(self._bits):
            raise UnreadableSignal(f"the string ends before bit {start + length}")
        return int(self._bits[start : start + length], 2)

    def is_set(self, place: int) -> bool:
        """Whether that bit is 1."""
        return self.number(place, 1) == 1

    def fibonacci(self, start: int) -> tuple[int, int]:
        """A Fibonacci-coded integer (it ends with two ones), and the place of the bit after it."""
        end = self._bits.find("11", start)
        if end < 0:
            raise UnreadableSignal("a Fibonacci number does not end")
        smaller, larger, value = 1, 2, 0
        for bit in self._bits[start : end + 1]:
            value += smaller if bit == "1" else 0
            smaller, larger = larger, smaller + larger
        return value, end + 2
