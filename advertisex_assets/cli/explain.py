"""`advertisex explain`: one number taken apart, and counted again from bronze."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

import polars as pl
import typer

from advertisex_assets.cli.output import Format, FormatOption, errors, show
from advertisex_assets.explain.asked import asked
from advertisex_assets.explain.explain import Explanation, explain
from resources.world import open_lake
from schemas.errors import AdvertiseXError

LINES = {"section": pl.String(), "item": pl.String(), "value": pl.String()}


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(name="explain")(explain_number)


def explain_number(
    table: Annotated[str, typer.Argument(help="The mart, such as gold.campaign_daily.")],
    date: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The event date (UTC).")],
    campaign: Annotated[str, typer.Option(help="The campaign.")],
    metric: Annotated[str, typer.Option(help="The column, such as clicks or ctr.")],
    hour: Annotated[int | None, typer.Option(help="The hour, of gold.campaign_hourly.")] = None,
    creative: Annotated[str | None, typer.Option(help="The creative, of gold.creative_daily.")] = None,
    website: Annotated[str | None, typer.Option(help="The website, of gold.website_daily.")] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Take a number apart: formula, rows by reason, versions, offsets and files, and a recount from bronze."""
    cell = {"event_date": date.date(), "hour": hour, "campaign_id": campaign}
    one = asked(table, cell | {"creative_id": creative, "website": website}, metric)
    with errors().status("counting again from bronze"):
        found = explain(open_lake(), one)
    printers = {Format.TABLE: _print_tables, Format.JSON: _print_json, Format.CSV: _print_csv}
    printers[form](found)
    if not found.agrees:
        raise AdvertiseXError(_disagreement(found))


def _print_tables(found: Explanation) -> None:
    show(_number(found), Format.TABLE, f"{found.asked.table.full_name}: {found.asked.metric}")
    show(found.reasons, Format.TABLE, "Records by reason")
    show(found.sources, Format.TABLE, "Where the accepted rows came from")
    show(found.versions, Format.TABLE, "Versions")
    if found.agrees:
        print(f"The recount from bronze agrees: {found.recount}.")


def _number(found: Explanation) -> pl.DataFrame:
    return pl.DataFrame(list(_facts(found)), schema={"item": pl.String, "value": pl.String}, orient="row")


def _facts(found: Explanation) -> Iterator[tuple[str, str | None]]:
    yield from ((name, str(value)) for name, value in found.asked.cell.items())
    yield "definition", found.definition
    yield from (
        (f"with {name}", _text(value)) for name, value in found.parts.items() if name != found.asked.metric
    )
    yield "value", _text(found.value)
    yield "published", _text(found.published)
    yield "recount from bronze", _text(found.recount)
    yield "agrees", "yes" if found.agrees else "NO"
    if found.behind:
        yield "not up to date", ", ".join(found.behind)
    if found.unknown:
        yield "not judged by the recount", ", ".join(found.unknown)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _print_json(found: Explanation) -> None:
    parts = {
        "table": found.asked.table.full_name,
        "cell": found.asked.cell,
        "metric": found.asked.metric,
        "definition": found.definition,
        "value": found.value,
        "parts": dict(found.parts),
        "published": found.published,
        "recount": found.recount,
        "agrees": found.agrees,
        "not_up_to_date": found.behind,
        "not_judged_by_the_recount": found.unknown,
        "records": found.reasons.to_dicts(),
        "sources": found.sources.to_dicts(),
        "versions": found.versions.to_dicts(),
    }
    print(json.dumps(parts, indent=1, default=str))


def _print_csv(found: Explanation) -> None:
    lines = [("number", item, value) for item, value in _facts(found)]
    lines += [("records", _joined(row[:-1]), str(row[-1])) for row in found.reasons.iter_rows()]
    lines += [("sources", _joined(row[:-1]), str(row[-1])) for row in found.sources.iter_rows()]
    lines += [("versions", what, version) for what, version, _ in found.versions.iter_rows()]
    show(pl.DataFrame(lines, schema=LINES, orient="row"), Format.CSV)


def _joined(cells: tuple[Any, ...]) -> str:
    return " / ".join(str(cell) for cell in cells if cell is not None)


def _disagreement(found: Explanation) -> str:
    name = str(found.asked)
    if not found.is_recounted:
        return f"{name} is {found.value}; the recount does not know this metric, so nothing confirms it."
    if found.behind:
        why = f"Not up to date: {', '.join(found.behind)}. Run `advertisex refresh` and explain again."
    elif found.unknown:
        why = f"The recount does not judge {', '.join(found.unknown)}: that may be the difference."
    else:
        why = "Everything is up to date: the pipeline or the recount has a bug. Please report both numbers."
    return f"{name} is {found.value}, but bronze gives {found.recount}. {why}"
