"""The cells that name an animal in a file, such that the import of that file finds this animal and no other."""

from collections.abc import Callable, Iterable
from typing import NamedTuple
from uuid import UUID

from bellwether.farm.exports.models import NamedRow
from bellwether.farm.imports.reading.entry import as_identifier
from bellwether.sheep import damage, eid, identifiers, missing
from bellwether.sheep.findings import Broken
from bellwether.sheep.identifiers import CITED, LOCAL, SHEEP_GENETICS, Identifier, name_value, spellings
from bellwether.sheep.reading.formulas import bare, shielded

REGISTERED = (SHEEP_GENETICS, LOCAL)
Writes = Callable[[Identifier], str]


class Cells(NamedTuple):
    """What a row calls its animal, and how many of its identifiers have no column."""

    registration: str
    eid: str
    vid: str
    name: str
    n_others: int


class Keys:
    """All identifiers of a farm, seen from one of its flocks."""

    def __init__(self, rows: Iterable[NamedRow], flock_id: UUID) -> None:
        self.flock_id = flock_id
        self.of: dict[UUID, list[Identifier]] = {}
        self.used: dict[str, set[UUID]] = {}
        self.active: dict[str, list[tuple[UUID, Identifier]]] = {}
        self.names: dict[str, set[UUID]] = {}
        self.references: set[UUID] = set()
        for row in rows:
            self._know(row)
        numbers = {item.value for found in self.of.values() for item in found if item.kind == "registration"}
        self.look_rounded = damage.are_rounded(numbers)

    def _know(self, row: NamedRow) -> None:
        item = Identifier(row.scheme, row.value, row.kind, row.value, row.scope)
        if row.is_reference:
            self.references.add(row.animal_id)
        if row.is_active:
            self.of.setdefault(row.animal_id, []).append(item)
        if row.kind == "name":
            self.names.setdefault(name_value(row.value), set()).add(row.animal_id)
        elif row.kind != "visual" or identifiers.is_of_flock(row.scope, self.flock_id):
            self.used.setdefault(row.value, set()).add(row.animal_id)
            if row.is_active:
                self.active.setdefault(row.value, []).append((row.animal_id, item))

    def row(self, animal_id: UUID, drop_year: int | None) -> Cells:
        """For a row about the animal: its registration, EID, visual tag and name, as far as they lead to it alone."""
        mine = sorted(self.of.get(animal_id, ()), key=lambda item: (item.scheme != SHEEP_GENETICS, item.value))
        number = self._first(mine, animal_id, lambda item: self._registered(item))
        tag = self._first(mine, animal_id, lambda item: self._worn(item, drop_year))
        chip = self._first(mine, animal_id, lambda item: item.value if item.scheme == eid.SCHEME else "")
        name = self._name(mine)
        n_others = len([item for item in mine if item.scheme != CITED]) - sum(map(bool, (number, tag, chip, name)))
        return Cells(number or ("" if chip or tag else str(animal_id)), chip, tag, name, n_others)

    def parent(self, animal_id: UUID) -> str:
        """For a cell that cites the animal: the first identifier that nothing else can be meant by, else its id."""
        order = (eid.SCHEME, SHEEP_GENETICS, LOCAL, identifiers.VISUAL, CITED)
        mine = [item for item in self.of.get(animal_id, ()) if item.scheme in order]
        for item in sorted(mine, key=lambda item: (order.index(item.scheme), item.value)):
            if self._is_alone(item, animal_id) and self._can_be_cited(item.value):
                return self._kept(item)
        return str(animal_id)

    def measured(self, animal_id: UUID) -> tuple[str, str, str]:
        """Registration, EID and visual tag of a row about a measurement, of which one is enough."""
        for item in sorted(self.of.get(animal_id, ()), key=lambda item: (item.kind == "visual", item.value)):
            if item.kind not in ("eid", "visual") and item.scheme not in REGISTERED:
                continue
            if self._is_alone(item, animal_id) and read_back(item.value) == item.value:
                place = 1 if item.kind == "eid" else 2 if item.kind == "visual" else 0
                cells = ["", "", ""]
                cells[place] = self._kept(item)
                return cells[0], cells[1], cells[2]
        return str(animal_id), "", ""

    def _first(self, mine: list[Identifier], animal_id: UUID, cell: Writes) -> str:
        """The cell of the first identifier that can be written and that no ancestor shares."""
        for item in mine:
            text = cell(item)
            others = [] if not text else [found for found in self._named(item.value) if found[0] != animal_id]
            is_shared = any(other in self.references for other, _ in others)
            is_certain = item.kind == "registration" and any(
                other.kind in ("eid", "registration") and other.scheme != CITED for _, other in others
            )
            if text and not is_shared and not is_certain:
                return text
        return ""

    def _registered(self, item: Identifier) -> str:
        if item.scheme not in REGISTERED or read_back(item.value) != item.value:
            return ""
        try:
            same = identifiers.registration(item.value, is_strict=False).key == item.key
        except Broken:
            return ""
        return self._kept(item) if same else ""

    def _worn(self, item: Identifier, drop_year: int | None) -> str:
        is_mine = item.kind == "visual" and read_back(item.value) == item.value
        return (
            item.value if is_mine and identifiers.visual(item.value, self.flock_id, drop_year).key == item.key else ""
        )

    def _name(self, mine: list[Identifier]) -> str:
        for item in mine:
            text = " ".join(item.value.split())
            is_cited = any(other in self.references for other, _ in self._named(text))
            if item.kind == "name" and text and bare(shielded(text)) == text and not is_unknown(text) and not is_cited:
                return text
        return ""

    def _named(self, value: str) -> list[tuple[UUID, Identifier]]:
        return [found for spelled in spellings(value) for found in self.active.get(spelled, ())]

    def _is_alone(self, item: Identifier, animal_id: UUID) -> bool:
        """Nobody else was ever called so, by a number, a tag of this flock or a name."""
        if item.kind == "visual" and not identifiers.is_of_flock(item.scope, self.flock_id):
            return False
        called = {key for spelled in spellings(item.value) for key in self.used.get(spelled, ())}
        return called == {animal_id} and self.names.get(name_value(item.value), set()) <= {animal_id}

    def _can_be_cited(self, value: str) -> bool:
        try:
            cell, warned = missing.parent(shielded(value), field="")
            identifiers.cited(cell, field="")
        except Broken:
            return False
        return bool(cell) and warned is None and value in spellings(cell)

    def _kept(self, item: Identifier) -> str:
        """An apostrophe says that a number which looks rounded is right."""
        is_doubtful = self.look_rounded and item.kind == "registration" and damage.may_be_rounded(item.value)
        return f"'{item.value}" if is_doubtful else item.value


def read_back(value: str) -> str:
    """An identifier as the import reads it from a cell, empty where it would not."""
    text = bare(shielded(value))
    try:
        return "" if is_unknown(text) else damage.whole(as_identifier(text, ""), field="")
    except Broken:
        return ""


def is_unknown(text: str) -> bool:
    """Whether a cell of this text says that nothing is known."""
    return missing.is_missing(shielded(text))
