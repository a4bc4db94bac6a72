"""The animals that an animal list touches, as they are stored and as the rows change them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from bellwether.farm.imports.judging.animal_row import AnimalRow, Facts
from bellwether.farm.imports.judging.listing import Listing
from bellwether.farm.imports.judging.sheep import Asked, Claim, Made, Offspring, Sheep, as_stored
from bellwether.farm.measurements.groups import Placed, Spans
from bellwether.farm.measurements.ledger import Day
from bellwether.sheep import damage
from bellwether.sheep.identifiers import (
    ANIMAL,
    Identifier,
    display_tag,
    in_year,
    is_of_flock,
    name_value,
    rank,
    spellings,
    tag_value,
)

Key = tuple[str, str, str]
SLOTS = ("sire", "dam", "et_recipient_dam", "rearing_dam")


@dataclass
class Herd:
    """Everything by id and by identifier; what is added or changed goes back to the database."""

    flock_id: UUID
    new_id: Callable[[], UUID]
    listing: Listing = field(default_factory=Listing)
    asked: Asked = field(default_factory=Asked)
    sheep: dict[UUID, Sheep] = field(default_factory=dict)
    by_key: dict[Key, UUID] = field(default_factory=dict)
    by_value: dict[str, list[tuple[UUID, Identifier]]] = field(default_factory=dict)
    by_name: dict[str, set[UUID]] = field(default_factory=dict)
    zeros: dict[str, set[str]] = field(default_factory=dict)
    ended: dict[str, UUID] = field(default_factory=dict)
    flock_codes: dict[UUID, str] = field(default_factory=dict)
    syndicates: set[tuple[str, int]] = field(default_factory=set)
    spans: Spans = field(default_factory=Spans)
    claims: dict[tuple[UUID, str], Claim] = field(default_factory=dict)
    proposed: set[tuple[UUID, UUID, str]] = field(default_factory=set)
    parents: dict[UUID, set[UUID]] = field(default_factory=dict)
    names: dict[UUID, str] = field(default_factory=dict)
    offspring: dict[UUID, Offspring] = field(default_factory=dict)
    citing: dict[UUID, set[tuple[UUID, str]]] = field(default_factory=dict)
    children: dict[UUID, set[UUID]] = field(default_factory=dict)
    touched: dict[UUID, Sheep] = field(default_factory=dict)
    added_identifiers: list[tuple[UUID, Identifier]] = field(default_factory=list)
    added_claims: list[Claim] = field(default_factory=list)
    superseded_claims: list[UUID] = field(default_factory=list)
    merged: list[tuple[UUID, UUID]] = field(default_factory=list)

    def measured_days(self, rows: Iterable[tuple[int, AnimalRow]]) -> set[Day]:
        """Animal, trait and day of every measurement in rows about stored animals."""
        return {
            (animal, measured.trait, measured.date)
            for _, row in rows
            if row.measurements
            for item in row.identifiers
            for animal in self.named(item.raw)
            for measured in row.measurements
        }

    def placed(self, animal: Sheep | None, facts: Facts) -> Placed:
        """What places an animal with these facts in a contemporary group."""
        code = self.flock_codes.get(self.flock_id if animal is None else animal.flock_id, "")
        is_wether = (facts.sex, facts.fertility) == ("male", "neutered")
        return Placed(code, facts.drop_year, facts.birth_group, bool(facts.is_embryo_transfer), is_wether)

    def find(self, identifier: Identifier) -> Sheep | None:
        """The animal that has exactly this identifier now."""
        found = self.by_key.get(identifier.key)
        return None if found is None else self.sheep[found]

    def named(self, raw: str) -> dict[UUID, Identifier]:
        """Every animal that may be called so, by any of its identifiers; a visual tag counts within the flock."""
        found: dict[UUID, Identifier] = {}
        for value in reversed(spellings(raw)):
            for animal, item in self.by_value.get(value, ()):
                if item.kind != "visual" or is_of_flock(item.scope, self.flock_id):
                    other = found.get(animal)
                    if other is None or other.value != value or rank(item) < rank(other):
                        found[animal] = item
        return found

    def called(self, raws: Iterable[str]) -> set[UUID]:
        """Every animal that is called like one of these, in any flock."""
        return {animal for raw in raws for value in spellings(raw) for animal, _ in self.by_value.get(value, ())}

    def without_zeros(self, raw: str) -> list[str]:
        """Numbers that are the same but for zeros before them, which a spreadsheet takes away."""
        value = tag_value(raw)
        return sorted(self.zeros.get(damage.without_zeros(value), set()) - {value}) if value.isdecimal() else []

    def name(self, animal_id: UUID) -> str:
        """For a message."""
        return self.sheep[animal_id].tag if animal_id in self.sheep else self.names.get(animal_id, str(animal_id))

    def add(self, facts: Facts, known: list[Identifier], *, is_reference: bool) -> Sheep:
        """A new animal with its identifiers."""
        made = Sheep(self.new_id(), self.flock_id, "", facts, is_reference, is_new=True, is_of_this_import=True)
        self.sheep[made.id] = self.touched[made.id] = made
        for identifier in known:
            self._index(made, identifier)
            self.added_identifiers.append((made.id, identifier))
        made.tag = display_tag(made.identifiers) or ""
        return made

    def tag(self, animal: Sheep, identifier: Identifier) -> None:
        """One more identifier for `animal`."""
        self.know(animal, identifier)
        self.added_identifiers.append((animal.id, identifier))

    def know(self, animal: Sheep, identifier: Identifier) -> None:
        """An identifier that the animal has."""
        self._index(animal, identifier)
        animal.tag = display_tag(animal.identifiers) or animal.tag

    def _index(self, animal: Sheep, identifier: Identifier) -> None:
        animal.identifiers.append(identifier)
        self.by_key[identifier.key] = animal.id
        if identifier.kind == "name":
            self.by_name.setdefault(name_value(identifier.value), set()).add(animal.id)
            return
        self.by_value.setdefault(identifier.value, []).append((animal.id, identifier))
        if identifier.kind != "eid" and identifier.value.isdecimal():
            self.zeros.setdefault(damage.without_zeros(identifier.value), set()).add(identifier.value)

    def know_own(self, animal_id: UUID, said: str) -> None:
        """The id by which the platform knows an animal, which is none of its identifiers."""
        item = Identifier(ANIMAL, said, "registration", said)
        self.by_key[item.key] = animal_id
        self.by_value.setdefault(said, []).append((animal_id, item))

    def move_tags(self, animal: Sheep, year: int | None) -> None:
        """Its visual tags count within another year of birth from now on."""
        for place, item in enumerate(animal.identifiers):
            if item.kind == "visual" and (moved := in_year(item, year)).key not in self.by_key:
                self.by_key[moved.key] = self.by_key.pop(item.key, animal.id)
                animal.identifiers[place] = moved
                self.by_value[item.value] = [
                    (key, moved if key == animal.id and one == item else one)
                    for key, one in self.by_value.get(item.value, ())
                ]
                self.added_identifiers = [
                    (key, moved if key == animal.id and one == item else one) for key, one in self.added_identifiers
                ]

    def unite(self, animal: Sheep, ghost: Sheep) -> None:
        """Two that turn out to be one: what cites the ancestor cites the animal from now on."""
        for item in ghost.identifiers:
            self.by_key[item.key] = animal.id
            animal.identifiers.append(item)
        animal.tag = display_tag(animal.identifiers) or animal.tag
        for value in {str(ghost.id), *(item.value for item in ghost.identifiers)} & self.by_value.keys():
            found = self.by_value[value]
            self.by_value[value] = [(animal.id if one == ghost.id else one, item) for one, item in found]
        self.added_identifiers = [(animal.id if a == ghost.id else a, i) for a, i in self.added_identifiers]
        for slot in self.citing.pop(ghost.id, ()):
            if (claim := self.claims.get(slot)) is not None and claim.parent_id == ghost.id:
                self.count(claim._replace(parent_id=animal.id))
        self.added_claims = [
            claim._replace(parent_id=animal.id) if claim.parent_id == ghost.id else claim for claim in self.added_claims
        ]
        for child in self.children.pop(ghost.id, ()):
            if ghost.id in self.parents[child]:
                self.parents[child].remove(ghost.id)
                self.descend(child, animal.id)
        if ghost.id in self.offspring:
            self.offspring.setdefault(animal.id, Offspring()).births |= self.offspring.pop(ghost.id).births
        del self.sheep[ghost.id]
        self.touched.pop(ghost.id, None)
        if not ghost.is_new:
            self.merged.append((ghost.id, animal.id))

    def claim(self, claim: Claim, child: Sheep) -> None:
        """A claim; an accepted one takes the place of the one before."""
        if claim.status == "proposed":
            self.proposed.add((claim.child_id, claim.parent_id, claim.role))
        if claim.status == "accepted":
            slot = claim.slot
            before = self.claims.get(slot)
            if before is not None:
                self._supersede(before)
            self._count(claim, slot)
            if claim.role != "et_recipient_dam":
                self.descend(claim.child_id, claim.parent_id)
            self.know_birth(claim, child)
        self.added_claims.append(claim)

    def know_birth(self, claim: Claim, child: Sheep) -> None:
        """When a child of the parent was born."""
        births = self.offspring.setdefault(claim.parent_id, Offspring()).births
        births[claim.child_id, claim.role] = child.facts.birth_date

    def tell_parents(self, child: Sheep) -> None:
        """Its parents know when it was born."""
        for role in SLOTS:
            if (claim := self.claims.get((child.id, role))) is not None:
                self.know_birth(claim, child)

    def count(self, claim: Claim) -> None:
        """The accepted claim of its slot from now on."""
        self._count(claim, claim.slot)

    def _count(self, claim: Claim, slot: tuple[UUID, str]) -> None:
        self.claims[slot] = claim
        self.citing.setdefault(claim.parent_id, set()).add(slot)

    def descend(self, child_id: UUID, parent_id: UUID) -> None:
        """One step of the way up."""
        self.parents.setdefault(child_id, set()).add(parent_id)
        self.children.setdefault(parent_id, set()).add(child_id)

    def withdraw(self, claim: Claim) -> None:
        """An accepted claim that nothing follows."""
        self._supersede(claim)
        del self.claims[claim.slot]

    def _supersede(self, before: Claim) -> None:
        self.parents.get(before.child_id, set()).discard(before.parent_id)
        if before.parent_id in self.offspring:
            self.offspring[before.parent_id].births.pop((before.child_id, before.role), None)
        if before in self.added_claims:
            self.added_claims.remove(before)
        else:
            self.superseded_claims.append(before.id)

    def handed_over(self) -> Made:
        """What goes to the database now; what is changed later changes it there."""
        added = [animal for animal in self.touched.values() if animal.is_new]
        changed = [animal for animal in self.touched.values() if not animal.is_new]
        for animal in added:
            animal.is_new = False
        made = Made(
            [as_stored(animal) for animal in added],
            [as_stored(animal) for animal in changed],
            self.merged,
            self.added_identifiers,
            self.superseded_claims,
            self.added_claims,
            [kept for animal in changed for kept in outside_year(animal)],
        )
        self.touched, self.merged = {}, []
        self.added_identifiers, self.superseded_claims, self.added_claims = [], [], []
        return made


def outside_year(animal: Sheep) -> Iterator[tuple[UUID, str, str]]:
    """Its visual tags that could not follow it into its year of birth, for somebody has them there."""
    for item in animal.identifiers:
        if item.kind == "visual" and in_year(item, animal.facts.drop_year).scope != item.scope:
            yield animal.id, item.value, item.scope
