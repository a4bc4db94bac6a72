"""A file as numbered lines of cells. One line is one row, so an open quote never swallows its neighbours."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

LINE_END = re.compile(r"\r\n|\n|\r")
DELIMITERS = ",;\t|"
BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its number in the file from 1, its text and its cells; None when it cannot be split."""

    number: int
    text: str
    cells: list[str] | None

    @property
    def is_blank(self) -> bool:
        """Nothing but delimiters and spaces."""
        return not self.text.strip(DELIMITERS + ' "')


def decode(content: bytes) -> tuple[str, str]:
    """Text and encoding; a byte that fits no encoding becomes a replacement character rather than an error."""
    for bom, encoding in BOMS:
        if content.startswith(bom):
            return content.decode(encoding, errors="replace").replace("\x00", ""), encoding
    try:
        return content.decode("utf-8").replace("\x00", ""), "utf-8"
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace").replace("\x00", ""), "cp1252"


def split(text: str) -> list[str]:
    """The lines; the end of the last line does not start another one."""
    lines = LINE_END.split(text)
    return lines[:-1] if lines[-1] == "" else lines


def numbered(lines: list[str], delimiter: str, start: int = 1) -> Iterator[Line]:
    """Lines with their cells, the first of them numbered `start`."""
    for number, text in enumerate(lines, start):
        yield Line(number, text, cells_of(text, delimiter))


def cells_of(text: str, delimiter: str) -> list[str] | None:
    """The trimmed cells of one line."""
    try:
        rows = list(csv.reader([text], delimiter=delimiter, skipinitialspace=True))
    except csv.Error:
        return None
    return [cell.strip() for cell in rows[0]] if rows else []


def delimiter_of(lines: list[str]) -> str:
    """The delimiter that the first lines use most."""
    sample = [line for line in lines if line.strip()][:5]
    return max(DELIMITERS, key=lambda mark: sum(line.count(mark) for line in sample))
