"""Refusals: refused records in clusters: the same reasons, from what looks like the same producer.

Not here: refusing (`validate`), reading the quarantine (`cli/quarantine`).
"""

import codecs
import hashlib
import re
from collections.abc import Iterable

import orjson
import polars as pl

LONGEST_PATTERN = 200
"""Characters: names of the first dozen fields tell producers apart."""
LOOKED_AT_BYTES = 2_000
"""Of a record; a large record's beginning shows its shape."""
MOST_PLACES = 5
"""Sources named per cluster; the others are counted."""
EXAMPLE_BYTES = 120
"""Enough of a refused record to recognise its producer."""

CLIENT_HEADERS = (
    "client-id",
    "client_id",
    "clientid",
    "producer",
    "producer-id",
    "application",
    "app",
    "user-agent",
)
"""Kafka headers by which producers name themselves, in lower case, the surest first."""

JSON_TOKEN = re.compile(
    r'(?P<name>"(?:[^"\\]|\\.)*"(?=\s*:))|"(?P<text>(?:[^"\\]|\\.)*)"?|(?P<number>-?\d[\d.eE+-]*)|(?P<space>\s+)'
)
MOMENT = re.compile(r"\d+[-/.:]\d+[-/.:][\d\s.,:/+\-TZ]*")
"""Dates and times: of them the form is kept, since it is what senders change."""
REPEATED = re.compile(r'("…"|9|\{[^{}]*\})(?:,\1)+')
OPENING = ("{", "[")
"""What JSON begins with, and so does an Avro schema."""
CELLS = re.compile(r"(?<![^,;|\t\n])[^,;|\t\n]*")

CLUSTER = ("feed", "codes", "pattern", "client")
CLUSTER_KEYS = (
    *CLUSTER,
    "rows",
    "first_seen",
    "last_seen",
    "first_date",
    "last_date",
    "at_risk_micros",
    "place_count",
    "places",
    "detail",
    "example",
)
"""The documented, stable keys."""

PLACE = ("source_name", "partition")


def clusters(refused: pl.DataFrame) -> pl.DataFrame:
    """Rows of `silver.quarantine` by CLUSTER, the largest first; columns: CLUSTER_KEYS.

    first_seen and last_seen are times of receipt, first_date and last_date event dates; `places` are the sources and
    partitions (MOST_PLACES of them, by rows) with the first and last offset (of files: byte) and the rows there.
    `at_risk_micros` sums the spend or revenue that could be read. detail and example are the first record's.
    """
    judged = refused.with_columns(
        pl.Series("pattern", _patterns(refused), dtype=pl.String),
        pl.Series("client", [client_of(headers) for headers in refused["headers"]], dtype=pl.String),
    ).sort("received_at", "offset", maintain_order=True)
    grouped = judged.group_by(CLUSTER, maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("rows"),
        pl.col("received_at").min().alias("first_seen"),
        pl.col("received_at").max().alias("last_seen"),
        pl.col("event_date").min().alias("first_date"),
        pl.col("event_date").max().alias("last_date"),
        pl.col("price_micros").sum().alias("at_risk_micros"),
        pl.struct(PLACE).n_unique().cast(pl.Int64).alias("place_count"),
        pl.col("detail").first(),
        pl.col("payload").first().bin.slice(0, EXAMPLE_BYTES).alias("example"),
    )
    placed = grouped.join(_places(judged), on=CLUSTER, how="left", nulls_equal=True)
    return placed.select(CLUSTER_KEYS).sort("feed", -pl.col("rows"), "first_seen", "pattern")


def _places(judged: pl.DataFrame) -> pl.DataFrame:
    by_place = judged.group_by(*CLUSTER, *PLACE).agg(
        pl.col("offset").min().alias("first_offset"),
        pl.col("offset").max().alias("last_offset"),
        pl.len().cast(pl.Int64).alias("rows"),
    )
    place = pl.struct(*PLACE, "first_offset", "last_offset", "rows").alias("places")
    largest = by_place.sort(-pl.col("rows"), *PLACE)
    return largest.group_by(CLUSTER, maintain_order=True).agg(place.head(MOST_PLACES))


def _patterns(refused: pl.DataFrame) -> Iterable[str]:
    columns = refused.select("payload", "header")
    return [pattern_of(payload, header) for payload, header in columns.iter_rows()]


def pattern_of(payload: bytes | None, header: str | None) -> str:
    """What a record looks like without what it says: field names, kinds of values, and the form of dates and times.

    Texts become an ellipsis, numbers and runs of digits a 9, so that records of one producer look alike. Of a binary
    record only the schema is told: by the writer schema in its header, or by the id that it begins with.
    """
    data = (payload or b"")[:LOOKED_AT_BYTES]
    text = _text(data)
    if text is None or (header is not None and header.lstrip()[:1] in OPENING):
        shape = _schema(data, header)
    elif text.lstrip()[:1] in OPENING:
        shape = REPEATED.sub(r"\1,…", JSON_TOKEN.sub(_masked, text))
    else:
        cells = CELLS.sub(lambda found: _form(found[0]), text.strip())
        shape = cells if header is None else f"{header.strip()} / {cells}"
    return shape if len(shape) <= LONGEST_PATTERN else shape[: LONGEST_PATTERN - 1] + "…"


def _text(data: bytes) -> str | None:
    """None for what is no text; a character may be cut at the end."""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        return None
    return None if any(character < " " and not character.isspace() for character in text) else text


def _masked(token: re.Match[str]) -> str:
    kinds = {"name": token[0], "text": f'"{_form(token["text"] or "")}"', "number": "9", "space": ""}
    return kinds[token.lastgroup or "space"]


def _form(value: str) -> str:
    moment = value.strip()
    return re.sub(r"\d+", "9", moment) if MOMENT.fullmatch(moment) else "…"


def _schema(data: bytes, header: str | None) -> str:
    if header is not None:
        return f"binary, writer schema {hashlib.sha256(header.encode()).hexdigest()[:8]}"
    if data[:1] == b"\x00" and len(data) >= 5:
        return f"binary, schema id {int.from_bytes(data[1:5], 'big')}"
    if data[:2] == b"\xc3\x01":
        return f"binary, schema fingerprint {data[2:10].hex()}"
    return "binary"


def client_of(headers: str | None) -> str | None:
    """The producer's name for itself in a record's Kafka headers (as JSON); None if it gives none."""
    if headers is None:
        return None
    named = {name.lower(): value for name, value in orjson.loads(headers) if isinstance(name, str)}
    return next((str(named[name]) for name in CLIENT_HEADERS if named.get(name)), None)
