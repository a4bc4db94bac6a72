"""Paths under /flocks."""

from uuid import UUID

from fastapi import APIRouter, Response

from bellwether.farm.flocks import service
from bellwether.farm.flocks.schemas import Flock, NewFlock
from bellwether.platform.http.dependencies import Acting, Once, Reading, Writing, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.preconditions import etag
from bellwether.platform.http.schemas import Page

router = APIRouter(prefix="/flocks", tags=["flocks"])


@router.post("", status_code=201, response_model=Flock, dependencies=[need("flock:write")])
async def create_flock(session: Writing, context: Acting, once: Once, body: NewFlock) -> Response:
    """Make a flock."""
    return await once(lambda: service.create(session, context, body), headers=made_at)


@router.get("", dependencies=[need("flock:read")])
async def list_flocks(
    session: Reading, farm_id: UUID | None = None, limit: Limit = 100, cursor: CursorText = None
) -> Page[Flock]:
    """Flocks of one farm, or of all your farms."""
    return await service.page(session, farm_id, limit, cursor)


@router.get("/{flock_id}", dependencies=[need("flock:read")])
async def get_flock(session: Reading, flock_id: UUID, response: Response) -> Flock:
    """One flock."""
    found = await service.get(session, flock_id)
    response.headers.update(etag(found.rev))
    return found


def made_at(made: Flock) -> dict[str, str]:
    """Where the new flock is."""
    return {"Location": f"/api/v1/farm/flocks/{made.id}", **etag(made.rev)}
