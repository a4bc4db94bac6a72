"""Use-cases of exports of genotypes."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from uuid import UUID

from bellwether.genetics.access import may_read
from bellwether.genetics.chips import service as chips
from bellwether.genetics.genotypes.exporting import repository
from bellwether.genetics.genotypes.exporting.job import KIND
from bellwether.genetics.genotypes.exporting.models import ExportRow
from bellwether.genetics.genotypes.exporting.problems import Expired, NoSuchGenotypeExport, NotWritten
from bellwether.genetics.genotypes.exporting.schemas import GenotypeExport, NewGenotypeExport
from bellwether.platform.context import Context
from bellwether.platform.database.advisory_locks import one_at_a_time
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ById, id_after
from bellwether.platform.http.schemas import Page
from bellwether.platform.jobs.schemas import Job
from bellwether.platform.jobs.service import submit
from bellwether.platform.json import json_text
from bellwether.platform.quotas import QuotaReached

LookAgain = Callable[[], AbstractAsyncContextManager[Session]]
ENDED = ("failed", "cancelled")


async def request(session: Session, context: Context, new: NewGenotypeExport) -> Job:
    """Queue the job that writes a file; files of the farm whose time is over go.

    Raises:
        NotFound, NoSuchChip, NoSuchMap, QuotaReached
    """
    await may_read(session, new.farm_id)
    chip = await chips.visible(session, new.chip_id)
    version = chip.map_version if new.map_version is None else new.map_version
    await chips.get_map(session, chip.id, version)
    await repository.expire(session, new.farm_id)
    await one_at_a_time(session, f"exported genotypes of {new.farm_id}")
    most = context.quotas.stored_mb_of_farm
    if await repository.stored_bytes(session, new.farm_id) > most * 1_000_000:
        raise QuotaReached(f"The farm keeps more than {most:,} MB of written files: they go by themselves in some days")
    job = await submit(session, context, kind=KIND, payload={}, farm_id=new.farm_id)
    values = {
        "id": job.id,
        "farm_id": new.farm_id,
        "chip_id": chip.id,
        "map_version": version,
        "format": new.format,
        "options": json_text({"with_shared": new.with_shared}),
        "created_by": context.user_id,
    }
    await repository.add(session, values)
    return job


async def get(session: Session, export_id: UUID) -> GenotypeExport:
    """One export.

    Raises:
        NoSuchGenotypeExport
    """
    found = await repository.find(session, export_id)
    if found is None:
        raise NoSuchGenotypeExport
    return shown(found)


async def page(session: Session, farm_id: UUID, cursor: str | None, limit: int) -> Page[GenotypeExport]:
    """Exports of a farm, the latest first."""
    rows = await repository.page(session, farm_id, id_after(cursor), limit + 1)
    return Page(items=[shown(row) for row in rows[:limit]], next=ById.after(rows, limit))


def shown(row: ExportRow) -> GenotypeExport:
    """With its state."""
    if row.expires_at is not None:
        state = "ready" if datetime.now(UTC) < row.expires_at else "expired"
    else:
        state = row.job_state if row.job_state in ENDED else "waiting"
    fields = {name: getattr(row, name) for name in GenotypeExport.model_fields if name != "state"}
    return GenotypeExport.model_validate({**fields, "state": state})


async def file(look: LookAgain, export_id: UUID) -> tuple[GenotypeExport, AsyncIterator[bytes]]:
    """The file, piece by piece.

    Raises:
        NoSuchGenotypeExport, NotWritten, Expired
    """
    async with look() as session:
        found = await get(session, export_id)
    if found.state == "expired":
        raise Expired
    if found.state != "ready":
        raise NotWritten
    return found, parts(look, found)


async def parts(look: LookAgain, export: GenotypeExport) -> AsyncIterator[bytes]:
    """No connection is held while a piece travels."""
    part = 0
    while True:
        async with look() as session:
            content = await repository.read_part(session, export.farm_id, export.id, part)
        if content is None:
            return
        yield content
        part += 1
