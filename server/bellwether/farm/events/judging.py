"""Verdicts on events that are sent, each against what the farm knows and what was accepted before it."""

from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from bellwether.farm.events import problems
from bellwether.farm.events.envelope import NewEvent
from bellwether.farm.events.kinds import RETRACTED
from bellwether.farm.events.lives import Lives, Meant
from bellwether.farm.events.models import MadeEvent, MadeOther, StoredEvent
from bellwether.farm.health import judging as health
from bellwether.farm.health.models import COURSES, Course
from bellwether.farm.health.models import Known as KnownHealth
from bellwether.farm.place import Place
from bellwether.farm.season.judging import DIED, judged
from bellwether.farm.season.models import KINDS as SEASON
from bellwether.farm.season.models import MEASURING, Fact, Named
from bellwether.farm.season.rules.case import Case, Season
from bellwether.farm.stock import judging as stock
from bellwether.farm.stock.models import KINDS as STOCK
from bellwether.farm.stock.models import Known as KnownStock
from bellwether.farm.whereabouts import judging as whereabouts
from bellwether.farm.whereabouts.models import ACTS, Change, Known, moment
from bellwether.platform.ids import new_id
from bellwether.platform.json import fingerprint
from bellwether.sheep.findings import Broken, Finding, broken
from bellwether.sheep.stock import Change as StockChange
from bellwether.sheep.stock import Step as StockStep

AHEAD = timedelta(hours=24)
"""A device whose clock is further ahead than this has none."""


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
    lives: Lives
    known: Known
    health: KnownHealth
    stock: KnownStock
    numbers: Iterator[int]
    season: Season
    made: list[MadeEvent] = field(default_factory=list)
    named: list[MadeOther] = field(default_factory=list)
    is_owner: bool = False
    unseen: Set[UUID] = frozenset()
    """Ids of events of the farm that the user may not read."""
    sessions: Set[UUID] = frozenset()
    """Days in the yards that the events name, those that there are."""
    consignments: set[tuple[str, bool]] = field(default_factory=set)
    """Numbers that the events name, under which stock came (true) or went."""
    moved_on: Mapping[str, date] = field(default_factory=dict)
    """Of those that are consignments which go, the day."""
    warned: dict[UUID, list[Finding]] = field(default_factory=dict)

    def warn(self, event_id: UUID, *findings: Finding) -> None:
        """An event is taken all the same."""
        self.warned.setdefault(event_id, []).extend(findings)

    def take(self, event: NewEvent, sent: Mapping[str, object]) -> Judged:
        """Take one event in, unless it is there already.

        Raises:
            Broken: it breaks a rule.
        """
        digest = fingerprint(sent)
        before = self.stored.get(event.id) if event.id else None
        if before is not None:
            if before.sent_sha256 != digest:
                raise Broken(problems.event_exists(before.id))
            return Judged(before.id, is_new=False)
        if event.id is not None and event.id in self.unseen:
            raise Broken(problems.event_exists(event.id))
        if event.owners_only and not self.is_owner:
            raise Broken(problems.owners_only(event.kind))
        self.check_times(event)
        if event.session_id is not None and event.session_id not in self.sessions:
            raise Broken(problems.no_session(event.session_id))
        corrected = self.corrected(event)
        subject = self.lives.subject(event, corrected)
        others = self.lives.others(event, subject)
        event_id, seq = event.id or new_id(), next(self.numbers)
        place = seq if corrected is None else corrected.place
        stood = self.whereabouts(event, event_id, place, subject, corrected)
        counted = self.counted(event, event_id, place, corrected)
        course, odd = self.treated(event, event_id, place, subject, stood)
        after = self.lives.after(event, event_id, place, subject, others, corrected)
        fact = self.fact(event, event_id, place, subject, others)
        replaced = None if corrected is None else self.season.history.facts.get(corrected.id)
        case = Case(self.season, fact, replaced, ChainMap(after, self.lives.animals), self.known)
        self.warn(event_id, *odd, *judged(case, deaths(event, subject, corrected)), *self.papers(event))
        self.lives.enter(event, after, corrected)
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
        if event.kind not in (*SEASON, *MEASURING):
            return None
        named = [Named(other.told.animal_id, other.id, other.told.role) for other in others]
        named += [Named(lamb.animal_id, lamb.animal_id, lamb.role) for lamb in event.born]
        said = event.payload.model_dump(mode="json", exclude_none=True, exclude={"ewe_ids"})
        joining = None if event.refers is None else self.stored.get(event.refers)
        of_place = None if joining is None else joining.place
        return Fact(event_id, place, event.kind, event.occurred_on, subject, event.group, said, tuple(named), of_place)

    def papers(self, event: NewEvent) -> list[Finding]:
        """Warnings about a number under which stock went the other way, or whose consignment is of another day."""
        if event.under is None:
            return []
        number, came = event.under
        self.consignments.add(event.under)
        found = [problems.other_way(number, came=came)] if (number, not came) in self.consignments else []
        moved_on = None if came else self.moved_on.get(number)
        if moved_on is not None and moved_on != event.occurred_on:
            found.append(problems.other_day(number, moved_on, event.occurred_on))
        return found

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
        others = tuple(self.lives.kept(key) or key for key in found.others)
        return found._replace(animal_id=self.lives.kept(found.animal_id), others=others)

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
        name = "the mob" if subject is None else self.lives.animals[subject].head.name
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
