"""Addresses of import batches."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from bellwether.platform.http.dependencies import Reading, need
from bellwether.platform.http.pagination import ByEnd, CursorText, Limit
from bellwether.platform.http.schemas import Page
from bellwether.processing.batches import service
from bellwether.processing.batches.schemas import ImportBatch, Kind, Sha256

router = APIRouter(prefix="/batches", tags=["import batches"], dependencies=[need("import:read")])


@router.get("")
async def list_batches(
    session: Reading,
    farm_id: UUID | None = None,
    kind: Kind | None = None,
    sha256: Annotated[Sha256 | None, Query(description="Was this very file imported before?")] = None,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> Page[ImportBatch]:
    """Import batches of the caller's farms, newest first."""
    wanted = {"farm_id": farm_id, "kind": kind, "sha256": sha256}
    found = await service.list_page(session, wanted, ByEnd.read(cursor), limit + 1)
    return Page(items=found[:limit], next=ByEnd.after(found, limit))


@router.get("/{batch_id}")
async def get(batch_id: UUID, session: Reading) -> ImportBatch:
    """One import batch; the id is that of the farm's import, which has the verdict of each row."""
    return await service.get(session, batch_id)
