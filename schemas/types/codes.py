"""Codes from closed lists: ISO 3166 countries, ISO 4217 currencies, and a feed's own categories."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

import polars as pl
import pycountry

from schemas.rules import Rule, Severity, text_of
from schemas.types.mostly import Reading, mostly


@cache
def country_codes() -> dict[str, str]:
    """ISO 3166-1 alpha-2 and alpha-3 (what OpenRTB sends) to alpha-2."""
    pairs = [(c.alpha_2, c.alpha_2) for c in pycountry.countries] + [
        (c.alpha_3, c.alpha_2) for c in pycountry.countries
    ]
    return dict(pairs)


@cache
def currency_codes() -> tuple[str, ...]:
    """ISO 4217 alphabetic codes in use."""
    return tuple(sorted(c.alpha_3 for c in pycountry.currencies))


def _by_word(meanings: Mapping[str, str], in_one_case: Reading) -> Reading:
    """What words mean, which are listed in one case: most senders write them as they are listed."""

    def listed(text: pl.Expr) -> pl.Expr:
        words = list(meanings)
        return text.replace_strict(words, list(meanings.values()), default=None, return_dtype=pl.String)

    return mostly(listed, lambda text: listed(in_one_case(text.str.strip_chars())), pl.String())


@dataclass(frozen=True)
class Country:
    """A country as ISO 3166 alpha-2 or alpha-3, kept as alpha-2; others are flagged and become null."""

    dtype = pl.String()
    meaning = "ISO 3166-1 alpha-2 country"

    def parse(self, text: pl.Expr) -> pl.Expr:
        """The alpha-2 code."""
        return _by_word(country_codes(), lambda word: word.str.to_uppercase())(text)

    def rules(self, column: str) -> tuple[Rule, ...]:
        """The code may be in no list."""
        return (
            Rule(
                code="bad_country",
                sentence=f"{column} is no ISO 3166 country code.",
                severity=Severity.FLAG,
                broken=text_of(column).is_not_null() & pl.col(column).is_null(),
            ),
        )


@dataclass(frozen=True)
class Currency:
    """A currency as ISO 4217 code; `default` stands where the record names none."""

    default: str

    dtype = pl.String()
    meaning = "ISO 4217 currency"

    def parse(self, text: pl.Expr) -> pl.Expr:
        """The code in upper case; the default where none was sent, null where it is unknown."""
        codes = {code: code for code in currency_codes()}
        known = _by_word(codes, lambda word: word.str.to_uppercase())(text)
        return pl.when(text.is_null()).then(pl.lit(self.default)).otherwise(known)

    def rules(self, column: str) -> tuple[Rule, ...]:
        """Money in an unknown currency cannot be counted."""
        return (
            Rule(
                code="bad_currency",
                sentence=f"{column} is no ISO 4217 currency code.",
                severity=Severity.REFUSE,
                broken=text_of(column).is_not_null() & pl.col(column).is_null(),
            ),
        )


@dataclass(frozen=True)
class Category:
    """A word mapped to a category by a declared table, compared in lower case; unmapped words are refused."""

    mapping: Mapping[str, str] = field(hash=False)
    code: str = "unknown_type"

    dtype = pl.String()
    meaning = "category"

    def parse(self, text: pl.Expr) -> pl.Expr:
        """The category."""
        words = {word: meaning for word, meaning in self.mapping.items() if word == word.lower()}
        return _by_word(words, lambda word: word.str.to_lowercase())(text)

    def rules(self, column: str) -> tuple[Rule, ...]:
        """A word may be in no table; extending the table brings its rows back."""
        return (
            Rule(
                code=self.code,
                sentence=f"{column} is none of {', '.join(self.mapping)}.",
                severity=Severity.REFUSE,
                broken=text_of(column).is_not_null() & pl.col(column).is_null(),
            ),
        )
