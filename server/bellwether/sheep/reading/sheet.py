"""A file as a table: its header, its lines with numbers, and what is wrong with the shape of each."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from bellwether.sheep.findings import Finding
from bellwether.sheep.reading import lines as texts
from bellwether.sheep.reading import workbook
from bellwether.sheep.reading.encoding import decode, is_zip
from bellwether.sheep.reading.refusal import refused
from bellwether.sheep.reading.table import Table

HEADER_WITHIN = 60
BLANK = Finding("blank", "blank", "the line is empty", "nothing to do")
COMMENT = Finding("blank", "comment", "the line is a comment", "nothing to do")
HEADER_AGAIN = Finding("blank", "header_again", "the line repeats the header", "nothing to do")
FOOTER = re.compile(
    r"\W*(?:grand total|sub ?-?totals?|totals?|averages?|avg|means?|medians?|sum|count|minimum|maximum|min|max"
    r"|std ?dev\w*|end of (?:file|report|list|data)|end|printed|report|generated|exported|created|page|records?|head"
    r"|notes?|signed|signature|remarks?|comments?|prepared|checked|bemerkung\w*|notiz\w*|remarques?|observaciones|\w+:$"
    r"|[0-9]+ (?:ewe|ram|wether|lamb|hogget|male|female|animal|sheep|head|tiere?|lämmer|schafe|agneaux|brebis|ovejas)s?"
    r"|(?:ewe|ram|wether|lamb|hogget|male|female|animal)s|n ?=(?=.)"
    r"|gesamt\w*|summe|mittel\w*|durchschnitt\w*|anzahl|ende|seite|gedruckt|moyenne|somme|nombre|fin|imprimé"
    r"|total général|promedio|media|suma|impreso|página|cyfanswm)(?:(?<==)|\b).*",
    re.IGNORECASE,
)
NUMBERS = re.compile(r"(?!\d{4}-\d{1,2}-\d)[\s\d.,%:+-]*(?:kg|lbs?|head|g)?\s*", re.IGNORECASE)
WHOLE = re.compile(r"[+-]?[0-9]{1,4}")
DECIMALS = re.compile(r"[0-9]{1,3}\s*[A-Za-z]{0,3}")
SURE = 3
LONGEST = 200
"""What is longer is no number, and no more than this of it is looked at."""
RULE = re.compile(r"[-=_*~.\s]{3,}")
PROSE = re.compile(r"(?:.*\b[^\W\d_]{2,}\b){2}.*|[^\W\d]{3,}\W+(?:\w+\W+)*\w+.*")


@dataclass(slots=True)
class Sheet:
    """The lines of a table. `rows[i]` are the cells of line `i + 1`; `faults` is by line number."""

    lines: Sequence[str]
    rows: Sequence[list[str]]
    encoding: str
    delimiter: str
    header: list[str] = field(default_factory=list)
    header_line: int = 0
    first_line: int = 1
    width: int = 0
    faults: dict[int, Finding] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    sheet: str | None = None
    table: Table | None = None

    @property
    def preamble(self) -> int:
        """Lines with something in them before the header."""
        return sum(bool(line.strip()) for line in self.lines[self.first_line - 1 : max(0, self.header_line - 1)])

    def body(self) -> range:
        """The numbers of the lines after the header."""
        return range(max(self.header_line + 1, self.first_line), len(self.rows) + 1)

    def column(self, place: int) -> list[str]:
        """The cells of one column in the lines that have the right shape."""
        if self.table is None:
            return [row[place] for row in self._unusual().values()]
        unusual = [(number, row[place]) for number, row in self._unusual().items()]
        if not unusual:
            return self.table.column(place)
        usual = zip(self.table.numbers(), self.table.column(place), strict=True)
        return [text for _, text in sorted([*usual, *unusual])]

    def firsts(self, place: int) -> dict[str, int]:
        """Each text of a column in the lines that have the right shape, with the number of the first of them."""
        firsts = {} if self.table is None else self.table.firsts(place)
        for number, row in self._unusual().items():
            firsts[row[place]] = min(number, firsts.get(row[place], number))
        return dict(sorted(firsts.items(), key=lambda item: item[1]))

    def _unusual(self) -> dict[int, list[str]]:
        """Of the lines that have the right shape those that are in no column of the table."""
        numbers = self.body() if self.table is None else self.table.others
        return {number: self.rows[number - 1] for number in numbers if number not in self.faults}

    def told(self) -> list[str]:
        """How the text was read, in words."""
        found = [texts.NAMES.get(self.delimiter, "one column") if not self.sheet else f"sheet {self.sheet}"]
        if self.preamble:
            found.append(f"{self.preamble} {'line' if self.preamble == 1 else 'lines'} before the header")
        return [*found, *self.notes]


def open_sheet(
    content: bytes,
    score: Callable[[list[str]], int] | None = None,
    *,
    delimiter: str | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
    candidates: str = texts.DELIMITERS,
) -> Sheet:
    """The lines and cells of a text file or a workbook; the header is not looked for yet.

    Raises:
        FileRefused: it is empty, no table, or can be read in two ways.
    """
    if is_zip(content):
        book = workbook.read(content, sheet)
        joined = ["\t".join(row) for row in book.rows]
        return Sheet(joined, book.rows, "xlsx", "\t", faults=book.faults, notes=book.notes, sheet=book.name)
    decoded = decode(content, encoding)
    found = texts.split(decoded.text)
    if not any(line.strip() for line in found):
        raise refused("file_empty", "the file is empty", "send a header line and one line for each row", row=1)
    declared, first = texts.sep_line(found), 1
    if declared is not None:
        first = 2
    marks = texts.marks_of(decoded.text)
    mark = delimiter or declared
    if not mark:
        mark = texts.find_delimiter(found[first - 1 :], score, candidates, has_quotes=marks.quotes)
    split = texts.cells(found, mark, marks)
    faults = {index + 1: fault for index, fault in split.faults.items()}
    notes = list(decoded.notes)
    return Sheet(
        found, split.rows, decoded.encoding, mark, first_line=first, faults=faults, notes=notes, table=split.table
    )


def read_sheet(
    content: bytes,
    score: Callable[[list[str]], int] | None = None,
    *,
    delimiter: str | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
    candidates: str = texts.DELIMITERS,
) -> Sheet:
    """A table whose header is the line that `score` likes best; without `score` the first line with anything in it.

    Raises:
        FileRefused: as `open_sheet`.
    """
    found = open_sheet(content, score, delimiter=delimiter, encoding=encoding, sheet=sheet, candidates=candidates)
    set_header(found, find_header(found, score))
    return found


def set_header(sheet: Sheet, line: int) -> None:
    """Takes a line (0: there is none) as the header and judges the shape of all that follow."""
    sheet.header_line = line
    sheet.header = sheet.rows[line - 1] if line else []
    check_shape(sheet)


def find_header(sheet: Sheet, score: Callable[[list[str]], int] | None) -> int:
    """The line that names most fields; if none does, the first that is neither empty nor a comment."""
    best, first, points = 0, 0, 0
    seen = 0
    for number in range(sheet.first_line, len(sheet.rows) + 1):
        cells = sheet.rows[number - 1]
        if not any(cells):
            continue
        seen += 1
        if seen > HEADER_WITHIN:
            break
        first = first or (0 if is_comment(cells) else number)
        found = score(cells[: texts.WIDEST]) if score else 0
        if found > points:
            best, points = number, found
    return best or first


def check_shape(sheet: Sheet) -> None:
    """A finding for each line that is empty, a comment, a footer, or has another number of cells than the header."""
    rows, faults = sheet.rows, sheet.faults
    numbers: Sequence[int] = sheet.body()
    wanted = sheet.width = width(sheet)
    head = sheet.header
    if sheet.table is not None:
        numbers = sheet.table.settle(
            wanted, sheet.body(), head[0] if head else "", lambda text: FOOTER.match(text) is not None
        )
    for number in numbers:
        if number in faults:
            continue
        cells = rows[number - 1]
        n = len(cells)
        # digits alone are no words of a footer
        if n == wanted and cells[0] and (n == 1 or cells[1]) and (cells[0].isdecimal() or not FOOTER.match(cells[0])):
            if cells == head:
                faults[number] = HEADER_AGAIN
            continue
        if found := shape_of(cells, head, wanted):
            faults[number] = found


def shape_of(cells: list[str], head: list[str], wanted: int) -> Finding | None:
    """What is wrong with the shape of one line."""
    if not any(cells):
        return BLANK
    if cells == head:
        return HEADER_AGAIN
    if is_comment(cells) and len(cells) != wanted:
        return COMMENT
    if is_footer(cells, wanted):
        text = f"{' '.join(filter(None, cells))[:60]!r} is no animal but a total or the end of the list"
        return Finding("bad_format", "not_an_animal", text, "remove the line")
    if len(cells) != wanted:
        return ragged(len(cells), wanted)
    return None


def ragged(n: int, wanted: int) -> Finding:
    """A line with too many or too few cells."""
    text = f"the line has {n} cells, the header has {wanted}"
    fix = "quote the cell or separate by semicolons" if n > wanted else "write an empty cell where a value is missing"
    return Finding("bad_format", "ragged_line", text, fix)


def is_comment(cells: list[str]) -> bool:
    """A line that begins with `#` or `//` and a word."""
    first = next(iter(cells), "")
    return first.startswith(("# ", "//", "##")) or (
        first.startswith("#") and len(first) > 1 and not first[1:2].isdigit()
    )


def is_footer(cells: list[str], wanted: int) -> bool:
    """A total, an average or a remark: words of a footer beside nothing but numbers, or prose alone."""
    filled = [cell[:LONGEST] for cell in cells if cell]
    first, others = filled[0], filled[1:]
    if FOOTER.fullmatch(first) or RULE.fullmatch(first):
        return all(NUMBERS.fullmatch(cell) for cell in others)
    return wanted > 1 and not others and PROSE.fullmatch(first) is not None


def width(sheet: Sheet) -> int:
    """The number of cells that a line must have: the header's, unless all lines have the same empty cells beyond it."""
    if sheet.header_line and sheet.table is not None and sheet.table.has_row(len(sheet.header), sheet.body()):
        # some line is as wide as the header: then either all are, or they differ
        return len(sheet.header)
    found = [row for n in sheet.body() if n not in sheet.faults and is_row(row := sheet.rows[n - 1])]
    lengths = {len(cells) for cells in found}
    wanted = len(sheet.header)
    if len(lengths) != 1:
        return wanted if sheet.header_line else max(lengths, default=1)
    (common,) = lengths
    if common == wanted or not sheet.header_line:
        return common
    least = len(trimmed(sheet.header))
    is_shorter = common == least
    is_longer = common > wanted and len(found) >= SURE and not any(any(cells[least:]) for cells in found)
    if is_shorter or (is_longer and not any(map(may_be_split, found))):
        sheet.notes.append(f"{abs(common - wanted)} empty cells at the end of each line")
        return common
    return wanted


def may_be_split(cells: list[str]) -> bool:
    """Whether two neighbours may be one number whose decimal comma was taken for the end of a cell."""
    return any(WHOLE.fullmatch(one) and DECIMALS.fullmatch(two) for one, two in pairwise(cells))


def is_row(cells: list[str]) -> bool:
    """More than one cell with something in it: what tells the shape of a file."""
    return sum(map(bool, cells)) > 1


def trimmed(cells: list[str]) -> list[str]:
    """Without empty cells at the end."""
    last = max((place for place, cell in enumerate(cells) if cell), default=-1)
    return cells[: last + 1]
