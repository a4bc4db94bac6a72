"""The table of the farm handbook, section 6, and what no spelling of a number may do."""

from contextlib import suppress

import pytest
from bellwether.sheep.eid import MAX_NATIONAL, parse_eid
from bellwether.sheep.findings import Broken
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("raw", "eid"),
    [
        ("982 000123456789", "982000123456789"),
        ("982000123456789", "982000123456789"),
        ("0982000123456789", "982000123456789"),
        ("982000123456789.0", "982000123456789"),
        ("\ufeff982 000123456789 ", "982000123456789"),
        ("A 00000 0 982 000017383201", "982000017383201"),
        ("981-018285778231", "981018285778231"),
        ("urn:iso:std:iso:11784:982.009104636715", "982009104636715"),
        ("0826071339300045", "826071339300045"),
        ("UK0713393 00045", "826071339300045"),
        ("UK713393 45", "826071339300045"),
    ],
)
def test_reads(raw: str, eid: str) -> None:
    assert parse_eid(raw) == eid


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("9.82E+14", "eid_scientific_notation"),
        ("9,82E+14", "eid_scientific_notation"),
        ("98200012345678", "eid_length"),
        ("9820001234567890", "eid_length"),
        ("982274877906944", "eid_range"),
        ("000000123456789", "eid_prefix"),
        ("999000123456789", "eid_prefix"),
        ("8000F5A3C2B1D0E9", "eid_hexadecimal"),
        ("98200012345678X", "eid_characters"),
        ("٩٨٢٠٠٠١٢٣٤٥٦٧٨٩", "eid_characters"),
        ("", "eid_characters"),
    ],
)
def test_refuses(raw: str, code: str) -> None:
    with pytest.raises(Broken) as caught:
        parse_eid(raw)
    assert caught.value.finding.code == code
    assert caught.value.finding.fix


def test_a_lost_zero_is_suggested_and_never_padded() -> None:
    with pytest.raises(Broken) as caught:
        parse_eid("98200012345678")
    assert "zero" in caught.value.finding.fix


@given(st.integers(1, 998), st.integers(0, MAX_NATIONAL))
def test_every_valid_number_survives_every_spelling(country: int, national: int) -> None:
    eid = f"{country:03}{national:012}"
    for spelling in (eid, f"{eid[:3]} {eid[3:]}", f"0{eid}", f"{eid}.0", f"{eid[:3]}-{eid[3:]}"):
        assert parse_eid(spelling) == eid


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(raw: str) -> None:
    with suppress(Broken):
        assert len(parse_eid(raw)) == 15
