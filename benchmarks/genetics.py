"""`./bellwether bench genetics`: genotypes of a chip into the database and out of it, on a farm of its own.

The peer is the program by which people read such a file: bed-reader.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
import zipfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import httpx
import numpy as np
from bed_reader import open_bed
from bellwether.commands.demo.client import JOB_ENDS, Refused
from bellwether.genetics.chips import service as chips
from bellwether.genetics.genotypes import calls
from bellwether.genetics.genotypes.reading import matrix, repository, service
from bellwether.launch.machine import keys
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database, Session, driver
from bellwether.platform.settings import ServiceSettings
from bellwether_engine.genotypes import PackedGenotypes, pack, to_bed
from farm import show, why
from farm_ground import Ground, Row, row
from farm_writing import herd_file
from pydantic import SecretStr

ANIMALS, MARKERS = 5_000, 50_000
ROUNDS = 15
CHROMOSOMES = np.array([275, 249, 224, 119, 107, 117, 100, 91, 94, 86, 62, 79, 83, 62, 81, 71, 72, 68, 60, 51, 50, 51,
                        62, 42, 45, 44, 135])  # fmt: skip  # millions of base pairs: 1 to 26, and X
TABLES = "select c.oid from pg_class c where c.relnamespace = 'genetics'::regnamespace and c.relkind = 'r' and "


class Files(NamedTuple):
    """The files of a chip, and an archive of them."""

    bed: Path
    bim: Path
    archive: Path


class Kept(NamedTuple):
    """What was taken in."""

    chip_id: int
    farm_id: UUID
    files: Files
    n_animals: int
    n_markers: int

    @property
    def size(self) -> str:
        """How much it is."""
        return f"{self.n_animals:,} animals x {self.n_markers:,} markers"


def simulated(folder: Path, names: list[str], n_markers: int) -> Files:
    """Calls of unrelated animals at markers of all frequencies, one in two hundred missing."""
    rng = np.random.default_rng(12)
    n, step = len(names), 1000
    parts = []
    for first in range(0, n_markers, step):
        p = rng.uniform(0.05, 0.95, min(step, n_markers - first))
        codes = rng.binomial(2, p, (n, len(p))).astype(np.uint8)
        codes[rng.random(codes.shape) < 0.005] = 3
        parts.append(pack(codes).data)
    files = Files(folder / "b.bed", folder / "b.bim", folder / "b.zip")
    files.bed.write_bytes(to_bed(PackedGenotypes(np.concatenate(parts), n)))
    edges = np.searchsorted(np.cumsum(CHROMOSOMES) / CHROMOSOMES.sum(), np.linspace(0, 1, n_markers, endpoint=False))
    lines = (
        f"{edges[i] + 1}\tOAR_{i}\t0\t{1000 + 50_000 * i}\t{'AC'[i % 2]}\t{'GT'[i % 2]}\n" for i in range(n_markers)
    )
    files.bim.write_text("".join(lines))
    fam = "".join(f"0\t{name}\t0\t0\t0\t-9\n" for name in names)
    with zipfile.ZipFile(files.archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.write(files.bed, "b.bed")
        archive.write(files.bim, "b.bim")
        archive.writestr("b.fam", fam)
    return files


async def animals_of(ground: Ground) -> list[str]:
    """Ids of the farm's animals."""
    connection = await ground.database()
    try:
        found = await connection.fetch("select id::text from farm.animal where farm_id = $1", UUID(ground.farm_id))
        return [each["id"] for each in found]
    finally:
        await connection.close()


async def database_size(ground: Ground) -> float:
    """Megabytes of genotypes with all of their indexes, maps apart."""
    connection = await ground.database()
    try:
        names = "(c.relname ~ '^genotype_[0-9]+$' or c.relname in ('genotyping', 'sample', 'genotype_deviation'))"
        found = await connection.fetchval(f"select sum(pg_total_relation_size(oid)) from ({TABLES} {names}) t")
        return float(found) / 1e6
    finally:
        await connection.close()


def send(ground: Ground, files: Files, chip_id: int) -> tuple[float, float]:
    """Seconds of the upload, and of the job."""
    begin = time.perf_counter()
    kept = ground.client.upload("/api/v1/genetics/genotype-files", files.archive, {"farm_id": ground.farm_id})
    sent = time.perf_counter()
    body = {"genotype_file_id": kept["id"], "chip_id": chip_id}
    job = ground.client.post("/api/v1/genetics/genotype-imports", body)
    while job["state"] not in JOB_ENDS:
        time.sleep(0.05)
        job = ground.client.get(f"/api/v1/genetics/jobs/{job['id']}")
    if job["state"] != "succeeded":
        raise SystemExit(f"the import {job['state']}: {job['error']}")
    return sent - begin, time.perf_counter() - sent


