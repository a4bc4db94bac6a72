"""Use-cases of steps with programs of others."""

import asyncio
from uuid import UUID

from bellwether.genetics.access import may_read, may_write
from bellwether.genetics.chips import service as chips
from bellwether.genetics.genotype_files import service as genotype_files
from bellwether.genetics.programs import repository
from bellwether.genetics.programs.job import KIND, rows_of
from bellwether.genetics.programs.models import StepRow
from bellwether.genetics.programs.problems import NoSuchStep, ProgramMissing, StepRefused
from bellwether.genetics.programs.schemas import (
    PROGRAMS,
    Impute,
    InstalledProgram,
    NewStep,
    Normalise,
    ProgramResult,
    Programs,
    Step,
    StepFile,
    StepWithFiles,
    UsedPanel,
    UsedProgram,
)
from bellwether.modelling.findings import BadInput
from bellwether.modelling.genotypes.vcf import VCF_ENDINGS
from bellwether.modelling.programs.finding import NAMES, REMEDIES, find, needed
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ById, Cursor, id_after
from bellwether.platform.http.schemas import Page
from bellwether.platform.jobs.schemas import Job
from bellwether.platform.jobs.service import submit
from bellwether.platform.json import json_text
from bellwether.platform.problems import RowError

PANEL_ENDINGS = (".vcf", ".vcf.gz", ".vcf.bgz")
MEDIA = {"csv": "text/csv; charset=utf-8", "gz": "application/gzip", "log": "text/plain; charset=utf-8"}


class ByResult(Cursor):
    """Sorted by the result, then by the step that it stands on."""

    id: UUID
    step_id: UUID


async def request(session: Session, context: Context, new: NewStep) -> Job:
    """Queue a step; it gets the id of its job. A program that is missing is told before anything runs.

    Raises:
        NotFound, ReadOnlyMember, NoSuchChip, NoSuchGenotypes, TooManyFiles, StepRefused, ProgramMissing
    """
    about: dict[str, object] = dict.fromkeys(("chip_id", "map_version", "source_file_id", "panel_file_id"))
    if isinstance(new, Normalise):
        file = await genotype_files.stored(session, new.genotype_file_id)
        farm_id, about["source_file_id"] = file.farm_id, file.id
        if file.ending not in VCF_ENDINGS:
            raise refused("genotype_file_id", "no_vcf", f"{file.name} is no VCF or BCF", "Import it as it is")
    else:
        farm_id = new.farm_id
        await may_write(session, farm_id)
        chip = await chips.visible(session, new.chip_id)
        about |= {"chip_id": chip.id, "map_version": chip.map_version}
        if isinstance(new, Impute):
            about["panel_file_id"] = await panel_of(session, new)
    await may_write(session, farm_id)
    await genotype_files.check_room(session, farm_id)
    program = PROGRAMS[new.step]
    try:
        await asyncio.to_thread(needed, program)
    except BadInput as error:
        raise ProgramMissing(str(error), errors=rows_of(error)) from error
    job = await submit(session, context, kind=KIND, payload={}, farm_id=farm_id)
    values = {
        "id": job.id,
        "farm_id": farm_id,
        "step": new.step,
        "program": program,
        "options": json_text(new.options.model_dump()),
        "created_by": context.user_id,
    }
    await repository.add(session, {**values, **about})
    return job


async def panel_of(session: Session, new: Impute) -> UUID | None:
    """The kept file that is the reference panel: a VCF of the same farm.

    Raises:
        NoSuchGenotypes, StepRefused
    """
    if new.panel_file_id is None:
        if new.options.markers == "panel":
            fix = 'Name a panel by panel_file_id, or set markers to "chip"'
            raise refused("panel_file_id", "missing_panel", "markers of a panel are asked for, and no panel named", fix)
        return None
    file = await genotype_files.stored(session, new.panel_file_id)
    if file.farm_id != new.farm_id:
        fix = "Upload it to the farm whose genotypes are imputed"
        raise refused("panel_file_id", "panel_of_other_farm", f"{file.name} is another farm's file", fix)
    if file.ending not in PANEL_ENDINGS:
        fix = "Give a VCF with phased calls; of a BCF bcftools view -O z makes one"
        raise refused("panel_file_id", "no_vcf", f"{file.name} is no VCF", fix)
    return file.id


def refused(field: str, code: str, message: str, fix: str) -> StepRefused:
    """What is asked cannot be done, and what to do instead."""
    return StepRefused(message, errors=[RowError(field=field, code=code, message=message, fix=fix)])


async def visible(session: Session, step_id: UUID) -> StepRow:
    """The row of a step.

    Raises:
        NoSuchStep
    """
    found = await repository.find(session, step_id)
    if found is None:
        raise NoSuchStep
    return found


async def get(session: Session, step_id: UUID) -> StepWithFiles:
    """One step with its files.

    Raises:
        NoSuchStep
    """
    row = await visible(session, step_id)
    files = [StepFile.model_validate(each) for each in await repository.files(session, row.farm_id, row.id)]
    return StepWithFiles.model_validate({**row._asdict(), "files": files})


async def page(session: Session, farm_id: UUID, cursor: str | None, limit: int) -> Page[Step]:
    """Steps of a farm, the latest first."""
    rows = await repository.page(session, farm_id, id_after(cursor), limit + 1)
    return Page(items=[Step.model_validate(row) for row in rows[:limit]], next=ById.after(rows, limit))


async def content(session: Session, step_id: UUID, name: str) -> bytes:
    """A file of a step.

    Raises:
        NoSuchStep
    """
    row = await visible(session, step_id)
    found = await repository.content(session, row.farm_id, row.id, name)
    if found is None:
        raise NoSuchStep
    return found


def media_type(name: str) -> str:
    """Of a file by its ending."""
    return MEDIA[name.rsplit(".", 1)[1]]


async def programs(session: Session, farm_id: UUID) -> Programs:
    """Programs on this machine, those that the farm has used, and their reference panels.

    Raises:
        NotFound
    """
    await may_read(session, farm_id)
    installed = await asyncio.to_thread(lambda: [here(name) for name in NAMES])
    used = await repository.used(session, farm_id)
    panels = await repository.panels(session, farm_id)
    return Programs(
        installed=installed,
        used=[UsedProgram.model_validate(row) for row in used],
        panels=[UsedPanel.model_validate(row) for row in panels],
    )


def here(name: str) -> InstalledProgram:
    """A program on this machine, or how to get it."""
    found = find(name)
    told = {"version": None, "sha256": None, "remedy": REMEDIES[name]}
    if found is not None:
        told = {"version": found.version, "sha256": found.sha256, "remedy": None}
    return InstalledProgram.model_validate({"program": name, **told})


async def results(
    session: Session,
    farm_id: UUID,
    asked: tuple[str, str | None, str | None, str | None],
    cursor: str | None,
    limit: int,
) -> Page[ProgramResult]:
    """What has come of a program, of a version or digest of it, or of a reference panel, the latest first.

    Raises:
        NotFound
    """
    await may_read(session, farm_id)
    last = ByResult.read(cursor)
    after = (None, None) if last is None else (last.id, last.step_id)
    rows = await repository.results(session, farm_id, (*asked, *after), limit + 1)
    return Page(items=[ProgramResult.model_validate(row) for row in rows[:limit]], next=ByResult.after(rows, limit))
