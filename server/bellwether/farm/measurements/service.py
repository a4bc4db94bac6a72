"""Recording and reading weights."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from bellwether.farm.access import ReferenceNotFound, may_write, one_writer
from bellwether.farm.measurements import events, repository
from bellwether.farm.measurements.ledger import Ledger, Measurement
from bellwether.farm.measurements.models import MeasuredAnimal
from bellwether.farm.measurements.problems import WeightExists, WeightsRejected, WhoseWeights
from bellwether.farm.measurements.schemas import NewWeight, NewWeights, Weight, WeightQuery, Weights
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ById, id_after
from bellwether.platform.http.schemas import Page
from bellwether.platform.ids import new_id
from bellwether.platform.problems import RowError
from bellwether.sheep import traits
from bellwether.sheep.findings import Broken


async def record(session: Session, context: Context, body: NewWeights, today: date) -> Weights:
    """A weighing session; a second weight of one animal, trait and day supersedes the first.

    Raises:
        ReferenceNotFound, ReadOnlyMember, WeightsRejected, WeightExists
    """
    await may_write(session, context, body.farm_id, field="farm_id")
    await one_writer(session, body.farm_id)
    known = await repository.animals(session, body.farm_id, [weight.animal_id for weight in body.weights])
    errors = [error for row, new in enumerate(body.weights) if (error := fault(row, new, known, today))]
    if errors:
        raise WeightsRejected(errors[0].message, errors=errors)
    ids = [new.id for new in body.weights if new.id]
    if len(set(ids)) < len(ids) or await repository.is_taken(session, ids):
        raise WeightExists
    days = [(new.animal_id, new.trait, new.occurred_on) for new in body.weights]
    ledger = Ledger(await repository.current(session, body.farm_id, None, days), new_id)
    for row, new in enumerate(body.weights):
        ledger.record(new.animal_id, known[new.animal_id].flock_id, measurement(new), row)
    await repository.store(session, context, body.farm_id, ledger.added, ledger.superseded, source="api")
    await events.measurements_recorded(session, context, body.farm_id, ledger.added)
    return await recorded(session, ledger, days)


async def recorded(session: Session, ledger: Ledger, days: Sequence[tuple[UUID, str, date]]) -> Weights:
    """The weights that count now for what was sent, in its order."""
    ids = [ledger.current[day].id for day in dict.fromkeys(days)]
    rows = await repository.listing(session, ids=ids, limit=len(ids))
    found = {row.id: Weight.model_validate(row) for row in rows}
    return Weights(items=[found[key] for key in ids])


def fault(row: int, new: NewWeight, known: dict[UUID, MeasuredAnimal], today: date) -> RowError | None:
    """The first rule that this weight breaks."""
    field = f"weights.{row}"
    animal = known.get(new.animal_id)
    if animal is None:
        return ReferenceNotFound(f"{field}.animal_id", new.animal_id, row).errors[0]
    if new.occurred_on > today or (animal.birth_date and new.occurred_on < animal.birth_date):
        text = f"{new.occurred_on} is in the future or before the animal's birth"
        return RowError(row=row, field=f"{field}.occurred_on", code="date_impossible", message=text, fix="correct it")
    try:
        traits.check_hard(traits.TRAITS[new.trait], in_kg(new), field=f"{field}.weight")
    except Broken as error:
        found = error.finding
        return RowError(row=row, field=found.field, code=found.code, message=found.message, fix=found.fix)
    return None


def in_kg(new: NewWeight) -> float:
    """The value as stored."""
    return round(traits.kilograms(new.weight, new.unit), 6)


def measurement(new: NewWeight) -> Measurement:
    """As the ledger takes it."""
    return Measurement(
        id=new.id,
        trait=new.trait,
        date=new.occurred_on,
        time=new.occurred_time.replace(tzinfo=None) if new.occurred_time else None,
        value=in_kg(new),
        raw_value=f"{new.weight:g}",
        raw_unit=new.unit,
        group=new.group,
    )


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
        after=id_after(cursor),
        limit=limit + 1,
    )
    items = [Weight.model_validate(row) for row in rows[:limit]]
    return Page(items=items, next=ById.after(rows, limit))


async def query(session: Session, body: WeightQuery) -> Weights:
    """Weights of many animals or flocks."""
    if body.animal_ids is None and body.flock_ids is None:
        raise WhoseWeights
    rows = await repository.listing(session, animal_ids=body.animal_ids, flock_ids=body.flock_ids, limit=body.limit)
    return Weights(items=[Weight.model_validate(row) for row in rows])
