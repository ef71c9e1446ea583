"""Makes the rows, asks in turns, and writes `results/queries.md` and `.json`."""

import argparse
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import duckdb
import polars as pl

from benchmarks.history.lakes import DAYS, made, repeated
from benchmarks.report import save, table
from benchmarks.silver.lakes import FIRST, traffic
from benchmarks.upkeep.lakes import cpu_of
from resources.lake import Lake
from resources.query import query

EVENTS, LONG_EVENTS = 60_000, 600_000
"""Of two dates, which are repeated to three months."""
COPIES = 44
ROUNDS = 9

DATABASE, OURS_POLARS, OURS_DUCKDB = "DuckDB database", "Delta, Polars", "Delta, DuckDB"
PARQUET_POLARS, PARQUET_DUCKDB = "Parquet, Polars", "Parquet, DuckDB"
READERS = (DATABASE, OURS_POLARS, OURS_DUCKDB, PARQUET_POLARS, PARQUET_DUCKDB)

HEAD = """\
# Questions

CPU milliseconds of one question, medians of {rounds} alternating rounds, opening the table included; {rows:,} events of
{days} dates in the lake. The DuckDB database and the Parquet files (one a table) hold the same rows in the same order.
Every reader gave the same answer. The last two columns are the times of the DuckDB database that our Delta tables take.
Run it again: `{command}`.

"""


@dataclass(frozen=True)
class Question:
    """What is asked of one table, in SQL that every reader knows; `{rows}` stands for the table."""

    name: str
    table: str
    sql: str


