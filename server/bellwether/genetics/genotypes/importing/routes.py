"""Paths under /genotype-imports."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from bellwether.genetics.genotypes.importing import service
from bellwether.genetics.genotypes.importing.schemas import Import, ImportedSample, NewImport
from bellwether.platform.http.dependencies import Acting, Once, Reading, Writing, costly, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.schemas import Page
from bellwether.platform.jobs.schemas import Job, job_headers

router = APIRouter(prefix="/genotype-imports", tags=["genotypes"])
READ, WRITE = need("genotype:read"), need("flock:write")
LIMIT = costly("genotype import", per_minute=10, burst=30)
State = Literal["accepted", "quarantined", "superseded", "rejected"]


@router.post("", status_code=202, response_model=Job, dependencies=[WRITE, LIMIT])
async def import_genotypes(new: NewImport, session: Writing, context: Acting, once: Once) -> Response:
    """Take the genotypes of a kept file in, as a job: all samples that can be read, or nothing."""
    return await once(lambda: service.request(session, context, new), status=202, headers=job_headers)


@router.get("", dependencies=[READ])
async def list_imports(session: Reading, farm_id: UUID, limit: Limit = 100, cursor: CursorText = None) -> Page[Import]:
    """Imports of a farm, the latest first."""
    return await service.page(session, farm_id, cursor, limit)


@router.get("/{import_id}", dependencies=[READ])
async def get_import(session: Reading, import_id: UUID) -> Import:
    """One import with its report."""
    return await service.get(session, import_id)


@router.get("/{import_id}/samples", dependencies=[READ])
async def list_imported(
    session: Reading,
    import_id: UUID,
    state: Annotated[State | None, Query(description="Only samples of this state")] = None,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> Page[ImportedSample]:
    """Samples of an import in the order of its file, with their quality."""
    return await service.samples(session, import_id, state, cursor, limit)
