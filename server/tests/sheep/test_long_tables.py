"""A long text is read as columns: each line and each column is what cutting line by line gives."""

import pytest
from bellwether.sheep.reading import lines as texts
from bellwether.sheep.reading.sheet import Sheet, open_sheet, set_header
from hypothesis import given
from hypothesis import strategies as st

CELLS = st.sampled_from(
    ["", "1", "007", "A1", " 12 ", "\u00a05", "x\x1fy", "\x1c3", '"q"', '"open', '="01"', "Total", "mean", "2 ewes",
     "---", "# note", "the end of it", "ü", "٣", "EID", "Date", "5", "45.5", '"1"', '" 5 "', '"a,b"', '""', ' "7"',
     '"7" ', '"Total"', '"EID"', 'x"y"', '"a""b"', '"=1"']
)  # fmt: skip
LINES = st.lists(st.lists(CELLS, min_size=0, max_size=4), max_size=25)


def sheet(content: bytes, line: int) -> Sheet:
    found = open_sheet(content, delimiter=",")
    set_header(found, line)
    return found


@given(LINES, st.integers(0, 2), st.sampled_from(["\n", "\r\n"]))
def test_a_long_text_is_read_as_a_short_one(body: list[list[str]], line: int, end: str) -> None:
    content = end.join(",".join(cells) for cells in [["EID", "Date", "Weight"], ["1", "2", "3"], *body]).encode()
    short = sheet(content, line)
    assert short.table is None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(texts, "LONG", 0)
        long = sheet(content, line)
    assert long.table is not None
    assert (list(long.rows), long.faults, long.width, long.notes) == (
        list(short.rows), short.faults, short.width, short.notes
    )  # fmt: skip
    n_cells = [len(short.rows[number - 1]) for number in short.body() if number not in short.faults]
    for place in range(min(n_cells, default=0)):
        assert long.column(place) == short.column(place)
        assert list(long.firsts(place).items()) == list(short.firsts(place).items())


def test_columns_hold_the_usual_lines() -> None:
    content = "EID,Date\n" + "982000123456789,2024-11-11\n" * 3000 + 'x,"y"\nx,"y, z"\n\nTotal,3\n'
    found = sheet(content.encode(), 1)
    assert found.table is not None
    assert (len(found.table.numbers()), found.table.others) == (3001, [3003, 3004, 3005])
    assert found.firsts(0) == {"982000123456789": 2, "x": 3002}
