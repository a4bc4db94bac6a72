"""Paths under /farms/{farm_id}/recorders and /recordings."""

from datetime import UTC, datetime
from uuid import UUID

from fastapi import APIRouter, Response

from bellwether.farm.events.schemas import AppendedEvents
from bellwether.farm.recorders import service
from bellwether.farm.recorders.schemas import KnownProduct, NewRecorder, NewRecordings, OwnRecording, Recorder
from bellwether.platform.http.dependencies import Acting, Once, Reading, Writing, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.problem_documents import documented
from bellwether.platform.http.schemas import Page

router = APIRouter(tags=["recorders"])
MEMBER = documented({409: "The user is a member of the farm"})


@router.post(
    "/farms/{farm_id}/recorders",
    status_code=201,
    response_model=Recorder,
    dependencies=[need("flock:write")],
    responses=MEMBER,
)
async def let_record(session: Writing, context: Acting, once: Once, farm_id: UUID, body: NewRecorder) -> Response:
    """Let somebody record some kinds of events in one flock for a while, and see nothing; owners only."""
    return await once(lambda: service.grant(session, context, farm_id, body, datetime.now(UTC)))


@router.get("/farms/{farm_id}/recorders", dependencies=[need("flock:read")])
async def list_recorders(
    session: Reading, context: Acting, farm_id: UUID, limit: Limit = 100, cursor: CursorText = None
) -> Page[Recorder]:
    """Who may record without being a member, those whose time is over included; owners only."""
    return await service.page(session, context, farm_id, limit, cursor)


@router.delete("/farms/{farm_id}/recorders/{recorder_id}", status_code=204, dependencies=[need("flock:write")])
async def remove_recorder(session: Writing, context: Acting, farm_id: UUID, recorder_id: UUID) -> None:
    """Somebody may record no longer; what was recorded stays. Owners only."""
    await service.remove(session, context, farm_id, recorder_id)


@router.get("/recordings", dependencies=[need("flock:read")])
async def list_own_recordings(session: Reading, context: Acting) -> Page[OwnRecording]:
    """Where you may record without being a member, and what."""
    return await service.own(session, context, datetime.now(UTC))


@router.get("/recordings/products", dependencies=[need("flock:read")])
async def list_recorder_products(
    session: Reading, context: Acting, farm_id: UUID, flock_id: UUID
) -> Page[KnownProduct]:
    """The remedies of a farm, where you may record treatments of a flock."""
    return await service.products(session, context, farm_id, flock_id, datetime.now(UTC))


@router.post("/recordings", response_model=AppendedEvents, dependencies=[need("flock:write")])
async def send_recordings(session: Writing, context: Acting, once: Once, body: NewRecordings) -> Response:
    """Record in a flock that you do not see: up to 500 events of animals named by their numbers, with a verdict each.

    Only what you recorded yourself can be corrected or taken back.
    """
    return await once(lambda: service.record(session, context, body, datetime.now(UTC)), status=200)
