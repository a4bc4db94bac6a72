"""Taking files in, and telling what became of them."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from pydantic import Field

from bellwether.farm.access import ReferenceNotFound, may_write
from bellwether.farm.imports import job, repository, sending
from bellwether.farm.imports.inspecting import inspected
from bellwether.farm.imports.models import Batch, NewBatch
from bellwether.farm.imports.reading.layout import Layout
from bellwether.farm.imports.reading.options import Options
from bellwether.farm.imports.row_filter import RowFilter
from bellwether.farm.imports.rows_file import LookAgain, parts
from bellwether.farm.imports.schemas import Import, ImportJob, ImportRow, Upload
from bellwether.farm.imports.states import ImportEnded, ImportRunning
from bellwether.farm.imports.undoing.taking_back import check
from bellwether.farm.own_traits import repository as own_traits
from bellwether.farm.schemas import storable
from bellwether.farm.work.sessions import repository as sessions
from bellwether.platform.context import Context
from bellwether.platform.database.advisory_locks import one_at_a_time
from bellwether.platform.database.transactions import Session, driver
from bellwether.platform.http.pagination import ById, Cursor, id_after
from bellwether.platform.http.schemas import Page
from bellwether.platform.ids import new_id
from bellwether.platform.jobs import service as jobs
from bellwether.platform.jobs.schemas import Job
from bellwether.platform.json import JsonObject
from bellwether.platform.problems import NotFound
from bellwether.platform.quotas import QuotaReached
from bellwether.sheep.reading.headers import normal
from bellwether.sheep.traits import weights


class ByRow(Cursor):
    """In the order of the file."""

    row: int = Field(ge=0, lt=2**31)


async def take_in(session: Session, context: Context, upload: Upload, now: datetime) -> ImportJob:
    """Store the file and queue its job. The same file with the same options for the same flock is the same import.

    Raises:
        ReferenceNotFound, ReadOnlyMember: the farm, the flock or the session.
        FileUnreadable, FileTooCostly: the file as a whole.
        ImportedWithOtherOptions: the same bytes stand in this flock, read in another way.
        QuotaReached, TooManyJobs: the farm keeps, or waits for, as much as it may.
    """
    await may_write(session, context, upload.farm_id, field="farm_id")
    flock_id = await repository.find_flock(session, upload.farm_id, storable(upload.flock))
    if flock_id is None:
        raise ReferenceNotFound("flock", upload.flock[:60])
    farm = await repository.farm_context(session, upload.farm_id)
    today = now.astimezone(ZoneInfo(farm.time_zone)).date()
    said = {"farm_unit": farm.weight_unit, "time_zone": farm.time_zone, "today": today}
    said["farm_columns"] = farm.import_headers
    said["farm_traits"] = tuple((await own_traits.known(session, upload.farm_id)).own.values())
    said |= await of_session(session, upload)
    upload = upload.model_copy(update={"options": upload.options.model_copy(update=said)})
    looking = inspected(upload.content, upload.options, upload.kind)
    layout, sha256 = await asyncio.gather(looking, asyncio.to_thread(digest, upload.content))
    upload = upload.model_copy(update={"options": with_farm_headers(upload.options, layout)})
    new = batch(context, upload, flock_id, layout, sha256)
    await repository.one_sender(session, upload.farm_id, sha256)
    found = await sending.same_import(session, new, again=upload.again)
    if found is not None:
        job = await sending.take_up(session, context, found, today.isoformat(), commit=upload.commit)
        return with_import(job, found.id)
    await check_room(session, context, upload)
    made = await stored(session, new, upload.content)
    return with_import(await sending.queue(session, context, made, today.isoformat(), commit=upload.commit), made.id)


async def of_session(session: Session, upload: Upload) -> dict[str, object]:
    """What a day in the yards says of a file, which was entered once: the trait, where it has one weight.

    Raises:
        ReferenceNotFound: the farm has no such day.
    """
    session_id = upload.options.session_id
    if session_id is None:
        return {}
    found = await sessions.get(session, upload.farm_id, session_id)
    if found is None:
        raise ReferenceNotFound("session_id", session_id)
    said = [trait for trait in found.traits if trait in weights()]
    return {"trait": said[0]} if upload.options.trait is None and len(said) == 1 else {}


def with_farm_headers(options: Options, layout: Layout) -> Options:
    """Where the farm names a header of the file, that is part of how it is read, and so of the import's key."""
    sent, there = {normal(header) for header in options.columns}, {normal(header) for header in layout.headers}
    used = {h: t for h, t in options.farm_columns.items() if normal(h) in there and normal(h) not in sent}
    return options.model_copy(update={"columns": {**used, **options.columns}})


async def check_room(session: Session, context: Context, upload: Upload) -> None:
    """The farm may keep one more file; that of an import that was undone or cancelled is gone.

    Raises:
        QuotaReached
    """
    most = context.quotas.stored_mb_of_farm
    await one_at_a_time(session, f"imported files of {upload.farm_id}")
    if await repository.stored_bytes(session, upload.farm_id) + len(upload.content) > most * 1_000_000:
        raise QuotaReached(
            f"With this file the farm would keep more than {most:,} MB of imported files, which is all it may: "
            "undo an import, or ask the operator for more"
        )


