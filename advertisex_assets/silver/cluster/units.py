"""Units: the bronze files of a plan, cut into what one task reads."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from advertisex_assets.silver.handles import FeedTables
from advertisex_assets.silver.plan import Plan
from advertisex_assets.silver.read import BATCH_ROWS, refuse_incomplete
from advertisex_assets.transforms.route import FIRST_DATE
from resources.lake.added import added_since
from resources.lake.live import LiveFile
from resources.lake.share import live_files_around

UNIT_ROWS = 4 * BATCH_ROWS
"""Some batches: a task should outlast what starting it costs, and be little to do again when a worker is lost."""


@dataclass(frozen=True)
class Unit:
    """Bronze files: of dates that are rebuilt, and those with new rows, each with the version that added it."""

    rebuilt: tuple[LiveFile, ...] = ()
    new: tuple[tuple[LiveFile, int], ...] = ()

    @property
    def rows(self) -> int:
        """Rows in the files, those of other dates among them."""
        return sum(file.rows for file in (*self.rebuilt, *(file for file, _ in self.new)))

    def __add__(self, other: "Unit") -> "Unit":
        return Unit(self.rebuilt + other.rebuilt, self.new + other.new)


def units_of(tables: FeedTables, plan: Plan) -> list[Unit]:
    """What a pass has to read, from the log alone."""
    refuse_incomplete(tables, plan)
    rebuilt = live_files_around(tables.bronze, "event_date", _landed_on(tables, plan.rebuild))
    new = added_since(tables.bronze, min(plan.incremental.values())) if plan.incremental else []
    return list(_grouped([*(Unit((file,)) for file in rebuilt), *(Unit(new=(added,)) for added in new)]))


def _landed_on(tables: FeedTables, dates: Iterable[date]) -> list[date]:
    """The dates that landing gave to rows which belong to those dates now."""
    wanted = frozenset(dates)
    moved = tables.routes.moved.select(FIRST_DATE, "event_date").unique().iter_rows()
    return sorted(wanted | {first for first, now in moved if now in wanted})


def _grouped(files: Iterable[Unit]) -> Iterator[Unit]:
    """In the order of the files, none larger than UNIT_ROWS but for a single file; at least one, maybe empty."""
    unit = Unit()
    for file in files:
        if unit.rows and unit.rows + file.rows > UNIT_ROWS:
            yield unit
            unit = Unit()
        unit += file
    yield unit
