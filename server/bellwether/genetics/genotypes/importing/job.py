"""The job `genetics.genotype_import`: what is needed into files, reading and judging them, one transaction."""

import asyncio
import json
import shutil
from collections.abc import Awaitable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypedDict, cast
from uuid import UUID

import numpy as np
import polars as pl
from asyncpg import Record

from bellwether.genetics.chips import repository as chips
from bellwether.genetics.genotype_files import service as genotype_files
from bellwether.genetics.genotypes import calls
from bellwether.genetics.genotypes.importing import preparing, repository
from bellwether.genetics.genotypes.importing.events import genotypes_imported
from bellwether.genetics.genotypes.importing.naming import Options
from bellwether.genetics.genotypes.importing.preparing import NamedSample, Prepared
from bellwether.genetics.genotypes.importing.problems import GenotypesRefused, NoSuchImport
from bellwether.genetics.genotypes.samples.events import genotypes_changed
from bellwether.modelling.chips.blocks import Block
from bellwether.modelling.genotypes.source import ReadGenotypes
from bellwether.modelling.genotypes.upload import is_bed, read_upload
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session, driver
from bellwether.platform.ids import new_id
from bellwether.platform.jobs.run import JobRun
from bellwether.platform.json import JsonObject
from bellwether.platform.problems import RowError

KIND = "genetics.genotype_import"
LOOK_EVERY_S = 0.02
#: files that are read in the worker itself
LIGHT_BYTES = 128_000_000
READER = ThreadPoolExecutor(2, thread_name_prefix="genotypes")


class Request(TypedDict):
    """What a job is asked for, as plain JSON."""

    genotype_file_id: str
    chip_id: int
    map_version: int
    options: Options


