"""Use-cases of imports of genotypes."""

from uuid import UUID

from bellwether.genetics.access import may_write
from bellwether.genetics.chips import service as chips
from bellwether.genetics.genotype_files import service as genotype_files
from bellwether.genetics.genotypes.importing import repository
from bellwether.genetics.genotypes.importing.job import KIND
from bellwether.genetics.genotypes.importing.models import ImportRow
from bellwether.genetics.genotypes.importing.problems import NoSuchImport
from bellwether.genetics.genotypes.importing.schemas import Import, ImportedSample, NewImport
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ById, Cursor, id_after
from bellwether.platform.http.schemas import Page
from bellwether.platform.jobs.schemas import Job
from bellwether.platform.jobs.service import submit
from bellwether.platform.json import json_text


class ByRow(Cursor):
    """Sorted by the place in the file."""

    import_row: int


async def request(session: Session, context: Context, new: NewImport) -> Job:
    """Queue the import of a kept file; it gets the id of its job.

    Raises:
        NoSuchGenotypes, NoSuchChip, ReadOnlyMember
    """
    file = await genotype_files.stored(session, new.genotype_file_id)
    await may_write(session, file.farm_id)
    chip = await chips.visible(session, new.chip_id)
    options = new.options.model_dump()
    payload = {
        "genotype_file_id": str(file.id),
        "chip_id": chip.id,
        "map_version": chip.map_version,
        "options": options,
    }
    job = await submit(session, context, kind=KIND, payload=payload, farm_id=file.farm_id)
    values = {
        "id": job.id,
        "farm_id": file.farm_id,
        "chip_id": chip.id,
        "map_version": chip.map_version,
        "genotype_file_id": file.id,
        "file_name": file.name,
        "sha256": file.sha256,
        "options": json_text(options),
        "created_by": context.user_id,
    }
    await repository.add(session, values)
    return job


async def visible(session: Session, import_id: UUID) -> ImportRow:
    """The row of an import.

    Raises:
        NoSuchImport
    """
    found = await repository.find(session, import_id)
    if found is None:
        raise NoSuchImport
    return found


async def get(session: Session, import_id: UUID) -> Import:
    """One import with its report.

    Raises:
        NoSuchImport
    """
    return Import.model_validate(await visible(session, import_id))


async def page(session: Session, farm_id: UUID, cursor: str | None, limit: int) -> Page[Import]:
    """Imports of a farm, the latest first."""
    rows = await repository.page(session, farm_id, id_after(cursor), limit + 1)
    return Page(items=[Import.model_validate(row) for row in rows[:limit]], next=ById.after(rows, limit))


async def samples(
    session: Session, import_id: UUID, state: str | None, cursor: str | None, limit: int
) -> Page[ImportedSample]:
    """Samples of an import in the order of its file.

    Raises:
        NoSuchImport
    """
    await visible(session, import_id)
    last = ByRow.read(cursor)
    values = {"after": -1 if last is None else last.import_row, "state": state, "limit": limit + 1}
    rows = await repository.samples(session, import_id, values)
    shown = [ImportedSample.model_validate(row) for row in rows[:limit]]
    return Page(items=shown, next=ByRow.after(rows, limit))
