"""The animals that events name, each as its life would be with what is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple
from uuid import UUID

from bellwether.farm.events import problems
from bellwether.farm.events.envelope import Born, NewEvent, Other
from bellwether.farm.events.kinds import RETRACTED
from bellwether.farm.events.kinds.life import Arrived, Departed
from bellwether.farm.events.models import StoredEvent
from bellwether.farm.lives.models import HeadRow, Timeline
from bellwether.farm.lives.repository import TURNS
from bellwether.farm.season.models import LAMBED
from bellwether.farm.season.rules.case import Season
from bellwether.farm.season.rules.lambs import castrated_on
from bellwether.sheep.findings import Broken, Faults, broken
from bellwether.sheep.lives import Fate, Step

BACK = ("return", "found")


class Meant(NamedTuple):
    """An animal beside the subject: as it was told, and the one that is meant by it since merges."""

    told: Other
    id: UUID


@dataclass
class Lives:
    """The animals that one batch touches; `touched` go back to the herd."""

    animals: dict[UUID, Timeline]
    season: Season
    touched: set[UUID] = field(default_factory=set)

    def subject(self, event: NewEvent, corrected: StoredEvent | None) -> UUID | None:
        """The animal that the event is about; what is taken back is about that of the event taken back.

        Raises:
            Broken: the farm does not have it.
        """
        animal_id = event.subject if event.kind != RETRACTED or corrected is None else corrected.animal_id
        if animal_id is None:
            return None
        return self.fitting(event, Other(animal_id, "subject", "animal_id", sex=event.of_sex))

    def fitting(self, event: NewEvent, named: Other) -> UUID:
        """The animal that is named, born by then and of the sex that is asked for.

        Raises:
            Broken: the farm does not have it, or it does not fit.
        """
        animal_id, role, field, must_be_there, sex = named
        found = self.timeline(animal_id)
        if found is None:
            raise Broken(problems.no_animal(animal_id, field))
        if found.head.reference_only and must_be_there:
            raise Broken(problems.only_an_ancestor(found.head.name, field))
        born = found.head.birth_date
        if born is not None and event.occurred_on < born and event.kind != RETRACTED:
            text = f"{event.occurred_on} is before the birth of {found.head.name} on {born}"
            raise broken("before_birth", text, "correct one of the days", field="occurred_on")
        cut = castrated_on(self.season.history, found.head.id)
        is_neutered = found.head.fertility == "neutered" if cut is None else cut < event.occurred_on
        if sex is not None and (found.head.sex not in (sex, "unknown") or is_neutered):
            raise Broken(problems.other_sex(found.head, role, sex, field))
        return found.head.id

    def others(self, event: NewEvent, subject: UUID | None) -> list[Meant]:
        """The animals that are named beside the subject, each once.

        Raises:
            Broken: the farm does not have all of them, or one is named twice.
        """
        faults, found = Faults(), list[Meant]()
        seen = set() if subject is None else {subject}
        for other in event.others:
            animal_id = faults.take(partial(self.fitting, event, other))
            if animal_id is None:
                continue
            if animal_id in seen:
                faults.add(problems.named_twice(self.animals[animal_id].head.name, other.field))
            seen.add(animal_id)
            found.append(Meant(other, animal_id))
        faults.stop()
        return found

    def timeline(self, animal_id: UUID) -> Timeline | None:
        """That of an animal of the farm; one that was merged is the animal into which it was."""
        found = self.animals.get(animal_id)
        if found is None or found.head.merged_into is None:
            return found
        return self.animals.get(found.head.merged_into)

    def kept(self, animal_id: UUID | None) -> UUID | None:
        """The animal, or the one into which it was merged."""
        found = None if animal_id is None else self.animals.get(animal_id)
        return animal_id if found is None else found.head.merged_into or animal_id

    def after(
        self,
        event: NewEvent,
        event_id: UUID,
        place: int,
        subject: UUID | None,
        others: Sequence[Meant],
        corrected: StoredEvent | None,
    ) -> dict[UUID, Timeline]:
        """Where its animals were, with this event and without the one that it corrects.

        Raises:
            Broken: that cannot be.
        """
        after: dict[UUID, Timeline] = {}
        for key in () if corrected is None else corrected.animals:
            if (before := self.timeline(key)) is not None:
                after[before.head.id] = before.without(corrected and corrected.id)
        for lamb in event.born:
            after[lamb.animal_id] = self.lamb(lamb, event_id, place, subject, after)
        if subject is not None and event.kind in TURNS:
            step = Step(event.occurred_on, event.occurred_time, place, TURNS[event.kind], fate_after(event))
            before_it = after.get(subject, self.animals[subject])
            check_return(event, before_it)
            after[subject] = before_it.with_step(event_id, step)
        for timeline in after.values():
            timeline.check(field="occurred_on")
        there = [other.id for other in others if other.told.must_be_there]
        there += [subject] if subject is not None and event.needs_presence else []
        faults = Faults()
        for key in there:
            add = partial(after.get(key, self.animals[key]).with_record, event_id, event.occurred_on)
            after |= {key: found} if (found := faults.take(partial(add, field="occurred_on"))) else {}
        faults.stop()
        return after

    def lamb(
        self, born: Born, event_id: UUID, place: int, dam: UUID | None, after: Mapping[UUID, Timeline]
    ) -> Timeline:
        """A life that begins, or began on another day than was said.

        Raises:
            Broken: something is recorded of it before its birth.
        """
        before = after.get(born.animal_id)
        if before is None:
            assert dam is not None
            flock = self.animals[dam].head.flock_id
            head = HeadRow(
                born.animal_id, flock, str(born.animal_id), born.on, False, None, "alive", born.sex, "unknown"
            )
            found = Timeline(head)
        else:
            first = self.season.first.get(born.animal_id, born.on)
            if first < born.on:
                text = f"{before.head.name} would be born on {born.on}, after what is recorded of it on {first}"
                fix = "correct the day, or that record first"
                raise broken("born_after_record", text, fix, field="occurred_on", verdict="conflict")
            found = Timeline(before.head._replace(birth_date=born.on), before.steps, before.recorded, before.measured)
        step = Step(born.on, None, place, "died", "dead")
        return found if born.is_alive else found.with_step(event_id, step)

    def enter(self, event: NewEvent, after: Mapping[UUID, Timeline], corrected: StoredEvent | None) -> None:
        """The lives of animals are so from now on."""
        self.animals |= after
        is_step = event.kind in TURNS or (corrected is not None and corrected.kind in TURNS)
        lambs = {lamb.animal_id for lamb in event.born}
        self.touched |= after.keys() if is_step else lambs
        if corrected is not None and corrected.kind == LAMBED:
            gone = set(corrected.others) - lambs
            self.touched |= set(corrected.others) - gone
            self.touched -= gone
            for key in gone:
                self.animals.pop(key, None)


def check_return(event: NewEvent, before: Timeline) -> None:
    """Only who left comes back: what was recorded of a bought animal came with it, that of one that is found did not.

    Raises:
        Broken: it was recorded on the farm before, and never left.
    """
    if not isinstance(event, Arrived) or event.payload.reason not in BACK:
        return
    if any(step.day <= event.occurred_on for step in before.steps.values()):
        return
    days = [day for day in (*before.recorded.values(), *before.measured) if day < event.occurred_on]
    if days:
        text = f"{before.head.name} is recorded on the farm on {min(days)}, and nothing says that it left"
        fix = "record first when it left, or send another reason"
        raise broken("is_here", text, fix, field="payload.reason", verdict="conflict")


def fate_after(event: NewEvent) -> Fate:
    """What an animal is after it came, went or died."""
    if isinstance(event, Departed):
        return event.payload.fate
    return "alive" if TURNS[event.kind] == "arrived" else "dead"
