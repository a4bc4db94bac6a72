"""Files out of the farm: asked for, told of, fetched."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from uuid import UUID

from bellwether.farm.access import ReferenceNotFound
from bellwether.farm.exports import job, models, repository
from bellwether.farm.exports.formats import FORMATS
from bellwether.farm.exports.problems import ExportExpired, ExportNotReady, OptionUnused, TraitUnknown
from bellwether.farm.exports.schemas import Export, ExportJob, NewExport
from bellwether.farm.own_traits import repository as own_traits
from bellwether.platform.context import Context
from bellwether.platform.database.advisory_locks import one_at_a_time
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ById, id_after
from bellwether.platform.http.schemas import Page
from bellwether.platform.ids import new_id
from bellwether.platform.jobs import service as jobs
from bellwether.platform.json import json_text
from bellwether.platform.problems import NotFound
from bellwether.platform.quotas import QuotaReached
from bellwether.sheep import traits

LookAgain = Callable[[], AbstractAsyncContextManager[Session]]


async def request(session: Session, context: Context, body: NewExport, now: datetime) -> ExportJob:
    """Queue the job that writes a file; files of the farm whose time is over go.

    Raises:
        ReferenceNotFound: the farm or the flock.
        OptionUnused, TraitUnknown: the options.
        QuotaReached, TooManyJobs: the farm keeps, or waits for, as much as it may.
    """
    if await repository.flock(session, body.farm_id, body.flock_id) is None:
        raise ReferenceNotFound("flock_id", body.flock_id)
    check_options(body, await own_traits.known(session, body.farm_id))
    await repository.expire(session, body.farm_id, now)
    await check_room(session, context, body.farm_id, now)
    export_id = new_id()
    values = {"id": export_id, "created_by": context.user_id, "options": json_text(body.options.sent())}
    await repository.add(session, body.model_dump(include={"farm_id", "flock_id", "format"}) | values)
    payload = {"export_id": str(export_id)}
    queued = await jobs.submit(session, context, kind=job.KIND, farm_id=body.farm_id, payload=payload)
    await repository.set_job(session, export_id, queued.id)
    return ExportJob(**queued.model_dump(), export_id=export_id)


def check_options(body: NewExport, known: traits.Known) -> None:
    """The format has a use for each, and the traits exist.

    Raises:
        OptionUnused, TraitUnknown
    """
    uses = FORMATS[body.format].uses
    if unused := sorted(body.options.model_fields_set - uses):
        raise OptionUnused(unused, sorted(uses))
    for name in body.options.traits:
        if name not in known:
            raise TraitUnknown(name[:40])


async def check_room(session: Session, context: Context, farm_id: UUID, now: datetime) -> None:
    """The farm may keep one more file.

    Raises:
        QuotaReached
    """
    most = context.quotas.stored_mb_of_farm
    await one_at_a_time(session, f"exported files of {farm_id}")
    if await repository.stored_bytes(session, farm_id, now) > most * 1_000_000:
        raise QuotaReached(
            f"The farm keeps more than {most:,} MB of exported files: they go by themselves in some days"
        )


async def get(session: Session, export_id: UUID, now: datetime) -> Export:
    """One export.

    Raises:
        NotFound: none that the user can see.
    """
    return shown(await visible(session, export_id), now)


async def page(session: Session, farm_id: UUID, limit: int, cursor: str | None, now: datetime) -> Page[Export]:
    """Exports of a farm, the latest first."""
    rows = await repository.listing(session, farm_id, id_after(cursor), limit + 1)
    return Page(items=[shown(row, now) for row in rows[:limit]], next=ById.after(rows, limit))


async def visible(session: Session, export_id: UUID) -> models.Export:
    """The row.

    Raises:
        NotFound
    """
    found = await repository.get(session, export_id)
    if found is None:
        raise NotFound
    return found


def shown(row: models.Export, now: datetime) -> Export:
    """With its state."""
    state = "waiting" if row.expires_at is None else "ready" if now < row.expires_at else "expired"
    fields = {name: getattr(row, name) for name in Export.model_fields if name != "state"}
    return Export.model_validate({**fields, "state": state})


async def file(look: LookAgain, export_id: UUID, now: datetime) -> tuple[Export, AsyncIterator[bytes]]:
    """The file, piece by piece.

    Raises:
        NotFound: no export that the user can see.
        ExportNotReady, ExportExpired
    """
    async with look() as session:
        found = await get(session, export_id, now)
    if found.state == "waiting":
        raise ExportNotReady
    if found.state == "expired":
        raise ExportExpired
    return found, parts(look, found)


async def parts(look: LookAgain, export: Export) -> AsyncIterator[bytes]:
    """No connection is held while a piece travels."""
    part = 0
    while True:
        async with look() as session:
            content = await repository.read_part(session, export.farm_id, export.id, part)
        if content is None:
            return
        yield content
        part += 1
