"""Appending to the log of a farm, and reading it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from bellwether.farm.access import may_write, one_writer, role_of
from bellwether.farm.events import events, repository
from bellwether.farm.events.envelope import NewEvent
from bellwether.farm.events.judging import Log
from bellwether.farm.events.kinds import EVENTS, KINDS
from bellwether.farm.events.lives import Lives
from bellwether.farm.events.models import StoredEvent
from bellwether.farm.events.schemas import READER, AppendedEvents, Event, EventVerdict, NewEvents
from bellwether.farm.health import projection as health
from bellwether.farm.lives import repository as lives
from bellwether.farm.place import place_of
from bellwether.farm.schemas import Source
from bellwether.farm.season import following as seasons
from bellwether.farm.season.models import JOININGS, Joined
from bellwether.farm.stock import projection as stock
from bellwether.farm.whereabouts import projection
from bellwether.farm.whereabouts import repository as whereabouts
from bellwether.farm.work.tasks import projection as tasks
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import Cursor
from bellwether.platform.http.schemas import Page
from bellwether.platform.http.strict.rows import Row
from bellwether.platform.problems import NotFound, RowError
from bellwether.sheep.findings import Broken, Finding

PRESENT = [name for name, event in KINDS.items() if event.needs_presence]
assert len(KINDS) == len(EVENTS)


class BySeq(Cursor):
    """Sorted by place in the log."""

    seq: int


async def append(
    session: Session, context: Context, body: NewEvents, now: datetime, *, source: Source = "api"
) -> AppendedEvents:
    """Add events to the log, each with a verdict of its own; state follows in the same transaction.

    The farm's lock is held to the commit, so a verdict stays true and numbers become visible in their order.

    Raises:
        ReferenceNotFound, ReadOnlyMember
    """
    await may_write(session, context, body.farm_id, field="farm_id")
    await one_writer(session, body.farm_id)
    read = [READER.read(sent, "events", row) for row, sent in enumerate(body.events)]
    log, items = await recorded(session, context, body, read, now, source)
    await follow(session, context, body.farm_id, log)
    for item in items:
        if item.id is not None and item.verdict == "new":
            item.warnings = row_errors(item.row, log.warned.get(item.id, ()))
    rejected = sum(item.verdict == "rejected" for item in items)
    return AppendedEvents(accepted=len(items) - rejected, rejected=rejected, items=items)


async def recorded(
    session: Session,
    context: Context,
    body: NewEvents,
    read: Sequence[NewEvent | list[RowError]],
    now: datetime,
    source: Source,
) -> tuple[Log, list[EventVerdict]]:
    """A verdict on each row; those that are accepted are in the log, with their lambs as animals.

    Only the database sees that a lamb has the id of an animal of another farm, or an event that of one which the user
    may not read: then all is judged once more with that.
    """
    is_owner = await role_of(session, context, body.farm_id) == "owner"
    named = {event.session_id for event in read if isinstance(event, NewEvent) and event.session_id is not None}
    sessions = await repository.sessions(session, body.farm_id, named)
    under = {event.under[0] for event in read if isinstance(event, NewEvent) and event.under is not None}
    consignments = await repository.consignments(session, body.farm_id, under)
    moved_on = await repository.moved_on(session, body.farm_id, under)
    taken, unseen = set[UUID](), set[UUID]()
    while True:
        log = await open_log(session, body.farm_id, [event for event in read if isinstance(event, NewEvent)], now)
        log.is_owner = is_owner
        log.sessions, log.consignments, log.moved_on = sessions, set(consignments), moved_on
        log.season.existing |= taken
        log.unseen = unseen
        items = [judge(row, sent, found, log) for row, (sent, found) in enumerate(zip(body.events, read, strict=True))]
        try:
            async with session.begin_nested():
                await seasons.register(session, context, herd_of(body.farm_id, log), log.season)
                await repository.add(session, context, body.farm_id, log.made, log.named, source=source)
        except seasons.IdsTaken as error:
            taken |= error.ids
        except repository.EventIdsTaken as error:
            unseen |= error.ids
        else:
            return log, items


async def open_log(session: Session, farm_id: UUID, sent: Sequence[NewEvent], now: datetime) -> Log:
    """What the farm knows of the events and animals that are meant."""
    ids = {key for event in sent for key in (event.id, event.supersedes, event.refers) if key is not None}
    stored = await repository.stored(session, farm_id, ids)
    subjects = {key for event in sent if (key := event.subject)}
    subjects |= {other.animal_id for event in sent for other in event.others}
    subjects |= {key for event in stored.values() for key in event.animals}
    of_season = await seasons.open_season(
        session,
        farm_id,
        subjects,
        born={lamb.animal_id for event in sent for lamb in event.born},
        joinings={event.refers for event in sent if event.refers is not None},
        corrected={event.supersedes for event in sent if event.supersedes is not None},
        joined=joined(sent, stored),
    )
    subjects |= of_season.families
    animals = await lives.timelines(session, farm_id, subjects, PRESENT)
    heirs = {key for found in animals.values() if (key := found.head.merged_into)} - animals.keys()
    animals |= await lives.timelines(session, farm_id, heirs, PRESENT) if heirs else {}
    groups = {key for event in sent if (key := event.group)}
    paddocks = {key for event in sent if (key := event.paddock)}
    known = await whereabouts.known(session, farm_id, animals, groups, paddocks)
    await seasons.add_groups(session, farm_id, of_season, known)
    numbers = iter(sorted(await repository.numbers(session, len(sent))))
    place = await place_of(session, farm_id)
    of_season.weight_unit = place.weight_unit
    said = [event.health for event in sent]
    counted = await stock.known(
        session, farm_id, [event.stock for event in sent], [event.kind for event in stored.values()]
    )
    herds = known.groups.keys() | {change.group_id for change in counted.changes}
    treated = await health.known(session, farm_id, place.today(now), herds, animals, said)
    return Log(place, now, stored, Lives(animals, of_season), known, treated, counted, numbers, of_season)


def joined(sent: Sequence[NewEvent], stored: Mapping[UUID, StoredEvent]) -> Joined | None:
    """Of which joinings a batch speaks, if it does."""
    found = [event for event in sent if event.kind in JOININGS]
    if not found:
        return None
    named = {key for event in found for key in (event.supersedes, event.refers) if key is not None}
    groups = frozenset(event.group for event in found if event.group is not None)
    places = frozenset(stored[key].place for key in named & stored.keys())
    return Joined(places, groups, min(event.occurred_on for event in found))


def judge(row: int, sent: Row, found: NewEvent | list[RowError], log: Log) -> EventVerdict:
    """One row: what is accepted is in `log`."""
    if not isinstance(found, NewEvent):
        return EventVerdict(row=row, id=None, verdict="rejected", errors=found)
    try:
        judged = log.take(found, sent)
    except Broken as error:
        return EventVerdict(row=row, id=found.id, verdict="rejected", errors=row_errors(row, error.findings))
    return EventVerdict(row=row, id=judged.id, verdict="new" if judged.is_new else "known")


def row_errors(row: int, findings: Iterable[Finding]) -> list[RowError]:
    """Findings about one row of a batch."""
    return [
        RowError(row=row, field=f"events.{row}.{f.field}", code=f.code, message=f.message, fix=f.fix) for f in findings
    ]


async def follow(session: Session, context: Context, farm_id: UUID, log: Log) -> None:
    """What follows from the new events: stays and fates of the animals that came or went, and where they stand."""
    gone = log.known.touched - log.lives.animals.keys()
    await projection.project(session, farm_id, log.known.touched - gone, log.known.touched_groups)
    await stock.follow(session, farm_id, log.stock)
    treated = await health.follow(session, farm_id, log.health, log.known.touched - gone)
    for event_id, findings in treated.items():
        log.warn(event_id, *findings)
    await follow_lives(session, context, farm_id, log)
    await seasons.follow(session, context, herd_of(farm_id, log), log.season, log.warn)
    kinds = {made.kind for made in log.made}
    kinds |= {log.stored[made.supersedes].kind for made in log.made if made.supersedes is not None}
    await tasks.follow(session, farm_id, kinds, [made.id for made in log.made], log.known.touched_groups)


def herd_of(farm_id: UUID, log: Log) -> seasons.Herd:
    """What the season needs of the batch."""
    return seasons.Herd(farm_id, log.place, log.lives.animals, frozenset(log.lives.touched | log.known.touched))


async def follow_lives(session: Session, context: Context, farm_id: UUID, log: Log) -> None:
    """Stays and fates of the animals that came or went, or were born dead."""
    if not log.lives.touched:
        return
    touched = {key: log.lives.animals[key].life for key in sorted(log.lives.touched)}
    await lives.project(session, farm_id, touched)
    changed = [
        (log.lives.animals[key].head, life)
        for key, life in touched.items()
        if log.lives.animals[key].head.fate != life.fate
    ]
    await events.fates_changed(session, context, farm_id, changed)


async def page(
    session: Session,
    context: Context,
    farm_id: UUID,
    about: Mapping[str, UUID | str | None],
    state: Literal["current", "all"],
    limit: int,
    cursor: str | None,
) -> Page[Event]:
    """Events in the order of the log; `about` are the filters, of which those that are None let everything through.

    Raises:
        NotFound: the user does not see the farm.
    """
    if await role_of(session, context, farm_id) is None:
        raise NotFound
    found = BySeq.read(cursor)
    after = 0 if found is None else found.seq
    given = {name: value for name, value in about.items() if value is not None}
    rows = await repository.listing(session, farm_id, given, after, limit + 1, with_superseded=state == "all")
    return Page(items=[Event.model_validate(row) for row in rows[:limit]], next=BySeq.after(rows, limit))
