"""What an event of the season is judged by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from bellwether.farm.lives.models import Timeline
from bellwether.farm.season.listed import Listed
from bellwether.farm.season.models import (
    OF_A_FAMILY,
    Fact,
    History,
    Member,
    Offspring,
    Use,
)
from bellwether.farm.whereabouts.models import Known
from bellwether.sheep.pedigree import Kin


class Worn(NamedTuple):
    """An official identifier in use, and the event that put it on."""

    scheme: str
    value: str
    event_id: UUID | None


@dataclass
class Season:
    """What the farm knows of the season that one batch touches; `added` and `removed` go back to it."""

    history: History = field(default_factory=History)
    existing: set[UUID] = field(default_factory=set)
    """Lambs of the lambings that are sent that are animals already."""
    bound: dict[UUID, str] = field(default_factory=dict)
    """Lambs of which more is known than their lambing: what that is."""
    first: dict[UUID, date] = field(default_factory=dict)
    """The first day of which something is known of such a lamb."""
    offspring: dict[UUID, list[Offspring]] = field(default_factory=dict)
    """Animals of which such a lamb became a parent."""
    worn: dict[UUID, list[Worn]] = field(default_factory=dict)
    """Official identifiers of the animals."""
    ended: dict[Use, datetime] = field(default_factory=dict)
    """Uses of identifiers that corrected events began and that have ended since."""
    listed: list[Listed] = field(default_factory=list)
    """Ewes of groups that are joined who stand in lists of other joinings."""
    weight_unit: str = "kg"
    added: dict[UUID, Fact] = field(default_factory=dict)
    removed: dict[UUID, Fact] = field(default_factory=dict)

    @property
    def families(self) -> set[UUID]:
        """Ewes and lambs of whom the history speaks."""
        facts = [fact for fact in self.history.facts.values() if fact.kind in OF_A_FAMILY]
        return {key for fact in facts for key in (fact.animal_id, *(one.id for one in fact.named)) if key is not None}

    def bind(self, key: UUID, kind: str, on: date) -> None:
        """More is known of an animal than its birth."""
        self.bound.setdefault(key, f"{kind} of {on}")
        self.first[key] = min(on, self.first.get(key, on))

    def take(self, fact: Fact | None, replaced: Fact | None) -> None:
        """It is so from now on."""
        if replaced is not None:
            self.history.without(replaced.id)
            if self.added.pop(replaced.id, None) is None:
                self.removed[replaced.id] = replaced
            for key, worn in self.worn.items():
                self.worn[key] = [one for one in worn if one.event_id != replaced.id]
        if fact is not None:
            self.history.add([fact])
            self.added[fact.id] = fact


@dataclass(frozen=True)
class Case:
    """One event that would be taken: `fact` is new, `replaced` counts no longer; `animals` are as they would be."""

    season: Season
    fact: Fact | None
    replaced: Fact | None
    animals: Mapping[UUID, Timeline]
    known: Known

    def name(self, key: UUID) -> str:
        """For a message."""
        found = self.animals.get(key)
        return str(key) if found is None else found.head.name

    def kin(self, key: UUID) -> Kin:
        """For the rules of the pedigree."""
        head = self.animals[key].head
        return Kin(head.name, head.sex, head.fertility, head.birth_date)

    def died_on(self, key: UUID) -> date | None:
        """The day of its death, if it died."""
        found = self.animals.get(key)
        life = None if found is None else found.life
        return life.since if life is not None and life.fate == "dead" else None

    def is_in(self, ewe: UUID, group: UUID, on: date) -> bool:
        """Whether she was in a group on a day."""
        return any(one.group == group and one.since <= on <= (one.until or on) for one in self.members(ewe))

    def members(self, ewe: UUID) -> list[Member]:
        """The groups in which she was."""
        spans = self.known.memberships(self.known.steps.get(ewe, {})).spans
        return [
            Member(span.target, span.since[0].date(), None if span.until is None else span.until[0].date())
            for span in spans
        ]
