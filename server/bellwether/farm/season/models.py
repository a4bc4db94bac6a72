"""Events of the breeding season as its rules read them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from uuid import UUID

import asyncpg

from bellwether.platform.json import JsonValue
from bellwether.sheep.pedigree import Kin, ParentType

STARTED, ENDED, REPLACED = "joining.started", "joining.ended", "ram.replaced"
MATED, INSEMINATED, TRANSFERRED = "mating.observed", "ai.done", "embryo.transferred"
SCANNED, LAMBED, FOSTERED = "pregscan.recorded", "lambing.recorded", "lamb.fostered"
MARKED, WEANED = "marking.recorded", "weaning.recorded"
JOININGS = (STARTED, ENDED, REPLACED)
OF_A_FAMILY = (LAMBED, FOSTERED, MARKED, WEANED)
SCORED, SHORN = "condition.scored", "shearing.recorded"
MEASURING = (SCORED, SHORN)
"""Of animals of any age; beside weights at birth and weaning these are measurements of the dictionary."""
KINDS = (*JOININGS, MATED, INSEMINATED, TRANSFERRED, SCANNED, *OF_A_FAMILY)


Use = tuple[UUID, str, str]
"""Of an identifier: the animal, the scheme and the value."""


class Named(NamedTuple):
    """An animal that an event names: as it was told, as it is since merges, and what it is in the event."""

    told: UUID
    id: UUID
    role: str


class Fact(NamedTuple):
    """An event of the season that counts."""

    id: UUID
    place: int
    kind: str
    on: date
    animal_id: UUID | None
    group_id: UUID | None
    said: dict[str, JsonValue]
    named: tuple[Named, ...]
    of_place: int | None
    """The place of the joining to which it belongs."""

    def who(self, told: object) -> UUID | None:
        """An animal of the payload, as it is since merges."""
        return None if told is None else next((one.id for one in self.named if str(one.told) == told), UUID(str(told)))

    def all_of(self, *roles: str) -> list[UUID]:
        """The animals of a role."""
        return [one.id for one in self.named if one.role in roles]

    def items(self, name: str) -> Iterator[dict[str, JsonValue]]:
        """The objects in a list of the payload."""
        found = self.said.get(name)
        yield from (item for item in found if isinstance(item, dict)) if isinstance(found, list) else ()


SCALES = {"1-5": "BCS", "1-9": "BCS9"}


class Joined(NamedTuple):
    """The joinings of which a batch speaks: their places, the groups of new ones, and the first day that is said."""

    places: frozenset[int]
    groups: frozenset[UUID]
    since: date


class Born(NamedTuple):
    """A lamb of a litter."""

    id: UUID
    on: date
    is_alive: bool
    sex: str


class Litter(NamedTuple):
    """What a ewe bore at once."""

    fact: Fact
    dam: UUID
    lambs: tuple[Born, ...]


class HeadRow(NamedTuple):
    """What a season shows of an animal."""

    id: UUID
    flock_id: UUID
    name: str
    birth_date: date | None
    drop_year: int | None
    rear_type: int | None
    fate: str
    stays: Sequence["asyncpg.Range[date]"]
    """When it was on the farm; none as long as nothing came or went."""

    def is_away(self, day: date) -> bool:
        """Whether it was not on the farm that day."""
        here = [one for one in self.stays if not one.isempty and (one.lower is None or one.lower <= day)]
        return bool(self.stays) and not any(one.upper is None or day < one.upper for one in here)


class Offspring(NamedTuple):
    """An animal of which another one is an accepted parent."""

    role: ParentType
    kin: Kin


class Member(NamedTuple):
    """A ewe was in a group, from one day to another."""

    group: UUID
    since: date
    until: date | None


def litter(fact: Fact) -> Litter:
    """That of a lambing."""
    assert fact.animal_id is not None
    lambs = []
    for lamb in fact.items("lambs"):
        key, on = fact.who(lamb["id"]), lamb.get("born_on")
        assert key is not None
        day = fact.on if on is None else date.fromisoformat(str(on))
        lambs.append(Born(key, day, lamb.get("born", "alive") == "alive", str(lamb.get("sex", "unknown"))))
    return Litter(fact, fact.animal_id, tuple(lambs))


class Told(NamedTuple):
    """A measurement of its own animal that an event tells of."""

    trait: str
    value: JsonValue
    field: str


def told_of(fact: Fact) -> Told | None:
    """The score, the greasy fleece of a stage that is said, or the weaning weight."""
    said = fact.said
    if fact.kind == SCORED:
        return Told(SCALES[str(said["scale"])], said["score"], "payload.score")
    if fact.kind == SHORN and said.get("fleece_weight") is not None and said.get("stage") is not None:
        return Told(f"{said['stage']}GFW", said["fleece_weight"], "payload.fleece_weight")
    if fact.kind == WEANED and said.get("weight") is not None:
        return Told("WWT", said["weight"], "payload.weight")
    return None


@dataclass
class History:
    """Facts of the season, found by animal, by group and by joining."""

    facts: dict[UUID, Fact] = field(default_factory=dict)
    _animals: dict[UUID, set[UUID]] = field(default_factory=dict)
    _groups: dict[UUID, set[UUID]] = field(default_factory=dict)
    _joinings: dict[int, set[UUID]] = field(default_factory=dict)

    def add(self, facts: Iterable[Fact]) -> None:
        """They happened."""
        for fact in facts:
            self.facts[fact.id] = fact
            for key in {fact.animal_id, *(one.id for one in fact.named)} - {None}:
                self._animals.setdefault(key, set()).add(fact.id)  # type: ignore[arg-type]  # None is gone
            if fact.group_id is not None and fact.kind == STARTED:
                self._groups.setdefault(fact.group_id, set()).add(fact.id)
            if fact.of_place is not None or fact.kind == STARTED:
                self._joinings.setdefault(fact.of_place or fact.place, set()).add(fact.id)

    def without(self, fact_id: UUID | None) -> None:
        """It did not happen."""
        if fact_id is not None:
            self.facts.pop(fact_id, None)

    def _found(self, ids: Iterable[UUID]) -> list[Fact]:
        return sorted((self.facts[key] for key in ids if key in self.facts), key=lambda fact: (fact.on, fact.place))

    def of(self, animal_id: UUID, *kinds: str) -> list[Fact]:
        """Those that name an animal."""
        return [fact for fact in self._found(self._animals.get(animal_id, ())) if fact.kind in kinds]

    def of_subject(self, animal_id: UUID, *kinds: str) -> list[Fact]:
        """Those of an animal itself."""
        return [fact for fact in self.of(animal_id, *kinds) if fact.animal_id == animal_id]

    def of_group(self, group_id: UUID) -> list[Fact]:
        """Joinings of a group."""
        return self._found(self._groups.get(group_id, ()))

    def of_joining(self, place: int, *kinds: str) -> list[Fact]:
        """A joining and what became of it."""
        return [fact for fact in self._found(self._joinings.get(place, ())) if fact.kind in kinds]

    def litter_of(self, lamb_id: UUID) -> Litter | None:
        """The litter in which a lamb was born."""
        found = (fact for fact in self.of(lamb_id, LAMBED) if fact.animal_id != lamb_id)
        return next((litter(fact) for fact in found), None)

    def litters(self, dam_id: UUID) -> list[Litter]:
        """Those of a ewe."""
        return [litter(fact) for fact in self.of_subject(dam_id, LAMBED)]
