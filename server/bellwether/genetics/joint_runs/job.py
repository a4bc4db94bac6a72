"""The job `genetics.joint`: extract, solve, store; each step is done once, whatever dies between them."""

from datetime import datetime
from pathlib import Path
from typing import NotRequired, TypedDict, cast
from uuid import UUID

from bellwether.genetics.agreements import service as agreements
from bellwether.genetics.evaluations import files
from bellwether.genetics.evaluations import repository as evaluations
from bellwether.genetics.evaluations.job import in_transaction, to_its_end
from bellwether.genetics.evaluations.problems import RunSuperseded
from bellwether.genetics.evaluations.publishing import snapshot_of
from bellwether.genetics.evaluations.solving import SOLVED
from bellwether.genetics.joint_runs import extraction, repository
from bellwether.genetics.joint_runs.extraction import refuse_gone
from bellwether.genetics.joint_runs.solving import SolvedTogether, solve_together
from bellwether.platform.database.transactions import Session
from bellwether.platform.jobs.run import JobRun

KIND = "genetics.joint"


class Finished(SolvedTogether):
    """The report of a joint run, with what its records were."""

    data_as_of: str
    data_versions: dict[str, int]


class Summary(TypedDict):
    """The result of the job."""

    run_id: str
    n_farms: int
    n_same_animals: int
    n_shared_sires: int
    n_doubts: int
    snapshot_sha256: NotRequired[str]


async def evaluate_together(run: JobRun, *, data_dir: Path) -> Summary:
    """Run to the end; only an unforeseen error leaves the files, for a retry to go on with."""
    return await to_its_end(run, data_dir, carry_out)


async def carry_out(run: JobRun, fence: int | None, folder: Path) -> Summary:
    """The steps."""
    payload = cast(extraction.JointRequest, run.payload)

    async def extract() -> extraction.JointExtract:
        return await in_transaction(run, lambda session: extraction.extract(session, folder, payload))

    async def solve() -> Finished:
        # who has left since is read no more: a retry after a failure begins with those that are in then
        pointers = {f"{n}{name}": p for n, farm in enumerate(extracted["farms"]) for name, p in farm["files"].items()}
        found = extracted if files.are_whole(folder, pointers) else await extract()
        asked = (str(folder), found["farms"], found["plan"], payload["farm_id"], str(run.id))
        report = await run.compute(solve_together, *asked, reports=True)
        versions = {flock: number for farm in found["farms"] for flock, number in farm["versions"].items()}
        return {**report, "data_as_of": found["as_of"], "data_versions": versions}

    async def keep() -> Summary:
        return await in_transaction(run, lambda session: store(session, run, fence, folder, report, payload))

    await run.progress(0.0, "reading the farms' records")
    extracted = await run.step("extract", extract)
    report = await run.step("solve", solve)
    across = report["across"]
    await run.log(f"{len(across['farms'])} farms, {across['n_same_animals']} animals on several of them")
    await run.log(f"{across['n_shared_sires']} shared sires, {across['n_doubts']} doubts")
    await run.progress(SOLVED, "storing tables")
    return await run.step("store", keep)


async def store(
    session: Session,
    run: JobRun,
    fence: int | None,
    folder: Path,
    report: Finished,
    payload: extraction.JointRequest,
) -> Summary:
    """Store what a succeeded run leaves behind, for nobody yet; again for the same run, it changes nothing.

    Raises:
        RunSuperseded, WorkFilesLost
        FarmHasLeft: while the run was solved.
    """
    across = report["across"]
    summary: Summary = {
        "run_id": str(run.id),
        "n_farms": len(across["farms"]),
        "n_same_animals": across["n_same_animals"],
        "n_shared_sires": across["n_shared_sires"],
        "n_doubts": across["n_doubts"],
    }
    stored = await evaluations.find(session, run.id)
    if stored is not None and stored.state == "succeeded":
        return summary
    tables = {name: files.follow(folder, pointer) for name, pointer in report["tables"].items()}
    agreement_id = UUID(payload["agreement_id"])
    await agreements.held(session, agreement_id)
    refuse_gone(across["farms"], await repository.act_together(session, agreement_id))
    done = None
    if fence is not None:
        digest = snapshot_of(tables)
        values: dict[str, object] = {
            "base": report["base"],
            "across": across,
            "snapshot_sha256": digest,
            "state": "succeeded",
        }
        as_of = datetime.fromisoformat(report["data_as_of"])
        values |= {**report["report"], "data_as_of": as_of, "data_versions": report["data_versions"]}
        done = await evaluations.finish(session, run.id, fence, values)
        summary["snapshot_sha256"] = digest
    if done is None:
        raise RunSuperseded
    await repository.keep(session, run.id, [UUID(farm["farm_id"]) for farm in across["farms"]], tables)
    return summary
