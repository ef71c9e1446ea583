"""Parts: what holds the rows of each date now, so that readers elsewhere can tell what has changed."""

from datetime import date

from resources.lake.dates import written_by_date
from resources.lake.moved import files_by_date
from resources.lake.table import LakeTable


def states_by_part(rows: LakeTable) -> dict[date | None, frozenset[str]]:
    """What the rows of each date are in, from the log alone; all under None in a table without dates.

    Files never change, and so other rows are in other files; where files hold many dates, a date has its own number.
    """
    if rows.table.dated_by is not None:
        held, written = rows.rows_by_date(), written_by_date(rows.marks())
        return {day: frozenset([str(written[day])]) for day in held}
    if not rows.table.partition_by:
        return {None: frozenset(rows.delta.file_uris())}
    return {**files_by_date(rows.delta, rows.table.date_column)}
