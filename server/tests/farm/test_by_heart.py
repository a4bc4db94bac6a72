"""Lines that are read by heart say what they say when each of them is read for itself, in files of any dirt."""

from datetime import date

from bellwether.farm.imports.formats import flock_list, sg_submission, weigh_session
from bellwether.farm.imports.judging.animal_row import AnimalRow
from bellwether.farm.imports.judging.weighing import Weighing
from bellwether.farm.imports.reading.entry import Rules
from bellwether.farm.imports.reading.format import Format
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


NUMBER = "161234201918000"
ANIMAL = (
    "id",
    "eid",
    "vid",
    "sex",
    "birth_date",
    "sire",
    "dam",
    "drop_year",
    "birth_type",
    "name",
    "birth_group",
    "et",
)
PARENTS = [
    f"{NUMBER}1",
    f"{NUMBER}2",
    "0161234201918000",
    "982000123456789",
    "K3",
    "",
    "9999999",
    "0",
    "<clear>",
    "A/B",
]
CELLS_OF_ANIMALS = {
    "id": [f"{NUMBER}1", f"{NUMBER}2", "0112342020000001", "16ab342020000001", "", "123", f"'{NUMBER}1", "<clear>"],
    "eid": ["982000123456789", "", "000000123456789", "999000123456789", "982999999999999", "98200012345678", "n/a"],
    "vid": ["000123", "123", "", "000", "n/a", "1234567890123456", "1,234", "#REF!", "Blue 7"],
    "sex": ["1", "F", "", "wether", "?", "<clear>", "nonsense"],
    "birth_date": ["2019-08-01", "2020-08-01", "", "2027-01-01", "n/a", "<clear>"],
    "sire": PARENTS,
    "dam": PARENTS,
    "drop_year": ["", "", "2019", "-", "20"],
    "birth_type": ["2", "", "twin", "14"],
    "name": ["", "", "Bess"],
    "birth_group": ["", "A", "a group with a name of many more than forty characters"],
    "et": ["", "", "ET"],
}
LINES_OF_ANIMALS = st.lists(
    st.tuples(*(st.sampled_from(CELLS_OF_ANIMALS[name]) for name in ANIMAL)), min_size=1, max_size=40
)
OPTIONS = st.sampled_from([{}, {}, {"missing": [f"{NUMBER}2"]}, {"present": ["0"]}])
ABSENT = st.sets(st.sampled_from([name for name in ANIMAL if name != "sire"]))


@given(LINES_OF_ANIMALS, OPTIONS, ABSENT, st.sampled_from([flock_list.FORMAT, sg_submission.FORMAT]), st.booleans())
def test_by_heart_an_animal_is_what_it_is_alone(
    lines: list[tuple[str, ...]], options: dict[str, object], absent: set[str], form: Format[AnimalRow], is_tidy: bool
) -> None:
    """Each dirt for itself in an else tidy file, and all of it together."""
    fields = [name for name in ANIMAL if name not in absent]
    tidy = [(*line[:4], "2019-08-01", *line[5:7], "", "", "", "", "") for line in lines] if is_tidy else []
    first = (f"{NUMBER}7", "982000123456788", "7", "1", "2019-08-01", "", "", "", "", "", "", "")
    rows = [
        [cell for name, cell in zip(ANIMAL, line, strict=True) if name in fields] for line in [first, *tidy, *lines]
    ]
    content = "\n".join(";".join(cells) for cells in [fields, *rows]).encode()
    layout = Layout(
        kind=form.kind, encoding="utf-8", delimiter=";", header_line=1, n_lines=len(rows) + 1, headers=fields,
        columns={name: place for place, name in enumerate(fields)}, options=options, date_order="ymd", decimal=".",
    )  # fmt: skip
    sheet = reopened(content, layout)
    alone: list[ReadRow[AnimalRow]] = [read_row(sheet, number, Rules(layout, TODAY), form) for number in sheet.body()]
    assert list(read_file(content, layout, form, TODAY)) == alone
