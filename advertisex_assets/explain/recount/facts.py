"""Facts: what a contract says, as plain data that the recount takes in."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ColumnFacts:
    """One column: where senders put it (most trusted first), what kind of value it is, and the kind's own facts.

    `is_content`: whether two deliveries of one event must agree in it. `words` maps what senders write to what it
    means; `limit_units` and `may_be_negative` are of money, `default` of a currency. Of a price, `basis_column` may say
    what it is for, `is_per_mille` what it is for if nothing does, and `words` has what senders call that.
    """

    name: str
    kind: str
    sources: tuple[str, ...]
    is_required: bool = False
    is_content: bool = True
    words: Mapping[str, str] = field(default_factory=dict)
    limit_units: int = 0
    may_be_negative: bool = False
    default: str | None = None
    code: str = ""
    basis_column: str | None = None
    is_per_mille: bool = False


@dataclass(frozen=True)
class SpendFacts:
    """What spend counts: `amount` of the events of `table`, of those only where `where` (column, value) holds."""

    table: str
    amount: str
    is_per_mille: bool
    where: tuple[str, str] | None


@dataclass(frozen=True)
class FeedFacts:
    """One feed: its columns, its key, the order of cells without a header, and the table of events without a class."""

    name: str
    columns: tuple[ColumnFacts, ...]
    key: str
    window_days: int
    positional: tuple[str, ...]
    fewest_cells: int
    table: str


@dataclass(frozen=True)
class TrafficFacts:
    """Thresholds of invalid traffic in microseconds and clicks, data-centre networks, and crawlers' patterns."""

    fastest_click_us: int
    tolerance_us: int
    most_per_user: int
    most_per_address: int
    flood_us: int
    duplicate_us: int
    fastest_conversion_us: int
    lookback_us: int
    data_centres: tuple[str, ...]
