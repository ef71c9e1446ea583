"""Websites: the registrable domain of a host name or URL, by the public suffix list bundled with tldextract."""

from functools import cache

import polars as pl
import tldextract

from advertisex_assets.transforms.distinct import map_distinct


def with_website_domain(rows: pl.DataFrame) -> pl.DataFrame:
    """The same rows with `website_domain`; null where the website is no name below a public suffix."""
    return rows.with_columns(map_distinct(rows["website"], registrable_domain).alias("website_domain"))


def registrable_domain(website: str) -> str | None:
    """`www.news.co.uk/sport` -> `news.co.uk`; None for addresses, labels, app bundles and unlisted suffixes."""
    return _extract()(website).top_domain_under_public_suffix.lower() or None


@cache
def _extract() -> tldextract.TLDExtract:
    """The bundled list only: the network and a cache would make results differ between machines."""
    return tldextract.TLDExtract(cache_dir=None, suffix_list_urls=(), fallback_to_snapshot=True)
