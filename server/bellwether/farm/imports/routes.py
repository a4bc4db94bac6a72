"""Paths under /imports."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, Response, UploadFile

from bellwether.farm.imports import service
from bellwether.farm.imports.schemas import DateOrder, Import, ImportJob, ImportKind, ImportRow, Upload
from bellwether.platform.http.dependencies import Acting, Reading, Writing, costly, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.schemas import Page
from bellwether.platform.jobs.schemas import job_headers
from bellwether.sheep.findings import Verdict

router = APIRouter(prefix="/imports", tags=["imports"])


@router.post(
    "",
    status_code=202,
    dependencies=[need("flock:write"), costly("import", per_minute=30, burst=60)],
)
async def import_file(
    session: Writing,
    context: Acting,
    response: Response,
    file: Annotated[UploadFile, File(description="CSV: commas, semicolons, tabs or bars")],
    farm_id: Annotated[UUID, Form()],
    flock: Annotated[str, Form(max_length=60, description="Id or code of the flock")],
    kind: Annotated[ImportKind, Form()],
    date_order: Annotated[DateOrder | None, Form(description="Needed when day and month could be swapped")] = None,
    trait: Annotated[str | None, Form(max_length=40, description="Stage of all weights: WWT, weaning, ...")] = None,
) -> ImportJob:
    """Import a file of animals or weights as a job. The same file again is the same import and doubles nothing."""
    upload = Upload(
        farm_id=farm_id,
        flock=flock,
        kind=kind,
        file_name=file.filename or "",
        content=await file.read(),
        date_order=date_order,
        trait=trait,
    )
    made = await service.take_in(session, context, upload, datetime.now(UTC).date())
    response.headers.update(job_headers(made))
    return made


@router.get("", dependencies=[need("flock:read")])
async def list_imports(session: Reading, farm_id: UUID, limit: Limit = 100, cursor: CursorText = None) -> Page[Import]:
    """Imports of a farm, the latest first."""
    return await service.page(session, farm_id, limit, cursor)


@router.get("/{import_id}", dependencies=[need("flock:read")])
async def get_import(session: Reading, import_id: UUID) -> Import:
    """One import with its totals."""
    return await service.get(session, import_id)


@router.get("/{import_id}/rows", dependencies=[need("flock:read")])
async def list_rows(
    session: Reading,
    import_id: UUID,
    verdict: Verdict | None = None,
    accepted: bool | None = None,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> Page[ImportRow]:
    """The lines of the file with their verdicts; `accepted=false` are those to correct."""
    return await service.rows(session, import_id, verdict, accepted, limit, cursor)
