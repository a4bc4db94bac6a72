"""Paths under /exports."""

from datetime import UTC, datetime
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from bellwether.farm.exports import service
from bellwether.farm.exports.schemas import Export, ExportJob, NewExport
from bellwether.platform.http.at_once import at_once
from bellwether.platform.http.dependencies import Acting, Once, Reading, Readings, Writing, costly, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.problem_documents import documented
from bellwether.platform.http.schemas import Page
from bellwether.platform.jobs.schemas import job_headers

GONE = documented({409: "The file is not written yet", 410: "The file was kept for its time and is gone"})
DOWNLOAD = at_once("downloads of exports", of_one=3, of_all=20)
router = APIRouter(prefix="/exports", tags=["exports"])


@router.post(
    "",
    status_code=202,
    response_model=ExportJob,
    dependencies=[need("flock:read"), costly("export", per_minute=20, burst=40)],
)
async def export(session: Writing, context: Acting, once: Once, body: NewExport) -> Response:
    """Have a file written of a flock as a job; who may read the farm may ask for it."""
    return await once(
        lambda: service.request(session, context, body, datetime.now(UTC)), status=202, headers=job_headers
    )


@router.get("", dependencies=[need("flock:read")])
async def list_exports(session: Reading, farm_id: UUID, limit: Limit = 100, cursor: CursorText = None) -> Page[Export]:
    """Exports of a farm, the latest first."""
    return await service.page(session, farm_id, limit, cursor, datetime.now(UTC))


@router.get("/{export_id}", dependencies=[need("flock:read")])
async def get_export(session: Reading, export_id: UUID) -> Export:
    """One export with its report."""
    return await service.get(session, export_id, datetime.now(UTC))


@router.get(
    "/{export_id}/file",
    dependencies=[need("flock:read"), DOWNLOAD],
    response_class=StreamingResponse,
    responses=GONE,
)
async def get_file(look: Readings, export_id: UUID) -> Response:
    """The file."""
    found, content = await service.file(look, export_id, datetime.now(UTC))
    headers = {"Content-Disposition": f'attachment; filename="{found.file_name}"'}
    return StreamingResponse(content, media_type=found.media_type, headers=headers)
