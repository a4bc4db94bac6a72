"""Paths under /imported-runs and /imported-values."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from bellwether.farm.imported_values import service
from bellwether.farm.imported_values.schemas import ImportedRuns, ImportedValue
from bellwether.platform.http.dependencies import Reading, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.schemas import Page

router = APIRouter(tags=["imported breeding values"])
RunName = Annotated[str, Query(max_length=100, description="Values of two runs are not compared")]
TraitCode = Annotated[str | None, Query(max_length=40)]


@router.get("/imported-runs", dependencies=[need("flock:read")])
async def list_imported_runs(session: Reading, farm_id: UUID) -> ImportedRuns:
    """Evaluations of others whose values the farm has imported."""
    return await service.runs(session, farm_id)


@router.get("/imported-values", dependencies=[need("flock:read")])
async def list_imported_values(
    session: Reading,
    farm_id: UUID,
    run_name: RunName,
    trait: TraitCode = None,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> Page[ImportedValue]:
    """Breeding values of one run, as they were imported."""
    return await service.page(session, farm_id, run_name, trait, limit, cursor)
