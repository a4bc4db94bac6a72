"""Electronic identifiers (ISO 11784): fifteen digits, whatever a reader, spreadsheet or web address made of them."""

import re

from bellwether.sheep.findings import Broken, broken

SCHEME = "std.iso.11785"
URN = "urn:iso:std:iso:11784:"
MAX_NATIONAL = 2**38 - 1
SCIENTIFIC = re.compile(r"^[+-]?\d+([.,]\d+)?[eE][+-]?\d+$")
DIGISTAR = re.compile(r"^[A-Z] \d{5} \d (\d{3}) (\d{12})$")
UK_PRINT = re.compile(r"^UK[ -]?(\d[\d -]*)$", re.IGNORECASE)
HEXADECIMAL = re.compile(r"^(?=.*[A-Fa-f])[0-9A-Fa-f]{16}$")
UK, UK_FLOCK, UK_NUMBER = "826", 7, 5
#: marks of order, of direction and of hyphens that come along when something is copied
INVISIBLE = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
AS_TEXT = "export again from the reader, with this column as text"
# ISO 3166-1 numeric codes that begin with a zero, which a spreadsheet takes away
COUNTRIES = (4, 8, 10, 12, 16, 20, 24, 28, 31, 32, 36, 40, 44, 48,
             50, 51, 52, 56, 60, 64, 68, 70, 72, 74, 76, 84, 86, 90, 92, 96)  # fmt: skip
WITH_ZERO = frozenset(f"{code:03}" for code in COUNTRIES)


def parse_eid(raw: str, *, allow_test: bool = False) -> str:
    """The fifteen digits behind what was typed, scanned or exported.

    Raises:
        Broken: it is no such number, or some of its digits are lost.
    """
    if len(raw) == 15 and raw.isascii() and raw.isdigit():
        return checked(raw, allow_test=allow_test)
    text = " ".join(INVISIBLE.sub("", raw).split())
    if SCIENTIFIC.match(text):
        raise wrong("eid_scientific_notation", f"{text[:40]} is rounded by a spreadsheet: its digits are gone", AS_TEXT)
    text = text.lower().removeprefix(URN).upper()
    if digistar := DIGISTAR.match(text):
        text = digistar[1] + digistar[2]
    if printed := uk_print(text):
        return UK + printed
    text = re.sub(r"^(\d[\d ]*)\.0$", r"\1", text)
    if HEXADECIMAL.match(text):
        raise wrong("eid_hexadecimal", f"{text} is hexadecimal", "set the reader to decimal output and export again")
    digits = re.sub(r"[\s.\-]", "", text)
    if len(digits) == 16 and digits.startswith("0"):
        digits = digits[1:]
    return checked(digits, allow_test=allow_test)


def uk_print(text: str) -> str | None:
    """The twelve digits after the country of a UK tag as it is printed; zeros before either number may be missing."""
    match = UK_PRINT.match(text)
    if match is None:
        return None
    groups: list[str] = re.findall(r"\d+", match[1])
    if len("".join(groups)) == UK_FLOCK + UK_NUMBER:
        return "".join(groups)
    flock, number = "".join(groups[:-1]), groups[-1]
    if not 1 <= len(flock) <= UK_FLOCK or len(number) > UK_NUMBER:
        return None
    return flock.zfill(UK_FLOCK) + number.zfill(UK_NUMBER)


def lost_zero(digits: str) -> bool:
    """Whether the number would be an EID with the zero before it that spreadsheets take away."""
    return len(digits) == 14 and "0" + digits[:2] in WITH_ZERO and int(digits[2:]) <= MAX_NATIONAL


def checked(digits: str, *, allow_test: bool) -> str:
    """The same digits, if they can be an EID."""
    if not (digits.isascii() and digits.isdigit()):
        raise wrong("eid_characters", f"{digits[:40]} has other characters than digits", "read the tag again")
    if len(digits) != 15:
        hint = "a leading zero may be lost: " if len(digits) == 14 else ""
        if lost_zero(digits):
            hint = f"the leading zero of the country 0{digits[:2]} is lost, as spreadsheets do: "
        again = AS_TEXT if hint else "read the tag again"
        raise wrong("eid_length", f"{digits[:40]} has {len(digits)} digits instead of 15", hint + again)
    if digits.startswith("000") or (digits.startswith("999") and not allow_test):
        raise wrong("eid_prefix", f"{digits[:3]} is no country or manufacturer", "read the tag again")
    if int(digits[3:]) > MAX_NATIONAL:
        raise wrong("eid_range", f"{digits[3:]} is larger than a 38-bit number can be", "read the tag again")
    return digits


def wrong(code: str, message: str, fix: str) -> Broken:
    """A finding about the column EID."""
    return broken(code, message, fix, field="eid")
