"""Recording and reading weights."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from bellwether.farm.measurements import recording, repository, storing
from bellwether.farm.measurements.events import measurements_recorded, measurements_withdrawn
from bellwether.farm.measurements.models import MeasuredAnimal
from bellwether.farm.measurements.problems import WeightExists, WeightsRejected, WhoseWeights
from bellwether.farm.measurements.recording import Form, Scales, Sent, Told
from bellwether.farm.measurements.schemas import (
    NewWeight,
    NewWeights,
    RecordedWeights,
    Weight,
    WeightQuery,
    Weights,
    WeightWarning,
)
from bellwether.farm.place import Place
from bellwether.farm.schemas import Source
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ById, id_after
from bellwether.platform.http.schemas import Page
from bellwether.platform.problems import RowError
from bellwether.sheep.traits import TRAITS, weights

FORM = Form("weights", "weight", WeightsRejected, WeightExists)


async def record(
    session: Session, context: Context, body: NewWeights, now: datetime, *, source: Source = "api"
) -> RecordedWeights:
    """A weighing session; of two weights of one animal, trait and day the later counts.

    Raises:
        ReferenceNotFound, ReadOnlyMember, SessionUnknown, WeightsRejected, WeightExists
    """
    day = await recording.yard_day(session, context, body.farm_id, body.session_id, weights())
    traits = recording.with_traits([new.trait for new in body.weights], day, FORM)
    sent = [weighing(new, trait) for new, trait in zip(body.weights, traits, strict=True)]
    taken = await recording.record(
        session, context, body.farm_id, sent, now, FORM, source=source, session_id=body.session_id
    )
    return RecordedWeights(
        items=[Weight.model_validate(row) for row in taken.rows], warnings=[warned(each) for each in taken.warnings]
    )


async def withdraw(
    session: Session, context: Context, farm_id: UUID, gone: Sequence[UUID], again: Sequence[UUID]
) -> None:
    """Weights that were never so count no longer, and those that they had replaced count again."""
    await measurements_withdrawn(session, context, farm_id, await storing.retire(session, farm_id, gone))
    await measurements_recorded(session, context, farm_id, await storing.revive(session, farm_id, again))


def weighing(new: NewWeight, trait: str) -> Sent:
    """As any measurement is recorded."""
    when = (new.occurred_on, new.occurred_time)
    return Sent(new.id, new.animal_id, trait, new.weight, new.unit, *when, new.group)


def faults(row: int, new: NewWeight, known: dict[UUID, MeasuredAnimal], place: Place, now: datetime) -> list[RowError]:
    """Every rule that this weight breaks."""
    return recording.faults(row, weighing(new, new.trait or ""), known, Scales(place), now, FORM)


def in_kg(new: NewWeight, place: Place) -> float:
    """The value as stored; without a unit it is in that of the farm."""
    trait = new.trait or ""
    return recording.as_stored(weighing(new, trait), TRAITS[trait], place, value=FORM.value)


def warned(told: Told) -> WeightWarning:
    """A warning on the wire."""
    found = told.finding
    return WeightWarning(row=told.row, field=found.field, code=found.code, message=found.message, fix=found.fix)


async def page(
    session: Session, animal_id: UUID | None, flock_id: UUID | None, limit: int, cursor: str | None
) -> Page[Weight]:
    """Weights of one animal or one flock.

    Raises:
        WhoseWeights: neither is given.
    """
    if animal_id is None and flock_id is None:
        raise WhoseWeights
    rows = await repository.listing(
        session,
        animal_ids=None if animal_id is None else [animal_id],
        flock_ids=None if flock_id is None else [flock_id],
        traits=weights(),
        after=id_after(cursor),
        limit=limit + 1,
    )
    items = [Weight.model_validate(row) for row in rows[:limit]]
    return Page(items=items, next=ById.after(rows, limit))


async def query(session: Session, body: WeightQuery) -> Weights:
    """Weights of many animals or flocks."""
    if body.animal_ids is None and body.flock_ids is None:
        raise WhoseWeights
    rows = await repository.listing(
        session, animal_ids=body.animal_ids, flock_ids=body.flock_ids, traits=weights(), limit=body.limit
    )
    return Weights(items=[Weight.model_validate(row) for row in rows])
