"""Electronic identifiers (ISO 11784): fifteen digits, whatever a reader, spreadsheet or web address made of them."""

import re

from bellwether.sheep.findings import Broken, broken

SCHEME = "std.iso.11785"
URN = "urn:iso:std:iso:11784:"
MAX_NATIONAL = 2**38 - 1
SCIENTIFIC = re.compile(r"^[+-]?\d+([.,]\d+)?[eE][+-]?\d+$")
DIGISTAR = re.compile(r"^[A-Z] \d{5} \d (\d{3}) (\d{12})$")
UK_PRINT = re.compile(r"^UK\s?(?:(\d{7})[ -]?(\d{5})|(\d{1,7})[ -](\d{1,5}))$", re.IGNORECASE)
HEXADECIMAL = re.compile(r"^(?=.*[A-Fa-f])[0-9A-Fa-f]{16}$")


def parse_eid(raw: str, *, allow_test: bool = False) -> str:
    """The fifteen digits behind what was typed, scanned or exported.

    Raises:
        Broken: it is no such number, or some of its digits are lost.
    """
    text = raw.replace("\ufeff", "").strip()
    if SCIENTIFIC.match(text):
        raise wrong(
            "eid_scientific_notation", f"{text} is rounded: its digits are gone", "export again from the reader"
        )
    text = text.removeprefix(URN)
    if digistar := DIGISTAR.match(text):
        text = digistar[1] + digistar[2]
    if uk := UK_PRINT.match(text):
        return "826" + (uk[1] or uk[3]).zfill(7) + (uk[2] or uk[4]).zfill(5)
    text = re.sub(r"^(\d[\d ]*)\.0$", r"\1", text)
    if HEXADECIMAL.match(text):
        raise wrong("eid_hexadecimal", f"{text} is hexadecimal", "set the reader to decimal output and export again")
    digits = re.sub(r"[\s.\-]", "", text)
    if len(digits) == 16 and digits.startswith("0"):
        digits = digits[1:]
    return checked(digits, allow_test=allow_test)


def checked(digits: str, *, allow_test: bool) -> str:
    """The same digits, if they can be an EID."""
    if not (digits.isascii() and digits.isdigit()):
        raise wrong("eid_characters", f"{digits[:40]} has other characters than digits", "read the tag again")
    if len(digits) != 15:
        hint = "a leading zero may be lost: " if len(digits) == 14 else ""
        raise wrong("eid_length", f"{digits[:40]} has {len(digits)} digits instead of 15", hint + "read the tag again")
    if digits.startswith("000") or (digits.startswith("999") and not allow_test):
        raise wrong("eid_prefix", f"{digits[:3]} is no country or manufacturer", "read the tag again")
    if int(digits[3:]) > MAX_NATIONAL:
        raise wrong("eid_range", f"{digits[3:]} is larger than a 38-bit number can be", "read the tag again")
    return digits


def wrong(code: str, message: str, fix: str) -> Broken:
    """A finding about the column EID."""
    return broken(code, message, fix, field="eid")
