"""Paths under /flocks."""

from uuid import UUID

from fastapi import APIRouter, Response

from bellwether.farm.flocks import service
from bellwether.farm.flocks.schemas import Flock, NewFlock
from bellwether.platform.http.answers import made_at, with_etag
from bellwether.platform.http.dependencies import Acting, Once, Reading, Writing, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.schemas import Page

router = APIRouter(prefix="/flocks", tags=["flocks"])
PLACE = made_at("/api/v1/farm/flocks")


@router.post("", status_code=201, response_model=Flock, dependencies=[need("flock:write")])
async def create_flock(session: Writing, context: Acting, once: Once, body: NewFlock) -> Response:
    """Make a flock."""
    return await once(lambda: service.create(session, context, body), headers=PLACE)


@router.get("", dependencies=[need("flock:read")])
async def list_flocks(
    session: Reading, farm_id: UUID | None = None, limit: Limit = 100, cursor: CursorText = None
) -> Page[Flock]:
    """Flocks of one farm, or of all your farms."""
    return await service.page(session, farm_id, limit, cursor)


@router.get("/{flock_id}", dependencies=[need("flock:read")])
async def get_flock(session: Reading, flock_id: UUID, response: Response) -> Flock:
    """One flock."""
    return with_etag(response, await service.get(session, flock_id))
