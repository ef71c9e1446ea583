"""Address ranges: which IP addresses lie in a set of CIDR blocks; IPv4 by Polars, since there are many."""

import ipaddress
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

OCTETS = r"^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$"


@dataclass(frozen=True)
class AddressRanges:
    """Sorted blocks without overlap, as (first, last) numbers, both inclusive."""

    ipv4: tuple[tuple[int, int], ...]
    ipv6: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, blocks: Iterable[str]) -> "AddressRanges":
        """The blocks in CIDR notation; ValueError names one that is none."""
        networks = [ipaddress.ip_network(block) for block in blocks]
        fours = ipaddress.collapse_addresses(n for n in networks if isinstance(n, ipaddress.IPv4Network))
        sixes = ipaddress.collapse_addresses(n for n in networks if isinstance(n, ipaddress.IPv6Network))
        return cls(
            tuple((int(n.network_address), int(n.broadcast_address)) for n in fours),
            tuple((int(n.network_address), int(n.broadcast_address)) for n in sixes),
        )

    def contain(self, addresses: pl.Series) -> pl.Series:
        """For each address whether it lies in a block; False for what is no address."""
        four = self._contain_ipv4(addresses)
        six = [":" in text and self._contains_ipv6(text) for text in addresses.to_list()]
        return four | pl.Series(six, dtype=pl.Boolean)

    def _contain_ipv4(self, addresses: pl.Series) -> pl.Series:
        if not self.ipv4:
            return pl.repeat(False, len(addresses), eager=True)
        firsts = pl.Series([first for first, _ in self.ipv4], dtype=pl.Int64)
        lasts = pl.Series([last for _, last in self.ipv4], dtype=pl.Int64)
        numbers = _ipv4_numbers(addresses)
        # The block that begins last before the address; an address before every block compares with the first's end.
        block = firsts.search_sorted(numbers, side="right").cast(pl.Int64) - 1
        return ((block >= 0) & (numbers <= lasts.gather(block.clip(lower_bound=0)))).fill_null(False)

    def _contains_ipv6(self, text: str) -> bool:
        try:
            number = int(ipaddress.IPv6Address(text))
        except ValueError:
            return False
        place = bisect_right(self.ipv6, (number, 2**128)) - 1
        return place >= 0 and number <= self.ipv6[place][1]


def _ipv4_numbers(addresses: pl.Series) -> pl.Series:
    """Int64; null where the text is no IPv4 address."""
    octets = addresses.str.extract_groups(OCTETS).struct.unnest().cast(pl.Int64)
    return octets.select(
        sum((pl.nth(place) * 256 ** (3 - place) for place in range(4)), pl.lit(0))
    ).to_series()
