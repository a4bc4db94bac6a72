"""One animal of an animal list with its claims and its offspring, and what rows have made of several."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from bellwether.farm.animals.births import Lambing
from bellwether.farm.imports.judging.animal_row import FIELDS, Facts
from bellwether.farm.lives.roles import Part
from bellwether.sheep import pedigree
from bellwether.sheep.identifiers import Identifier, rank
from bellwether.sheep.lives import Stay
from bellwether.sheep.pedigree import Kin, Measured


@dataclass(slots=True, eq=False)
class Sheep:
    """One animal. `expected` is what a later row of the file will say of it, for rules that hold already."""

    id: UUID
    flock_id: UUID
    tag: str
    facts: Facts
    is_reference: bool
    is_new: bool = False
    is_of_this_import: bool = False
    identifiers: list[Identifier] = field(default_factory=list)
    expected: Kin | None = None
    expected_year: int | None = None
    first_recorded: Measured | None = None
    stays: Sequence[Stay] = ()
    lambing: Lambing | None = None
    parts: Sequence[Part] = ()

    @property
    def year(self) -> int | None:
        """Of its birth."""
        return self.facts.drop_year or self.expected_year

    @property
    def kin(self) -> Kin:
        """What the pedigree rules need."""
        return self.expected or kin_of(self.tag, self.facts)

    @property
    def is_listed(self) -> bool:
        """Whether the farm has a row about it, or this file has."""
        return not self.is_reference or self.expected is not None

    @property
    def described(self) -> str:
        """For a message that asks which of several animals is meant."""
        kin = self.kin
        numbers = sorted((item for item in self.identifiers if item.kind != "name"), key=rank)
        others = [item.value for item in numbers if item.value != self.tag]
        born = f"of {self.year}" if self.year else ""
        born = f"born {kin.birth_date}" if kin.birth_date else born
        more = ", ".join(part for part in ("" if kin.sex == "unknown" else kin.sex, born, *others[:2]) if part)
        return f"{self.tag or self.id} ({more})" if more else self.tag or str(self.id)


def kin_of(name: str, facts: Facts) -> Kin:
    """The same for an animal that does not exist yet."""
    return Kin(name, facts.sex, facts.fertility, facts.birth_date)


class Claim(NamedTuple):
    """One accepted claim about a parent."""

    id: UUID
    child_id: UUID
    parent_id: UUID
    role: str
    method: str
    status: str = "accepted"

    @property
    def slot(self) -> tuple[UUID, str]:
        """At most one accepted claim stands in each slot."""
        return self.child_id, pedigree.slot(self.role)


@dataclass(slots=True)
class Offspring:
    """An animal in its role as a parent: when its children were born, by child and role."""

    births: dict[tuple[UUID, str], date | None] = field(default_factory=dict)

    @property
    def roles(self) -> list[str]:
        """In which it is a parent."""
        return sorted({role for _, role in self.births})

    @property
    def first_birth(self) -> date | None:
        """Of all its children."""
        return min((born for born in self.births.values() if born is not None), default=None)

    @property
    def first_born(self) -> set[UUID]:
        """The children of that day."""
        first = self.first_birth
        return {child for (child, _), born in self.births.items() if first is not None and born == first}


@dataclass(frozen=True, slots=True)
class Asked:
    """The answers of the sender of the file to what is asked about identity."""

    on_unknown_parent: str = "add"
    on_weaker_parent: str = "keep"
    rounded_ids: str = "refuse"
    lost_zeros: str = "refuse"

    @classmethod
    def of(cls, options: Mapping[str, object]) -> "Asked":
        """From the options of an import."""
        return cls(**{name: str(options[name]) for name in cls.__slots__ if options.get(name)})


StoredSheep = tuple[UUID, UUID, *tuple[object, ...]]
"""Id, flock, tag, whether it is an ancestor only, and its facts."""
facts_of = attrgetter(*FIELDS)


def as_stored(animal: Sheep) -> StoredSheep:
    """The animal as it is now."""
    return (animal.id, animal.flock_id, animal.tag, animal.is_reference, *facts_of(animal.facts))


class Made(NamedTuple):
    """What the rows made of the herd since it was handed over last; it goes to the database."""

    added: list[StoredSheep]
    changed: list[StoredSheep]
    merged: list[tuple[UUID, UUID]]
    identifiers: list[tuple[UUID, Identifier]]
    superseded_claims: list[UUID]
    claims: list[Claim]
    kept_tags: list[tuple[UUID, str, str]]
    """Visual tags of changed animals, by value and scope, that do not count within their year of birth."""
