"""The job `genetics.genotype_export`: read from one moment of the database, written by a child, kept in parts."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Protocol, TypedDict
from uuid import UUID

import numpy as np
from bellwether_engine.genotypes import PackedGenotypes, pack, turn
from numpy.typing import NDArray

from bellwether.genetics.chips import repository as chips
from bellwether.genetics.genotypes import calls
from bellwether.genetics.genotypes.exporting import repository
from bellwether.genetics.genotypes.exporting.models import ExportRow
from bellwether.genetics.genotypes.exporting.problems import NoSuchGenotypeExport, NothingToWrite
from bellwether.genetics.genotypes.importing.preparing import read_map, write_map
from bellwether.genetics.genotypes.reading import matrix
from bellwether.genetics.genotypes.reading import repository as reading
from bellwether.genetics.genotypes.reading.models import KeptRow
from bellwether.modelling.chips.blocks import Block
from bellwether.modelling.chips.writing import FORMATS, Given
from bellwether.platform.database.transactions import Session
from bellwether.platform.jobs.run import JobRun
from bellwether.platform.json import JsonObject

KIND = "genetics.genotype_export"
KEPT_DAYS = 7
PART = 4 * 1024 * 1024
MAP, CALLS, DEVIATIONS, SAMPLES, WRITTEN = "map.ipc", "calls.npy", "deviations.npy", "samples.json", "written"


class Samples(TypedDict):
    """Names of the samples, and what a `.fam` file says of them."""

    names: list[str]
    fam: list[list[str]]


async def export_genotypes(run: JobRun, *, data_dir: Path) -> JsonObject:
    """Write and keep the file; a retry begins anew.

    Raises:
        NoSuchGenotypeExport, NothingToWrite
    """
    folder = data_dir / "work" / "genetics" / str(run.id)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        return await run.step("write", carry_out, run, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def carry_out(run: JobRun, folder: Path) -> JsonObject:
    """From the rows to the parts of a file."""
    await run.progress(0.05, "reading")
    async with run.database.reading(run.context, is_steady=True) as session:
        export = await repository.find(session, run.id)
        if export is None:
            raise NoSuchGenotypeExport
        n_samples, n_markers = await extract(session, export, folder)
    await run.progress(0.4, "writing")
    await run.compute(write, str(folder), export.format)
    await run.progress(0.8, "storing")
    ending, media_type, _ = FORMATS[export.format]
    about: JsonObject = {
        "file_name": f"genotypes-{export.chip_id}-{export.created_at.date().isoformat()}.{ending}",
        "media_type": media_type,
        "n_samples": n_samples,
        "n_markers": n_markers,
    }
    return await keep(run, export, folder / WRITTEN, about)


class Wanted(Protocol):
    """Which genotypes are written."""

    @property
    def farm_id(self) -> UUID: ...
    @property
    def chip_id(self) -> int: ...
    @property
    def map_version(self) -> int: ...
    @property
    def with_shared(self) -> bool: ...


async def extract(session: Session, export: Wanted, folder: Path) -> tuple[int, int]:
    """Map, samples and calls as files; numbers of samples and markers.

    Raises:
        NothingToWrite
    """
    rows = await reading.kept(session, export.farm_id, export.chip_id)
    if export.with_shared:
        rows += await reading.shared(session, export.farm_id, export.chip_id)
    if not rows:
        raise NothingToWrite
    rows.sort(key=lambda row: (row.import_id, row.import_row))
    found = await chips.whole_map(session, export.chip_id, export.map_version)
    write_map(folder / MAP, found)
    packed = await packed_of(session, rows, export.chip_id, export.map_version, found.blocks)
    np.save(folder / CALLS, packed)
    deviations = await matrix.deviations(session, rows, export.map_version, len(found))
    if deviations is not None:
        np.save(folder / DEVIATIONS, deviations)
    about = await repository.samples(session, [row.sample_id for row in rows])
    samples: Samples = {"names": [row.name for row in rows], "fam": []}
    for row in rows:
        known = about[row.sample_id]
        sex = {"male": "1", "wether": "1", "female": "2"}.get(known.sex or "", "0")
        samples["fam"].append(known.fam or ["0", "0", "0", sex, "-9"])
    (folder / SAMPLES).write_text(json.dumps(samples))
    return len(rows), len(found)


async def packed_of(
    session: Session, rows: list[KeptRow], chip_id: int, version: int, blocks: list[Block]
) -> NDArray[np.uint8]:
    """Calls marker by marker, four animals to a byte."""
    groups = matrix.by_version(rows)
    if len(groups) == 1 and next(iter(groups))[0] == version:
        kept = matrix.kept_of(rows)
        parts = [turn(await calls.read_block(session, kept, block), block.n_markers) for block in blocks]
        return np.concatenate(parts)
    codes = await matrix.whole(session, rows, chip_id, version, blocks)
    return pack(codes).data


def write(folder: str, form: str) -> None:
    """In a child: the file of what was extracted."""
    place = Path(folder)
    samples: Samples = json.loads((place / SAMPLES).read_text())
    deviations = place / DEVIATIONS
    above = np.load(deviations) if deviations.is_file() else None
    packed = PackedGenotypes(np.load(place / CALLS), len(samples["names"]), above)
    FORMATS[form][2](Given(packed, read_map(place / MAP), samples["names"], samples["fam"]), place / WRITTEN)


async def keep(run: JobRun, export: ExportRow, path: Path, about: JsonObject) -> JsonObject:
    """All parts and the end of the export in one transaction."""
    sha, size, part = hashlib.sha256(), 0, 0
    async with run.database.transaction(run.context) as session:
        await repository.drop_parts(session, export.farm_id, export.id)
        with path.open("rb") as file:
            while content := file.read(PART):
                await repository.add_part(session, export.farm_id, export.id, part, content)
                sha.update(content)
                size, part = size + len(content), part + 1
        ends: JsonObject = {**about, "size_bytes": size, "sha256": sha.hexdigest()}
        await repository.finish(session, export.id, {**ends, "days": KEPT_DAYS})
    return ends
