"""Tasks: functions of ours that Spark calls on its workers, through `mapInArrow`, and what they give back.

The workers run in the same environment as the driver (the same image): functions go there by name, their arguments as
they are. So secrets among them are in no setting and on no page of Spark's. A task that is lost is done again, perhaps
twice: it must change nothing but files of its own, which nobody reads before its answer names them.
"""

import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import narwhals.stable.v2 as nw
import polars as pl
import pyarrow as pa

from schemas.errors import AdvertiseXError

Item = TypeVar("Item")
Answer = TypeVar("Answer")

ANSWER = pa.schema([("answer", pa.binary())])


def each(session: Any, function: Callable[[Item], Answer], items: Sequence[Item]) -> list[Answer]:
    """What the function says of each item, in their order; every item is a task.

    What it raises that is an AdvertiseXError is raised here.
    """
    answers = _mapped(session, _Answering(function), items, ANSWER) if items else None
    return [] if answers is None else _heard(answers)


def rows_of(
    session: Any,
    function: Callable[[Item], pl.DataFrame],
    items: Sequence[Item],
    schema: Mapping[str, pl.DataType],
) -> nw.LazyFrame[Any]:
    """The rows of that schema that the function gives of each item, as a frame of Spark's; every item is a task."""
    arrow = _arrow_schema(schema)
    frame = _mapped(session, function, items, arrow) if items else session.createDataFrame(arrow.empty_table())
    return nw.from_native(frame)


def every_part(frame: nw.LazyFrame[Any], function: Callable[[pl.DataFrame], Answer]) -> list[Answer]:
    """What the function says of each part of a frame of Spark's that has rows; a part must fit a worker's memory."""
    call = pickle.dumps(_Answering(function))

    def work(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        received = [batch for batch in batches if batch.num_rows]
        if received:
            yield from _as_arrow(pickle.loads(call)(pl.DataFrame(pa.Table.from_batches(received))), ANSWER)

    return _heard(frame.to_native().mapInArrow(work, _spark_schema(ANSWER)))


@dataclass(frozen=True)
class _Answering(Generic[Item, Answer]):
    """A function whose answers, errors of ours among them, travel as bytes."""

    function: Callable[[Item], Answer]

    def __call__(self, item: Item) -> pl.DataFrame:
        try:
            answer: Any = self.function(item)
        except AdvertiseXError as error:
            answer = error
        return pl.DataFrame({"answer": [pickle.dumps(answer)]})


def _heard(frame: Any) -> list[Any]:
    answers = [pickle.loads(row.answer) for row in frame.collect()]
    for answer in answers:
        if isinstance(answer, AdvertiseXError):
            raise answer
    return answers


def _mapped(session: Any, function: Callable[[Any], pl.DataFrame], items: Sequence[Any], schema: pa.Schema) -> Any:
    # By themselves: Spark's own pickler cannot take the expressions of a feed's rules.
    call, arguments = pickle.dumps(function), [pickle.dumps(item) for item in items]

    def work(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for number in batch.column(0).to_pylist():
                yield from _as_arrow(pickle.loads(call)(pickle.loads(arguments[number])), schema)

    numbers = session.range(0, len(items), 1, len(items))
    return numbers.mapInArrow(work, _spark_schema(schema))


def _as_arrow(rows: pl.DataFrame, schema: pa.Schema) -> list[pa.RecordBatch]:
    table = rows.select(schema.names).to_arrow(compat_level=pl.CompatLevel.oldest())
    return table.cast(schema).to_batches()  # type: ignore[no-any-return]


def _arrow_schema(schema: Mapping[str, pl.DataType]) -> pa.Schema:
    """In the types that Spark calls string and binary; Polars' are the large ones."""
    small = {pa.large_string(): pa.string(), pa.large_binary(): pa.binary()}
    arrow = pl.DataFrame(schema=schema).to_arrow(compat_level=pl.CompatLevel.oldest()).schema
    return pa.schema([(field.name, small.get(field.type, field.type)) for field in arrow])


def _spark_schema(schema: pa.Schema) -> Any:
    from pyspark.sql.pandas.types import from_arrow_schema

    return from_arrow_schema(schema)
