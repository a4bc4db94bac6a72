"""Paths under /farms."""

from datetime import UTC, datetime
from uuid import UUID

from fastapi import APIRouter, Response

from bellwether.farm.farms import service
from bellwether.farm.farms.schemas import Farm, FarmChange, Member, NewFarm, NewMember
from bellwether.platform.http.answers import made_at, with_etag
from bellwether.platform.http.dependencies import Acting, IfMatch, Once, Reading, Writing, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.problem_documents import documented
from bellwether.platform.http.schemas import Page

router = APIRouter(prefix="/farms", tags=["farms"])
PLACE = made_at("/api/v1/farm/farms")
LAST_OWNER = documented({409: "The farm would lose its last owner"})


@router.post("", status_code=201, response_model=Farm, dependencies=[need("flock:write", of_no_farm=True)])
async def create_farm(session: Writing, context: Acting, once: Once, body: NewFarm) -> Response:
    """Make a farm; you become its owner."""
    return await once(lambda: service.create(session, context, body), headers=PLACE)


@router.get("", dependencies=[need("flock:read")])
async def list_farms(session: Reading, limit: Limit = 100, cursor: CursorText = None) -> Page[Farm]:
    """The farms that you belong to."""
    return await service.page(session, limit, cursor)


@router.get("/{farm_id}", dependencies=[need("flock:read")])
async def get_farm(session: Reading, farm_id: UUID, response: Response) -> Farm:
    """One farm."""
    return with_etag(response, await service.get(session, farm_id))


@router.patch("/{farm_id}", dependencies=[need("flock:write")])
async def change_farm(
    session: Writing, context: Acting, farm_id: UUID, body: FarmChange, if_match: IfMatch, response: Response
) -> Farm:
    """Change name, country, time zone or unit; owners only."""
    return with_etag(response, await service.change(session, context, farm_id, body, if_match))


@router.get("/{farm_id}/members", dependencies=[need("flock:read")])
async def list_members(session: Reading, farm_id: UUID) -> Page[Member]:
    """Everybody who belongs to the farm."""
    return await service.members(session, farm_id)


@router.post(
    "/{farm_id}/members",
    status_code=201,
    response_model=Member,
    dependencies=[need("flock:write")],
)
async def grant_membership(session: Writing, context: Acting, once: Once, farm_id: UUID, body: NewMember) -> Response:
    """Give a user a role on the farm, or another one, for ever or until `ends_at`; owners only."""
    return await once(lambda: service.grant(session, context, farm_id, body, datetime.now(UTC)))


@router.delete(
    "/{farm_id}/members/{user_id}",
    status_code=204,
    dependencies=[need("flock:write")],
    responses=LAST_OWNER,
)
async def revoke_membership(session: Writing, context: Acting, farm_id: UUID, user_id: UUID) -> None:
    """Take a user's access away; owners only."""
    await service.revoke(session, context, farm_id, user_id)
