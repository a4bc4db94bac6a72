"""Paths under /groups."""

from datetime import UTC, datetime
from uuid import UUID

from fastapi import APIRouter, Response

from bellwether.farm.groups import service
from bellwether.farm.groups.schemas import Group, GroupChange, GroupMember, GroupType, NewGroup
from bellwether.farm.schemas import Moment
from bellwether.platform.http.answers import made_at, with_etag
from bellwether.platform.http.dependencies import Acting, IfMatch, Once, Reading, Writing, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.schemas import Page

router = APIRouter(prefix="/groups", tags=["groups"])
PLACE = made_at("/api/v1/farm/groups")


@router.post("", status_code=201, response_model=Group, dependencies=[need("flock:write")])
async def create_group(session: Writing, context: Acting, once: Once, body: NewGroup) -> Response:
    """Make a group; animals join it by `group.assigned` and leave it by `group.left`, sent to /events."""
    return await once(lambda: service.create(session, context, body), headers=PLACE)


@router.get("", dependencies=[need("flock:read")])
async def list_groups(
    session: Reading,
    context: Acting,
    farm_id: UUID,
    type: GroupType | None = None,  # noqa: A002 - the name of the field
    limit: Limit = 100,
    cursor: CursorText = None,
) -> Page[Group]:
    """Groups of a farm with their head counts."""
    return await service.page(session, context, farm_id, type, limit, cursor)


@router.get("/{group_id}", dependencies=[need("flock:read")])
async def get_group(session: Reading, group_id: UUID, response: Response) -> Group:
    """One group."""
    return with_etag(response, await service.get(session, group_id))


@router.patch("/{group_id}", dependencies=[need("flock:write")])
async def change_group(
    session: Writing, context: Acting, group_id: UUID, body: GroupChange, if_match: IfMatch, response: Response
) -> Group:
    """Change name, purpose or drop; a draft list becomes one for sale when nobody in it is withheld."""
    return with_etag(response, await service.change(session, context, group_id, body, if_match, datetime.now(UTC)))


@router.get("/{group_id}/members", dependencies=[need("flock:read")])
async def list_group_members(
    session: Reading,
    group_id: UUID,
    at: Moment | None = None,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> Page[GroupMember]:
    """Who is in a group now, or was at a time."""
    return await service.members(session, group_id, at, limit, cursor)
