"""Measures: the names of what `ops.activity` counts; a part after the colon says which rows, or what of them."""


def rows_of(table: str) -> str:
    """Rows by event time."""
    return table


def people_of(table: str) -> str:
    """Distinct users by event time, users without id one each: a bot's burst counts once."""
    return f"{table}:people"


def nameless_of(table: str) -> str:
    """Rows without user by event time."""
    return f"{table}:nameless"


def arrived_of(table: str) -> str:
    """Rows by time of receipt."""
    return f"{table}:arrived"


def late_of(table: str) -> str:
    """Rows that were received long after their event, by time of receipt."""
    return f"{table}:late"


def repeated_of(table: str) -> str:
    """Rows that lost against an equal one, by time of receipt."""
    return f"{table}:repeated"


def amount_of(table: str) -> str:
    """Sum of money in micros, by event time."""
    return f"{table}:micros"


def priced_of(table: str) -> str:
    """Rows with money, by event time."""
    return f"{table}:priced"


def refused_of(feed: str) -> str:
    """Records that the contract refused, by time of receipt."""
    return f"{feed}:refused"


def judged_of(feed: str) -> str:
    """Records that the contract refused or let in, by time of receipt."""
    return f"{feed}:judged"


def unknown_of(table: str) -> str:
    """Rows that carry a field which the contract does not know, by event time; the segment is the field."""
    return f"{table}:unknown"
