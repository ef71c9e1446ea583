"""`advertisex produce`: replay files into a feed's Kafka topic."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated

import polars as pl
import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from advertisex_assets.bronze.kafka.produce import FileProducer, ProduceReceipt
from advertisex_assets.cli.output import Format, FormatOption, errors, show
from resources.files import SourceFile, list_files
from resources.kafka import Kafka, Sender
from resources.run import new_run
from resources.settings import settings
from resources.world import open_lake, open_schemas
from schemas.discover import feed_named
from schemas.errors import AdvertiseXError


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(name="produce")(produce)


def produce(
    feed: Annotated[str, typer.Argument(help="The feed, such as impressions.")],
    paths: Annotated[list[str], typer.Argument(help="Files, folders or object-store URIs.")],
    rate: Annotated[
        float | None, typer.Option(min=0.001, help="Messages per second; as fast as possible without.")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Send also what was sent before, after the brokers lost it.")
    ] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Replay files into the feed's Kafka topic; each record counts once, however often this is run."""
    declared, kafka = feed_named(feed), Kafka.from_settings(settings())
    receipts: list[ProduceReceipt] = []
    with _progress() as progress, Sender(kafka.client, declared.topic, rate) as sender:
        task = progress.add_task(f"producing {feed}", total=None, messages=0)
        files = [
            _Watched.of(file, lambda size: progress.advance(task, size))
            for path in paths
            for file in list_files(path)
        ]
        # Each is read twice: the hash of all its bytes is in every message.
        progress.update(task, total=2 * sum(file.size_bytes for file in files))
        producer = FileProducer(open_lake(), declared, kafka, sender, new_run("produce"), open_schemas())
        for file in files:
            sent = sum(receipt.sent for receipt in receipts)
            receipts.append(
                producer.produce(
                    file, again, lambda more, sent=sent: progress.update(task, messages=sent + more)
                )
            )
        producer.finish()
    show(pl.DataFrame([vars(receipt) for receipt in receipts]), form, "Produced")
    _complain([receipt for receipt in receipts if receipt.unreadable])


def _progress() -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[messages]:,} messages"),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=errors(), transient=True)


def _complain(damaged: list[ProduceReceipt]) -> None:
    if damaged:
        names = ", ".join(receipt.path for receipt in damaged)
        raise AdvertiseXError(
            f"Parts of {names} could not be cut into records, and were not sent; all else was. "
            "`advertisex land` keeps such a file as it is, and quarantines what is broken."
        )


@dataclass(frozen=True)
class _Watched(SourceFile):
    """A file that says how much of it is read."""

    read: Callable[[int], None]

    @classmethod
    def of(cls, file: SourceFile, read: Callable[[int], None]) -> "_Watched":
        return cls(file.path, file.size_bytes, file.modified_at, read)

    def pieces(self, start: int = 0) -> Iterator[bytes]:
        """As of any file."""
        for piece in super().pieces(start):
            self.read(len(piece))
            yield piece
