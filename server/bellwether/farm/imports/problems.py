"""What may be wrong with a file as a whole."""

from functools import cache

from bellwether.platform.problems import RowError, Unprocessable
from bellwether.sheep.reading.refusal import FileRefused

TITLES = {
    "file_empty": "The file is empty",
    "too_many_lines": "The file has too many lines",
    "too_many_empty_lines": "Most lines of the file are empty",
    "file_too_large": "The workbook is too large",
    "header_unknown": "The first line has no header that is known",
    "no_header": "The file has no header",
    "column_missing": "A column is missing",
    "column_twice": "Two columns mean the same",
    "trait_missing": "Say at which stage these weights were taken",
    "trait_unknown": "There is no such weight",
    "date_order_ambiguous": "Day and month could be either way round",
    "date_order_contradiction": "The dates of a column contradict each other",
    "decimal_ambiguous": "Numbers could be read in two ways",
    "decimal_mixed": "Some numbers have a decimal point, others a decimal comma",
    "delimiter_ambiguous": "The cells could be separated in two ways",
    "other_kind": "The file is of another kind",
    "unit_contradiction": "Two units are named for the same weights",
    "unit_missing": "Some weights have no unit",
    "word_ambiguous": "A word may mean two things",
    "row_counter": "A column counts the lines",
}


class FileUnreadable(Unprocessable):
    """A file that cannot be read, or can be read in two ways. Each reason has a code; the first names the problem."""

    code, title = "file_unreadable", "The file cannot be read as it is"


class FileTooCostly(FileUnreadable):
    """Reading it takes more than one file may take."""

    code, title = "file_too_costly", "Reading the file takes too much time or memory: send it in several parts"


def file_problem(refusal: FileRefused) -> FileUnreadable:
    """What is wrong with a file as an answer, with every reason and the option that answers it."""
    errors = [
        RowError(row=fault.row, field=fault.field, code=fault.code, message=fault.message, fix=fault.fix)
        for fault in refusal.faults
    ]
    return problem_of(refusal.faults[0].code)(str(refusal), errors=errors)


@cache
def problem_of(code: str) -> type[FileUnreadable]:
    """The problem of one code."""
    words = {"code": code, "title": TITLES.get(code, FileUnreadable.title)}
    return type("".join(word.capitalize() for word in code.split("_")), (FileUnreadable,), words)