def main() -> None:
    """Asks every question of every reader."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true", help=f"{LONG_EVENTS:,} events of two dates.")
    parser.add_argument("--events", type=int, help="Of the two dates that are repeated.")
    asked = parser.parse_args()
    events = asked.events or (LONG_EVENTS if asked.long else EVENTS)
    with tempfile.TemporaryDirectory(prefix="queries-") as name:
        folder = Path(name)
        once = made(traffic(folder / "traffic", events), folder / "once")
        lake = Lake(str(repeated(once, folder / "lake", COPIES)))
        questions = _questions(lake)
        with duckdb.connect() as connection:
            connection.execute(f"ATTACH '{folder / 'native.duckdb'}' AS native")
            for full_name in {question.table for question in questions}:
                _copy(lake, full_name, folder, connection)
        found = [_asked(question, lake, folder) for question in questions]
        rows = sum(_scan(lake, name).select(pl.len()).collect().item() for name in lake.tables() if "silver." in name)
    command = f"python -m benchmarks.queries --events {events}"
    text = HEAD.format(rounds=ROUNDS, rows=rows, days=DAYS * (COPIES + 1), command=command) + _table(questions, found)
    print(text)
    each = zip(questions, found, strict=True)
    figures = [{"question": q.name, "layer": q.table.split(".")[0], "cpu_seconds": cpu} for q, cpu in each]
    save("queries", text, {"command": command, "events": rows, "questions": figures})


def _questions(lake: Lake) -> list[Question]:
    """About what the lake has: the commonest campaign, site, exchange and device, and a user with an average number."""
    views = _scan(lake, "silver.impressions")
    campaign, site = _commonest(views, "campaign_id"), _commonest(views, "website")
    exchange = _commonest(_scan(lake, "gold.auction_funnel"), "exchange")
    device = _commonest(_scan(lake, "silver.bid_requests"), "device")
    users = views.group_by("user_id").len().drop_nulls().sort("len", "user_id").collect()
    user = users["user_id"][users.height // 2]
    within = f"event_date <= DATE '{FIRST}'"
    sums = "CAST(sum(impressions) AS BIGINT), CAST(sum(clicks) AS BIGINT), CAST(sum(spend_micros) AS BIGINT)"
    counted = "count(*), CAST(sum(price_micros) AS BIGINT)"
    return [
        Question("campaign by dates", "gold.campaign_daily",
                 f"SELECT {sums} FROM {{rows}} WHERE campaign_id = '{campaign}' AND {within}"),
        Question("site by dates", "gold.website_daily",
                 f"SELECT {sums} FROM {{rows}} WHERE website = '{site}' AND {within}"),
        Question("exchange by dates", "gold.auction_funnel",
                 f"SELECT CAST(sum(bid_requests) AS BIGINT) FROM {{rows}} WHERE exchange = '{exchange}' AND {within}"),
        Question("campaign by dates", "silver.impressions",
                 f"SELECT {counted} FROM {{rows}} WHERE campaign_id = '{campaign}' AND {within}"),
        Question("site on one date", "silver.impressions",
                 f"SELECT {counted} FROM {{rows}} WHERE website = '{site}' AND event_date = DATE '{FIRST}'"),
        Question("one user", "silver.impressions", f"SELECT {counted} FROM {{rows}} WHERE user_id = '{user}'"),
        Question("device by dates", "silver.bid_requests",
                 f"SELECT count(*) FROM {{rows}} WHERE device = '{device}' AND {within}"),
    ]  # fmt: skip


def _commonest(rows: pl.LazyFrame, name: str) -> str:
    return str(rows.select(pl.col(name).drop_nulls().mode().sort().first()).collect().item())


def _scan(lake: Lake, full_name: str) -> pl.LazyFrame:
    return pl.scan_delta(f"{lake.root}/{full_name.replace('.', '/')}")


def _copy(lake: Lake, full_name: str, folder: Path, connection: duckdb.DuckDBPyConnection) -> None:
    path = folder / f"{full_name}.parquet"
    _scan(lake, full_name).sort("event_date", maintain_order=True).sink_parquet(path)
    connection.execute(f"CREATE TABLE native.\"{full_name}\" AS SELECT * FROM read_parquet('{path}')")


def _asked(question: Question, lake: Lake, folder: Path) -> dict[str, float]:
    """Median CPU seconds by reader; AssertionError unless they agree."""
    readers = _readers(question, lake, folder)
    seconds: dict[str, list[float]] = {name: [] for name in readers}
    answers = {read() for read in readers.values()}
    assert len(answers) == 1, f"{question.name}: {answers}"
    for _ in range(ROUNDS):
        for name, read in readers.items():
            seconds[name].append(cpu_of(read))
    return {name: median(each) for name, each in seconds.items()}


def _readers(question: Question, lake: Lake, folder: Path) -> Mapping[str, Callable[[], tuple[int, ...]]]:
    path = folder / f"{question.table}.parquet"

    def polars(rows: Callable[[], pl.LazyFrame]) -> tuple[int, ...]:
        statement = question.sql.format(rows="asked")
        return pl.SQLContext(asked=rows()).execute(statement, eager=True).row(0)

    def native(source: str, database: str) -> tuple[int, ...]:
        with duckdb.connect(database, read_only=database != ":memory:") as connection:
            row = connection.execute(question.sql.format(rows=source)).fetchone()
            assert row is not None
            return row

    return {
        DATABASE: lambda: native(f'"{question.table}"', str(folder / "native.duckdb")),
        OURS_POLARS: lambda: polars(lambda: _scan(lake, question.table)),
        OURS_DUCKDB: lambda: query(lake, question.sql.format(rows=question.table)).row(0),
        PARQUET_POLARS: lambda: polars(lambda: pl.scan_parquet(path)),
        PARQUET_DUCKDB: lambda: native(f"read_parquet('{path}')", ":memory:"),
    }


def _table(questions: list[Question], found: list[dict[str, float]]) -> str:
    rows = [
        (
            question.table,
            question.name,
            *(f"{cpu[reader] * 1000:.1f}" for reader in READERS),
            *(f"{cpu[ours] / cpu[DATABASE]:.1f}" for ours in (OURS_POLARS, OURS_DUCKDB)),
        )
        for question, cpu in zip(questions, found, strict=True)
    ]
    return table(("table", "question", *READERS, "Polars / database", "DuckDB / database"), rows)


if __name__ == "__main__":
    main()
