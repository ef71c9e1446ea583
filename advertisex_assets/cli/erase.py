"""`advertisex erase`: take everything that is known of a person out of the lake, and prove that it is gone."""

import sys
from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from advertisex_assets.cli.output import Format, FormatOption, errors, show
from advertisex_assets.erasure.erase import OUTSIDE, Erasable, erase, look, prove
from advertisex_assets.erasure.person import Person, person
from advertisex_assets.erasure.receipts import purge_after
from advertisex_assets.silver.inputs import silver_inputs
from advertisex_assets.silver.invalid_traffic_asset import limits
from advertisex_assets.upkeep.layers import rules_of
from resources.engine.choose import open_engine
from resources.lake import Lake
from resources.run import new_run, utc_now
from resources.settings import settings
from resources.world import open_lake, pseudonym_key
from schemas.discover import all_feeds

STILL_THERE = 1
"""The exit code where verification finds somebody: in a current version, or after everything should be gone."""


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(name="erase")(erase_persons)


def erase_persons(
    user: Annotated[list[str] | None, typer.Option(help="A user id as senders write it; may be repeated.")] = None,
    user_file: Annotated[Path | None, typer.Option(help="A file with one user id a line.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be erased.")] = False,
    verify: Annotated[bool, typer.Option("--verify", help="Only look for them in every file of the lake.")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Erase persons (GDPR, CCPA) from bronze, originals, silver and gold; with --verify prove it."""
    persons = _persons(user or [], user_file)
    lake = open_lake()
    if verify:
        _verify(lake, persons, form)
        return
    inputs, run = silver_inputs(lake), new_run("erase", open_engine())
    if dry_run:
        show(_summary(look(lake, all_feeds(), persons, inputs)), form, "Would be erased")
        return
    keep = rules_of(settings()).keep
    done = erase(lake, all_feeds(), persons, inputs, limits(), keep, run)
    if done.republished:
        errors().print(f"Published again with cause erasure: {', '.join(map(str, done.republished))}.")
    errors().print(
        f"Files of older versions hold them until upkeep removes those, {settings().slowest_reader_hours} hours from "
        "now; prove it then with --verify.\n"
        f"Not reached from here: {OUTSIDE}."
    )
    show(_summary(done.taken), form, "Erased")


def _persons(named: list[str], listed: Path | None) -> list[Person]:
    lines = listed.read_text().splitlines() if listed else []
    ids = list(dict.fromkeys(one.strip() for one in [*named, *lines] if one.strip()))
    if not ids:
        raise typer.BadParameter("Name somebody: --user ID, or --user-file with one id a line.")
    return [person(one, pseudonym_key()) for one in ids]


def _summary(taken: Erasable) -> pl.DataFrame:
    records = {f"bronze.{feed}": found.height for feed, found in taken.records.items()}
    rows = [{"from": name, "what": "records", "number": number} for name, number in records.items()]
    rows.append({"from": "bronze.originals", "what": "files", "number": len(taken.original_files)})
    rows.append({"from": "silver", "what": "rows under the pseudonym", "number": taken.silver_rows})
    return pl.DataFrame(rows)


def _verify(lake: Lake, persons: list[Person], form: Format) -> None:
    scan = prove(lake, persons, new_run("verify"))
    columns = {"path": pl.String(), "values": pl.Int64(), "is_current": pl.Boolean()}
    show(pl.DataFrame([vars(hit) for hit in scan.hits], schema=columns), form, "Found")
    moments = [purge_after(lake, one) for one in persons]
    over = all(moment is not None and moment < utc_now() for moment in moments)
    older = len(scan.hits) - len(scan.current)
    last = max((moment for moment in moments if moment is not None), default=None)
    until = f"; they go with upkeep after {last:%Y-%m-%d %H:%M} UTC" if older and last else ""
    errors().print(
        f"{scan.files} files read: {len(scan.current)} of current versions "
        f"and {older} of older ones mention them{until}."
    )
    if scan.current or (older and over):
        sys.exit(STILL_THERE)
