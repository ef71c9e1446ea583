"""GPP: whether any section of an IAB Global Privacy Platform string forbids user-level data.

Source: IAB Tech Lab, "Global Privacy Platform String" and the specifications of its sections. Without `gpp_sid` every
section is taken to apply.
"""

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


def allows_user_level(text: str) -> bool:
    """Whether no section of the string objects; UnreadableSignal if the string or one that we know is damaged.

    Sections whose law is not known here (Canada's among them) are not weighed.
    """
    header, *sections = text.split("~")
    ids = section_ids(header)
    if len(ids) != len(sections):
        raise UnreadableSignal(f"the header names {len(ids)} sections and {len(sections)} follow")
    return all(_allows(section_id, section) for section_id, section in zip(ids, sections, strict=True))


def carries_tc_string(text: str) -> bool:
    """Whether one of its sections is a TC string; UnreadableSignal if its header is damaged."""
    return EU_TCF in section_ids(text.partition("~")[0])


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


def _allows(section_id: int, section: str) -> bool:
    if section_id == EU_TCF:
        return allows_measurement(section)
    if section_id == US_PRIVACY:
        return allows_sale(section)
    return section_id not in OPT_OUT_FIELDS or not _opted_out(section, OPT_OUT_FIELDS[section_id])


def _opted_out(section: str, fields: tuple[int, ...]) -> bool:
    core, *segments = [Bits(segment) for segment in section.split(".")]
    by_browser = any(bits.number(0, 2) == GPC_SEGMENT and bits.is_set(2) for bits in segments)
    return by_browser or any(core.number(start, 2) == OPTED_OUT for start in fields)
