"""Cut: along which column of its inputs a mart's large dates are made in parts."""

from dataclasses import dataclass

MINUTE_US = 60_000_000


@dataclass(frozen=True)
class Cut:
    """Some inputs are cut into ranges of a column that is never null; of the others every part has all rows.

    So the rows that come of one range must not depend on the rows of another one. `step` is the narrowest range, in the
    column's unit. `most_rows` is how many rows of those inputs may be together.
    """

    inputs: tuple[str, ...]
    column: str
    step: int
    most_rows: int


BY_TIME = Cut(("impressions", "clicks"), "event_at", MINUTE_US, 1_000_000)
"""As for a stretch of dates: `gold.touches` holds 1.5 KB for each of these rows."""

BY_BUCKET = Cut(("conversions",), "user_bucket", 1, 200_000)
"""A conversion has some 30 rows of credit, of 0.2 KB: 1.2 GB."""
