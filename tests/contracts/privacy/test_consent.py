"""What a record says about consent decides whether its user may be known; what cannot be read grants nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advertisex_assets.transforms.privacy import consented
from advertisex_assets.transforms.privacy.gpp import section_ids
from schemas.columns import ConsentSignal
from tests.contracts.privacy.signals import US_FIELDS, US_IDS, gpp_string, tc_string, us_section

GDPR, TCF, USP, GPP = (
    ConsentSignal.GDPR_APPLIES,
    ConsentSignal.TCF,
    ConsentSignal.US_PRIVACY,
    ConsentSignal.GPP,
)
SID = ConsentSignal.GPP_SID
GRANTED, REFUSED = tc_string({1, 7}), tc_string({2, 3})

CASES = {
    "nothing said": ({}, None),
    "GDPR, and no string": ({GDPR: True}, False),
    "GDPR, granted": ({GDPR: True, TCF: GRANTED}, True),
    "GDPR, refused": ({GDPR: True, TCF: REFUSED}, False),
    "GDPR, only storage granted": ({GDPR: True, TCF: tc_string({1})}, False),
    "GDPR, measured by legitimate interest": ({GDPR: True, TCF: tc_string({1}, frozenset({7}))}, True),
    "GDPR, storage needs no asking": ({GDPR: True, TCF: tc_string({7}, purpose_one_treatment=True)}, True),
    "GDPR, other segments follow": ({GDPR: True, TCF: GRANTED + ".YAAAAAAAAAA"}, True),
    "GDPR, version 1": ({GDPR: True, TCF: tc_string({1, 7}, version=1)}, False),
    "GDPR, damaged": ({GDPR: True, TCF: "not a consent string!"}, False),
    "GDPR, cut off": ({GDPR: True, TCF: GRANTED[:20]}, False),
    "GDPR does not apply, refused all the same": ({GDPR: False, TCF: REFUSED}, None),
    "law unknown, refused": ({TCF: REFUSED}, False),
    "US, not opted out": ({USP: "1YNN"}, True),
    "US, opted out": ({USP: "1YYN"}, False),
    "US, law does not apply": ({USP: "1---"}, True),
    "US, lower case": ({USP: "1yyn"}, False),
    "US, damaged": ({USP: "YNN"}, False),
    "two laws, one objects": ({GDPR: True, TCF: GRANTED, USP: "1YYN"}, False),
    "GPP with the EU's string, granted": ({GDPR: True, GPP: gpp_string({2: GRANTED})}, True),
    "GPP with the EU's string, refused": ({GPP: gpp_string({2: REFUSED})}, False),
    "GPP without the EU's string, under the GDPR": ({GDPR: True, GPP: gpp_string({6: "1YNN"})}, False),
    "GPP with the old US string": ({GPP: gpp_string({2: GRANTED, 6: "1YYN"})}, False),
    "GPP, the section that objects does not apply": ({GPP: gpp_string({2: GRANTED, 6: "1YYN"}), SID: "[2]"}, True),
    "GPP, the section that objects applies": ({GPP: gpp_string({2: GRANTED, 6: "1YYN"}), SID: "2,6"}, False),
    "GPP, no section applies": ({GPP: gpp_string({6: "1YYN"}), SID: "[-1]"}, True),
    "GPP, the sender cannot tell which apply": ({GPP: gpp_string({6: "1YYN"}), SID: "[0]"}, False),
    "GPP lists the EU's law, without a string": ({GPP: gpp_string({6: "1YNN"}), SID: "[2,6]"}, False),
    "only a list of sections": ({SID: "[2]"}, False),
    "only a list of other sections": ({SID: "[7]"}, None),
    "GPP, the EU string does not apply": ({GDPR: True, GPP: gpp_string({2: GRANTED}), SID: "7"}, False),
    "GPP, damaged": ({GPP: "DBABM"}, False),
    "GPP, a section unknown to us": ({GPP: gpp_string({5: "CPX"})}, True),
}


@pytest.mark.parametrize("default", [True, False])
@pytest.mark.parametrize("case", CASES)
def test_signals_decide_and_the_default_speaks_for_the_silent(case: str, default: bool) -> None:
    signals, expected = CASES[case]
    assert consented(signals, default) == (default if expected is None else expected)


@given(vendors=st.sets(st.integers(1, 40), max_size=12), vendor=st.integers(1, 45), ranges=st.booleans())
def test_a_string_that_does_not_name_us_grants_us_nothing(vendors: set[int], vendor: int, ranges: bool) -> None:
    """However it lists its vendors, also inside of GPP; purposes alone decide for those who are in no list."""
    string = tc_string({1, 7}, vendors=vendors, ranges=ranges)
    for signals in ({TCF: string}, {GPP: gpp_string({2: string})}):
        assert consented(signals, True, vendor) == (vendor in vendors)
        assert consented(signals, True)


@pytest.mark.parametrize("name", US_FIELDS)
def test_every_opt_out_of_every_us_section_is_honoured(name: str) -> None:
    """Positions of the fields are those of each state's specification."""
    allowed = gpp_string({US_IDS[name]: us_section(name)})
    assert consented({GPP: allowed}, False)
    for field in US_FIELDS[name]:
        if "OptOut" in field and not field.endswith("Notice"):
            assert not consented({GPP: gpp_string({US_IDS[name]: us_section(name, field)})}, True)
    assert not consented({GPP: gpp_string({US_IDS[name]: us_section(name, browser_control=True)})}, True)


def test_the_headers_of_the_specification_are_read() -> None:
    """IAB Tech Lab, Global Privacy Platform String, header examples 1 to 3."""
    assert [section_ids(header) for header in ("DBABM", "DBACNY", "DBABjw")] == [[2], [2, 6], [5, 6]]


@given(st.sets(st.integers(1, 60), min_size=1, max_size=8))
def test_any_list_of_sections_is_read(ids: set[int]) -> None:
    assert section_ids(gpp_string(dict.fromkeys(ids, "A")).partition("~")[0]) == sorted(ids)


@given(st.text(max_size=40))
def test_no_text_is_an_error(text: str) -> None:
    """Senders put anything there."""
    for signal in (TCF, USP, GPP):
        assert consented({signal: text}, True) in (True, False)
