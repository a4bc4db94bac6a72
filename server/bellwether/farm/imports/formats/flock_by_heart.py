"""The plain lines of an animal list: full numbers and bare digits, and facts that earlier lines have said."""

import re
from collections.abc import Callable
from datetime import date
from operator import itemgetter
from typing import NamedTuple

from bellwether.farm.imports.judging.animal_row import AnimalRow, Written
from bellwether.farm.imports.reading.entry import Rules
from bellwether.sheep import eid
from bellwether.sheep.identifiers import SHEEP_GENETICS, VISUAL

NUMBER = re.compile(r"[0-9]{6}(?:19|20)[0-9]{8}")
PARENT = re.compile(r"[1-9][0-9]{5}(?:19|20)[0-9]{8}")
CHIP = re.compile(r"(?!000|999)[0-9]{15}")
LARGEST = str(eid.MAX_NATIONAL)
TAG = re.compile(r"(?!0+\Z)[0-9]{1,15}")
LOOKED_AT = ("id", "eid", "vid", "sire", "dam")
MOST = 20_000
"""Different facts that are remembered: birth dates with sex and type of birth, but not every line of measurements."""


class Facts(NamedTuple):
    """What the cells of a line say but for its numbers."""

    sex: str
    fertility: str
    birth_date: date | None
    birth_type: int | None
    rear_type: int | None
    is_embryo_transfer: bool | None
    birth_group: str | None


class Known:
    """Facts of earlier lines by their cells. Numbers are known by their form, any other number is read as a whole."""

    def __init__(self, rules: Rules, *, is_strict: bool) -> None:
        places = rules.places
        self.is_strict, self.is_usual = is_strict, not (rules.codes.extra or rules.codes.present) and "id" in places
        self.number, self.chip, self.tag, self.sire, self.dam = (places.get(name) for name in LOOKED_AT)
        self.drop = places.get("drop_year")
        beside = {place for name, place in places.items() if name not in LOOKED_AT}
        beside |= {place for spots in rules.layout.measurements.values() for place in spots if place is not None}
        self.beside: Callable[[list[str]], object] = itemgetter(*sorted(beside)) if beside else lambda _: ""
        self.facts: dict[object, Facts] = {}

    def recall(self, cells: list[str]) -> AnimalRow | None:
        """The row of a plain line whose facts are known."""
        found = self.facts.get(self.beside(cells))
        if found is None or self.number is None:
            return None
        number = cells[self.number]
        if not NUMBER.fullmatch(number):
            return None
        year, born = int(number[6:10]), found.birth_date
        known = [Written(SHEEP_GENETICS, number, "registration", number)]
        if self.chip is not None and (chip := cells[self.chip]):
            if not CHIP.fullmatch(chip) or chip[3:] > LARGEST:
                return None
            known.append(Written(eid.SCHEME, chip, "eid", chip))
        if self.tag is not None and (tag := cells[self.tag]):
            if not TAG.fullmatch(tag):
                return None
            known.append(Written(VISUAL, tag, "visual", tag))
        else:
            known.append(Written(VISUAL, number[-6:], "visual", number[-6:], is_implied=True))
        sire = "" if self.sire is None else cells[self.sire]
        dam = "" if self.dam is None else cells[self.dam]
        if (sire and not is_other(sire, number)) or (dam and not is_other(dam, number)) or (sire and sire == dam):
            return None
        if born and born.year != year:
            return None
        return AnimalRow(
            found.sex,
            found.fertility,
            born,
            year,
            found.birth_type,
            found.rear_type,
            found.is_embryo_transfer,
            found.birth_group,
            tuple(known),
            (),
            Written(SHEEP_GENETICS, sire, "registration", sire) if sire else None,
            Written(SHEEP_GENETICS, dam, "registration", dam) if dam else None,
            None,
            is_strict=self.is_strict,
        )

    def learn(self, cells: list[str], data: AnimalRow) -> None:
        """The facts of a line without fault or warning, where it says no more than these."""
        is_plain = self.is_usual and not (data.measurements or data.recipient or data.cleared)
        is_plain = is_plain and (self.drop is None or cells[self.drop] == "")
        if is_plain and all(item.kind != "name" for item in data.identifiers) and len(self.facts) < MOST:
            self.facts[self.beside(cells)] = Facts(
                data.sex,
                data.fertility,
                data.birth_date,
                data.birth_type,
                data.rear_type,
                data.is_embryo_transfer,
                data.birth_group,
            )


def is_other(cell: str, number: str) -> bool:
    """Whether a cell is the full number of another animal, with no zero before it that would make an EID of it."""
    return cell != number and PARENT.fullmatch(cell) is not None
