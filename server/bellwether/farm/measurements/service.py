"""Recording and reading weights."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from uuid import UUID

from bellwether.farm.access import ReferenceNotFound, may_write, one_writer
from bellwether.farm.measurements import events, repository
from bellwether.farm.measurements.groups import Spans, touched
from bellwether.farm.measurements.ledger import Ledger, Measurement
from bellwether.farm.measurements.models import MeasuredAnimal
from bellwether.farm.measurements.problems import WeightExists, WeightsRejected, WhoseWeights
from bellwether.farm.measurements.schemas import (
    NewWeight,
    NewWeights,
    RecordedWeights,
    Weight,
    WeightQuery,
    Weights,
    WeightWarning,
)
from bellwether.farm.place import Place, place_of
from bellwether.farm.schemas import Source
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ById, id_after
from bellwether.platform.http.schemas import Page
from bellwether.platform.ids import new_id
from bellwether.platform.problems import RowError
from bellwether.sheep import traits
from bellwether.sheep.findings import Faults, Finding
from bellwether.sheep.lives import check_presence


async def record(
    session: Session, context: Context, body: NewWeights, now: datetime, *, source: Source = "api"
) -> RecordedWeights:
    """A weighing session; of two weights of one animal, trait and day the later counts.

    Raises:
        ReferenceNotFound, ReadOnlyMember, WeightsRejected, WeightExists
    """
    await may_write(session, context, body.farm_id, field="farm_id")
    await one_writer(session, body.farm_id)
    place = await place_of(session, body.farm_id)
    known = await repository.animals(session, body.farm_id, [weight.animal_id for weight in body.weights])
    errors = [error for row, new in enumerate(body.weights) for error in faults(row, new, known, place, now)]
    if errors:
        raise WeightsRejected(errors[0].message, errors=errors)
    ids = [new.id for new in body.weights if new.id]
    if len(set(ids)) < len(ids) or await repository.is_taken(session, ids):
        raise WeightExists
    days = [(known[new.animal_id].id, new.trait, new.occurred_on) for new in body.weights]
    ledger = Ledger(await repository.current(session, body.farm_id, None, days), new_id, corrects=True)
    spans = await open_spans(session, body, known)
    warnings = []
    for row, new in enumerate(body.weights):
        animal = known[new.animal_id]
        measured = measurement(new, place)
        recorded = ledger.record(animal.id, animal.flock_id, measured, row)
        age = (new.occurred_on - animal.birth_date).days if animal.birth_date else None
        unusual = traits.warning(traits.TRAITS[new.trait], measured.value, age, field=f"weights.{row}.weight")
        over_weeks = spans.add(animal.placed.group(new.trait, new.group), new.occurred_on)
        warnings += told(row, recorded.warning, unusual, over_weeks)
    await repository.store(session, context, body.farm_id, ledger.added, ledger.superseded, source=source)
    await events.measurements_recorded(session, context, body.farm_id, ledger.added)
    return await weights_of(session, ledger, days, warnings)


async def open_spans(session: Session, body: NewWeights, known: dict[UUID, MeasuredAnimal]) -> Spans:
    """First and last day of the contemporary groups that the session touches."""
    groups = touched(known[new.animal_id].placed.group(new.trait, new.group) for new in body.weights)
    return Spans(await repository.spans(session, body.farm_id, groups))


def told(row: int, *findings: Finding | None) -> list[WeightWarning]:
    """What the sender should know of a weight that was taken."""
    return [WeightWarning(row=row, field=f.field, code=f.code, message=f.message, fix=f.fix) for f in findings if f]


async def weights_of(
    session: Session, ledger: Ledger, days: Sequence[tuple[UUID, str, date]], warnings: list[WeightWarning]
) -> RecordedWeights:
    """The weights that count now for what was sent, in its order."""
    ids = [ledger.current[day].id for day in dict.fromkeys(days)]
    rows = await repository.listing(session, ids=ids, limit=len(ids))
    found = {row.id: Weight.model_validate(row) for row in rows}
    return RecordedWeights(items=[found[key] for key in ids], warnings=warnings)


def faults(row: int, new: NewWeight, known: dict[UUID, MeasuredAnimal], place: Place, now: datetime) -> list[RowError]:
    """Every rule that this weight breaks."""
    field = f"weights.{row}"
    animal = known.get(new.animal_id)
    found = [] if animal else [ReferenceNotFound(f"{field}.animal_id", new.animal_id, row).errors[0]]
    today, born = place.today(now), animal.birth_date if animal else None
    if new.occurred_on > today:
        text = f"{new.occurred_on} is in the future: it is {today} on the farm ({place.time_zone})"
        found.append(impossible(row, field, text, "correct the date, or the time zone of the farm"))
    if born and new.occurred_on < born:
        text = f"{new.occurred_on} is before the animal's birth on {born}"
        found.append(impossible(row, field, text, "correct one of the dates"))
    broken = Faults()
    if animal:
        broken.take(partial(check_presence, animal.name, animal.stays, new.occurred_on, field=f"{field}.occurred_on"))
    broken.take(partial(traits.check_hard, traits.TRAITS[new.trait], in_kg(new, place), field=f"{field}.weight"))
    return found + [
        RowError(row=row, field=f.field, code=f.code, message=f.message, fix=f.fix) for f in broken.findings
    ]


def impossible(row: int, field: str, text: str, fix: str) -> RowError:
    """A day on which the animal cannot have been weighed."""
    return RowError(row=row, field=f"{field}.occurred_on", code="date_impossible", message=text, fix=fix)


def in_kg(new: NewWeight, place: Place) -> float:
    """The value as stored; without a unit it is in that of the farm."""
    return round(traits.kilograms(new.weight, new.unit or place.weight_unit), 6)


def measurement(new: NewWeight, place: Place) -> Measurement:
    """As the ledger takes it."""
    return Measurement(
        id=new.id,
        trait=new.trait,
        date=new.occurred_on,
        time=new.occurred_time.replace(tzinfo=None) if new.occurred_time else None,
        value=in_kg(new, place),
        raw_value=f"{new.weight:g}",
        raw_unit=new.unit or place.weight_unit,
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
