"""Addresses of snapshots."""

from uuid import UUID

from fastapi import APIRouter, Response

from bellwether.platform.http.dependencies import Acting, Once, Reading, Writing, need
from bellwether.platform.http.pagination import ById, CursorText, Limit, id_after
from bellwether.platform.http.schemas import Page
from bellwether.research.snapshots import service
from bellwether.research.snapshots.schemas import Check, NewSnapshot, Snapshot

router = APIRouter(prefix="/projects/{project_id}/snapshots", tags=["snapshots"])
READ, CHANGE = need("dataset:read"), need("project:write")
ATTACHED = {"Content-Disposition": 'attachment; filename="snapshot.csv"'}


@router.post("", status_code=201, response_model=Snapshot, dependencies=[CHANGE])
async def take(project_id: UUID, body: NewSnapshot, session: Writing, context: Acting, once: Once) -> Response:
    """Freeze measurements of the farms that have consented to the project, as they are now; for leads and analysts."""
    return await once(lambda: service.take(session, context, project_id, body))


@router.get("", dependencies=[READ])
async def list_snapshots(
    project_id: UUID, session: Reading, context: Acting, limit: Limit = 100, cursor: CursorText = None
) -> Page[Snapshot]:
    """Snapshots of a project, the latest first."""
    found = await service.page(session, context, project_id, id_after(cursor), limit + 1)
    return Page(items=found[:limit], next=ById.after(found, limit))


@router.get("/{snapshot_id}", dependencies=[READ])
async def get_snapshot(project_id: UUID, snapshot_id: UUID, session: Reading) -> Snapshot:
    """One snapshot."""
    return await service.get(session, project_id, snapshot_id)


@router.get("/{snapshot_id}/rows.csv", dependencies=[READ], response_class=Response)
async def get_rows(project_id: UUID, snapshot_id: UUID, session: Reading) -> Response:
    """The rows, whose SHA-256 is that of the snapshot."""
    content = await service.content(session, project_id, snapshot_id)
    return Response(content, media_type="text/csv; charset=utf-8", headers=ATTACHED)


@router.get("/{snapshot_id}/check", dependencies=[READ])
async def check(project_id: UUID, snapshot_id: UUID, session: Reading) -> Check:
    """Ask the same question about the same moment again: what has changed since changes nothing."""
    return await service.check(session, project_id, snapshot_id)
