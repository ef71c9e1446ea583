"""Consent strings written from their specifications, field by field, with none of our code."""

from collections.abc import Collection

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def encoded(bits: str) -> str:
    """Six bits a character, filled up with zeros."""
    padded = bits + "0" * (-len(bits) % 6)
    return "".join(ALPHABET[int(padded[place : place + 6], 2)] for place in range(0, len(padded), 6))


def bitfield(length: int, numbers: Collection[int]) -> str:
    """A bit for each number from 1."""
    return "".join("1" if number in numbers else "0" for number in range(1, length + 1))


def tc_string(
    consents: Collection[int],
    interests: frozenset[int] = frozenset(),
    version: int = 2,
    purpose_one_treatment: bool = False,
    vendors: Collection[int] = (2,),
    ranges: bool = False,
) -> str:
    """The core segment of a TC string (IAB Europe TCF v2.2), fields in their order."""
    fields = [
        (version, 6),
        (17_000_000_000, 36),  # created, deciseconds
        (17_000_000_000, 36),  # last updated
        (31, 12),  # CMP id
        (7, 12),  # CMP version
        (1, 6),  # screen
        ((4 << 6) + 13, 12),  # language EN
        (48, 12),  # vendor list version
        (5, 6),  # policy version
        (1, 1),  # service specific
        (0, 1),  # non-standard texts
        (0, 12),  # special features
    ]
    head = "".join(f"{value:0{length}b}" for value, length in fields)
    purposes = bitfield(24, consents) + bitfield(24, interests)
    publisher = f"{int(purpose_one_treatment)}" + f"{(3 << 6) + 4:012b}"  # country DE
    last = max(vendors, default=0)
    chosen = f"{last:016b}" + (vendor_ranges(vendors) if ranges else "0" + bitfield(last, vendors))
    return encoded(head + purposes + publisher + chosen + f"{0:016b}0" + f"{0:012b}")


def vendor_ranges(vendors: Collection[int]) -> str:
    """The same consents as ranges: neighbours together, others alone."""
    stretches: list[list[int]] = []
    for vendor in sorted(vendors):
        if stretches and vendor == stretches[-1][-1] + 1:
            stretches[-1].append(vendor)
        else:
            stretches.append([vendor])
    entries = [
        f"0{one[0]:016b}" if len(one) == 1 else f"1{one[0]:016b}{one[-1]:016b}" for one in stretches
    ]
    return f"1{len(entries):012b}" + "".join(entries)


def fibonacci(number: int) -> str:
    """Zeckendorf's sum, smallest first, and a one to end it."""
    terms = [1, 2]
    while terms[-1] <= number:
        terms.append(terms[-1] + terms[-2])
    bits = []
    for term in reversed(terms[:-1]):
        bits.append("1" if term <= number else "0")
        number -= term if term <= number else 0
    return "".join(bits).lstrip("0")[::-1] + "1"


def gpp_string(sections: dict[int, str]) -> str:
    """A GPP string with those sections; every id is listed by itself."""
    ids, last = "", 0
    for section_id in sorted(sections):
        ids += "0" + fibonacci(section_id - last)
        last = section_id
    header = encoded(f"{3:06b}{1:06b}{len(sections):012b}{ids}")
    return "~".join([header, *(sections[section_id] for section_id in sorted(sections))])


US_FIELDS = {
    "usnat": [
        "SharingNotice",
        "SaleOptOutNotice",
        "SharingOptOutNotice",
        "TargetedAdvertisingOptOutNotice",
        "SensitiveDataProcessingOptOutNotice",
        "SensitiveDataLimitUseNotice",
        "SaleOptOut",
        "SharingOptOut",
        "TargetedAdvertisingOptOut",
    ],
    "usca": [
        "SaleOptOutNotice",
        "SharingOptOutNotice",
        "SensitiveDataLimitUseNotice",
        "SaleOptOut",
        "SharingOptOut",
    ],
    "usva": [
        "SharingNotice",
        "SaleOptOutNotice",
        "TargetedAdvertisingOptOutNotice",
        "SaleOptOut",
        "TargetedAdvertisingOptOut",
    ],
    "usut": [
        "SharingNotice",
        "SaleOptOutNotice",
        "TargetedAdvertisingOptOutNotice",
        "SensitiveDataProcessingOptOutNotice",
        "SaleOptOut",
        "TargetedAdvertisingOptOut",
    ],
    "ustx": [
        "ProcessingNotice",
        "SaleOptOutNotice",
        "TargetedAdvertisingOptOutNotice",
        "SaleOptOut",
        "TargetedAdvertisingOptOut",
    ],
    "usmd": [
        "MspaVersion",
        "MspaCoveredTransaction",
        "MspaMode",
        "ProcessingNotice",
        "SaleOptOutNotice",
        "TargetedAdvertisingOptOutNotice",
        "SaleOptOut",
        "TargetedAdvertisingOptOut",
    ],
}
US_IDS = {"usnat": 7, "usca": 8, "usva": 9, "usut": 11, "ustx": 16, "usmd": 24}


def us_section(name: str, opted_out: str | None = None, browser_control: bool = False) -> str:
    """A US section in which a person opted out of one field, or did not (2) of any."""
    core = f"{1:06b}"
    for field in US_FIELDS[name]:
        value = (1 if field == opted_out else 2) if "OptOut" in field and not field.endswith("Notice") else 1
        core += f"{value:06b}" if field == "MspaVersion" else f"{value:02b}"
    section = encoded(core + f"{0:030b}")
    return section + ("." + encoded("01" + "1") if browser_control else "")
