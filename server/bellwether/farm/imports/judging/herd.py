"""The animals that one chunk of an animal list touches, as they are stored and as the rows change them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from bellwether.farm.animals.births import Lambing
from bellwether.farm.imports.judging.animal_row import AnimalRow, Facts
from bellwether.farm.imports.judging.listing import Listing
from bellwether.farm.measurements.groups import Placed, Spans
from bellwether.farm.measurements.ledger import Day
from bellwether.sheep import damage, pedigree
from bellwether.sheep.identifiers import ANIMAL, Identifier, in_year, is_of_flock, name_value, spellings, tag_value
from bellwether.sheep.lives import Stay
from bellwether.sheep.pedigree import Kin, Measured

Key = tuple[str, str, str]


@dataclass
class Sheep:
    """One animal. `expected` is what a later row of the file will say of it, for rules that hold already."""

    id: UUID
    flock_id: UUID
    tag: str
    facts: Facts
    is_reference: bool
    is_new: bool = False
    is_changed: bool = False
    is_of_this_import: bool = False
    identifiers: list[Identifier] = field(default_factory=list)
    expected: Kin | None = None
    expected_year: int | None = None
    first_recorded: Measured | None = None
    stays: Sequence[Stay] = ()
    lambing: Lambing | None = None

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
        others = [item.value for item in self.identifiers if item.kind != "name" and item.value != self.tag]
        born = f"of {self.year}" if self.year else ""
        born = f"born {kin.birth_date}" if kin.birth_date else born
        more = ", ".join(part for part in ("" if kin.sex == "unknown" else kin.sex, born, *others[:2]) if part)
        return f"{self.tag or self.id} ({more})" if more else self.tag or str(self.id)


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
        return self.child_id, pedigree.slot(self.role)


@dataclass
class Offspring:
    """An animal in its role as a parent."""

    roles: set[str] = field(default_factory=set)
    first_name: str = ""
    first_birth: date | None = None

    def join(self, other: "Offspring") -> None:
        """The children of another animal as well."""
        self.roles |= other.roles
        self.add("", other.first_name, other.first_birth)
        self.roles.discard("")

    def add(self, role: str, name: str, born: date | None) -> None:
        """One more child."""
        self.roles.add(role)
        if born is not None and (self.first_birth is None or born < self.first_birth):
            self.first_birth, self.first_name = born, name


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
    spans: Spans = field(default_factory=Spans)
    claims: dict[tuple[UUID, str], Claim] = field(default_factory=dict)
    proposed: set[tuple[UUID, UUID, str]] = field(default_factory=set)
    parents: dict[UUID, set[UUID]] = field(default_factory=dict)
    names: dict[UUID, str] = field(default_factory=dict)
    offspring: dict[UUID, Offspring] = field(default_factory=dict)
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
        return {
            animal: item
            for value in reversed(spellings(raw))
            for animal, item in self.by_value.get(value, ())
            if item.kind != "visual" or is_of_flock(item.scope, self.flock_id)
        }

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
        self.sheep[made.id] = made
        for identifier in known:
            self.tag(made, identifier)
        return made

    def tag(self, animal: Sheep, identifier: Identifier) -> None:
        """One more identifier for `animal`."""
        self.know(animal, identifier)
        self.added_identifiers.append((animal.id, identifier))

    def know(self, animal: Sheep, identifier: Identifier) -> None:
        """An identifier that the animal has."""
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
        for value, found in self.by_value.items():
            self.by_value[value] = [(animal.id if one == ghost.id else one, item) for one, item in found]
        self.added_identifiers = [(animal.id if a == ghost.id else a, i) for a, i in self.added_identifiers]
        for slot, claim in self.claims.items():
            if claim.parent_id == ghost.id:
                self.claims[slot] = replace(claim, parent_id=animal.id)
        self.added_claims = [
            replace(claim, parent_id=animal.id) if claim.parent_id == ghost.id else claim for claim in self.added_claims
        ]
        for above in self.parents.values():
            if ghost.id in above:
                above.symmetric_difference_update({ghost.id, animal.id})
        if ghost.id in self.offspring:
            self.offspring.setdefault(animal.id, Offspring()).join(self.offspring.pop(ghost.id))
        del self.sheep[ghost.id]
        if not ghost.is_new:
            self.merged.append((ghost.id, animal.id))

    def claim(self, claim: Claim, child: Sheep) -> None:
        """A claim; an accepted one takes the place of the one before."""
        if claim.status == "proposed":
            self.proposed.add((claim.child_id, claim.parent_id, claim.role))
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

    def withdraw(self, claim: Claim) -> None:
        """An accepted claim that nothing follows."""
        self._supersede(claim)
        del self.claims[claim.slot]

    def _supersede(self, before: Claim) -> None:
        self.parents.get(before.child_id, set()).discard(before.parent_id)
        if before in self.added_claims:
            self.added_claims.remove(before)
        else:
            self.superseded_claims.append(before.id)
