"""Paths under /imports."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, Query, Response, UploadFile
from fastapi.responses import StreamingResponse

from bellwether.farm.imports import service
from bellwether.farm.imports.row_filter import RowFilter
from bellwether.farm.imports.schemas import Import, ImportJob, ImportKind, ImportRow, Upload
from bellwether.farm.imports.upload_form import Told
from bellwether.platform.http.at_once import at_once
from bellwether.platform.http.dependencies import Acting, Reading, Readings, Writing, costly, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.problem_documents import documented, form_example
from bellwether.platform.http.schemas import Page
from bellwether.platform.jobs.schemas import job_headers
from bellwether.sheep.findings import Verdict

ENDED = "The import was undone or cancelled, or is still being previewed"
BUILT_UPON = "Something was built on the import since, or a job of it is running"
ATTACHED = {"Content-Disposition": 'attachment; filename="rows.csv"'}
READING = at_once("imports that are being read", of_one=3, of_all=4)
DOWNLOAD = at_once("downloads of rows", of_one=3, of_all=20)
router = APIRouter(prefix="/imports", tags=["imports"])
SAMPLE = form_example(
    farm_id="0198c0de-0000-7000-8000-000000000001",
    flock="1234",
    kind="weights",
    trait="WWT",
    file="VID,Date,Weight\n240001,2024-11-11,31.5\n",
)


@router.post(
    "",
    status_code=202,
    dependencies=[need("flock:write"), costly("import", per_minute=30, burst=60), READING],
    openapi_extra=SAMPLE,
)
async def import_file(
    session: Writing,
    context: Acting,
    response: Response,
    options: Told,
    file: Annotated[UploadFile, File(description="CSV: commas, semicolons, tabs or bars")],
    farm_id: Annotated[UUID, Form()],
    flock: Annotated[str, Form(max_length=60, description="Id or code of the flock")],
    kind: Annotated[ImportKind | None, Form(description="Recognised when it is left out")] = None,
    commit: Annotated[bool, Form(description="false: stop after the preview, with nothing in the herd")] = True,
    again: Annotated[bool, Form(description="true: beside an import of the same bytes with other options")] = False,
) -> ImportJob:
    """Import a file of animals or weights as a job, or preview it with `commit=false`.

    The same file with the same options for the same flock is the same import and doubles nothing; rows of it that were
    refused are judged again, and those that another import had brought which was undone since. With other options it
    is refused while the first import stands, unless `again` says so.
    """
    upload = Upload(
        farm_id=farm_id,
        flock=flock,
        kind=kind,
        file_name=file.filename or "",
        content=await file.read(),
        options=options,
        commit=commit,
        again=again,
    )
    return started(response, await service.take_in(session, context, upload, datetime.now(UTC)))


def started(response: Response, made: ImportJob) -> ImportJob:
    """With the place of the job."""
    response.headers.update(job_headers(made))
    return made


@router.post(
    "/{import_id}/commit", status_code=202, dependencies=[need("flock:write")], responses=documented({409: ENDED})
)
async def commit_import(session: Writing, context: Acting, response: Response, import_id: UUID) -> ImportJob:
    """Take a previewed file into the herd as a job; all rows are judged again, against the herd as it is then.

    A commit that broke off goes on where it was.
    """
    return started(response, await service.commit(session, context, import_id, datetime.now(UTC)))


Others = Annotated[
    Sequence[UUID], Query(alias="with", max_length=20, description="Other imports that are undone with it")
]


@router.post(
    "/{import_id}/undo", status_code=202, dependencies=[need("flock:write")], responses=documented({409: BUILT_UPON})
)
async def undo_import(
    session: Writing, context: Acting, response: Response, import_id: UUID, others: Others = ()
) -> ImportJob:
    """Take an import back as a job, all of it or, if something was built on it since, nothing.

    Imports that were taken in at the same time may each be built on the other: those are undone `with` it, as one.
    """
    return started(response, await service.undo(session, context, import_id, others))


@router.get("", dependencies=[need("flock:read")])
async def list_imports(session: Reading, farm_id: UUID, limit: Limit = 100, cursor: CursorText = None) -> Page[Import]:
    """Imports of a farm, the latest first."""
    return await service.page(session, farm_id, limit, cursor)


@router.get("/{import_id}", dependencies=[need("flock:read")])
async def get_import(session: Reading, import_id: UUID) -> Import:
    """One import with its totals."""
    return await service.get(session, import_id)


async def row_filter(
    verdict: Verdict | None = None,
    accepted: bool | None = None,
    code: Annotated[str | None, Query(max_length=60, description="Of a fault or a warning")] = None,
    has_warning: bool | None = None,
) -> RowFilter:
    """Which rows are wanted."""
    return RowFilter(verdict=verdict, accepted=accepted, code=code, has_warning=has_warning)


Wanted = Annotated[RowFilter, Depends(row_filter)]


@router.get("/{import_id}/rows", dependencies=[need("flock:read")])
async def list_rows(
    session: Reading, import_id: UUID, wanted: Wanted, limit: Limit = 100, cursor: CursorText = None
) -> Page[ImportRow]:
    """The lines of the file with their verdicts, faults and warnings; `accepted=false` are those to correct."""
    return await service.rows(session, import_id, wanted, limit, cursor)


@router.get("/{import_id}/rows.csv", dependencies=[need("flock:read"), DOWNLOAD], response_class=StreamingResponse)
async def rows_as_file(look: Readings, import_id: UUID, wanted: Wanted) -> Response:
    """The same lines in the columns of the file, with their numbers and reasons: to be mended and sent again."""
    found = await service.rows_file(look, import_id, wanted)
    return StreamingResponse(found, media_type="text/csv; charset=utf-8", headers=ATTACHED)
