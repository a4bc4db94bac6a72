"""Text as lines of cells: one line is one row, so an open quote never swallows its neighbours."""

import csv
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import NamedTuple

from bellwether.sheep.findings import Finding
from bellwether.sheep.reading.refusal import refused
from bellwether.sheep.reading.table import LONG, Rows, Table

DELIMITERS = ";\t,|"
NAMES = {";": "semicolons", "\t": "tabs", ",": "commas", "|": "bars", " ": "spaces"}
FEWEST_FIELDS = 2
"""Of a header that spaces separate."""
WIDEST = 1000
"""No header has more columns than this."""
SEP = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
QUOTED = re.compile(r'"[^"]*"')
AFTER_QUOTE = re.compile(r'"[ \t]+(?=$|[;\t,|])')
FORMULA = re.compile(r'="([^"]*)"')
OPEN = Finding("bad_format", "open_quote", "a quote is opened and not closed in this line", "close or remove the quote")
CLOSING = Finding(
    "bad_format", "open_quote", "a quote that an earlier line opened may end here", "close the quote in its own line"
)


def split(text: str) -> list[str]:
    """The lines; the end of the last line does not start another one."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines[:-1] if lines[-1] == "" else lines


@dataclass(frozen=True, slots=True)
class Cells:
    """Every line as trimmed cells; `faults` by index for lines whose quotes do not close; columns of a long text."""

    rows: Sequence[list[str]]
    faults: dict[int, Finding]
    table: Table | None = None


class Marks(NamedTuple):
    """What stands anywhere in a text: where it does not, no line has to be asked."""

    quotes: bool = True
    spaces: bool = True


ANY = Marks()


def marks_of(text: str) -> Marks:
    """Whether there are quotes, and whether there may be anything to trim."""
    return Marks('"' in text, not text.isascii() or any(mark in text for mark in " \t\v\f"))


def cells(lines: Sequence[str], delimiter: str, marks: Marks = ANY) -> Cells:
    """The cells of all lines."""
    if delimiter == " ":
        return Cells([line.split() for line in lines], {})
    faults = open_quotes(lines, delimiter) if marks.quotes else {}
    rows = Rows(lines, partial(cut, delimiter=delimiter))
    if len(lines) < LONG:
        return Cells(list(rows), faults)
    return Cells(rows, faults, Table(lines, delimiter, are_trimmed=not marks.spaces))


def cut(line: str, delimiter: str) -> list[str]:
    """The cells of one line; quotes that stay open are none."""
    found = quoted(line, delimiter) if '"' in line else None
    return list(map(str.strip, line.split(delimiter))) if found is None else found


def open_quotes(lines: Sequence[str], delimiter: str) -> dict[int, Finding]:
    """By index the lines whose quotes do not close, and those that may close a quote of an earlier one."""
    faults: dict[int, Finding] = {}
    is_open = False
    for index, line in enumerate(lines):
        if '"' not in line:
            continue
        if quoted(line, delimiter) is None:
            faults[index], is_open = OPEN, True
        elif is_open and line.count('"') % 2:
            faults[index], is_open = CLOSING, False
    return faults


def quoted(line: str, delimiter: str) -> list[str] | None:
    """The cells of one line with quotes; None when a quote stays open. `="007"` is the text in it."""
    for text in (line, AFTER_QUOTE.sub('"', line)):
        try:
            row = next(csv.reader([text], delimiter=delimiter, skipinitialspace=True, strict=True), [])
        except csv.Error:
            continue
        return [FORMULA.sub(r"\1", cell.strip()) if cell.startswith("=") else cell.strip() for cell in row]
    return None


def sep_line(lines: Sequence[str]) -> str | None:
    """The delimiter that a first line `sep=;` declares, as Excel writes it."""
    match = SEP.fullmatch(lines[0].strip(" \t\ufeff") if lines else "")
    return match[1] if match else None


def find_delimiter(
    lines: Sequence[str],
    score: Callable[[list[str]], int] | None = None,
    candidates: str = DELIMITERS,
    *,
    has_quotes: bool = True,
) -> str:
    """The delimiter that the whole file shows: by the header that it gives, then by equal numbers of cells.

    `score` says how many known fields a line names. Without any delimiter the file has one column, unless spaces split
    its header into known fields and every line into as many cells.

    Raises:
        FileRefused: two delimiters fit alike, or spaces would split some lines into more cells than others.
    """
    bare = [QUOTED.sub("", line) if '"' in line else line for line in lines] if has_quotes else lines
    text = "\n".join(bare)
    marks = [mark for mark in candidates if mark in text and any(mark in line and line.strip() for line in bare)]
    if not marks:
        return " " if score is not None and are_spaced(bare, score) else ","
    if len(marks) == 1:
        return marks[0]
    bare = [line for line in bare if line.strip()]
    found = {mark: fit(bare, mark, lines, score) for mark in marks}
    best = max(found.values())
    fitting = [mark for mark, value in found.items() if value == best]
    if len(fitting) > 1:
        names = " or ".join(NAMES[mark] for mark in fitting)
        fix = "send delimiter as one of , ; tab |"
        raise refused("delimiter_ambiguous", f"the cells may be separated by {names}", fix, row=1, field="delimiter")
    return fitting[0]


def are_spaced(lines: Sequence[str], score: Callable[[list[str]], int]) -> bool:
    """Whether the cells of a text without any delimiter stand between spaces.

    Raises:
        FileRefused: in some lines more of them than in the header, as in a tag with a space in it.
    """
    filled = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    head = filled[0][1].split() if filled else []
    # each word a name, and none of them a part of one: the names of columns may have spaces in them
    if len(head) < FEWEST_FIELDS or score(head) < len(head) or any(score([" ".join(two)]) for two in pairwise(head)):
        return False
    other = next((number for number, line in filled if len(line.split()) != len(head)), None)
    if other is not None:
        text = f"spaces separate the {len(head)} cells of the header, and leave another number of them in line {other}"
        fix = "separate the cells by commas, semicolons or tabs; send delimiter as , if there is one column"
        raise refused("delimiter_ambiguous", text, fix, row=other, field="delimiter")
    return True


def some_cells(line: str, mark: str) -> list[str]:
    """The first cells of a line."""
    found = (quoted(line, mark) or []) if '"' in line else line.split(mark, WIDEST)
    return found[:WIDEST]


def fit(
    bare: Sequence[str], mark: str, lines: Sequence[str], score: Callable[[list[str]], int] | None
) -> tuple[int, float, int]:
    """How well a delimiter fits: fields of the best header, share of lines with its number of cells, that number."""
    counts = [line.count(mark) for line in bare]
    common, n = Counter(counts).most_common(1)[0]
    known = 0
    if score is not None:
        head = [line for line in lines if line.strip()][:60]
        known = max(score(some_cells(line, mark)) for line in head)
    if common == 0:
        return known, 0.0, 0
    return known, n / len(counts), common
