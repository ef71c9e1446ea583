"""Rules of invalid traffic as data (MRC "Invalid Traffic Detection and Filtration Standards", general invalid traffic).

Rows are flagged, never dropped. What one row can tell is a flag in silver; what needs other rows is found by
`transforms/invalid_traffic`. Not here: how either is computed.
"""

from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True)
class TrafficRule:
    """One reason for which a row is no valid traffic; raise `version` when it finds other rows than before."""

    code: str
    sentence: str
    version: int = 1

    @property
    def identity(self) -> str:
        """The code with its version."""
        return f"{self.code}/{self.version}"


KNOWN_BOT = TrafficRule("known_bot", "The user agent is a listed crawler's or library's.")
DATA_CENTRE = TrafficRule("data_centre", "The address belongs to a data centre, where no viewer sits.")

ONE_ROW = (KNOWN_BOT, DATA_CENTRE)
"""Rules that one row breaks by itself: flags in its silver row."""

CLICK_WITHOUT_IMPRESSION = TrafficRule(
    "click_without_impression",
    "No impression that the click names, and none of its user, was served before it.",
)
CLICK_BEFORE_IMPRESSION = TrafficRule(
    "click_before_impression", "The click came before the impression it names."
)
CLICK_TOO_FAST = TrafficRule(
    "click_too_fast", "The click came sooner after its impression than a person can act."
)
CLICK_ON_INVALID = TrafficRule(
    "click_on_invalid_impression", "The impression that the click names is invalid itself."
)
CLICK_FLOOD = TrafficRule("click_flood", "The user or address clicked more often than a person can.")
DUPLICATE_CLICK = TrafficRule("duplicate_click", "The user had clicked on the same ad a moment before.")
CONVERSION_TOO_FAST = TrafficRule(
    "conversion_too_fast", "The conversion came sooner after its click than a person can act."
)
CONVERSION_OF_INVALID_CLICK = TrafficRule(
    "conversion_of_invalid_click", "The click that the conversion names, at most a day before, is invalid itself."
)

WITH_OTHER_ROWS = (
    CLICK_WITHOUT_IMPRESSION,
    CLICK_BEFORE_IMPRESSION,
    CLICK_TOO_FAST,
    CLICK_ON_INVALID,
    CLICK_FLOOD,
    DUPLICATE_CLICK,
    CONVERSION_TOO_FAST,
    CONVERSION_OF_INVALID_CLICK,
)
RULES = (*ONE_ROW, *WITH_OTHER_ROWS)

LOOKBACK_DAYS = 1
"""How far one event may be from the other that a rule compares it with. A click a day after its ad is rarely about that
ad."""

REACH_DAYS = 2 * LOOKBACK_DAYS
"""w: how many days before and after a date its rules read: a conversion's click, and the impression of that click."""


@dataclass(frozen=True)
class Limits:
    """The thresholds of the rules; a part of each date's fingerprint."""

    fastest_click: timedelta = timedelta(milliseconds=500)
    """To see, decide and press takes a person longer (simple reactions alone take a quarter of a second)."""
    clock_tolerance: timedelta = timedelta(seconds=1)
    """How much earlier than its impression a click may seem: senders cut times to the second."""
    flood_clicks_per_user: int = 10
    flood_clicks_per_address: int = 30
    """More clicks than so many within `flood_window` are a flood; offices and households share an address."""
    flood_window: timedelta = timedelta(minutes=1)
    duplicate_window: timedelta = timedelta(seconds=1)
    """A second click on the same ad within it is a double click."""
    fastest_conversion: timedelta = timedelta(seconds=5)
    """A landing page has to load, and a form to be filled or a store to be reached."""
    lookback: timedelta = field(default=timedelta(days=LOOKBACK_DAYS))
    """How long before a click its impression may be."""


DATA_CENTRE_RANGES = (
    # Test networks (RFC 2544): load generators.
    "198.18.0.0/15",
    # Amazon EC2 (ip-ranges.json).
    "3.8.0.0/13",
    "3.16.0.0/12",
    "3.64.0.0/11",
    "3.128.0.0/12",
    "3.208.0.0/12",
    "3.224.0.0/12",
    "13.48.0.0/12",
    "13.192.0.0/11",
    "13.224.0.0/12",
    "2406:da1e::/32",
    # Google Cloud (cloud.json).
    "104.154.0.0/15",
    "104.196.0.0/14",
    "130.211.0.0/16",
    "136.112.0.0/13",
    "2600:1900::/28",
    # Microsoft Azure (service tags).
    "4.128.0.0/9",
    "13.64.0.0/11",
    "13.96.0.0/13",
    "2603:1000::/24",
    # DigitalOcean (google.csv).
    "134.209.0.0/16",
    "139.59.0.0/16",
    "142.93.0.0/16",
    "157.230.0.0/16",
    "157.245.0.0/16",
    "159.65.0.0/16",
    "165.22.0.0/16",
    "165.227.0.0/16",
    "167.99.0.0/16",
    "178.128.0.0/16",
    "188.166.0.0/16",
    "206.189.0.0/16",
    # Linode (RFC 8805 feed).
    "172.236.0.0/14",
    "2a01:7e00::/30",
)
"""Large blocks that the providers publish as theirs (August 2026). The full lists change weekly and are thousands of
lines long: give one as ADVERTISEX_DATA_CENTRE_RANGES."""
