"""Verdicts on events that are sent, each against what the farm knows and what was accepted before it."""

import hashlib
from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple
from uuid import UUID

import orjson

from bellwether.farm.events import problems
from bellwether.farm.events.envelope import Born, NewEvent, Other
from bellwether.farm.events.kinds import RETRACTED
from bellwether.farm.events.kinds.life import Departed
from bellwether.farm.events.models import MadeEvent, MadeOther, StoredEvent
from bellwether.farm.health import judging as health
from bellwether.farm.health.models import COURSES, Course
from bellwether.farm.health.models import Known as KnownHealth
from bellwether.farm.lives.models import HeadRow, Timeline
from bellwether.farm.lives.repository import TURNS
from bellwether.farm.place import Place
from bellwether.farm.season.judging import DIED, judged
from bellwether.farm.season.models import KINDS as SEASON
from bellwether.farm.season.models import LAMBED, Fact, Named
from bellwether.farm.season.rules.case import Case, Season
from bellwether.farm.season.rules.lambs import castrated_on
from bellwether.farm.stock import judging as stock
from bellwether.farm.stock.models import KINDS as STOCK
from bellwether.farm.stock.models import Known as KnownStock
from bellwether.farm.whereabouts import judging as whereabouts
from bellwether.farm.whereabouts.models import ACTS, Change, Known, moment
from bellwether.platform.ids import new_id
from bellwether.sheep.findings import Broken, Faults, Finding, broken
from bellwether.sheep.lives import Fate, Step
from bellwether.sheep.stock import Change as StockChange
from bellwether.sheep.stock import Step as StockStep

AHEAD = timedelta(hours=24)
"""A device whose clock is further ahead than this has none."""


class Meant(NamedTuple):
    """An animal beside the subject: as it was told, and the one that is meant by it since merges."""

    told: Other
    id: UUID


class Judged(NamedTuple):
    """What becomes of one event that can be read."""

    id: UUID
    is_new: bool