def digest(content: bytes) -> str:
    """SHA-256; for a large file a tenth of a second."""
    return hashlib.sha256(content).hexdigest()


async def stored(session: Session, new: NewBatch, content: bytes) -> Batch:
    """The new import with its file."""
    made = await repository.add_batch(session, new, content)
    assert made is not None
    found = await repository.get(session, made)
    assert found is not None
    return found


def batch(context: Context, upload: Upload, flock_id: UUID, layout: Layout, sha256: str) -> NewBatch:
    """The columns of a new import."""
    options = orjson.dumps(upload.options.sent(), option=orjson.OPT_SORT_KEYS)
    return {
        "id": new_id(),
        "farm_id": upload.farm_id,
        "flock_id": flock_id,
        "kind": layout.kind,
        "file_name": storable(upload.file_name)[:255] or "unnamed",
        "sha256": sha256,
        "size_bytes": len(upload.content),
        "layout": layout.model_dump_json(),
        "told": orjson.dumps(layout.told()).decode(),
        "options": options.decode(),
        "options_sha256": hashlib.sha256(options).hexdigest(),
        "state": "committing" if upload.commit else "received",
        "created_by": context.user_id,
    }


async def commit(session: Session, context: Context, import_id: UUID, now: datetime) -> ImportJob:
    """Take a previewed file into the herd, or go on with one whose job broke off; its rows are judged again.

    Raises:
        NotFound, ReadOnlyMember
        ImportRunning: it is still being previewed.
        ImportEnded: it was undone or cancelled.
    """
    found = await writable(session, context, import_id)
    if found.state in ("undone", "cancelled"):
        raise ImportEnded(found.state)
    current = await job_of(session, found)
    if current is not None and found.state in ("committing", "committed"):
        if found.state == "committed" or not current.has_ended:
            return with_import(current, import_id)
    elif current is not None and not current.has_ended:
        raise ImportRunning
    farm = await repository.farm_context(session, found.farm_id)
    today = now.astimezone(ZoneInfo(farm.time_zone)).date()
    return with_import(await sending.queue(session, context, found, today.isoformat(), commit=True), import_id)


async def undo(session: Session, context: Context, import_id: UUID, others: Sequence[UUID] = ()) -> ImportJob:
    """Take an import back, and others with it, if nothing was built on them since.

    Raises:
        NotFound, ReadOnlyMember
        ImportRunning: a job of it has not ended.
        ImportEnded: it was undone or cancelled before.
        ImportBuiltUpon: what stands in the way.
        ImportHasNoHistory: it is older than the memory of changes.
    """
    keys = list(dict.fromkeys((import_id, *others)))
    # held in one order, so that two requests do not wait for each other
    held = {key: await writable(session, context, key) for key in sorted(keys)}
    if len({batch.farm_id for batch in held.values()}) > 1:
        raise NotFound
    found = held[import_id]
    for key in keys:
        current = await job_of(session, held[key])
        if current is not None and not current.has_ended:
            if current.kind == job.UNDO and key == import_id:
                return with_import(current, import_id)
            raise ImportRunning
        if held[key].state in ("undone", "cancelled"):
            raise ImportEnded(held[key].state)
    if len(keys) == 1:
        await check(driver(session), found)
    payload: JsonObject = {"import_id": str(import_id), "others": [str(key) for key in keys[1:]]}
    queued = await jobs.submit(session, context, kind=job.UNDO, farm_id=found.farm_id, payload=payload)
    for key in keys:
        await repository.set_job(session, key, queued.id)
    return with_import(queued, import_id)


async def writable(session: Session, context: Context, import_id: UUID) -> Batch:
    """The import, held, if the user may change it."""
    seen = await repository.get(session, import_id)
    if seen is None:
        raise NotFound
    await may_write(session, context, seen.farm_id)
    found = await repository.hold(session, import_id)
    assert found is not None
    return found


async def job_of(session: Session, found: Batch) -> Job | None:
    """The latest job of an import."""
    return None if found.job_id is None else await jobs.find(session, "farm", found.job_id)


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


async def rows(session: Session, import_id: UUID, wanted: RowFilter, limit: int, cursor: str | None) -> Page[ImportRow]:
    """Rows of one import, in the order of the file.

    Raises:
        NotFound: no import that the user can see.
    """
    await get(session, import_id)
    after = ByRow.read(cursor)
    found = await repository.rows(session, import_id, after.row if after else 0, limit + 1, wanted)
    items = [ImportRow.model_validate(row) for row in found[:limit]]
    return Page(items=items, next=ByRow.after(found, limit))


async def rows_file(look: LookAgain, import_id: UUID, wanted: RowFilter) -> AsyncIterator[str]:
    """The rows as a file in the columns that they came in.

    Raises:
        NotFound: no import that the user can see.
    """
    async with look() as session:
        found = await repository.get(session, import_id)
    if found is None:
        raise NotFound
    return parts(look, found, wanted)
