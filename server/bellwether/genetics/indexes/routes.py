"""Addresses of indexes."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from bellwether.genetics.indexes import service
from bellwether.genetics.indexes.schemas import Index, IndexName, NewIndex
from bellwether.platform.http.dependencies import Acting, Once, Reading, Writing, need
from bellwether.platform.http.pagination import ById, CursorText, Limit, id_after
from bellwether.platform.http.schemas import Page

router = APIRouter(tags=["indexes"])
READ, RUN = need("evaluation:read"), need("evaluation:run")


@router.post("/farms/{farm_id}/indexes", status_code=201, response_model=Index, dependencies=[RUN])
async def create_index(session: Writing, context: Acting, once: Once, farm_id: UUID, body: NewIndex) -> Response:
    """Weights of traits as a new index, or as the next version of the index of this name."""
    return await once(lambda: service.create(session, context, farm_id, body))


@router.get("/farms/{farm_id}/indexes", dependencies=[READ])
async def list_indexes(
    session: Reading,
    farm_id: UUID,
    name: Annotated[IndexName | None, Query(description="Versions of this one alone")] = None,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> Page[Index]:
    """Every version of the indexes of a farm, the newest first."""
    found = await service.page(session, farm_id, name=name, before=id_after(cursor), limit=limit + 1)
    return Page(items=found[:limit], next=ById.after(found, limit))


@router.get("/indexes/{index_id}", dependencies=[READ])
async def get_index(session: Reading, index_id: UUID) -> Index:
    """One version of an index."""
    return await service.get(session, index_id)
