"""Reference rows in every form that a source may have; what they say is the same."""

import json
from pathlib import Path

import polars as pl

CAMPAIGNS = [
    {
        "campaign_id": "101",
        "advertiser_id": "adv-1",
        "name": 'Ünder, the "sea"',
        "budget_micros": 5_000_000,
        "starts_on": "2026-03-01",
        "valid_from": "2026-01-01T00:00:00Z",
        "valid_to": "2026-03-04T12:00:00Z",
    },
    {
        "campaign_id": "101",
        "advertiser_id": "adv-2",
        "name": None,
        "budget_micros": None,
        "starts_on": None,
        "valid_from": "2026-03-04T12:00:00Z",
        "valid_to": None,
    },
]


def write(folder: Path, table: str, rows: list[dict[str, object]], suffix: str) -> Path:
    """One table's file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{table}{suffix}"
    WRITERS[suffix](path, rows)
    return path


def _csv(path: Path, rows: list[dict[str, object]]) -> None:
    pl.DataFrame(rows, infer_schema_length=None).write_csv(path)


def _json(path: Path, rows: list[dict[str, object]]) -> None:
    # Ids may be numbers in JSON.
    path.write_text(json.dumps([row | {"campaign_id": int(str(row["campaign_id"]))} for row in rows]))


def _lines(path: Path, rows: list[dict[str, object]]) -> None:
    path.write_text("\n".join(json.dumps(row) for row in rows))


def _parquet(path: Path, rows: list[dict[str, object]]) -> None:
    frame = pl.DataFrame(rows, infer_schema_length=None)
    times = [name for name in frame.columns if name.startswith("valid_")]
    dates = [name for name in frame.columns if name.endswith("_on")]
    frame.with_columns(
        *(
            pl.col(name).str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_unit="ns", time_zone="UTC")
            for name in times
        ),
        *(pl.col(name).str.to_date() for name in dates),
        pl.col("campaign_id").cast(pl.Int32),
    ).write_parquet(path)


WRITERS = {".csv": _csv, ".json": _json, ".ndjson": _lines, ".parquet": _parquet}