async def import_genotypes(run: JobRun, *, data_dir: Path) -> JsonObject:
    """Take a file in. Its work files go at the end, however it ends; a retry begins anew.

    Raises:
        GenotypesRefused, GenotypesChanged, NoSuchGenotypes, NoSuchImport
    """
    folder = data_dir / "work" / "genetics" / str(run.id)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        return await run.step("import", carry_out, run, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def carry_out(run: JobRun, folder: Path) -> JsonObject:
    """From the kept file to the rows. Calls are stored while they are judged."""
    payload = cast(Request, run.payload)
    await run.progress(0.02, "looking up the chip and the animals")
    async with run.database.reading(run.context, is_steady=True) as session:
        file, reading = await extract(session, folder, run.farm_id, payload)
    judging = asyncio.ensure_future(prepared(run, folder, file, payload["options"], reading))
    try:
        while not judging.done() and not (folder / preparing.NAMED).is_file():
            await asyncio.wait([judging], timeout=LOOK_EVERY_S)
            await run.progress(0.1, "reading the file and fitting it to the chip")
        if judging.done():
            refuse(judging.result())
        await run.progress(0.5, "judging and storing")
        async with run.database.transaction(run.context) as session:
            return await store(session, run.context, run.id, folder, payload, judging)
    finally:
        judging.cancel()


async def prepared(
    run: JobRun, folder: Path, file: str, options: Options, reading: Future[ReadGenotypes] | None
) -> Prepared:
    """In a child; but what is being read here goes on here."""
    if reading is not None:
        return await asyncio.to_thread(preparing.prepare, str(folder), file, options, reading)
    return await run.compute(preparing.prepare, str(folder), file, options, reports=True)


def refuse(found: Prepared) -> None:
    """Nothing is taken of a file in which something is wrong.

    Raises:
        GenotypesRefused
    """
    if found["findings"]:
        rows = [RowError.model_validate(row) for row in found["findings"]]
        raise GenotypesRefused(rows[0].message, errors=rows)


async def extract(
    session: Session, folder: Path, farm_id: UUID | None, payload: Request
) -> tuple[str, Future[ReadGenotypes] | None]:
    """The file, the map, the animals, their kept samples, and calls of those that are parents; the file's name.

    A `.bed` that is not large is read meanwhile: arrays alone are needed for it, and a child would start later.

    Raises:
        NoSuchGenotypes
    """
    connection, chip_id, version = driver(session), payload["chip_id"], payload["map_version"]
    path = await genotype_files.write_to(session, UUID(payload["genotype_file_id"]), folder)
    reading = READER.submit(read_upload, path) if is_bed(path, LIGHT_BYTES) else None
    preparing.write_map(folder / preparing.MAP, await chips.whole_map(session, chip_id, version))
    write_rows(folder / preparing.ANIMALS, await connection.fetch(repository.ANIMALS, farm_id), ANIMAL)
    write_rows(folder / preparing.SAMPLES, await connection.fetch(repository.KNOWN, farm_id, chip_id), SAMPLE)
    parents = await connection.fetch(repository.PARENTS, farm_id, chip_id, version)
    names = {"names": [row["name"] for row in parents], "animals": [row["animal_id"] for row in parents]}
    (folder / preparing.KIN).write_text(json.dumps(names))
    kept = calls.Kept(
        cast(UUID, farm_id), chip_id, version, [row["id"] for row in parents], [row["version"] for row in parents]
    )
    blocks = await calls.layout(session, chip_id, version)
    np.save(folder / preparing.KIN_CALLS, await calls.read_packed(session, kept, blocks))
    return path.name, reading


ANIMAL = {"id": pl.String, "tag": pl.String, "sex": pl.String, "sire_id": pl.String, "dam_id": pl.String}
SAMPLE = {"id": pl.String, "name": pl.String, "animal_id": pl.String, "version": pl.Int32, "is_there": pl.Boolean}


def write_rows(path: Path, rows: list[Record], schema: Mapping[str, type[pl.DataType]]) -> None:
    """Rows of the database, for the child."""
    pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row").write_ipc(path)


async def store(
    session: Session,
    context: Context,
    import_id: UUID,
    folder: Path,
    payload: Request,
    judging: Awaitable[Prepared],
) -> JsonObject:
    """All samples and calls in one transaction, once.

    Raises:
        NoSuchImport: whoever asked for it may no longer write for the farm.
        GenotypesChanged
    """
    row = await repository.find(session, import_id)
    if row is None:
        raise NoSuchImport
    await repository.hold(session, row.farm_id)
    if not await repository.is_open(session, import_id):
        again = await repository.find(session, import_id)
        if again is None or again.report is None:
            raise NoSuchImport
        return again.report
    samples: list[NamedSample] = json.loads((folder / preparing.NAMED).read_text())
    kept = [places(sample) for sample in samples]
    blocks = await calls.layout(session, payload["chip_id"], payload["map_version"])
    await store_calls(session, row.farm_id, payload, folder, kept, blocks)
    found = await judging
    await store_samples(session, context, row.farm_id, payload["chip_id"], samples, kept)
    about = [row.farm_id, import_id, payload["chip_id"], payload["map_version"], found["has_dosages"]]
    await repository.add_genotypings(session, about, genotypings(found, kept))
    n_apart = sum(bool(sample["reasons"]) for sample in found["samples"])
    counts = {"n_samples": len(samples), "n_accepted": len(samples) - n_apart, "n_quarantined": n_apart}
    report = cast(
        JsonObject,
        {**counts, **{key: found[key] for key in ("told", "left_out", "left_out_counts", "checks")}},
    )
    ended = await repository.finish(session, import_id, counts, report)
    await genotypes_imported(session, context, row, counts, ended)
    await genotypes_changed(session, context, row.farm_id, [UUID(sample["animal_id"]) for sample in samples])
    return report


def places(sample: NamedSample) -> repository.KeptSample:
    """The id and the version under which the calls of a sample are kept."""
    key = new_id() if sample["sample_id"] is None else UUID(sample["sample_id"])
    return {"id": key, "version": sample["version"]}


async def store_samples(
    session: Session,
    context: Context,
    farm_id: UUID,
    chip_id: int,
    samples: list[NamedSample],
    kept: list[repository.KeptSample],
) -> None:
    """New samples, and the place of corrected ones."""
    new: list[tuple[object, ...]] = []
    corrected: list[UUID] = []
    for sample, place in zip(samples, kept, strict=True):
        if sample["sample_id"] is None:
            new.append((place["id"], UUID(sample["animal_id"]), sample["sample"], chr(31).join(sample["fam"] or ())))
        else:
            corrected.append(place["id"])
    await repository.add_samples(session, farm_id, context.user_id, new)
    await repository.supersede(session, corrected, chip_id, context.user_id)


def genotypings(found: Prepared, kept: list[repository.KeptSample]) -> list[tuple[object, ...]]:
    """What is known of each sample; one with reasons is set apart."""
    return [
        (
            place["id"], place["version"], row, "quarantined" if each["reasons"] else "accepted",
            " ".join(each["reasons"]), each["call_rate"], each["heterozygosity"], each["f"], digest,
        )
        for row, (each, digest, place) in enumerate(zip(found["samples"], found["digests"], kept, strict=True))
    ]  # fmt: skip


async def store_calls(
    session: Session,
    farm_id: UUID,
    payload: Request,
    folder: Path,
    kept: list[repository.KeptSample],
    blocks: list[Block],
) -> None:
    """The rows of calls, and of what dosages are above them."""
    chip = (payload["chip_id"], payload["map_version"])
    rows = np.load(folder / preparing.CALLS, mmap_mode="r")
    await repository.add_calls(session, farm_id, chip, kept, blocks, rows)
    deviations = folder / preparing.DEVIATIONS
    if deviations.is_file():
        await repository.add_deviations(session, farm_id, chip[0], kept, blocks, np.load(deviations))
