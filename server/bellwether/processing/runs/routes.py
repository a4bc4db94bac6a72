"""Addresses of pipeline runs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from bellwether.platform.http.dependencies import Reading, need
from bellwether.platform.http.pagination import ByEnd, CursorText, Limit
from bellwether.platform.http.schemas import Page
from bellwether.processing.runs import service
from bellwether.processing.runs.schemas import Pipeline, Run, RunState

router = APIRouter(prefix="/runs", tags=["pipeline runs"], dependencies=[need("import:read")])
Reference = Annotated[
    str | None,
    Query(pattern=r"^[0-9A-Za-z-]{1,64}$", description="SHA-256 of a file or id of a thing that the run read or made"),
]


@router.get("")
async def list_runs(
    session: Reading,
    farm_id: UUID | None = None,
    pipeline: Pipeline | None = None,
    state: RunState | None = None,
    reference: Reference = None,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> Page[Run]:
    """Runs of the caller's farms, newest first. `reference` finds what was made from a file, or what made a thing."""
    wanted = {"farm_id": farm_id, "pipeline": pipeline, "state": state}
    found = await service.list_page(session, wanted, reference, ByEnd.read(cursor), limit + 1)
    return Page(items=found[:limit], next=ByEnd.after(found, limit))


@router.get("/{run_id}")
async def get(run_id: UUID, session: Reading) -> Run:
    """One run with what it read and what it made."""
    return await service.get(session, run_id)
