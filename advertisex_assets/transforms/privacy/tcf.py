"""TCF: whether an IAB Europe TC string (version 2) lets advertising be measured per user.

Source: IAB Tech Lab, "Consent string and vendor list formats v2". Only the core segment is read. Whether the vendor
itself was chosen is not: who we are in the Global Vendor List is no setting of this project.
"""

from advertisex_assets.transforms.privacy.bits import Bits, UnreadableSignal

VERSION = 2
"""Version 1 ended in August 2020."""

PURPOSE_CONSENTS = 152
LEGITIMATE_INTERESTS = 176
PURPOSE_ONE_TREATMENT = 200
"""Where 24 consents, 24 legitimate interests, and `purpose 1 is not asked for in this country` begin."""

STORE_ON_DEVICE = 1
"""Purpose 1: an id of a device is one; consent only."""
MEASURE_ADVERTISING = 7
"""Purpose 7: what all of this is for; by consent or by legitimate interest."""


def allows_measurement(text: str) -> bool:
    """Whether purposes 1 and 7 are granted; UnreadableSignal if it is no TC string of version 2."""
    core = Bits(text.partition(".")[0])
    if core.number(0, 6) != VERSION:
        raise UnreadableSignal(f"TC strings of version {core.number(0, 6)} are not valid any more")
    stores = core.is_set(PURPOSE_CONSENTS + STORE_ON_DEVICE - 1) or core.is_set(PURPOSE_ONE_TREATMENT)
    measures = core.is_set(PURPOSE_CONSENTS + MEASURE_ADVERTISING - 1) or core.is_set(
        LEGITIMATE_INTERESTS + MEASURE_ADVERTISING - 1
    )
    return stores and measures
