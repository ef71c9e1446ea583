"""Recount: bytes of bronze to the numbers of a campaign's day, by a plain program that shares no code with the rest.

Standard library, one record at a time, nothing imported from the rest of the project (tests/house checks it): a mistake
of the pipeline cannot repeat itself here. What senders call things (aliases, words, limits) comes in as facts, since it
is data; what is done with it is said a second time. Slow by intent: some 20,000 records a second.

Not here: reading the lake (`explain.bronze`), making facts of contracts (`explain.facts`). It knows the rules that the
shipped feeds declare; a refusing rule that somebody adds is none of its business, and `explain` says so.
"""

from advertisex_assets.explain.recount.count import Recounted, recount
from advertisex_assets.explain.recount.events import Reference, campaign_told
from advertisex_assets.explain.recount.facts import ColumnFacts, FeedFacts, SpendFacts, TrafficFacts
from advertisex_assets.explain.recount.money import LONGEST_DAYS
from advertisex_assets.explain.recount.values import KNOWN_CODES

__all__ = [
    "KNOWN_CODES",
    "LONGEST_DAYS",
    "ColumnFacts",
    "FeedFacts",
    "Recounted",
    "Reference",
    "SpendFacts",
    "TrafficFacts",
    "campaign_told",
    "recount",
]
