"""Invalid traffic: which impressions, clicks and conversions no person can have made (MRC, general invalid traffic).

Not here: the rules and their thresholds (`schemas/invalid_traffic`), flags that one row tells, storing.
"""

from advertisex_assets.transforms.invalid_traffic.find import broken_rules
from advertisex_assets.transforms.invalid_traffic.reasons import by_event
from advertisex_assets.transforms.invalid_traffic.shared import TABLES

__all__ = ["TABLES", "broken_rules", "by_event"]
