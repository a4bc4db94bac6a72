"""Words and codes for "unknown": one table for the command, the import and the API."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from bellwether.sheep.findings import Finding, broken, warning


def words(text: str) -> frozenset[str]:
    """A row of a table of words."""
    return frozenset(text.split())


WORDS = words(
    """
    na n/a n.a n.a. #n/a #na nan null nil none missing miss unknown unkn unk unk. n/k nk n/r unrecorded blank (blank)
    empty tba tbc unbekannt unbek unbek. keine keiner k.a. ohne inconnu inconnue desconocido desconocida desc. s/d
    sconosciuto sconosciuta xx xxx xxxx onbekend okänd ukjent ukendt tuntematon anhysbys
    . .. ... - -- --- – — * ** *** ? ?? ??? / _
    """
) | {"", "not known", "not recorded", "not available", "not applicable", "no data", "no record", "nicht bekannt"}
NO_TAG = frozenset({"notag", "no tag", "no-tag", "untagged", "tagless", "lost tag", "0"})
SUSPICIOUS = re.compile(r"(?:-\s?(?:9{1,6}|1)|9{3,}|0+)(?:[.,]0+)?")
NEVER_A_TAG = re.compile(r"(?:-\s?[0-9]+|9{5,}|0+)(?:[.,]0+)?")
SPREADSHEET_ERROR = re.compile(r"#(?:REF|VALUE|NAME|NULL|DIV/0|NUM|SPILL|CALC)[!?]|#+|Err:[0-9]+", re.IGNORECASE)
SAID = re.compile(r"\b(?:unknown|not (?:known|recorded)|unbekannt\w*|inconnue?s?|desconocid[oa])\b", re.IGNORECASE)
LONGEST = 200
DOUBTFUL = frozenset({"uk", "x", "u", "nr", "no", "nein", "non"})
SYNDICATE = re.compile(r"(?:multi\w*|synd\w*|mob|group|team|mixed|various|several|pool\w*)\b.*", re.IGNORECASE)
SEVERAL = re.compile(r"\s*(?:[/;,+&|]|\bor\b|\band\b|\boder\b|\bund\b|\bou\b|\bet\b|\by\b)\s*", re.IGNORECASE)


def normal(text: str) -> str:
    """As a code is compared: small letters, single spaces."""
    return " ".join(text.split()).casefold()


@dataclass(frozen=True, slots=True)
class Codes:
    """The table with what one file or farm says besides: `extra` codes are missing too, `present` ones are values."""

    extra: frozenset[str] = frozenset()
    present: frozenset[str] = frozenset()
    _known: dict[str, bool] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, extra: Iterable[str] = (), present: Iterable[str] = ()) -> "Codes":
        """From codes as a person writes them."""
        return cls(frozenset(map(normal, extra)), frozenset(map(normal, present)))

    def is_missing(self, text: str) -> bool:
        """Whether the cell says that nothing is known."""
        found = self._known.get(text)
        if found is None:
            code = normal(text)
            found = code == "" or (code not in self.present and (code in WORDS or code in self.extra))
            if len(self._known) < 10_000:
                self._known[text] = found
        return found

    def is_suspicious(self, text: str) -> bool:
        """Whether a number is one that often stands for "unknown", and nobody has said what it is here."""
        return SUSPICIOUS.fullmatch(text.strip()) is not None and normal(text) not in self.present

    def is_declared(self, text: str) -> bool:
        """Whether the sender has said that this code is a value."""
        return normal(text) in self.present


TABLE = Codes()


def is_missing(text: str) -> bool:
    """Whether a cell says that nothing is known, by the table alone."""
    return TABLE.is_missing(text)


def is_no_tag(text: str) -> bool:
    """Whether an identifier's cell says in words or zeros that there is none."""
    return not text.strip("0 ") or normal(text) in NO_TAG


def parent(text: str, codes: Codes = TABLE, *, field: str) -> tuple[str, Finding | None]:
    """The cell of a parent: its text, empty where the parent is unknown, with a warning where a number says so.

    Raises:
        Broken: it names several animals, or is a number that may be a tag or stand for "unknown".
    """
    cell = " ".join(text[:LONGEST].split())
    # no word begins with a digit, and what stands for "unknown" in numbers is made of nines and zeros
    if cell.isascii() and cell.isdecimal() and cell.strip("90") and not (codes.extra or codes.present):
        return cell, None
    if codes.is_missing(cell) or (normal(cell) in NO_TAG and not codes.is_declared(cell)):
        return "", None
    if codes.is_declared(cell):
        return cell, None
    if SAID.search(cell):
        return "", None
    if normal(cell).rstrip(".") in DOUBTFUL:
        message = f"{cell} may be an animal or stand for unknown"
        raise broken("unknown_parent", message, f"send missing={cell}, or present={cell} if it is one", field=field)
    if SPREADSHEET_ERROR.fullmatch(cell):
        raise broken("spreadsheet_error", f"{cell} is an error of a spreadsheet", "correct the formula", field=field)
    if NEVER_A_TAG.fullmatch(cell):
        text = f"{cell[:40]} is read as: {field} unknown"
        return "", warning("unknown_parent", text, f"leave the cell empty, or send present={cell[:40]}", field=field)
    if SUSPICIOUS.fullmatch(cell):
        message = f"{cell} may be a tag or stand for unknown"
        raise broken("unknown_parent", message, f"send missing={cell}, or present={cell} if it is a tag", field=field)
    if is_several(cell):
        message = f"{cell[:60]} is more than one animal, or none by name"
        fix = f"name one {field} or leave the cell empty; send present={cell[:40]} if one animal is called so"
        raise broken("syndicate_parent", message, fix, field=field)
    return cell, None


def is_several(cell: str) -> bool:
    """A syndicate, or several ids of the same shape in one cell."""
    if SYNDICATE.fullmatch(cell):
        return True
    parts = [part for part in SEVERAL.split(cell) if part]
    return len(parts) > 1 and len({shape(part) for part in parts}) == 1


def shape(text: str) -> str:
    """Letters and digits of an id without how many: R12 and R3 are alike, R12 and 2020 are not."""
    return re.sub(r"[0-9]+", "0", re.sub(r"[^\W\d_]+", "a", text))
