"""Consent as data: who we are to the laws' strings, and where senders put these; feeds declare which they carry.

Not here: reading the strings (`advertisex_assets/transforms/privacy`).
"""

from schemas.columns import Column, ConsentSignal
from schemas.types import Flag, Text

TCF_VENDOR_ID: int | None = None
"""Our id in the IAB's Global Vendor List. With one, a TC string must also name us; None: we are not in the list, and
the purposes alone decide."""


def consent_columns(stored: bool) -> tuple[Column, ...]:
    """The signals of the IAB's frameworks, by OpenRTB's names, flat or in its objects.

    `stored` says whether silver keeps them. They are no part of an event's content: a delivery with another string is
    the same event.
    """
    declared = (
        (
            "gdpr",
            Flag(),
            ("gdpr", "regs.gdpr", "regs.ext.gdpr"),
            "Whether the GDPR applies.",
            ConsentSignal.GDPR_APPLIES,
        ),
        (
            "us_privacy",
            Text(),
            ("us_privacy", "regs.us_privacy", "regs.ext.us_privacy"),
            "The IAB US privacy string.",
            ConsentSignal.US_PRIVACY,
        ),
        (
            "gpp",
            Text(),
            ("gpp", "regs.gpp", "regs.ext.gpp"),
            "The IAB Global Privacy Platform string.",
            ConsentSignal.GPP,
        ),
        (
            "gpp_sid",
            Text(),
            ("gpp_sid", "regs.gpp_sid", "regs.ext.gpp_sid"),
            "The sections of it that apply.",
            ConsentSignal.GPP_SID,
        ),
        (
            "consent",
            Text(),
            ("consent", "user.consent", "user.ext.consent"),
            "The IAB TCF consent string.",
            ConsentSignal.TCF,
        ),
    )
    return tuple(
        Column(name, kind, sources, description, consent=signal, stored=stored, content=False)
        for name, kind, sources, description, signal in declared
    )
