"""Performance: delivery, cost and results by campaign, creative and website."""

from collections.abc import Callable

from advertisex_assets.transforms.attribution.contract import Frame
from advertisex_assets.transforms.marts.activity import MEASURES, activity
from advertisex_assets.transforms.marts.currency import in_one_currency
from advertisex_assets.transforms.marts.rates import with_rates
from schemas.metrics import PERFORMANCE_RATES
from schemas.tables.table import Table

Performance = Callable[[Frame, Frame, Frame, Frame, Frame], Frame]


def performance(table: Table) -> Performance:
    """The function that makes a performance table, at the table's own grain."""

    def compute(
        impressions: Frame, clicks: Frame, conversions: Frame, engagements: Frame, invalid_traffic: Frame
    ) -> Frame:
        grain = table.grain_columns
        happened = activity(impressions, clicks, conversions, engagements, invalid_traffic, grain)
        counted = in_one_currency(happened, grain, MEASURES)
        return with_rates(counted, PERFORMANCE_RATES).select(*table.schema)

    return compute
