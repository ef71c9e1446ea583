"""A batch that the quick look finds fit is one in which Pandera finds nothing, and the other way round."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from pandera.errors import SchemaErrors

from schemas.contracts import fits, model_of
from schemas.tables.table import Table, TableColumn

TYPES = st.sampled_from([pl.String(), pl.Int64(), pl.Date(), pl.Datetime("us", "UTC"), pl.Datetime("ms", "UTC")])
COLUMNS = st.tuples(st.sampled_from("abc"), TYPES, st.booleans())


@given(st.lists(COLUMNS, unique_by=lambda column: column[0], max_size=3), st.data())
def test_the_quick_look_is_panderas_judgement(declared: list[tuple], data: st.DataObject) -> None:
    columns = tuple(TableColumn(name, kind, "For a test.", required=required) for name, kind, required in declared)
    table = Table(layer="test", name="t", description="For a test.", columns=columns, grain="one row")
    there = data.draw(st.permutations(declared))[: data.draw(st.integers(0, 3))]
    height = data.draw(st.integers(0, 3))
    rows = pl.DataFrame([_series(data, name, kind, height) for name, kind, _ in there])
    try:
        model_of(table).validate(rows, lazy=True)
        judged = True
    except SchemaErrors:
        judged = False
    assert fits(table, rows) is judged


def _series(data: st.DataObject, name: str, kind: pl.DataType, height: int) -> pl.Series:
    """A column of the type, or of another, with nulls or without."""
    dtype = data.draw(st.just(kind) | TYPES)
    nulls = data.draw(st.lists(st.booleans(), min_size=height, max_size=height))
    return pl.Series(name, [None if null else 0 for null in nulls], pl.Int64).cast(dtype)
