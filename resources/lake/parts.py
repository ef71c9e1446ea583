"""Parts: which files hold the rows of each date now, so that readers elsewhere can tell what has changed."""

from datetime import date

from resources.lake.additions import files_by_date
from resources.lake.table import LakeTable


def files_by_part(rows: LakeTable) -> dict[date | None, frozenset[str]]:
    """The files of each date, from the log alone; all under None in a table without dates."""
    if not rows.table.partition_by:
        return {None: frozenset(rows.delta.file_uris())}
    return {**files_by_date(rows.delta, rows.table.date_column)}
