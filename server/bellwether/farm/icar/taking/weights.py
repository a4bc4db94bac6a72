"""Messages into the ledger of weights: what comes twice is stored once, what its sender has changed counts instead."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import NamedTuple
from uuid import UUID, uuid5

from pydantic import ValidationError

from bellwether.farm.icar import repository
from bellwether.farm.icar.models import KnownWeight, WeightRow, WeightVersion
from bellwether.farm.icar.taking.entries import Entry, in_our_words
from bellwether.farm.icar.taking.fields import of_sender
from bellwether.farm.icar.taking.sent import UNITS
from bellwether.farm.icar.taking.translating import trait
from bellwether.farm.measurements import repository as measured
from bellwether.farm.measurements import service as measurements
from bellwether.farm.measurements.models import MeasuredAnimal
from bellwether.farm.measurements.schemas import NewWeight, NewWeights
from bellwether.farm.place import Place, place_of
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.problems import RowError
from bellwether.sheep.findings import Broken, Finding, broken

NEAR = 1e-6
OURS = {"KGM": "kg", "LBR": "lb"}
Day = tuple[UUID, str, date]


class Known(NamedTuple):
    """What the farm has of what is meant."""

    place: Place
    animals: dict[UUID, MeasuredAnimal]
    sent_before: Mapping[UUID, KnownWeight]
    counting: Mapping[Day, WeightRow]
    versions: Mapping[Day, Sequence[WeightVersion]]


async def take_weights(
    session: Session, context: Context, farm_id: UUID, entries: Sequence[Entry], default: str | None, now: datetime
) -> dict[int, Day]:
    """Sound messages into the ledger; of each of them for which animal, trait and day it was."""
    meant = [(entry, new) for entry in entries if (new := weight_of(entry, default)) is not None]
    known = Known(
        await place_of(session, farm_id),
        await measured.animals(session, farm_id, [new.animal_id for _, new in meant]),
        await repository.known_weights(session, farm_id, [entry.key for entry, _ in meant if entry.key]),
        await repository.counting(session, farm_id, [day_of(new) for _, new in meant]),
        await repository.versions(session, farm_id, [day_of(new) for entry, new in meant if entry.key]),
    )
    fresh = [(entry, new) for entry, new in meant if is_fresh(entry, new, known, now)]
    if fresh:
        await keep(session, context, farm_id, fresh, now)
    return {entry.row: day_of(new) for entry, new in meant if entry.is_sound}


def day_of(new: NewWeight) -> Day:
    """Of these one weight counts."""
    assert new.trait is not None
    return new.animal_id, new.trait, new.occurred_on


def weight_of(entry: Entry, default: str | None) -> NewWeight | None:
    """A message as a weight; None when something is wrong with it."""
    if not entry.is_sound or entry.moment is None:
        return None
    try:
        if entry.sent.meta is not None and entry.sent.meta.is_deleted:
            fix = "send the right weight under the same sourceId"
            raise broken("not_deleted", "a weight is not taken back here", fix, field="meta.isDeleted")
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
    units = weight.units or "KGM"
    if units not in UNITS:
        text, fix = f"{units[:40]} is no unit of a weight here", f"send one of {', '.join(UNITS)}"
        raise broken("unit_unknown", text, fix, field="weight.units")
    if units in OURS:
        return weight.measurement, OURS[units]
    return weight.measurement * UNITS[units], "kg"


def is_fresh(entry: Entry, new: NewWeight, known: Known, now: datetime) -> bool:
    """Whether there is something to record; what was sent before gets the id of a further version."""
    wrong = measurements.faults(entry.row, new, known.animals, known.place, now)
    entry.faults += [of_sender(entry.row, "weights", entry.sent, error) for error in wrong]
    old = known.sent_before.get(entry.key) if entry.key else None
    counts = known.counting.get(day_of(new))
    if old is not None and (old.animal_id, old.trait, old.occurred_on) != day_of(new):
        text = f"it was sent before for another animal, trait or day: {old.trait} of {old.occurred_on}"
        entry.fail(Finding("conflict", "weight_moved", text, "send it under a new sourceId", "meta.sourceId"))
    if not entry.is_sound:
        return False
    if old is None or counts is None or entry.key is None:
        return True
    value = measurements.in_kg(new, known.place)
    new.id = version(entry.key, counts.id, value, new.occurred_time)
    said = last_said(entry.key, known.versions.get(day_of(new), ()))
    told = [(counts.value, counts.occurred_time), *((one.value, one.occurred_time) for one in said)]
    return all(abs(before - value) >= NEAR or at != new.occurred_time for before, at in told)


def version(key: UUID, before: UUID, value: float, at: time | None) -> UUID:
    """The id of what a sender says in place of what counted until then."""
    return uuid5(key, f"{before} {value} {at}")


def last_said(key: UUID, versions: Sequence[WeightVersion]) -> Sequence[WeightVersion]:
    """What a sender said last, which is all that the same message again can tell: what others said since stays."""
    own = [
        one
        for one in versions
        if one.id == key
        or (one.supersedes is not None and one.id == version(key, one.supersedes, one.value, one.occurred_time))
    ]
    return own[-1:]


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
