"""TCF: whether an IAB Europe TC string (version 2) lets advertising be measured per user.

Source: IAB Tech Lab, "Consent string and vendor list formats v2". Only the core segment is read.
"""

from advertisex_assets.transforms.privacy.bits import Bits, UnreadableSignal

VERSION = 2
"""Version 1 ended in August 2020."""

PURPOSE_CONSENTS = 152
LEGITIMATE_INTERESTS = 176
PURPOSE_ONE_TREATMENT = 200
"""Where 24 consents, 24 legitimate interests, and `purpose 1 is not asked for in this country` begin."""

MOST_VENDORS = 213
"""Where the consents by vendor begin: the highest id (16 bits), whether ranges follow (1 bit), then a bit per vendor or
a count of ranges (12 bits)."""

STORE_ON_DEVICE = 1
"""Purpose 1: an id of a device is one; consent only."""
MEASURE_ADVERTISING = 7
"""Purpose 7: what all of this is for; by consent or by legitimate interest."""


def allows_measurement(text: str, vendor: int | None = None) -> bool:
    """Whether purposes 1 and 7 are granted, and consent to that vendor of the Global Vendor List, if one is given.

    UnreadableSignal if it is no TC string of version 2.
    """
    core = Bits(text.partition(".")[0])
    if core.number(0, 6) != VERSION:
        raise UnreadableSignal(f"TC strings of version {core.number(0, 6)} are not valid any more")
    stores = core.is_set(PURPOSE_CONSENTS + STORE_ON_DEVICE - 1) or core.is_set(PURPOSE_ONE_TREATMENT)
    measures = core.is_set(PURPOSE_CONSENTS + MEASURE_ADVERTISING - 1) or core.is_set(
        LEGITIMATE_INTERESTS + MEASURE_ADVERTISING - 1
    )
    return stores and measures and (vendor is None or _consents_to(core, vendor))


def _consents_to(core: Bits, vendor: int) -> bool:
    """Whether the consents by vendor name it; an id from 1."""
    if vendor > core.number(MOST_VENDORS, 16):
        return False
    if not core.is_set(MOST_VENDORS + 16):
        return core.is_set(MOST_VENDORS + 17 + vendor - 1)
    place = MOST_VENDORS + 29
    for _ in range(core.number(MOST_VENDORS + 17, 12)):
        is_range, first = core.is_set(place), core.number(place + 1, 16)
        last = core.number(place + 17, 16) if is_range else first
        if first <= vendor <= last:
            return True
        place += 33 if is_range else 17
    return False
