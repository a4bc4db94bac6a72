"""Addresses of schedules."""

from uuid import UUID

from fastapi import APIRouter, Response

from bellwether.genetics.schedules import service
from bellwether.genetics.schedules.schemas import NewSchedule, Schedule
from bellwether.platform.http.dependencies import Acting, IfMatch, Reading, Writing, need
from bellwether.platform.http.preconditions import etag

router = APIRouter(tags=["schedules"])


@router.get("/farms/{farm_id}/evaluation-schedule", dependencies=[need("evaluation:read")])
async def get_evaluation_schedule(session: Reading, farm_id: UUID, answer: Response) -> Schedule:
    """When the definitions of a farm are run by the clock: off, daily or weekly."""
    found = await service.get(session, farm_id)
    if found.rev is not None:
        answer.headers.update(etag(found.rev))
    return found


@router.put("/farms/{farm_id}/evaluation-schedule", dependencies=[need("evaluation:run")])
async def put_evaluation_schedule(
    session: Writing, context: Acting, farm_id: UUID, body: NewSchedule, if_match: IfMatch, answer: Response
) -> Schedule:
    """Set when definitions are run whose flocks are stale. If-Match is needed as soon as the farm has set one."""
    found = await service.put(session, context, farm_id, body, if_match)
    assert found.rev is not None
    answer.headers.update(etag(found.rev))
    return found
