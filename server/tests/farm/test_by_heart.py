"""Lines that are read by heart say what they say when each of them is read for itself, in files of any dirt."""

from datetime import date

from bellwether.farm.imports.formats import weigh_session
from bellwether.farm.imports.judging.weighing import Weighing
from bellwether.farm.imports.reading.entry import Rules
from bellwether.farm.imports.reading.layout import Layout
from bellwether.farm.imports.reading.rows import ReadRow, read_file, read_row, reopened
from hypothesis import given
from hypothesis import strategies as st

TODAY = date(2026, 1, 1)
FIELDS = ("eid", "vid", "id", "date", "time", "weight", "unit", "trait", "group")
CELLS = {
    "eid": ["982000123456789", "982 000123456789", "9.82E+14", "", "-", "982000123456780", "nonsense"],
    "vid": ["000123", "123", "", "n/a", "NOTAG", "1,234", "#REF!"],
    "id": ["", "9912342020000001", "A1"],
    "date": ["2024-11-11", "2024-11-11 09:30", "2024-11-12 10:00", "2024-11-12 00:00", "2027-01-01", "", "45000"],
    "time": ["08:00", "", "-", "n/a", "25:99", "8.15", "09:30"],
    "weight": ["31.5", "31", "301", "0", "", "n/a", "99.9", "70 lb", "999", "x"],
    "unit": ["", "kg", "lb", "stone", "-"],
    "trait": ["", "WWT", "PWT", "wool", "-"],
    "group": ["", "A", "-", "a longer group of more than forty characters altogether"],
}
LINES = st.lists(st.tuples(*(st.sampled_from(CELLS[name]) for name in FIELDS)), min_size=1, max_size=60)
CODES = st.sampled_from([{}, {"missing": ["99.9"]}, {"missing": ["08:00", "A"]}, {"present": ["0", "999"]}])
COLUMNS = st.sets(st.sampled_from(["vid", "id", "time", "unit", "trait", "group"]))


@given(LINES, CODES, COLUMNS, st.sampled_from(["WWT", "PWT"]))
def test_by_heart_a_line_says_what_it_says_alone(
    lines: list[tuple[str, ...]], options: dict[str, object], absent: set[str], trait: str
) -> None:
    fields = [name for name in FIELDS if name not in absent]
    rows = [[cell for name, cell in zip(FIELDS, line, strict=True) if name in fields] for line in lines]
    content = "\n".join(";".join(cells) for cells in [fields, *rows]).encode()
    layout = Layout(
        kind="weights", encoding="utf-8", delimiter=";", header_line=1, n_lines=len(lines) + 1, headers=fields,
        columns={name: place for place, name in enumerate(fields)}, trait=trait, options=options, date_order="ymd",
        decimal=".", unit="kg",
    )  # fmt: skip
    sheet = reopened(content, layout)
    alone: list[ReadRow[Weighing]] = [
        read_row(sheet, number, Rules(layout, TODAY), weigh_session.FORMAT) for number in sheet.body()
    ]
    assert list(read_file(content, layout, weigh_session.FORMAT, TODAY)) == alone
