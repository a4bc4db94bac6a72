"""Addresses of import batches."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from bellwether.platform.http.dependencies import Write, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.wire import Page
from bellwether.processing.batches import service
from bellwether.processing.batches.schemas import ImportBatch, Kind, Sha256
from bellwether.processing.keyset import next_place, place_of

router = APIRouter(prefix="/batches", tags=["import batches"], dependencies=[need("import:read")])


@router.get("")
async def list_batches(
    session: Write,
    farm_id: UUID | None = None,
    kind: Kind | None = None,
    sha256: Annotated[Sha256 | None, Query(description="Was this very file imported before?")] = None,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> Page[ImportBatch]:
    """Import batches of the caller's farms, newest first."""
    wanted = {"farm_id": farm_id, "kind": kind, "sha256": sha256}
    found = await service.list_page(session, wanted, place_of(cursor), limit + 1)
    return Page(items=found[:limit], next=next_place(found, limit))


@router.get("/{batch_id}")
async def get(batch_id: UUID, session: Write) -> ImportBatch:
    """One import batch; the id is that of the farm's import, which has the verdict of each row."""
    return await service.get(session, batch_id)
