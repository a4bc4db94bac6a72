"""Paths under /weights."""

from datetime import UTC, datetime
from uuid import UUID

from fastapi import APIRouter, Response

from bellwether.farm.measurements import service
from bellwether.farm.measurements.schemas import NewWeights, RecordedWeights, Weight, WeightQuery, Weights
from bellwether.platform.http.dependencies import Acting, Once, Reading, Writing, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.schemas import Page

router = APIRouter(prefix="/weights", tags=["weights"])


@router.post("", status_code=201, response_model=RecordedWeights, dependencies=[need("flock:write")])
async def record_weights(session: Writing, context: Acting, once: Once, body: NewWeights) -> Response:
    """Record one weight or a whole session of at most 500.

    Of two weights of one day the later by the clock counts, without times the one that was sent last; both are kept.
    """
    return await once(lambda: service.record(session, context, body, datetime.now(UTC)))


@router.get("", dependencies=[need("flock:read")])
async def list_weights(
    session: Reading,
    animal_id: UUID | None = None,
    flock_id: UUID | None = None,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> Page[Weight]:
    """The weights of an animal or of a flock."""
    return await service.page(session, animal_id, flock_id, limit, cursor)


@router.post("/query", dependencies=[need("flock:read")])
async def query_weights(session: Reading, body: WeightQuery) -> Weights:
    """The weights of up to 1,000 animals or flocks in one answer."""
    return await service.query(session, body)
