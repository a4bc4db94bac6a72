"""The job `genetics.tables`: write the tables, solve, store; each step is done once, whatever dies between them."""

import gzip
from pathlib import Path
from typing import TypedDict, cast
from uuid import UUID

from bellwether.genetics.evaluations import files, repository
from bellwether.genetics.evaluations.job import in_transaction, to_its_end
from bellwether.genetics.evaluations.problems import RunSuperseded, WorkFilesLost
from bellwether.genetics.genotypes.freezing import service as freezing
from bellwether.genetics.snapshots import repository as snapshots
from bellwether.genetics.snapshots.names import INPUTS, SAMPLES, snapshot_sha256
from bellwether.genetics.table_runs.schemas import TablesRequest
from bellwether.genetics.table_runs.solving import SOLVED, SolvedTables, solve_tables
from bellwether.platform.database.transactions import Session
from bellwether.platform.jobs.run import JobRun

KIND = "genetics.tables"
#: seconds and memory differ from run to run
NOT_COMPARED = "report.json"


class Summary(TypedDict):
    """The result of the job; of a repeated run whether it gave the same, and which tables differ."""

    run_id: str
    snapshot_sha256: str
    is_same: bool | None
    differing: list[str]


async def evaluate_tables(run: JobRun, *, data_dir: Path) -> Summary:
    """Run to the end; only an unforeseen error leaves the files, for a retry to go on with."""
    return await to_its_end(run, data_dir, carry_out)


async def carry_out(run: JobRun, fence: int | None, folder: Path) -> Summary:
    """The steps."""
    payload = cast(TablesRequest, run.payload)

    async def solve() -> SolvedTables:
        pointers = await in_transaction(run, lambda session: write(session, run, folder, payload))
        return await run.compute(solve_tables, str(folder), pointers, reports=True)

    async def store() -> Summary:
        return await in_transaction(run, lambda session: keep(session, run, fence, folder, report, payload))

    await run.progress(0.0, "reading tables")
    report = await run.step("solve", solve)
    await run.progress(SOLVED, "storing tables")
    done = await run.step("store", store)
    if done["is_same"] is not None:
        told = "the same, to the bit" if done["is_same"] else f"others: {', '.join(done['differing'])}"
        await run.log(f"the tables are {told}")
    return done


async def write(session: Session, run: JobRun, folder: Path, payload: TablesRequest) -> dict[str, files.Pointer]:
    """The inputs as files.

    Raises:
        WorkFilesLost, GenotypesLost: what was kept is not to be seen any more.
    """
    assert run.farm_id is not None
    files.make(folder)
    found = {}
    for name, sha256 in payload["inputs"].items():
        packed = await snapshots.of_digest(session, run.farm_id, sha256)
        if packed is None:
            raise WorkFilesLost
        path = folder / name
        path.write_bytes(gzip.decompress(packed))
        found[name] = files.point_to(path)
    if SAMPLES in found:
        stored = await freezing.write(session, (folder / SAMPLES).read_bytes(), folder)
        found["genotypes"] = files.point_to(stored)
    return found


async def keep(
    session: Session, run: JobRun, fence: int | None, folder: Path, report: SolvedTables, payload: TablesRequest
) -> Summary:
    """Store what a succeeded run leaves behind; again for the same run, it changes nothing.

    Raises:
        RunSuperseded, WorkFilesLost
    """
    assert run.farm_id is not None
    digest = snapshot_sha256(payload["inputs"])
    values = {name: value for name, value in report.items() if name != "tables"}
    done = None
    if fence is not None:
        values |= {"state": "succeeded", "data_sha256": digest, "snapshot_sha256": digest}
        done = await repository.finish(session, run.id, fence, values)
        if done is None:
            raise RunSuperseded
        tables = {name: files.follow(folder, pointer) for name, pointer in report["tables"].items()}
        await snapshots.add(session, run.farm_id, run.id, tables)
        await snapshots.name(session, run.farm_id, run.id, payload["inputs"])
    return await summary(session, run, digest, payload["of_run_id"])


async def summary(session: Session, run: JobRun, digest: str, of_run_id: str | None) -> Summary:
    """What the job tells of it."""
    found: Summary = {"run_id": str(run.id), "snapshot_sha256": digest, "is_same": None, "differing": []}
    if of_run_id is None:
        return found
    mine, other = [
        {table.name: table.sha256 for table in await snapshots.tables(session, run_id) if table.name != NOT_COMPARED}
        for run_id in (run.id, UUID(of_run_id))
    ]
    differing = sorted(name for name in mine.keys() | other.keys() if mine.get(name) != other.get(name))
    results = [name for name in differing if name not in INPUTS]
    return {**found, "is_same": not results, "differing": results}
