"""Recording and reading measurements of any trait."""

from datetime import datetime
from uuid import UUID

from bellwether.farm.measurements import recording
from bellwether.farm.measurements.any_trait import repository
from bellwether.farm.measurements.any_trait.problems import (
    MeasurementExists,
    MeasurementsRejected,
    WhoseMeasurements,
)
from bellwether.farm.measurements.any_trait.schemas import (
    Measurement,
    MeasurementQuery,
    Measurements,
    NewMeasurement,
    NewMeasurements,
    RecordedMeasurements,
)
from bellwether.farm.measurements.recording import Form, Sent
from bellwether.farm.measurements.service import warned
from bellwether.farm.schemas import Source
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ById, id_after
from bellwether.platform.http.schemas import Page

FORM = Form("measurements", "value", MeasurementsRejected, MeasurementExists)


async def record(
    session: Session, context: Context, body: NewMeasurements, now: datetime, *, source: Source = "api"
) -> RecordedMeasurements:
    """A session; of two values of one animal, trait and day the later counts.

    Raises:
        ReferenceNotFound, ReadOnlyMember, SessionUnknown, MeasurementsRejected, MeasurementExists
    """
    day = await recording.yard_day(session, context, body.farm_id, body.session_id)
    traits = recording.with_traits([new.trait for new in body.measurements], day, FORM)
    sent = [as_sent(new, trait) for new, trait in zip(body.measurements, traits, strict=True)]
    taken = await recording.record(
        session, context, body.farm_id, sent, now, FORM, source=source, session_id=body.session_id
    )
    return RecordedMeasurements(
        items=[Measurement.model_validate(row) for row in taken.rows],
        warnings=[warned(each) for each in taken.warnings],
    )


def as_sent(new: NewMeasurement, trait: str) -> Sent:
    """As the rules take it."""
    when = (new.occurred_on, new.occurred_time)
    return Sent(new.id, new.animal_id, trait, new.value, new.unit, *when, new.group, new.word)


async def page(
    session: Session,
    animal_id: UUID | None,
    flock_id: UUID | None,
    trait: str | None,
    limit: int,
    cursor: str | None,
) -> Page[Measurement]:
    """Measurements of one animal or one flock, of one trait or of all.

    Raises:
        WhoseMeasurements: neither is given.
    """
    if animal_id is None and flock_id is None:
        raise WhoseMeasurements
    rows = await repository.listing(
        session,
        animal_ids=None if animal_id is None else [animal_id],
        flock_ids=None if flock_id is None else [flock_id],
        traits=None if trait is None else [trait],
        after=id_after(cursor),
        limit=limit + 1,
    )
    items = [Measurement.model_validate(row) for row in rows[:limit]]
    return Page(items=items, next=ById.after(rows, limit))


async def query(session: Session, body: MeasurementQuery) -> Measurements:
    """Measurements of many animals or flocks."""
    if body.animal_ids is None and body.flock_ids is None:
        raise WhoseMeasurements
    rows = await repository.listing(
        session, animal_ids=body.animal_ids, flock_ids=body.flock_ids, traits=body.traits, limit=body.limit
    )
    return Measurements(items=[Measurement.model_validate(row) for row in rows])
