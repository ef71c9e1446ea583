"""Facts of the contracts for the recount: what senders call things, as plain data without code of ours in it."""

from advertisex_assets.explain.recount import KNOWN_CODES, ColumnFacts, FeedFacts, SpendFacts, TrafficFacts
from advertisex_assets.transforms.invalid_traffic.shared import micros
from schemas.codecs import CsvCodec
from schemas.columns import Column
from schemas.feed import Feed
from schemas.invalid_traffic import Limits
from schemas.rules import Severity
from schemas.spend import Spend
from schemas.types import Category, Currency, Money, Price
from schemas.types.price import BASIS_BY_NAME, PriceBasis


def facts_of(feed: Feed) -> FeedFacts:
    """A feed as data."""
    csv = next((codec for codec in feed.codecs if isinstance(codec, CsvCodec)), None)
    return FeedFacts(
        name=feed.name,
        columns=tuple(_column(column) for column in feed.stored),
        key=feed.key.column,
        window_days=feed.key.window_days,
        positional=csv.positional if csv else (),
        fewest_cells=csv.fewest_cells if csv else 0,
        table=feed.outputs[0].table,
    )


def _column(column: Column) -> ColumnFacts:
    kind = column.type
    return ColumnFacts(
        name=column.name,
        kind=type(kind).__name__,
        sources=column.sources,
        is_required=column.required,
        is_content=column.content,
        words=_words(column),
        limit_units=kind.limit_units if isinstance(kind, Money) else 0,
        may_be_negative=kind.may_be_negative if isinstance(kind, Money) else False,
        default=kind.default if isinstance(kind, Currency) else None,
        code=kind.code if isinstance(kind, Money | Category) else "",
        basis_column=kind.basis_column if isinstance(kind, Price) else None,
        is_per_mille=isinstance(kind, Price) and kind.basis is PriceBasis.CPM,
    )


def _words(column: Column) -> dict[str, str]:
    if isinstance(column.type, Price):
        return dict(BASIS_BY_NAME)
    return dict(column.type.mapping) if isinstance(column.type, Category) else {}


def spend_facts(spend: Spend) -> SpendFacts:
    """What spend counts, as data."""
    return SpendFacts(spend.table, spend.amount, spend.basis is PriceBasis.CPM, spend.where)


def traffic_facts(limits: Limits, data_centres: tuple[str, ...]) -> TrafficFacts:
    """The thresholds of invalid traffic as data."""
    return TrafficFacts(
        fastest_click_us=micros(limits.fastest_click),
        tolerance_us=micros(limits.clock_tolerance),
        most_per_user=limits.flood_clicks_per_user,
        most_per_address=limits.flood_clicks_per_address,
        flood_us=micros(limits.flood_window),
        duplicate_us=micros(limits.duplicate_window),
        fastest_conversion_us=micros(limits.fastest_conversion),
        lookback_us=micros(limits.lookback),
        data_centres=data_centres,
    )


def unknown_to_the_recount(feed: Feed, is_withheld: bool) -> list[str]:
    """What the recount does not know: some refusing rules, and consent, where it withheld anything."""
    refusals = [rule.code for rule in feed.rules if rule.severity is Severity.REFUSE]
    rules = [code for code in refusals if code not in KNOWN_CODES and not code.startswith("missing_")]
    return [*rules, "consent"] if is_withheld else rules
