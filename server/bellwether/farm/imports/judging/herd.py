"""The animals that one chunk of an animal list touches, as they are stored and as the rows change them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from bellwether.farm.imports.judging.animal_row import AnimalRow, Facts
from bellwether.farm.measurements.ledger import Day
from bellwether.sheep.identifiers import Identifier
from bellwether.sheep.pedigree import Kin

Key = tuple[str, str, str]


@dataclass
class Sheep:
    """One animal."""

    id: UUID
    flock_id: UUID
    tag: str
    facts: Facts
    is_reference: bool
    is_new: bool = False
    is_changed: bool = False
    is_of_this_import: bool = False
    identifiers: list[Identifier] = field(default_factory=list)

    @property
    def kin(self) -> Kin:
        """What the pedigree rules need."""
        return kin_of(self.tag, self.facts)


def kin_of(name: str, facts: Facts) -> Kin:
    """The same for an animal that does not exist yet."""
    return Kin(name, facts.sex, facts.fertility, facts.birth_date)


@dataclass(frozen=True, slots=True)
class Claim:
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
        return self.child_id, "dam" if self.role == "et_donor_dam" else self.role


@dataclass
class Offspring:
    """An animal in its role as a parent."""

    roles: set[str] = field(default_factory=set)
    first_name: str = ""
    first_birth: date | None = None

    def add(self, role: str, name: str, born: date | None) -> None:
        """One more child."""
        self.roles.add(role)
        if born is not None and (self.first_birth is None or born < self.first_birth):
            self.first_birth, self.first_name = born, name


@dataclass
class Herd:
    """Everything by id and by identifier; what is added or changed goes back to the database."""

    flock_id: UUID
    new_id: Callable[[], UUID]
    sheep: dict[UUID, Sheep] = field(default_factory=dict)
    by_key: dict[Key, UUID] = field(default_factory=dict)
    claims: dict[tuple[UUID, str], Claim] = field(default_factory=dict)
    parents: dict[UUID, set[UUID]] = field(default_factory=dict)
    names: dict[UUID, str] = field(default_factory=dict)
    offspring: dict[UUID, Offspring] = field(default_factory=dict)
    added_identifiers: list[tuple[UUID, Identifier]] = field(default_factory=list)
    added_claims: list[Claim] = field(default_factory=list)
    superseded_claims: list[UUID] = field(default_factory=list)

    def measured_days(self, rows: Iterable[tuple[int, AnimalRow]]) -> set[Day]:
        """Animal, trait and day of every measurement in rows about stored animals."""
        index: dict[tuple[str, str], set[UUID]] = {}
        for (scheme, _, value), found in self.by_key.items():
            index.setdefault((scheme, value), set()).add(found)
        return {
            (animal, measured.trait, measured.date)
            for _, row in rows
            for item in row.identifiers
            for animal in index.get((item.scheme, item.value), ())
            for measured in row.measurements
        }

    def find(self, identifier: Identifier) -> Sheep | None:
        """The animal that has this identifier now."""
        found = self.by_key.get(identifier.key)
        return None if found is None else self.sheep[found]

    def name(self, animal_id: UUID) -> str:
        """For a message."""
        return self.sheep[animal_id].tag if animal_id in self.sheep else self.names.get(animal_id, str(animal_id))

    def add(self, facts: Facts, known: list[Identifier], *, is_reference: bool) -> Sheep:
        """A new animal with its identifiers."""
        made = Sheep(self.new_id(), self.flock_id, "", facts, is_reference, is_new=True, is_of_this_import=True)
        self.sheep[made.id] = made
        for identifier in known:
            self.tag(made, identifier)
        return made

    def tag(self, animal: Sheep, identifier: Identifier) -> None:
        """One more identifier for `animal`."""
        animal.identifiers.append(identifier)
        self.by_key[identifier.key] = animal.id
        self.added_identifiers.append((animal.id, identifier))

    def claim(self, claim: Claim, child: Sheep) -> None:
        """A claim; an accepted one takes the place of the one before."""
        if claim.status == "accepted":
            before = self.claims.get(claim.slot)
            if before is not None:
                self._supersede(before)
            self.claims[claim.slot] = claim
            if claim.role != "et_recipient_dam":
                self.parents.setdefault(claim.child_id, set()).add(claim.parent_id)
            born = child.facts.birth_date
            self.offspring.setdefault(claim.parent_id, Offspring()).add(claim.role, child.tag, born)
        self.added_claims.append(claim)

    def _supersede(self, before: Claim) -> None:
        self.parents.get(before.child_id, set()).discard(before.parent_id)
        if before in self.added_claims:
            self.added_claims.remove(before)
        else:
            self.superseded_claims.append(before.id)
