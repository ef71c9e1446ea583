"""Network values: IP addresses and websites."""

from dataclasses import dataclass

import polars as pl

from schemas.rules import Rule, Severity, text_of
from schemas.types.mostly import mostly, stripped

IPV4 = r"^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)$"
IPV6 = r"^(?i)(?:[0-9a-f]{0,4}:){2,7}(?:[0-9a-f]{0,4}|(?:\d{1,3}\.){3}\d{1,3})$"
"""The shape of RFC 4291 text; enough to tell an address from something else."""

HOST_OR_URL = r"(?i)^(?:[a-z][a-z0-9+.\-]*://)?(?:[a-z0-9_](?:[a-z0-9_\-]{0,61}[a-z0-9_])?\.)+[a-z0-9\-]{2,63}\.?(?::\d{1,5})?(?:[/?#].*)?$"
"""A host name of at least two labels (RFC 1123, underscores tolerated), alone or inside a URL."""


def _ipv4(text: pl.Expr) -> pl.Expr:
    return pl.when(text.str.contains(IPV4)).then(text)


def _address(text: pl.Expr) -> pl.Expr:
    address = text.str.strip_chars().str.to_lowercase()
    return pl.when(address.str.contains(IPV4) | address.str.contains(IPV6)).then(address)


ADDRESS = mostly(_ipv4, _address, pl.String())


@dataclass(frozen=True)
class IpAddress:
    """An IPv4 or IPv6 address; anything else is flagged and becomes null."""

    dtype = pl.String()
    meaning = "IP address"

    def parse(self, text: pl.Expr) -> pl.Expr:
        """The address in lower case."""
        return ADDRESS(text)

    def rules(self, column: str) -> tuple[Rule, ...]:
        """The text may be no address."""
        return (
            Rule(
                code="bad_ip",
                sentence=f"{column} is no IPv4 or IPv6 address.",
                severity=Severity.FLAG,
                broken=text_of(column).is_not_null() & pl.col(column).is_null(),
            ),
        )


@dataclass(frozen=True)
class Website:
    """Where the ad was shown: a host name, a URL, an app bundle or a network's own label, kept as sent."""

    dtype = pl.String()
    meaning = "website"

    def parse(self, text: pl.Expr) -> pl.Expr:
        """The website, stripped."""
        return stripped(text)

    def rules(self, column: str) -> tuple[Rule, ...]:
        """Networks send their own labels: a website that is no host name or URL is kept and flagged."""
        return (
            Rule(
                code="bad_website",
                sentence=f"{column} is no host name and no URL.",
                severity=Severity.FLAG,
                broken=~pl.col(column).str.contains(HOST_OR_URL),
            ),
        )
