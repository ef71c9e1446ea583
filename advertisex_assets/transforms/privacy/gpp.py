"""GPP: whether any section of an IAB Global Privacy Platform string forbids user-level data.

Source: IAB Tech Lab, "Global Privacy Platform String" and the specifications of its sections.
"""

import re
from collections.abc import Collection

from advertisex_assets.transforms.privacy.bits import Bits, UnreadableSignal
from advertisex_assets.transforms.privacy.tcf import allows_measurement
from advertisex_assets.transforms.privacy.us_privacy import allows_sale

HEADER_TYPE = 3
EU_TCF, US_PRIVACY = 2, 6

NATIONAL = (18, 20, 22)
"""The first bits of SaleOptOut, SharingOptOut and TargetedAdvertisingOptOut in the US national section."""
COMMON, WITH_SENSITIVE_NOTICE, AFTER_MSPA = (12, 14), (14, 16), (22, 24)
"""The same of SaleOptOut and TargetedAdvertisingOptOut (California: SharingOptOut) in the states' sections."""

OPT_OUT_FIELDS = {
    7: NATIONAL,
    **dict.fromkeys((8, 9, 10, 12, 13, 14, 15, 16, 17, 19, 20, 21, 22, 23), COMMON),
    **dict.fromkeys((11, 18), WITH_SENSITIVE_NOTICE),
    **dict.fromkeys((24, 25, 26, 27), AFTER_MSPA),
}
"""By section id; each field has two bits."""

OPTED_OUT = 1
GPC_SEGMENT = 1
"""The type (two bits) of the segment whose next bit is the browser's Global Privacy Control."""


NONE_APPLIES, NOT_SAID = -1, 0
"""In a list of the sections that apply: none does, or the sender cannot tell."""


def applicable(text: str | None) -> Collection[int] | None:
    """The sections that `gpp_sid` lists, however its numbers are separated; None (all may) where it tells nothing."""
    ids = {int(number) for number in re.findall(r"-?\d+", text or "")}
    if NONE_APPLIES in ids:
        return frozenset()
    return ids if ids - {NOT_SAID} else None


def allows_user_level(text: str, sections: Collection[int] | None = None, vendor: int | None = None) -> bool:
    """Whether none of the sections that apply objects (None: all may); `vendor` as of `tcf.allows_measurement`.

    UnreadableSignal if the string or such a section is damaged. Sections whose law is not known here (Canada's among
    them) are not weighed.
    """
    header, *texts = text.split("~")
    ids = section_ids(header)
    if len(ids) != len(texts):
        raise UnreadableSignal(f"the header names {len(ids)} sections and {len(texts)} follow")
    weighed = {number: one for number, one in zip(ids, texts, strict=True) if sections is None or number in sections}
    return all(_allows(number, one, vendor) for number, one in weighed.items())


def carries_tc_string(text: str, sections: Collection[int] | None = None) -> bool:
    """Whether one of the sections that apply is a TC string; UnreadableSignal if the header is damaged."""
    return EU_TCF in section_ids(text.partition("~")[0]) and (sections is None or EU_TCF in sections)


def section_ids(header: str) -> list[int]:
    """The ids that a header lists, in order."""
    bits = Bits(header)
    if bits.number(0, 6) != HEADER_TYPE:
        raise UnreadableSignal("the string does not begin with a GPP header")
    ids: list[int] = []
    place = 24
    for _ in range(bits.number(12, 12)):
        is_range = bits.is_set(place)
        step, place = bits.fibonacci(place + 1)
        first = last = (ids[-1] if ids else 0) + step
        if is_range:
            width, place = bits.fibonacci(place)
            last = first + width
        ids.extend(range(first, last + 1))
    return ids


def _allows(section_id: int, section: str, vendor: int | None) -> bool:
    if section_id == EU_TCF:
        return allows_measurement(section, vendor)
    if section_id == US_PRIVACY:
        return allows_sale(section)
    return section_id not in OPT_OUT_FIELDS or not _opted_out(section, OPT_OUT_FIELDS[section_id])


def _opted_out(section: str, fields: tuple[int, ...]) -> bool:
    core, *segments = [Bits(segment) for segment in section.split(".")]
    by_browser = any(bits.number(0, 2) == GPC_SEGMENT and bits.is_set(2) for bits in segments)
    return by_browser or any(core.number(start, 2) == OPTED_OUT for start in fields)
