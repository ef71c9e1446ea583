"""Find: which received records are a person's: by silver's pseudonyms, and by the bytes themselves.

Silver knows whose a record is only where it could read and keep it; records that were refused, that lost, that came
without consent or that nobody has read yet are found by their bytes. So every record's bytes are looked at.
"""

from collections.abc import Sequence

import polars as pl

from advertisex_assets.erasure.person import Mentions, Person
from advertisex_assets.transforms.decode import decode
from advertisex_assets.transforms.isolate import isolated_as_broken
from resources.lake import Lake, LakeTable
from resources.lake.live import LiveFile, scan_file
from schemas.codecs.schema_source import SchemaSource
from schemas.feed import Feed
from schemas.rules import text_column
from schemas.tables.bronze import ERASED, POSITION, RECORD, REPEAT
from schemas.tables.silver import silver_tables

PLACES = {"source": pl.String(), "partition": pl.Int64(), "offset": pl.Int64(), "record_index": pl.Int64()}

SENT = ("payload", "key", "headers", "record_id")
"""What a sender filled."""


def silver_places(lake: Lake, feed: Feed, persons: Sequence[Person]) -> pl.DataFrame:
    """PLACES of the records that silver knows under the persons' pseudonyms."""
    wanted = [one.pseudonym for one in persons]
    tables = [table for table in silver_tables(feed) if lake.exists(table) and "user_id" in table.schema]
    found = [lake.open(table).scan().filter(pl.col("user_id").is_in(wanted)).select(POSITION) for table in tables]
    return pl.concat([pl.LazyFrame(schema=PLACES), *found]).unique().collect()


def theirs(
    feed: Feed, bronze: LakeTable, file: LiveFile, known: pl.DataFrame, who: Mentions, schemas: SchemaSource
) -> pl.DataFrame:
    """PLACES and `event_date` of the persons' records in one file of bronze; memory is that of what may be theirs."""
    # Repeats have bytes too, and tombstones may have a key.
    rows = scan_file(bronze, file).filter(pl.col("kind") != ERASED)
    suspected = who.possible("payload", escapes=True) | who.possible("key")
    suspected |= who.possible_text("headers") | who.possible_text("record_id")
    suspects = rows.filter(suspected).collect(engine="streaming")
    mentioned = suspects.filter(_mention(feed, suspects, who, schemas)) if suspects.height else suspects
    columns = [*POSITION, "event_date"]
    listed = rows.join(known.lazy(), on=POSITION, how="semi").select(columns).collect(engine="streaming")
    return pl.concat([listed, mentioned.select(columns)]).unique()


def _mention(feed: Feed, rows: pl.DataFrame, who: Mentions, schemas: SchemaSource) -> pl.Series:
    """Per row whether it mentions an id as a whole: in its bytes, or in a field that was read from them."""
    in_bytes = [any(who.mentioned(value) for value in row) for row in rows.select(SENT).iter_rows()]
    decoded = isolated_as_broken(rows, lambda part: decode(feed, part, schemas))
    texts = decoded.select([text_column(column.name) for column in feed.columns] + ["rescued"])
    in_fields = [any(who.mentioned(value) for value in row) for row in texts.iter_rows()]
    # Of bytes that nobody can read it cannot be told where an id begins: in doubt they are the person's.
    unread = (decoded["decode_error"].is_not_null() | ~rows["kind"].is_in([RECORD, REPEAT])).to_list()
    in_doubt = [bad and who.contained(data) for bad, data in zip(unread, rows["payload"], strict=True)]
    return pl.Series([a or b or c for a, b, c in zip(in_bytes, in_fields, in_doubt, strict=True)], dtype=pl.Boolean)