@dataclass
class Log:
    """What the farm knows that the events of one batch touch; `made` and `touched` go back to it."""

    place: Place
    now: datetime
    stored: dict[UUID, StoredEvent]
    animals: dict[UUID, Timeline]
    known: Known
    health: KnownHealth
    stock: KnownStock
    numbers: Iterator[int]
    season: Season
    made: list[MadeEvent] = field(default_factory=list)
    named: list[MadeOther] = field(default_factory=list)
    is_owner: bool = False
    touched: set[UUID] = field(default_factory=set)
    warned: dict[UUID, list[Finding]] = field(default_factory=dict)

    def warn(self, event_id: UUID, *findings: Finding) -> None:
        """An event is taken all the same."""
        self.warned.setdefault(event_id, []).extend(findings)

    def take(self, event: NewEvent, sent: Mapping[str, object]) -> Judged:
        """Take one event in, unless it is there already.

        Raises:
            Broken: it breaks a rule.
        """
        digest = hashlib.sha256(orjson.dumps(sent, option=orjson.OPT_SORT_KEYS)).digest()
        before = self.stored.get(event.id) if event.id else None
        if before is not None:
            if before.sent_sha256 != digest:
                raise Broken(problems.event_exists(before.id))
            return Judged(before.id, is_new=False)
        if event.owners_only and not self.is_owner:
            raise Broken(problems.owners_only(event.kind))
        self.check_times(event)
        corrected = self.corrected(event)
        subject = self.subject(event, corrected)
        others = self.others(event, subject)
        event_id, seq = event.id or new_id(), next(self.numbers)
        place = seq if corrected is None else corrected.place
        stood = self.whereabouts(event, event_id, place, subject, corrected)
        counted = self.counted(event, event_id, place, corrected)
        course, odd = self.treated(event, event_id, place, subject, stood)
        after = self.lives(event, event_id, place, subject, others, corrected)
        fact = self.fact(event, event_id, place, subject, others)
        replaced = None if corrected is None else self.season.history.facts.get(corrected.id)
        case = Case(self.season, fact, replaced, ChainMap(after, self.animals), self.known)
        self.warn(event_id, *odd, *judged(case, deaths(event, subject, corrected)))
        self.enter(event, after, corrected)
        self.known.take(stood)
        self.dose(course, corrected)
        self.season.take(fact, replaced)
        if counted is not None:
            self.stock.take(*counted)
        self.keep(event, event_id, seq, place, subject, others, digest)
        return Judged(event_id, is_new=True)

    def fact(
        self, event: NewEvent, event_id: UUID, place: int, subject: UUID | None, others: Sequence[Meant]
    ) -> Fact | None:
        """What the event says of the breeding season."""
        if event.kind not in SEASON:
            return None
        named = [Named(other.told.animal_id, other.id, other.told.role) for other in others]
        named += [Named(lamb.animal_id, lamb.animal_id, lamb.role) for lamb in event.born]
        said = event.payload.model_dump(mode="json", exclude_none=True, exclude={"ewe_ids"})
        joining = None if event.refers is None else self.stored.get(event.refers)
        of_place = None if joining is None else joining.place
        return Fact(event_id, place, event.kind, event.occurred_on, subject, event.group, said, tuple(named), of_place)

    def check_times(self, event: NewEvent) -> None:
        """Nothing has happened that is still to come.

        Raises:
            Broken
        """
        today = self.place.today(self.now)
        if event.occurred_on > today:
            text = f"{event.occurred_on} is in the future: it is {today} on the farm ({self.place.time_zone})"
            fix = "correct the day, or the time zone of the farm"
            raise broken("date_impossible", text, fix, field="occurred_on")
        for lamb in event.born:
            if lamb.on > today:
                text = f"{lamb.on} is in the future: it is {today} on the farm ({self.place.time_zone})"
                field = lamb.field.removesuffix("id") + "born_on"
                raise broken("date_impossible", text, "correct the day of the birth", field=field)
        if event.device_time is not None and event.device_time > self.now + AHEAD:
            text = f"the clock of the device says {event.device_time.isoformat()}, which is more than a day ahead"
            raise broken(
                "clock_ahead", text, "set the clock of the device, and send the event again", field="device_time"
            )

    def corrected(self, event: NewEvent) -> StoredEvent | None:
        """The event that this one supersedes.

        Raises:
            Broken: there is none, it was superseded already, or it is of another kind.
        """
        if event.supersedes is None:
            return None
        found = self.stored.get(event.supersedes)
        if found is None:
            raise Broken(problems.no_event(event.supersedes))
        if found.superseded_by is not None:
            raise Broken(problems.superseded(found.id, found.superseded_by))
        if found.kind == RETRACTED or event.kind not in (found.kind, RETRACTED):
            raise Broken(problems.other_kind(found.kind, event.kind))
        others = tuple(self.kept(key) or key for key in found.others)
        return found._replace(animal_id=self.kept(found.animal_id), others=others)

    def kept(self, animal_id: UUID | None) -> UUID | None:
        """The animal, or the one into which it was merged."""
        found = None if animal_id is None else self.animals.get(animal_id)
        return animal_id if found is None else found.head.merged_into or animal_id

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

    def lives(
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
            after[subject] = after.get(subject, self.animals[subject]).with_step(event_id, step)
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

    def whereabouts(
        self, event: NewEvent, event_id: UUID, place: int, subject: UUID | None, corrected: StoredEvent | None
    ) -> Change:
        """What the event says of where animals are.

        Raises:
            Broken: that cannot be.
        """
        zone = event.tz or self.place.time_zone
        at = moment(event.occurred_on, event.occurred_time, zone, place, ACTS.get(event.kind))
        meant = whereabouts.Meant(event_id, event.kind, at, subject, event.group, event.paddock)
        before = corrected and whereabouts.Replaced(
            corrected.id, corrected.kind, corrected.animal_id, corrected.group_id
        )
        return whereabouts.judged(self.known, meant, before)

    def treated(
        self, event: NewEvent, event_id: UUID, place: int, subject: UUID | None, stood: Change
    ) -> tuple[Course | None, Sequence[Finding]]:
        """What the event says of health, with what is odd about it.

        Raises:
            Broken: that cannot be, or an animal is sold that is withheld (I20).
        """
        if event.health is None:
            return None, ()
        zone = event.tz or self.place.time_zone
        at = moment(event.occurred_on, event.occurred_time, zone, place)
        steps = {} if subject is None else stood.steps.get(subject, self.known.steps.get(subject, {}))
        name = "the mob" if subject is None else self.animals[subject].head.name
        said = (subject, event.group, event.health, name, self.known.memberships(steps), self.stock.changes)
        return health.judged(self.health, health.Meant(event_id, event.occurred_on, at, zone, *said))

    def counted(
        self, event: NewEvent, event_id: UUID, place: int, corrected: StoredEvent | None
    ) -> tuple[dict[UUID, StockStep], list[StockChange]] | None:
        """What follows of head without tags; None: the event does not speak of them.

        Raises:
            Broken: that cannot be.
        """
        replaced = corrected.id if corrected is not None and corrected.kind in STOCK else None
        if event.stock is None and replaced is None:
            return None
        at = moment(event.occurred_on, event.occurred_time, event.tz or self.place.time_zone, place)
        meant = stock.Meant(event_id, event.kind, event.occurred_on, at, event.group, event.stock)
        return stock.judged(self.stock, meant, replaced)

    def dose(self, course: Course | None, corrected: StoredEvent | None) -> None:
        """A course counts from now on, and the one that it corrects does not."""
        if corrected is not None and corrected.kind in COURSES:
            self.health.leave(corrected.id, corrected.animal_id, corrected.group_id)
        if course is not None:
            self.health.take(course)

    def keep(
        self,
        event: NewEvent,
        event_id: UUID,
        seq: int,
        place: int,
        subject: UUID | None,
        others: Sequence[Meant],
        digest: bytes,
    ) -> None:
        """The event is part of the log from now on."""
        if event.supersedes is not None:
            self.stored[event.supersedes] = self.stored[event.supersedes]._replace(superseded_by=event_id)
        made = [MadeOther(event_id, seq, told.animal_id, told.role, told.must_be_there) for told, _ in others]
        made += [MadeOther(event_id, seq, lamb.animal_id, lamb.role, False) for lamb in event.born]
        named = tuple(each.animal_id for each in made)
        self.stored[event_id] = StoredEvent(event_id, event.kind, place, subject, event.group, digest, None, named)
        self.named += made
        for key in (*(other.id for other in others), *(() if subject is None else (subject,))):
            self.season.bind(key, event.kind, event.occurred_on)
        when = (event.occurred_on, event.occurred_time, event.tz or self.place.time_zone)
        device = (event.device_id, event.device_time, event.session_id)
        payload = event.payload.model_dump_json(exclude_none=True)
        what = (event_id, seq, place, event.kind, event.version, subject, event.group)
        self.made.append(MadeEvent(*what, *when, *device, event.supersedes, payload, digest))


def deaths(event: NewEvent, subject: UUID | None, corrected: StoredEvent | None) -> set[UUID]:
    """Whose death is recorded, corrected or taken back."""
    found = {subject} if event.kind == DIED else set()
    found |= {corrected.animal_id} if corrected is not None and corrected.kind == DIED else set()
    return {key for key in found if key is not None}


def fate_after(event: NewEvent) -> Fate:
    """What an animal is after it came, went or died."""
    if isinstance(event, Departed):
        return event.payload.fate
    return "alive" if TURNS[event.kind] == "arrived" else "dead"
