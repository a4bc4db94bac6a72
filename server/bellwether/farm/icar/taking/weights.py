"""Messages into the ledger of weights: what comes twice is stored once, what its sender has changed counts instead."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time
from typing import NamedTuple
from uuid import UUID, uuid5

from pydantic import ValidationError

from bellwether.farm.icar import repository
from bellwether.farm.icar.models import KnownWeight, WeightRow, WeightVersion
from bellwether.farm.icar.taking.entries import Entry, as_error, in_our_words
from bellwether.farm.icar.taking.fields import of_sender
from bellwether.farm.icar.taking.sent import UNITS, unit
from bellwether.farm.icar.taking.translating import trait
from bellwether.farm.measurements import repository as measured
from bellwether.farm.measurements import service as measurements
from bellwether.farm.measurements.models import MeasuredAnimal
from bellwether.farm.measurements.schemas import NewWeight, NewWeights
from bellwether.farm.place import Place, place_of
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.problems import RowError
from bellwether.sheep.findings import Broken, broken, warning

NEAR = 1e-6
OURS = {"KGM": "kg", "LBR": "lb"}
Day = tuple[UUID, str, date]


class Known(NamedTuple):
    """What the farm has of what is meant."""

    place: Place
    animals: Mapping[UUID, MeasuredAnimal]
    lives: Mapping[UUID, Sequence[KnownWeight]]
    counting: Mapping[Day, WeightRow]
    versions: Mapping[Day, Sequence[WeightVersion]]


async def take_weights(
    session: Session, context: Context, farm_id: UUID, entries: Sequence[Entry], default: str | None, now: datetime
) -> dict[int, Day]:
    """Sound messages into the ledger; of each of them for which animal, trait and day it was.

    What is said of another animal, trait or day than before leaves that one, and so does what is taken back: first all
    of them go, then all come, so that two weights that were mixed up may be put right in one batch.
    """
    meant = [(entry, new) for entry in entries if (new := weight_of(entry, default)) is not None]
    place = await place_of(session, farm_id)
    animals = await measured.animals(session, farm_id, [new.animal_id for _, new in meant])
    for entry, new in meant:
        wrong = measurements.faults(entry.row, new, animals, place, now)
        entry.faults += [of_sender(entry.row, "weights", entry.sent, error) for error in wrong]
    meant = [(entry, new) for entry, new in meant if entry.is_sound]
    for _, new in meant:
        # one that was merged is the animal that it turned out to be
        new.animal_id = animals[new.animal_id].id
    gone = [entry for entry in entries if entry.is_sound and entry.deletes]
    keys = [entry.key for entry in (*gone, *(entry for entry, _ in meant)) if entry.key]
    lives = await lives_of(session, farm_id, keys)
    leaving = [(entry, lives[entry.key][-1]) for entry in gone if entry.key in lives]
    leaving += [
        (entry, lives[entry.key][-1])
        for entry, new in meant
        if entry.key in lives and day_known(lives[entry.key][-1]) != day_of(new)
    ]
    await take_away(session, context, farm_id, leaving)
    known = Known(
        place,
        {found.id: found for found in animals.values()},
        lives,
        await repository.counting(session, farm_id, [day_of(new) for _, new in meant]),
        await repository.versions(session, farm_id, [day_of(new) for _, new in meant]),
    )
    fresh = [(entry, new) for entry, new in meant if is_fresh(entry, new, known)]
    if fresh:
        await keep(session, context, farm_id, fresh, now)
    return {entry.row: day_of(new) for entry, new in meant if entry.is_sound}


async def lives_of(session: Session, farm_id: UUID, keys: Sequence[UUID]) -> dict[UUID, list[KnownWeight]]:
    """Of each message that was stored before where its weight stood: each time that it was moved or said anew."""
    found: dict[UUID, list[KnownWeight]] = {}
    wanted = {key: key for key in keys}
    while wanted:
        stored = await repository.known_weights(session, farm_id, list(wanted))
        for weight_id, weight in stored.items():
            found.setdefault(wanted[weight_id], []).append(weight)
        wanted = {again(weight_id): wanted[weight_id] for weight_id in stored}
    return found


def again(weight_id: UUID) -> UUID:
    """The first id of a weight that is said anew, or of another animal or day."""
    return uuid5(weight_id, "again")


def day_known(weight: KnownWeight) -> Day:
    """Of which animal, trait and day it is."""
    return weight.animal_id, weight.trait, weight.occurred_on


async def take_away(
    session: Session, context: Context, farm_id: UUID, leaving: Sequence[tuple[Entry, KnownWeight]]
) -> None:
    """Weights count no longer where they stood; what counted there before them does again."""
    versions = await repository.versions(session, farm_id, [day_known(weight) for _, weight in leaving])
    owns = [last_said(weight.id, versions[day_known(weight)])[-1] for _, weight in leaving]
    away = {own.id for own in owns}
    retired, revived = list[UUID](), list[UUID]()
    for (entry, weight), own in zip(leaving, owns, strict=True):
        said = versions[day_known(weight)]
        entry.stored_id = own.id if entry.deletes else None
        if is_counting(own):
            before = before_it(weight.id, own, said, away)
            retired.append(own.id)
            revived += [] if before is None else [before.id]
        elif not was_taken_away(weight.id, own, said) and any(is_counting(one) and one.id not in away for one in said):
            text = f"another {weight.trait} of {weight.occurred_on} has been said since, and stays"
            fix = "correct it on the farm if it is wrong, too"
            entry.told.append(as_error(entry.row, warning("another_counts", text, fix, field="meta.sourceId")))
    if retired:
        await measurements.withdraw(session, context, farm_id, retired, revived)


def is_counting(one: WeightVersion) -> bool:
    """Whether it is the weight of its day."""
    return one.state == "active"


def before_it(
    key: UUID, own: WeightVersion, said: Sequence[WeightVersion], away: Collection[UUID] = ()
) -> WeightVersion | None:
    """What others had said, and what counted before the sender said anything; None: nothing did."""
    found, there = own, {one.id: one for one in said}
    while found.id == own.id or found.id in away or is_own(key, found, said):
        if found.supersedes is None or found.supersedes not in there:
            return None
        found = there[found.supersedes]
    return found


def was_taken_away(key: UUID, own: WeightVersion, said: Sequence[WeightVersion]) -> bool:
    """Whether a weight counts no longer although nothing has replaced it."""
    if is_counting(own) or any(one.supersedes == own.id for one in said):
        return False
    before, counts = before_it(key, own, said), next(filter(is_counting, said), None)
    return counts is None or (before is not None and before.id == counts.id)


def day_of(new: NewWeight) -> Day:
    """Of these one weight counts."""
    assert new.trait is not None
    return new.animal_id, new.trait, new.occurred_on


def weight_of(entry: Entry, default: str | None) -> NewWeight | None:
    """A message as a weight; None when something is wrong with it."""
    if not entry.is_sound or entry.moment is None or entry.deletes:
        return None
    try:
        value, unit = mass(entry)
        said = {"animal_id": entry.animal_id, "trait": trait(entry.sent, default), "weight": value, "unit": unit}
        when = {"occurred_on": entry.moment.day, "occurred_time": entry.moment.at}
        group = {"group": entry.sent.contemporary_group or ""}
        return NewWeight.model_validate({"id": entry.key, **said, **when, **group})
    except ValidationError as error:
        entry.faults += [of_sender(entry.row, "weights", entry.sent, one) for one in in_our_words(entry.row, error)]
    except Broken as error:
        entry.fail(*error.findings)
    return None


def mass(entry: Entry) -> tuple[float, str]:
    """Value and unit.

    Raises:
        Broken: there is none, or the unit is none of a sheep's weight.
    """
    weight = entry.sent.weight
    if weight is None or weight.measurement is None:
        fix = "send weight.measurement as a number"
        raise broken("weight_missing", "the message has no weight", fix, field="weight.measurement")
    units = unit(weight.units) or "KGM"
    if units not in UNITS:
        text, fix = f"{(weight.units or '')[:40]} is no unit of a weight here", f"send one of {', '.join(UNITS)}"
        raise broken("unit_unknown", text, fix, field="weight.units")
    if units in OURS:
        return weight.measurement, OURS[units]
    return weight.measurement * UNITS[units], "kg"


def is_fresh(entry: Entry, new: NewWeight, known: Known) -> bool:
    """Whether there is something to record; what was sent before gets the id of a further version."""
    life = known.lives.get(entry.key) if entry.key else None
    counts = known.counting.get(day_of(new))
    if not life or entry.key is None:
        return True
    last, said = life[-1], known.versions.get(day_of(new), ())
    own = last_said(last.id, said) if day_known(last) == day_of(new) else ()
    if counts is None or not own or was_taken_away(last.id, own[0], said):
        new.id = again(last.id)
        return True
    value = measurements.in_kg(new, known.place)
    new.id = version(last.id, counts.id, value, new.occurred_time)
    told = [(counts.value, counts.occurred_time), *((one.value, one.occurred_time) for one in own)]
    return all(abs(before - value) >= NEAR or at != new.occurred_time for before, at in told)


def version(key: UUID, before: UUID, value: float, at: time | None) -> UUID:
    """The id of what a sender says in place of what counted until then."""
    return uuid5(key, f"{before} {value} {at}")


def is_own(key: UUID, one: WeightVersion, said: Sequence[WeightVersion]) -> bool:
    """Whether the sender of a message has said it; what was weighed before what counts has replaced nothing."""
    return one.id == key or any(one.id == version(key, each.id, one.value, one.occurred_time) for each in said)


def last_said(key: UUID, versions: Sequence[WeightVersion]) -> Sequence[WeightVersion]:
    """What a sender said last, which is all that the same message again can tell: what others said since stays."""
    return [one for one in versions if is_own(key, one, versions)][-1:]


async def keep(
    session: Session, context: Context, farm_id: UUID, fresh: Sequence[tuple[Entry, NewWeight]], now: datetime
) -> None:
    """Record them, and remember for their senders what is unusual."""
    body = NewWeights(farm_id=farm_id, weights=[new for _, new in fresh])
    recorded = await measurements.record(session, context, body, now)
    for said in recorded.warnings:
        entry = fresh[said.row][0]
        told = RowError(row=entry.row, field=said.field, code=said.code, message=said.message, fix=said.fix)
        entry.told.append(of_sender(entry.row, "weights", entry.sent, told))
