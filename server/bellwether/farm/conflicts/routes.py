"""Paths under /farms/{farm_id}/conflicts."""

from datetime import UTC, datetime
from uuid import UUID

from fastapi import APIRouter, Response

from bellwether.farm.conflicts import service
from bellwether.farm.conflicts.schemas import Conflict, Settlement, State
from bellwether.platform.http.dependencies import Acting, Once, Reading, Writing, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.problem_documents import documented
from bellwether.platform.http.schemas import Page

router = APIRouter(prefix="/farms/{farm_id}/conflicts", tags=["sync"])
OVER = documented({409: "It was settled already, or the other one cannot count any more"})


@router.get("", dependencies=[need("flock:read")])
async def list_conflicts(
    session: Reading,
    context: Acting,
    farm_id: UUID,
    state: State = "open",
    limit: Limit = 100,
    cursor: CursorText = None,
) -> Page[Conflict]:
    """What was said differently by people who had not seen each other; nothing of it is lost."""
    return await service.page(session, context, farm_id, state, limit, cursor)


@router.post("/{conflict_id}/settle", response_model=Conflict, dependencies=[need("flock:write")], responses=OVER)
async def settle_conflict(
    session: Writing, context: Acting, once: Once, farm_id: UUID, conflict_id: UUID, body: Settlement
) -> Response:
    """Decide: what counts stays, or the other one counts from now on."""
    return await once(
        lambda: service.settle(session, context, farm_id, conflict_id, body.choice, datetime.now(UTC)), status=200
    )
