"""Taking files in, and telling what became of them."""

import asyncio
import hashlib
from datetime import date
from uuid import UUID

from pydantic import Field

from bellwether.farm.access import ReferenceNotFound, may_write
from bellwether.farm.imports import job, repository
from bellwether.farm.imports.formats import FORMATS
from bellwether.farm.imports.models import NewBatch
from bellwether.farm.imports.problems import file_problem
from bellwether.farm.imports.reading.detection import detect
from bellwether.farm.imports.reading.layout import Layout
from bellwether.farm.imports.reading.options import Options
from bellwether.farm.imports.schemas import Import, ImportJob, ImportRow, Upload
from bellwether.farm.schemas import storable
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ById, Cursor, id_after
from bellwether.platform.http.schemas import Page
from bellwether.platform.ids import new_id
from bellwether.platform.jobs import service as jobs
from bellwether.platform.jobs.schemas import Job
from bellwether.platform.problems import NotFound
from bellwether.sheep.reading.refusal import FileRefused


class ByRow(Cursor):
    """In the order of the file."""

    row: int = Field(ge=0, lt=2**31)


async def take_in(session: Session, context: Context, upload: Upload, today: date) -> ImportJob:
    """Store the file and queue its job. The same file for the same farm and kind is the same import.

    Raises:
        ReferenceNotFound, ReadOnlyMember: the farm or the flock.
        FileUnreadable: the file as a whole, with every reason.
    """
    await may_write(session, context, upload.farm_id, field="farm_id")
    flock_id = await repository.find_flock(session, upload.farm_id, storable(upload.flock))
    if flock_id is None:
        raise ReferenceNotFound("flock", upload.flock[:60])
    layout, sha256 = await asyncio.to_thread(inspect, upload)
    made = await repository.add_batch(session, batch(context, upload, flock_id, layout, sha256), upload.content)
    if made is None:
        return await same_file(session, upload, sha256)
    payload = {"import_id": str(made), "today": today.isoformat()}
    queued = await jobs.submit(session, context, kind=job.KIND, farm_id=upload.farm_id, payload=payload, key=str(made))
    await repository.set_job(session, made, queued.id)
    return with_import(queued, made)


def inspect(upload: Upload) -> tuple[Layout, str]:
    """Layout and digest; in a thread, for a large file takes a second."""
    options = Options(date_order=upload.date_order, trait=upload.trait)
    try:
        layout = detect(upload.content, FORMATS, options, upload.kind)
    except FileRefused as refusal:
        raise file_problem(refusal) from refusal
    return layout, hashlib.sha256(upload.content).hexdigest()


async def same_file(session: Session, upload: Upload, sha256: str) -> ImportJob:
    """The job that the first upload of this file started."""
    found = await get(session, await repository.find_same(session, upload.farm_id, upload.kind, sha256))
    assert found.job_id is not None
    return with_import(await jobs.find(session, "farm", found.job_id), found.id)


def batch(context: Context, upload: Upload, flock_id: UUID, layout: Layout, sha256: str) -> NewBatch:
    """The columns of a new import."""
    return {
        "id": new_id(),
        "farm_id": upload.farm_id,
        "flock_id": flock_id,
        "kind": upload.kind,
        "file_name": storable(upload.file_name)[:255] or "unnamed",
        "sha256": sha256,
        "size_bytes": len(upload.content),
        "layout": layout.model_dump_json(),
        "created_by": context.user_id,
    }


def with_import(queued: Job, import_id: UUID) -> ImportJob:
    """The job with the id of its import."""
    return ImportJob(**queued.model_dump(), import_id=import_id)


async def get(session: Session, import_id: UUID) -> Import:
    """One import.

    Raises:
        NotFound: none that the user can see.
    """
    row = await repository.get(session, import_id)
    if row is None:
        raise NotFound
    return Import.model_validate(row)


async def page(session: Session, farm_id: UUID, limit: int, cursor: str | None) -> Page[Import]:
    """Imports of a farm, the latest first."""
    rows = await repository.listing(session, farm_id, id_after(cursor), limit + 1)
    return Page(items=[Import.model_validate(row) for row in rows[:limit]], next=ById.after(rows, limit))


async def rows(
    session: Session, import_id: UUID, verdict: str | None, accepted: bool | None, limit: int, cursor: str | None
) -> Page[ImportRow]:
    """Rows of one import, in the order of the file.

    Raises:
        NotFound: no import that the user can see.
    """
    await get(session, import_id)
    after = ByRow.read(cursor)
    found = await repository.rows(session, import_id, after.row if after else 0, limit + 1, verdict, accepted)
    items = [ImportRow.model_validate(row) for row in found[:limit]]
    return Page(items=items, next=ByRow.after(found, limit))
