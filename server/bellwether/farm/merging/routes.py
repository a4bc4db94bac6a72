"""Paths under /merges."""

from uuid import UUID

from fastapi import APIRouter, Response

from bellwether.farm.merging import service
from bellwether.farm.merging.schemas import Merge, Merged, NewMerge
from bellwether.platform.http.dependencies import Acting, Once, Reading, Writing, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.problem_documents import documented
from bellwether.platform.http.schemas import Page

router = APIRouter(prefix="/merges", tags=["merges"])
BUILT_UPON = documented({409: "It was undone, or something that it changed was changed since"})


@router.post("", status_code=201, response_model=Merged, dependencies=[need("flock:write")])
async def merge_animals(session: Writing, context: Acting, once: Once, body: NewMerge) -> Response:
    """Two animals turn out to be one: identifiers, parents, measurements and events of both belong to the winner."""
    return await once(lambda: service.merge(session, context, body))


@router.get("", dependencies=[need("flock:read")])
async def list_merges(
    session: Reading, context: Acting, farm_id: UUID, limit: Limit = 100, cursor: CursorText = None
) -> Page[Merge]:
    """What was made one on a farm."""
    return await service.page(session, context, farm_id, limit, cursor)


@router.post("/{merge_id}/undo", response_model=Merge, dependencies=[need("flock:write")], responses=BUILT_UPON)
async def undo_merge(session: Writing, context: Acting, once: Once, merge_id: UUID) -> Response:
    """They were two after all: both are as they were, and what was recorded since stays with the winner."""
    return await once(lambda: service.undo(session, context, merge_id), status=200)
