"""Paths under /farms/{id}/traits."""

from uuid import UUID

from fastapi import APIRouter, Response

from bellwether.farm.own_traits import service
from bellwether.farm.own_traits.schemas import NewOwnTrait, OwnTrait, OwnTraitChange
from bellwether.platform.http.answers import with_etag
from bellwether.platform.http.dependencies import Acting, IfMatch, Once, Reading, Writing, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.preconditions import etag
from bellwether.platform.http.problem_documents import documented
from bellwether.platform.http.schemas import Page

router = APIRouter(prefix="/farms/{farm_id}/traits", tags=["traits"])
USED = documented({409: "The trait has records"})


@router.post("", status_code=201, response_model=OwnTrait, dependencies=[need("flock:write")])
async def define_trait(session: Writing, context: Acting, once: Once, farm_id: UUID, body: NewOwnTrait) -> Response:
    """Define a trait of the farm's own, which is then recorded wherever those of the dictionary are."""

    def place(made: OwnTrait) -> dict[str, str]:
        return {"Location": f"/api/v1/farm/farms/{farm_id}/traits/{made.code}", **etag(made.rev)}

    return await once(lambda: service.define(session, context, farm_id, body), headers=place)


@router.get("", dependencies=[need("flock:read")])
async def list_own_traits(
    session: Reading, context: Acting, farm_id: UUID, limit: Limit = 100, cursor: CursorText = None
) -> Page[OwnTrait]:
    """The farm's own traits."""
    return await service.page(session, context, farm_id, limit, cursor)


@router.get("/{code}", dependencies=[need("flock:read")])
async def get_own_trait(session: Reading, farm_id: UUID, code: str, response: Response) -> OwnTrait:
    """One of them."""
    return with_etag(response, await service.get(session, farm_id, code))


@router.patch("/{code}", dependencies=[need("flock:write")])
async def change_own_trait(
    session: Writing,
    context: Acting,
    farm_id: UUID,
    code: str,
    body: OwnTraitChange,
    if_match: IfMatch,
    response: Response,
) -> OwnTrait:
    """Change ranges, words or validity. What was recorded before keeps the verdict that it had."""
    return with_etag(response, await service.change(session, context, farm_id, code, body, if_match))


@router.delete("/{code}", status_code=204, dependencies=[need("flock:write")], responses=USED)
async def remove_own_trait(session: Writing, context: Acting, farm_id: UUID, code: str, if_match: IfMatch) -> None:
    """Remove one that was defined by mistake; what has records is ended by `valid_to`."""
    await service.remove(session, context, farm_id, code, if_match)
