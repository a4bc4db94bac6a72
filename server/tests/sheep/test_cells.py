"""Dates, times, numbers and words by themselves: what a text may mean, and what a column proves."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from bellwether.sheep import missing
from bellwether.sheep.findings import Broken, Faults, broken
from bellwether.sheep.reading import dates, numbers, words
from bellwether.sheep.reading.times import parse_time
from hypothesis import given, settings
from hypothesis import strategies as st

TODAY = date(2026, 1, 1)
PAST = st.dates(date(1990, 1, 1), TODAY)


def proof(*texts: str, asked: dates.DateOrder | None = None) -> dates.Proof:
    """What a column of dates shows."""
    return dates.prove(enumerate(texts, 2), TODAY, header="DOB", field="birth_date", asked=asked)


@settings(deadline=None)
@given(PAST, st.sampled_from("/.- "))
def test_a_day_written_in_an_order_is_read_in_that_order(day: date, mark: str) -> None:
    for order in dates.ORDERS:
        parts = {"y": f"{day.year}", "m": f"{day.month:02}", "d": f"{day.day:02}"}
        text = mark.join(parts[letter] for letter in order)
        column = dates.DateColumn(order, TODAY, "date")
        assert column.read(text)[0] == day


@settings(deadline=None)
@given(st.lists(PAST, min_size=1, max_size=30), st.sampled_from(["dmy", "mdy"]))
def test_a_column_is_proved_rightly_or_asked_about(days: list[date], order: dates.DateOrder) -> None:
    texts = [day.strftime("%d/%m/%Y" if order == "dmy" else "%m/%d/%Y") for day in days]
    found = proof(*texts)
    if found.order is None:
        assert [fault.code for fault in found.faults] == ["date_order_ambiguous"]
        assert all(day.day <= 12 for day in days)
        return
    column = dates.DateColumn(found.order, TODAY, "date")
    assert [column.read(text)[0] for text in texts] == days


@settings(deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_a_day_or_broken(text: str) -> None:
    with suppress(Broken):
        assert dates.DateColumn("dmy", TODAY, "date").read(text)[0] <= TODAY


def test_an_order_is_contradicted_by_two_rows() -> None:
    found = proof("10/11/2024", "25/11/2024", "11/26/2024")
    assert [(fault.code, fault.row) for fault in found.faults] == [("date_order_contradiction", 4)]
    assert "row 3 (25/11/2024) is day first" in found.faults[0].message
    assert "row 4 (11/26/2024) is month first" in found.faults[0].message
    assert proof("25/11/2024", "11/26/2024", asked="dmy").faults == []


def test_dates_that_read_alike_both_ways_need_no_order() -> None:
    assert proof("03/03/2024", "04/04/2024").faults == []
    assert proof("2024-11-10", "10 Nov 2024").faults == []
    assert proof("03/03/2024", "04/05/2024").order is None


def test_years_of_two_digits_never_lie_ahead_in_silence() -> None:
    for text in ("25/12/26", "25/11/30", "25/11/69"):
        with pytest.raises(Broken) as caught:
            dates.DateColumn("dmy", TODAY, "date").read(text)
        assert caught.value.finding.code == "date_impossible"
    assert dates.DateColumn("dmy", TODAY, "date").read("25/11/71")[0] == date(1971, 11, 25)


def test_a_day_number_of_a_spreadsheet_says_which_day_it_may_be() -> None:
    with pytest.raises(Broken) as caught:
        dates.DateColumn(None, TODAY, "date").read("45621")
    assert caught.value.finding.code == "date_serial"
    assert str(date(1899, 12, 30) + timedelta(days=45621)) in caught.value.finding.message


@pytest.mark.parametrize("text", ["", "8", "24:00", "8:60", "1:2", "0 AM", "soon", "12.5.2024"])
def test_no_time_of_day(text: str) -> None:
    assert parse_time(text) is None


@settings(deadline=None)
@given(st.decimals(-99_999, 99_999, places=2), st.sampled_from([".", ","]), st.booleans())
def test_a_number_is_read_by_the_marks_of_its_file(value: object, decimal: numbers.Decimal, grouped: bool) -> None:
    plain = f"{value:,.2f}" if grouped else f"{value:.2f}"
    other = "," if decimal == "." else "."
    text = plain.replace(",", "_").replace(".", decimal).replace("_", other)
    assert numbers.Numbers(decimal).read(text, field="x") == float(f"{value:.2f}")
    assert numbers.prove([(2, text)]).decimal == decimal


@settings(deadline=None)
@given(st.text(st.sampled_from("0123456789.,' eE+-kglb"), max_size=9))
def test_what_gives_no_evidence_is_no_number(text: str) -> None:
    found = numbers.evidence(text)
    for decimal in (".", ","):
        with suppress(Broken):
            numbers.Numbers(decimal).read(text, field="x")
            assert found


def test_both_marks_in_one_file_name_both_rows() -> None:
    (fault,) = numbers.prove([(2, "31.5"), (3, "28,25")]).faults
    assert (fault.code, "row 2" in fault.message, "row 3" in fault.message) == ("decimal_mixed", True, True)
    (fault,) = numbers.prove([(2, "1,200"), (3, "30")]).faults
    assert (fault.code, fault.field) == ("decimal_ambiguous", "decimal")
    assert numbers.prove([(2, "1,200"), (3, "30.5")]).thousands == ","
    assert numbers.prove([(2, "12"), (3, "70lb")]).decimal is None


@pytest.mark.parametrize("vocabulary", [words.SEX, words.BIRTH_TYPE, words.REAR_TYPE, words.ET])
def test_no_word_has_two_meanings(vocabulary: words.Vocabulary) -> None:
    seen: dict[str, str] = {}
    for meaning, known in vocabulary.meanings.items():
        for word in known:
            assert seen.setdefault(word, meaning) == meaning, word
            assert word not in vocabulary.doubtful
            assert word == missing.normal(word).rstrip(".")


@settings(deadline=None)
@given(st.text(min_size=1, max_size=8))
def test_a_word_is_known_or_refused(text: str) -> None:
    said = words.settle(words.SEX, [(2, text)])
    with suppress(Broken):
        assert said.read(text) in words.SEX.meanings


def test_codes_of_a_file_count_besides_the_table() -> None:
    codes = missing.Codes.of(["-77", "Kein Vater"], ["999"])
    assert codes.is_missing("kein  vater")
    assert codes.is_missing(" -77 ")
    assert not codes.is_suspicious("999")
    assert codes.is_suspicious("-9.0")
    assert missing.parent("999", codes, field="sire") == ("999", None)
    assert not missing.is_missing("0")


def test_every_fault_is_gathered() -> None:
    def fail(code: str) -> int:
        raise broken(code, code, "mend it")

    faults = Faults()
    assert faults.take(lambda: fail("one")) is None
    assert faults.take(lambda: 7) == 7
    assert faults.take(lambda: fail("two")) is None
    with pytest.raises(Broken) as caught:
        faults.stop()
    assert [finding.code for finding in caught.value.findings] == ["one", "two"]
    assert caught.value.finding.code == "one"