def taken_in(ground: Ground, folder: Path) -> tuple[Kept, list[Row]]:
    """A chip, its animals, and their genotypes from PLINK."""
    n, m = ground.size(ANIMALS), ground.size(MARKERS)
    flock, code = ground.flock("genotyped")
    ground.send(herd_file(code, n), flock, "sg")
    names = asyncio.run(animals_of(ground))
    files = simulated(folder, names, m)
    form = {"farm_id": ground.farm_id, "code": "Bench", "name": "Bench"}
    begin = time.perf_counter()
    chip = ground.client.upload("/api/v1/genetics/chips", files.bim, form)
    map_s, before = time.perf_counter() - begin, asyncio.run(database_size(ground))
    upload_s, job_s = send(ground, files, chip["id"])
    kept = Kept(chip["id"], UUID(ground.farm_id), files, len(names), m)
    size, scale = asyncio.run(database_size(ground)) - before, n * m / (ANIMALS * MARKERS)
    bare = peer(files.bed, len(names), m)
    remark = (
        f"upload of {files.archive.stat().st_size / 1e6:.0f} MB {upload_s:.1f} s, job {job_s:.1f} s with all checks; "
        f"the map before it {map_s:.1f} s"
    )
    share = f"{size * 8e6 / (len(names) * m):.2f} bits a call, indexes and samples with it"
    return kept, [
        row("import from PLINK", kept.size, upload_s + job_s, "s", most=10.0, peer=bare, remark=remark),
        row("in the database", kept.size, size, "MB", most=100.0 * scale, remark=share),
    ]


def peer(bed: Path, n: int, m: int) -> tuple[str, float]:
    """Seconds in which bed-reader makes a matrix of int8 of the `.bed`."""
    begin = time.perf_counter()
    with open_bed(bed, iid_count=n, sid_count=m, properties={}) as file:
        file.read(dtype="int8", num_threads=2)
    return "bed-reader reads the .bed", time.perf_counter() - begin


async def reading(ground: Ground, kept: Kept) -> list[Row]:
    """As the service reads: its own role, its own policies, in this process."""
    state, demo, _ = ground._place
    address = f"postgresql://postgres@127.0.0.1:{state.ports['postgres']}/bellwether"
    secret = SecretStr(keys.password(demo.folders, "postgres"))
    database = Database(ServiceSettings(name="genetics", database_url=address, database_password=secret))
    try:
        async with database.reading(Context(farm_ids=(kept.farm_id,))) as session:
            await driver(session).execute("set local role genetics_app")
            return await figures(session, kept)
    finally:
        await database.close()


async def figures(session: Session, kept: Kept) -> list[Row]:
    """One animal, one marker, a stretch, everything."""
    whose = service.Whose(kept.farm_id, kept.chip_id)
    rows, version = await service.samples(session, whose)
    blocks = await calls.layout(session, kept.chip_id, version)
    one = (await repository.of_animal(session, rows[7].animal_id, kept.chip_id))[0]
    places = {name: await chips.marker(session, kept.chip_id, version, name) for name in ("OAR_5", "OAR_900")}
    names = list(places.values())

    async def animal() -> object:
        return await repository.calls_of_animal(session, one)

    async def marker() -> object:
        return await service.at_one_marker(session, rows, names[1])

    async def part() -> object:
        found = await service.markers_of(session, kept.chip_id, version, chips.Stretch("1", 1000, 1000 + 100 * 50_000))
        return await matrix.at_markers(session, rows, found)

    async def everything() -> object:
        return await calls.read_matrix(session, matrix.kept_of(rows), blocks)

    bare = peer(kept.files.bed, kept.n_animals, kept.n_markers)
    return [
        row("one animal", f"{kept.n_markers:,} markers", 1000 * await median(animal), "ms", most=5.0),
        row("one marker", f"{kept.n_animals:,} animals", 1000 * await median(marker), "ms", most=20.0),
        row("100 neighbouring markers", f"{kept.n_animals:,} animals", 1000 * await median(part), "ms"),
        row("whole matrix to numpy", kept.size, await median(everything, 3), "s", most=3.0, peer=bare),
    ]


async def median(work: Callable[[], Awaitable[object]], rounds: int = ROUNDS) -> float:
    """Seconds of the middle one of some rounds, after one that nobody counts."""
    await work()
    found = []
    for _ in range(rounds):
        begin = time.perf_counter()
        await work()
        found.append(time.perf_counter() - begin)
    return statistics.median(found)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    ground = Ground(arguments.data, scale=0.3 if arguments.quick else 1.0)
    ground.client._http.timeout = httpx.Timeout(600)
    try:
        with tempfile.TemporaryDirectory(prefix="bellwether-bench-") as folder:
            kept, found = taken_in(ground, Path(folder))
            found += asyncio.run(reading(ground, kept))
    except (Refused, httpx.HTTPError) as error:
        print(f"bench genetics: {why(error)}", file=sys.stderr)
        sys.exit(1)
    if arguments.json:
        print(json.dumps({"rows": found}, indent=2))
    else:
        show(found, "bench genetics")


if __name__ == "__main__":
    main()
