"""The job `genetics.program_step`: genotypes into files, a program of others in a child, what it made in one piece."""

import asyncio
import hashlib
import shutil
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from bellwether.genetics.genotype_files import service as genotype_files
from bellwether.genetics.genotypes.exporting.job import extract
from bellwether.genetics.genotypes.freezing import service as freezing
from bellwether.genetics.programs import repository
from bellwether.genetics.programs.models import FileRow, StepRow
from bellwether.genetics.programs.problems import NoSuchStep, ProgramEnded, StepRefused
from bellwether.genetics.programs.working import Sources, Worked, work
from bellwether.modelling.findings import BadInput
from bellwether.modelling.genotypes.upload import ending_of
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.jobs.run import JobRun
from bellwether.platform.json import JsonObject, json_text
from bellwether.platform.problems import RowError

KIND = "genetics.program_step"
LOG_LINES = 100


class Wanted(NamedTuple):
    """Which stored genotypes a step reads: the farm's own, by one version of the map."""

    farm_id: UUID
    chip_id: int
    map_version: int
    with_shared: bool = False


class Read(NamedTuple):
    """What a step has read, by digests and names."""

    input_sha256: str
    panel_sha256: str | None
    sources: Sources


def rows_of(error: BadInput) -> list[RowError]:
    """What is wrong, as it crosses the wire."""
    return [RowError(field=each.field, code=each.code, message=each.message, fix=each.fix) for each in error.findings]


async def run_step(run: JobRun, *, data_dir: Path) -> JsonObject:
    """Carry a step out. Its work files go at the end, however it ends; a retry begins anew.

    Raises:
        NoSuchStep, NothingToWrite, StepRefused, ProgramEnded, TooManyFiles
    """
    folder = data_dir / "work" / "genetics" / str(run.id)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        return await run.step("program", carry_out, run, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def carry_out(run: JobRun, folder: Path) -> JsonObject:
    """From the rows to what the program made of them."""
    await run.progress(0.05, "reading")
    async with run.database.reading(run.context, is_steady=True) as session:
        step = await repository.find(session, run.id)
        if step is None:
            raise NoSuchStep
        read = await written(session, step, folder)
    await run.progress(0.2, f"{step.program} is working")
    worked = await run.compute(work, str(folder), step.step, step.program, step.options, read.sources)
    for line in worked["log"].splitlines()[-LOG_LINES:]:
        await run.log(line)
    refuse(worked)
    await run.progress(0.9, "storing")
    async with run.database.transaction(run.context) as session:
        return await keep(session, run.context, step, worked, read)


async def written(session: Session, step: StepRow, folder: Path) -> Read:
    """What the step reads as files, with digests.

    Raises:
        NoSuchGenotypes, NothingToWrite
    """
    if step.source_file_id is not None:
        path = await genotype_files.write_to(session, step.source_file_id, folder)
        return Read(await digest(path), None, Sources(path.name, None))
    assert step.chip_id is not None
    assert step.map_version is not None
    await extract(session, Wanted(step.farm_id, step.chip_id, step.map_version), folder)
    table = await freezing.freeze(session, step.farm_id, step.chip_id)
    read = hashlib.sha256(table).hexdigest()
    if step.panel_file_id is None:
        return Read(read, None, Sources(None, None))
    place = folder / "panel"
    place.mkdir()
    path = await genotype_files.write_to(session, step.panel_file_id, place)
    return Read(read, await digest(path), Sources(None, str(path.relative_to(folder))))


async def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(await asyncio.to_thread(path.read_bytes)).hexdigest()


def refuse(worked: Worked) -> None:
    """Nothing is kept of a step that went wrong.

    Raises:
        StepRefused, ProgramEnded
    """
    if worked["findings"]:
        rows = [RowError.model_validate(row) for row in worked["findings"]]
        raise StepRefused(rows[0].message, errors=rows)
    if worked["failure"] is not None:
        raise ProgramEnded(f"{worked['failure']}. Its last lines: {worked['log'][-500:]}")


async def keep(session: Session, context: Context, step: StepRow, worked: Worked, read: Read) -> JsonObject:
    """The genotype file, the other files and where they come from, in one transaction, once.

    Raises:
        NoSuchStep: whoever asked for it may no longer see the farm.
        TooManyFiles
    """
    now = await repository.find(session, step.id)
    if now is None:
        raise NoSuchStep
    if now.finished_at is None:
        file = None
        if worked["genotypes"] is not None:
            path = Path(worked["genotypes"])
            content = await asyncio.to_thread(path.read_bytes)
            name = f"{step.step}-{step.created_at.date().isoformat()}-{str(step.id)[-6:]}{ending_of(path.name)}"
            upload = genotype_files.Upload(step.farm_id, name, content)
            file = await genotype_files.take_in(session, context, upload)
        values = {key: worked[key] for key in ("version", "program_sha256", "genetic_map_sha256")}
        values |= {"input_sha256": read.input_sha256, "panel_sha256": read.panel_sha256}
        texts = {key: json_text(worked[key]) for key in ("arguments", "report")}
        made = {"output_file_id": file and file.id, "output_sha256": file and file.sha256}
        await repository.finish(session, step.id, {**values, **texts, **made})
        for each in map(Path, worked["files"]):
            content = await asyncio.to_thread(each.read_bytes)
            row = FileRow(each.name, hashlib.sha256(content).hexdigest(), len(content))
            await repository.add_file(session, step.farm_id, step.id, row, content)
        now = await repository.find(session, step.id)
        assert now is not None
    return {
        "step_id": str(now.id),
        "program": now.program,
        "version": now.version,
        "genotype_file_id": None if now.output_file_id is None else str(now.output_file_id),
        "report": now.report,
    }
