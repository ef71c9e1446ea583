"""US privacy: the IAB's four characters for the CCPA: version, notice given, opted out of sale, LSPA signed.

Source: IAB Tech Lab, "US Privacy String" (version 1, replaced by GPP and still sent).
"""

import re

from advertisex_assets.transforms.privacy.bits import UnreadableSignal

SHAPE = re.compile(r"1[YN-]{3}")
OPTED_OUT = 2
"""Which character says whether the person opted out of the sale of personal information."""


def allows_sale(text: str) -> bool:
    """Whether the person did not opt out (`-`: the law does not apply); UnreadableSignal for any other text."""
    upper = text.upper()
    if not SHAPE.fullmatch(upper):
        raise UnreadableSignal(f"{text!r} is no US privacy string")
    return upper[OPTED_OUT] != "Y"
