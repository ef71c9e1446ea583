"""Blank: takes a person's records out of bronze: coordinates stay, what was sent goes; landing goes on meanwhile."""

from collections.abc import Iterator, Sequence
from datetime import date

import polars as pl

from advertisex_assets.erasure.find import PLACES, silver_places, theirs
from advertisex_assets.erasure.person import Mentions, Person, mentions
from advertisex_assets.silver.handles import ERASED_MARK
from advertisex_assets.silver.routes import Routes
from resources.lake import CommitConflictError, Lake, LakeTable
from resources.lake.live import LiveFile, live_files
from resources.lake.rewrite import rewrite
from resources.run import Run
from schemas.codecs.schema_source import SchemaSource
from schemas.errors import AdvertiseXError
from schemas.feed import Feed
from schemas.tables.bronze import ERASED, POSITION, bronze_table, routes_table

BLANKED = ("payload", "header", "key", "headers")
"""Columns that hold what somebody sent. `record_id` stays where it mentions nobody: by it a replay is recognised."""

ATTEMPTS = 50
"""How often a file is tried again when others rewrite the table meanwhile."""

FOUND = {**PLACES, "event_date": pl.Date()}


def find_records(lake: Lake, feed: Feed, persons: Sequence[Person], schemas: SchemaSource) -> pl.DataFrame:
    """FOUND of all records of the persons; nothing is changed."""
    bronze, known, who = lake.open(bronze_table(feed)), silver_places(lake, feed, persons), mentions(persons)
    found = [theirs(feed, bronze, file, known, who, schemas) for file in live_files(bronze)]
    return pl.concat([pl.DataFrame(schema=FOUND), *found])


def blank_records(lake: Lake, feed: Feed, persons: Sequence[Person], schemas: SchemaSource, run: Run) -> pl.DataFrame:
    """Blanks them, file by file, each in a commit of its own that makes their dates pending; returns FOUND.

    What is landed meanwhile is looked at too. A process that dies has blanked some; run again, it finds the others.
    """
    known, who = silver_places(lake, feed, persons), mentions(persons)
    done, seen = [pl.DataFrame(schema=FOUND)], set[str]()
    while True:
        bronze = lake.open(bronze_table(feed))
        unseen = [file for file in live_files(bronze) if file.path not in seen]
        if not unseen:
            return pl.concat(done)
        for file in unseen:
            seen.add(file.path)
            found = theirs(feed, bronze, file, known, who, schemas)
            # A file that somebody merged meanwhile is gone: its rows are in one that has yet to be looked at.
            if found.height and _blank(lake, feed, file, found, who, run):
                done.append(found)


def _blank(lake: Lake, feed: Feed, file: LiveFile, found: pl.DataFrame, who: Mentions, run: Run) -> bool:
    """Whether the file was still there to be rewritten."""
    for _ in range(ATTEMPTS):
        # Routes first: a row that moves later is found by its place on its new date.
        routes = Routes(lake.open(routes_table(feed)).scan().collect())
        bronze = lake.open(bronze_table(feed))
        if file not in live_files(bronze):
            return False
        dates = routes.applied(found.lazy()).select("event_date").unique().collect()["event_date"].to_list()
        run.step("erase:bronze")
        try:
            rewrite(bronze, [file], lambda rows: _without(rows, found, who), dict(_marks(bronze, dates)))
        except CommitConflictError:
            continue
        return True
    raise AdvertiseXError(f"{file.path} of bronze.{feed.name} lost {ATTEMPTS} races against upkeep; run it again.")


def _without(rows: pl.LazyFrame, found: pl.DataFrame, who: Mentions) -> pl.DataFrame:
    erased = found.lazy().select(*POSITION, pl.lit(True).alias("is_erased"))
    joined = rows.join(erased, on=POSITION, how="left", maintain_order="left")
    gone = pl.col("is_erased").fill_null(False)
    blanked = [pl.when(~gone).then(pl.col(name)).alias(name) for name in BLANKED]
    blanked.append(pl.when(~(gone & who.possible_text("record_id"))).then("record_id").alias("record_id"))
    kind = pl.when(gone).then(pl.lit(ERASED)).otherwise(pl.col("kind")).alias("kind")
    return joined.with_columns(*blanked, kind).drop("is_erased").collect()


def _marks(bronze: LakeTable, dates: Sequence[date]) -> Iterator[tuple[str, int]]:
    for day in dates:
        name = f"{ERASED_MARK}{day.isoformat()}"
        yield name, (bronze.mark(name) or 0) + 1
