"""How many lines a file has, seen from its bytes before any of it is read: a line costs more than its letters."""

from collections.abc import Sequence

from bellwether.sheep.reading.encoding import is_zip
from bellwether.sheep.reading.refusal import refused

MOST_LINES = 1_100_000
MOST_EMPTY = 10_000
"""More than this, and more than there are lines with something in them, is no table."""
NOTHING = b' \t,;|"\x0b\x0c'


def check_size(content: bytes) -> None:
    """Of a text; a workbook has to be unpacked first, and its reader counts cells.

    No step of it is Python for each line: whoever asks waits for it beside everybody else.

    Raises:
        FileRefused: too many lines, or most of them empty.
    """
    if is_zip(content):
        return
    # UTF-16 has a zero beside each letter; one file may have all three ends of lines
    text = content.replace(b"\0", b"")
    if b"\r" in text:
        for end in (b"\r\r\n", b"\r\n", b"\r"):
            text = text.replace(end, b"\n")
    n_ends = text.count(b"\n")
    check_lines(n_ends)
    filled = text.translate(None, NOTHING).strip(b"\n")
    while b"\n\n" in filled:
        filled = filled.replace(b"\n\n", b"\n")
    check_empty(n_ends + 1, filled.count(b"\n") + bool(filled))


def check_rows(rows: Sequence[Sequence[str]]) -> None:
    """The same of the rows of a sheet.

    Raises:
        FileRefused
    """
    check_lines(len(rows))
    check_empty(len(rows), sum(map(any, rows)))


def check_lines(n_lines: int) -> None:
    """Refuses more lines than one file may have."""
    if n_lines > MOST_LINES:
        message = f"the file has {n_lines:,} lines, {MOST_LINES:,} are allowed"
        raise refused("too_many_lines", message, "send it in several parts, each with the header")


def check_empty(n_lines: int, n_filled: int) -> None:
    """Refuses a file of empty lines."""
    n_empty = n_lines - n_filled
    if n_empty > max(MOST_EMPTY, n_filled):
        message = f"{n_empty:,} of the {n_lines:,} lines are empty"
        fix = "delete the empty rows, in a spreadsheet those below the table too, and save the file again"
        raise refused("too_many_empty_lines", message, fix)
