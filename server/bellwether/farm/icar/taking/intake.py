"""Messages of other systems, taken one by one: what is wrong with one is no matter of the others."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from bellwether.farm.access import may_write, one_writer
from bellwether.farm.icar import repository, treatments, words
from bellwether.farm.icar.herds import joinings, movements, sets
from bellwether.farm.icar.herds import treatments as group_treatments
from bellwether.farm.icar.moments import moment
from bellwether.farm.icar.pages import Asked, named
from bellwether.farm.icar.problems import MessageRejected
from bellwether.farm.icar.repository import Within
from bellwether.farm.icar.reproduction import others
from bellwether.farm.icar.resources.animals import IcarBirth
from bellwether.farm.icar.resources.core import IcarIdentifier, IcarMeta
from bellwether.farm.icar.schemas import IcarBatchResult, IcarBatchResults, IcarMessage, IcarTaken, Resource
from bellwether.farm.icar.taking import weanings
from bellwether.farm.icar.taking.entries import SETS, Entry, find_animals, read
from bellwether.farm.icar.taking.events import take_events
from bellwether.farm.icar.taking.herds import find_groups
from bellwether.farm.icar.taking.kinds import GROUPED, MEMBERSHIPS, TAKEN, WEANINGS
from bellwether.farm.icar.taking.newborn.births import take_births
from bellwether.farm.icar.taking.own import find_strange, recognise
from bellwether.farm.icar.taking.remedies import check_reached, find_remedies
from bellwether.farm.icar.taking.sets import take_sets
from bellwether.farm.icar.taking.weights import Day, take_weights
from bellwether.farm.icar.writing import Writer, deleted
from bellwether.farm.locations.service import farm_of
from bellwether.farm.place import place_of
from bellwether.farm.season.models import STARTED
from bellwether.farm.whereabouts import models as whereabouts
from bellwether.farm.whereabouts.models import ACTS
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.strict.rows import Row
from bellwether.platform.problems import TYPE_BASE, RowError
from bellwether.sheep.identifiers import ANIMAL

Severity = Literal["Information", "Warning", "Error"]
NOTHING = "there is nothing under this sourceId that could be taken back"


class Target(NamedTuple):
    """Where messages go: the farm as the sender calls it, their kind, the trait of weights that name none."""

    location: IcarIdentifier
    kind: str
    trait: str | None


class Taken(NamedTuple):
    """What became of messages."""

    farm_id: UUID
    zone: str
    entries: list[Entry]
    days: dict[int, Day]
    now: datetime


async def take(session: Session, context: Context, target: Target, rows: Sequence[Row], now: datetime) -> Taken:
    """All messages, each judged for itself.

    Raises:
        NotFound, AmbiguousLocation, ReadOnlyMember
    """
    farm_id = await farm_of(session, context, target.location.scheme, target.location.id)
    await may_write(session, context, farm_id)
    await one_writer(session, farm_id)
    zone = (await place_of(session, farm_id)).time_zone
    entries = read(farm_id, target.kind, rows, zone)
    days: dict[int, Day] = {}
    if target.kind == "births":
        await take_births(session, context, farm_id, entries, now)
        return Taken(farm_id, zone, entries, days, now)
    if target.kind == SETS:
        await take_sets(session, context, farm_id, entries, now)
        return Taken(farm_id, zone, entries, days, now)
    if target.kind in (*GROUPED, *MEMBERSHIPS):
        of_heads = target.kind in GROUPED and GROUPED[target.kind].write is not None
        await find_groups(session, farm_id, target.kind, entries, of_heads=of_heads)
    if target.kind not in GROUPED:
        await find_animals(session, farm_id, entries)
    if target.kind == "weights":
        days = await take_weights(session, context, farm_id, entries, target.trait, now)
    else:
        await recognise(session, farm_id, target.kind, entries)
        if target.kind == "parturitions":
            await find_strange(session, farm_id, entries)
        if target.kind in ("treatments", "group-treatments"):
            await find_remedies(session, farm_id, entries)
        if target.kind == WEANINGS:
            await weanings.check_weanings(session, farm_id, entries)
        await take_events(session, context, farm_id, target.kind, entries, now)
        if target.kind == "group-treatments":
            await check_reached(session, farm_id, entries)
    return Taken(farm_id, zone, entries, days, now)


class TakenOne(NamedTuple):
    """One message as it is stored now, and what its sender should know of it."""

    resource: IcarTaken
    told: list[IcarMessage]


async def take_one(session: Session, context: Context, target: Target, sent: Row, now: datetime) -> TakenOne:
    """One message; the answer is the resource as it is stored now.

    Raises:
        NotFound, AmbiguousLocation, ReadOnlyMember, MessageRejected
    """
    taken = await take(session, context, target, [sent], now)
    (entry,) = taken.entries
    if entry.faults:
        raise MessageRejected(entry.faults[0].message, errors=entry.faults)
    found = await stored(session, target, taken)
    if found is None:
        raise MessageRejected(NOTHING)
    told = [as_message(None, error, "Warning", 200) for error in entry.told]
    return TakenOne(IcarTaken.model_validate(found), told)


async def stored(session: Session, target: Target, taken: Taken) -> Resource | None:
    """The one message as others read it; None when nothing was there to be taken back."""
    (entry,) = taken.entries
    if 0 in taken.days:
        weight = (await repository.counting(session, taken.farm_id, [taken.days[0]]))[taken.days[0]]
        names = await named(session, [weight.animal_id])
        return Writer(target.location, taken.zone, names).weight(weight)
    if target.kind == "weights":
        return await no_weight(session, target, taken, entry)
    if target.kind == "births":
        return await newborn(session, target, taken, entry)
    if entry.stored_id is None:
        return None
    if target.kind in GROUPED:
        return await of_group(session, target, taken, entry.stored_id)
    asked = Asked(taken.farm_id, target.location, taken.zone, Within(), None, 1)
    if target.kind == SETS:
        return await sets.one(session, asked, entry.stored_id)
    if target.kind in MEMBERSHIPS:
        return await of_member(session, asked, target, entry, entry.stored_id)
    if entry.runs:
        return await ran_with(session, target, taken, entry.stored_id)
    kind = TAKEN[target.kind]
    (event,) = await repository.events_of(session, taken.farm_id, kind.events, [entry.stored_id])
    names = await named(session, [event.animal_id, *others(event)])
    writer = Writer(target.location, taken.zone, names)
    if target.kind == "treatments":
        return await treatments.stored(session, taken.farm_id, writer, event)
    return await weanings.stored(session, asked, event) if kind.write is None else kind.write(writer, event)


async def no_weight(session: Session, target: Target, taken: Taken, entry: Entry) -> Resource | None:
    """A weight that was taken back; None: there was none."""
    row = None if entry.stored_id is None else await repository.weight(session, taken.farm_id, entry.stored_id)
    if row is None:
        return None
    shown = Writer(target.location, taken.zone, await named(session, [row.animal_id])).weight(row)
    return shown.model_copy(update={"meta": deleted(shown.meta)})


async def of_member(session: Session, asked: Asked, target: Target, entry: Entry, stored_id: UUID) -> Resource:
    """That an animal came into a group or left it, as others read it."""
    (event,) = await repository.events_of(session, asked.farm_id, (MEMBERSHIPS[target.kind].event,), [stored_id])
    assert entry.group_id is not None
    at, _ = whereabouts.moment(event.occurred_on, event.occurred_time, event.tz, 0, ACTS[event.kind])
    return await sets.stored(session, asked, event, entry.group_id, at)


async def of_group(session: Session, target: Target, taken: Taken, stored_id: UUID) -> Resource:
    """What happened to a group, as others read it."""
    kind = GROUPED[target.kind]
    (event,) = await repository.events_of(session, taken.farm_id, (kind.event,), [stored_id])
    if kind.write is None:
        return await group_treatments.stored(session, taken.farm_id, target.location, taken.zone, event.seq)
    return await movements.stored(session, taken.farm_id, target.location, kind.event, kind.write, event.seq)


async def ran_with(session: Session, target: Target, taken: Taken, stored_id: UUID) -> Resource | None:
    """A ewe with whom rams ran, as others read it."""
    (event,) = await repository.events_of(session, taken.farm_id, (STARTED,), [stored_id])
    row = await joinings.at(session, taken.farm_id, event.seq)
    if row is None:
        return None
    names = await named(session, [row.event.animal_id, *joinings.sires(row)])
    return joinings.ran(Writer(target.location, taken.zone, names), row)


async def newborn(session: Session, target: Target, taken: Taken, entry: Entry) -> Resource | None:
    """A birth as others read it; None: there was none to be taken back."""
    if entry.animal_id is None:
        return None
    kept = await repository.kept(session, taken.farm_id, entry.animal_id)
    if kept is None:
        return gone(target, taken, entry)
    claims = await repository.parents(session, taken.farm_id, [kept.id])
    names = await named(session, [kept.id, *(claim.parent_id for claim in claims)])
    return Writer(target.location, taken.zone, names, {kept.id: claims}).birth(kept)


def gone(target: Target, taken: Taken, entry: Entry) -> IcarBirth:
    """A birth that was taken back."""
    assert entry.moment is not None
    key = str(entry.stored_id)
    return IcarBirth(
        meta=IcarMeta(source=words.SOURCE, source_id=key, modified=taken.now, is_deleted=True),
        location=target.location,
        id=key,
        animal=IcarIdentifier(scheme=ANIMAL, id=str(entry.animal_id)),
        event_date_time=moment(entry.moment.day, entry.moment.at, taken.zone),
    )


async def take_batch(
    session: Session, context: Context, target: Target, rows: Sequence[Row], now: datetime
) -> IcarBatchResults:
    """Many messages; a result for each.

    Raises:
        NotFound, AmbiguousLocation, ReadOnlyMember
    """
    taken = await take(session, context, target, rows, now)
    weights = await repository.counting(session, taken.farm_id, list(set(taken.days.values())))
    ids = {row: weights[day].id for row, day in taken.days.items()}
    return IcarBatchResults([result(entry, ids.get(entry.row, entry.stored_id), now) for entry in taken.entries])


def result(entry: Entry, stored_id: UUID | None, now: datetime) -> IcarBatchResult:
    """What became of one message."""
    meta = entry.sent.meta
    said = None
    if meta is not None and meta.source:
        said = IcarMeta(source=meta.source, source_id=meta.source_id, modified=now)
    messages = [as_message(entry.row, error, "Error", 422) for error in entry.faults]
    messages += [as_message(entry.row, error, "Warning", 200) for error in entry.told]
    is_stored = stored_id is not None and not entry.faults
    if entry.deletes and stored_id is None and not entry.faults:
        nothing = RowError(code="nothing_there", field="meta.sourceId", message=NOTHING)
        messages.append(as_message(entry.row, nothing, "Information", 200))
    return IcarBatchResult(id=str(stored_id) if is_stored else None, meta=said, messages=messages)


def as_message(row: int | None, error: RowError, severity: Severity, status: int) -> IcarMessage:
    """A finding in the words of the standard, about a part of the message at this place of the batch, if it is one."""
    detail = f"{error.message}. {error.fix}" if error.fix else error.message
    kind = TYPE_BASE + error.code
    where = ".".join(str(part) for part in (row, error.field) if part is not None) or None
    return IcarMessage(type=kind, severity=severity, status=status, title=error.code, detail=detail, instance=where)
