"""Paths under /organisations."""

from datetime import UTC, datetime
from uuid import UUID

from fastapi import APIRouter, Response

from bellwether.farm.farms.schemas import NewMember
from bellwether.farm.organisations import service
from bellwether.farm.organisations.schemas import (
    NewOrganisation,
    NewOrganisationFarm,
    Organisation,
    OrganisationChange,
    OrganisationFarm,
    OrganisationMember,
)
from bellwether.platform.http.answers import made_at, with_etag
from bellwether.platform.http.dependencies import Acting, IfMatch, Once, Reading, Writing, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.problem_documents import documented
from bellwether.platform.http.schemas import Page

router = APIRouter(prefix="/organisations", tags=["organisations"])
PLACE = made_at("/api/v1/farm/organisations")
LAST_OWNER = documented({409: "The organisation would lose its last owner"})
READ, WRITE = [need("flock:read")], [need("flock:write")]
FOUND = [need("flock:write", of_no_farm=True)]


@router.post("", status_code=201, response_model=Organisation, dependencies=FOUND)
async def create_organisation(session: Writing, context: Acting, once: Once, body: NewOrganisation) -> Response:
    """Make an organisation; you become its owner."""
    return await once(lambda: service.create(session, context, body), headers=PLACE)


@router.get("", dependencies=READ)
async def list_organisations(session: Reading, limit: Limit = 100, cursor: CursorText = None) -> Page[Organisation]:
    """The organisations that you belong to, and those of your farms."""
    return await service.page(session, limit, cursor)


@router.get("/{organisation_id}", dependencies=READ)
async def get_organisation(session: Reading, organisation_id: UUID, response: Response) -> Organisation:
    """One organisation."""
    return with_etag(response, await service.get(session, organisation_id))


@router.patch("/{organisation_id}", dependencies=WRITE)
async def change_organisation(
    session: Writing, organisation_id: UUID, body: OrganisationChange, if_match: IfMatch, response: Response
) -> Organisation:
    """Change name or country; owners only."""
    return with_etag(response, await service.change(session, organisation_id, body, if_match))


@router.get("/{organisation_id}/members", dependencies=READ)
async def list_organisation_members(session: Reading, organisation_id: UUID) -> Page[OrganisationMember]:
    """Everybody who belongs to the organisation, and so to its farms."""
    return await service.members(session, organisation_id)


@router.post(
    "/{organisation_id}/members", status_code=201, response_model=OrganisationMember, dependencies=WRITE,
    responses=LAST_OWNER,
)  # fmt: skip
async def grant_organisation_membership(
    session: Writing, context: Acting, once: Once, organisation_id: UUID, body: NewMember
) -> Response:
    """Give a user a role in the organisation and on all its farms, for ever or until `ends_at`; owners only."""
    return await once(lambda: service.grant(session, context, organisation_id, body, datetime.now(UTC)))


@router.delete("/{organisation_id}/members/{user_id}", status_code=204, dependencies=WRITE, responses=LAST_OWNER)
async def revoke_organisation_membership(
    session: Writing, context: Acting, organisation_id: UUID, user_id: UUID
) -> None:
    """Take a user's access away; owners only. What the user is on a farm by itself stays."""
    await service.revoke(session, context, organisation_id, user_id)


@router.get("/{organisation_id}/farms", dependencies=READ)
async def list_organisation_farms(session: Reading, organisation_id: UUID) -> Page[OrganisationFarm]:
    """Its farms."""
    return await service.farms(session, organisation_id)


@router.post("/{organisation_id}/farms", status_code=201, response_model=OrganisationFarm, dependencies=WRITE)
async def add_organisation_farm(
    session: Writing, context: Acting, once: Once, organisation_id: UUID, body: NewOrganisationFarm
) -> Response:
    """Bring a farm in: all members of the organisation become members of it. You must own both."""
    return await once(lambda: service.add_farm(session, context, organisation_id, body))


@router.delete("/{organisation_id}/farms/{farm_id}", status_code=204, dependencies=WRITE)
async def remove_organisation_farm(session: Writing, context: Acting, organisation_id: UUID, farm_id: UUID) -> None:
    """Take a farm out; an owner of either may."""
    await service.remove_farm(session, context, organisation_id, farm_id)
