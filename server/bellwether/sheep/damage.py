"""What a spreadsheet does to identifiers: digits rounded away, zeros dropped, dates made of tags."""

import re
import unicodedata
from collections.abc import Iterable

from bellwether.sheep import eid
from bellwether.sheep.findings import Broken, broken

FORMULA = re.compile(r'^=\s*"(.*)"$')
SCIENTIFIC = re.compile(r"^\d(?:[.,]\d+)?E\+\d{1,3}$|^\d[.,]\d+E\d{1,3}$", re.IGNORECASE)
MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mai|juin|juil|okt|oct|dez|déc|mrz|mär"
DATE = re.compile(rf"^(?:\d{{1,2}}[-. ](?:{MONTHS})|(?:{MONTHS})[-. ]\d{{1,4}})\.?$", re.IGNORECASE)
DAY = re.compile(
    r"^(?:(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?: \d\d:\d\d:\d\d)?"
    r"|\d{1,2}([/.])\d{1,2}\1(?:19|20)\d\d)$"
)
UNREADABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd]")
WHOLE = re.compile(r"^\d+\.0+$")
EXACT = 15
"""A spreadsheet keeps this many digits of a number; those after them become zeros."""
FEW = 3
TEXT = "make the column text in the program that exported it, and export again"


def unwrapped(raw: str) -> str:
    """What was written, without the marks that programs put around it to keep it as text."""
    if raw.isascii() and raw.isalnum():
        return raw
    text = unicodedata.normalize("NFKC", eid.INVISIBLE.sub("", raw)).strip()
    if formula := FORMULA.match(text):
        text = formula[1].strip()
    text = text.removeprefix("'")
    return text.split(".")[0] if WHOLE.match(text) else text


def whole(raw: str, *, field: str) -> str:
    """The same text unwrapped, if no digit of it is known to be lost.

    Raises:
        Broken: it went through a spreadsheet that did not keep it.
    """
    text = unwrapped(raw)
    # letters and digits alone are no date and no rounded number: each of these has a mark
    is_plain = text.isascii() and text.isalnum()
    if not is_plain and SCIENTIFIC.match(text):
        raise lost("id_scientific_notation", f"{text[:40]} is a rounded number: digits of it are lost", field)
    if not is_plain and (DATE.match(text) or DAY.match(text)):
        raise lost("id_became_date", f"{text[:40]} is a date that a spreadsheet has made of an identifier", field)
    if not is_plain and UNREADABLE.search(text):
        fix = "export it again as UTF-8, or send it as it is on the tag"
        raise broken(
            "id_unreadable",
            f"{UNREADABLE.sub('?', text[:40])} has a character in it that cannot be read",
            fix,
            field=field,
        )
    digits = text if is_plain else "".join(text.split())
    if digits.isdecimal() and len(digits) > EXACT + 1 and not digits[EXACT:].strip("0"):
        message = f"{digits[:40]} has only zeros after its fifteenth digit: a spreadsheet has rounded it"
        raise lost("id_rounded", message, field)
    return text


def lost(code: str, message: str, field: str) -> Broken:
    """Digits are gone: no import can find them again."""
    return broken(code, message, TEXT, field=field)


def are_rounded(values: Iterable[str]) -> bool:
    """Whether these numbers of sixteen digits went through a spreadsheet: it makes the last digit of each a zero."""
    long = {value for value in values if len(value) == EXACT + 1 and value.isdecimal() and not value.startswith("0")}
    return len(long) >= FEW and all(value.endswith("0") for value in long)


def rounded(value: str, field: str) -> Broken:
    """One of them."""
    message = f"{value} ends in 0 like every sixteen-digit number of this file: a spreadsheet has rounded them"
    fix = f"{TEXT}; if the numbers are right, say so with rounded_ids=keep"
    return broken("id_rounded", message, fix, field=field)


def without_zeros(value: str) -> str:
    """A number as a spreadsheet leaves it."""
    return value.lstrip("0") if value.isdecimal() else value


def is_eid_without_zero(text: str) -> bool:
    """Whether the digits are an EID but for the zero before them."""
    return text.isdecimal() and eid.lost_zero(text)


def may_be_rounded(value: str) -> bool:
    """Whether the number has as many digits as a spreadsheet cannot keep, and the zero that it puts there."""
    return len(value) == EXACT + 1 and value.isdecimal() and not value.startswith("0") and value.endswith("0")
