"""Paths under /measurements."""

from datetime import UTC, datetime
from uuid import UUID

from fastapi import APIRouter, Response

from bellwether.farm.measurements.any_trait import service
from bellwether.farm.measurements.any_trait.schemas import (
    Measurement,
    MeasurementQuery,
    Measurements,
    NewMeasurements,
    RecordedMeasurements,
)
from bellwether.farm.schemas import TraitCode
from bellwether.platform.http.dependencies import Acting, Once, Reading, Writing, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.schemas import Page

router = APIRouter(prefix="/measurements", tags=["measurements"])


@router.post("", status_code=201, response_model=RecordedMeasurements, dependencies=[need("flock:write")])
async def record_measurements(session: Writing, context: Acting, once: Once, body: NewMeasurements) -> Response:
    """Record up to 500 values of any traits of the dictionary, body weights among them.

    Of two values of one day the later by the clock counts, without times the one that was sent last; both are kept.
    """
    return await once(lambda: service.record(session, context, body, datetime.now(UTC)))


@router.get("", dependencies=[need("flock:read")])
async def list_measurements(
    session: Reading,
    animal_id: UUID | None = None,
    flock_id: UUID | None = None,
    trait: TraitCode | None = None,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> Page[Measurement]:
    """The measurements of an animal or of a flock."""
    return await service.page(session, animal_id, flock_id, trait, limit, cursor)


@router.post("/query", dependencies=[need("flock:read")])
async def query_measurements(session: Reading, body: MeasurementQuery) -> Measurements:
    """The measurements of up to 1,000 animals or flocks in one answer."""
    return await service.query(session, body)
