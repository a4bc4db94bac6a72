"""The job `genetics.evaluation`: extract, solve, publish; each step is done once, whatever dies between them."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar, cast

from bellwether.genetics.access import ReadOnlyMember
from bellwether.genetics.evaluations import events, extraction, files, publishing, repository
from bellwether.genetics.evaluations.problems import NoSuchEvaluation
from bellwether.genetics.evaluations.solving import SOLVED, solve_files
from bellwether.platform.database.transactions import Session
from bellwether.platform.jobs.run import JobCancelled, JobRun
from bellwether.platform.outages import patiently
from bellwether.platform.problems import Problem

KIND = "genetics.evaluation"
OUTAGE_PATIENCE_S = 600.0
SHOWN = 5
T = TypeVar("T")


async def evaluate_flock(run: JobRun, *, data_dir: Path) -> publishing.Summary:
    """Run an evaluation to its end; only an unforeseen error leaves its files, for a retry to go on with."""
    return await to_its_end(run, data_dir, carry_out)


async def to_its_end(run: JobRun, data_dir: Path, steps: Callable[[JobRun, int | None, Path], Awaitable[T]]) -> T:
    """The steps under a fence; an error closes the run as failed, and its files go unless a retry may need them."""
    fence = await in_transaction(run, lambda session: start(session, run))
    try:
        done = await steps(run, fence, files.folder_of(data_dir, run.id))
    except JobCancelled:
        files.remove(data_dir, run.id)
        raise
    except Exception as caught:
        error = caught
        if fence is not None:
            await in_transaction(run, lambda session: fail(session, run, fence, error))
        if isinstance(error, Problem):
            files.remove(data_dir, run.id)
        raise
    files.remove(data_dir, run.id)
    return done


async def carry_out(run: JobRun, fence: int | None, folder: Path) -> publishing.Summary:
    """The steps."""

    payload = cast(extraction.Request, run.payload)

    async def extract() -> extraction.Extracted:
        return await in_transaction(run, lambda session: extraction.extract(session, folder, run.id, payload))

    async def solve() -> publishing.Finished:
        # after a failure the files have gone: a retry reads the records anew, as the user has mended them
        found = extracted if files.are_whole(folder, extracted["files"]) else await extract()
        earlier = {"before": found.get("before"), "started_from": found.get("started_from")}
        report = await run.compute(solve_files, str(folder), found["files"], found["plan"], earlier, reports=True)
        # a worker of an older version may have extracted
        versions = found.get("versions") or {payload["flock_id"]: found["version"]}
        steps = found.get("steps", [])
        return {
            **report,
            "data_as_of": found["as_of"],
            "data_versions": versions,
            "genotype_versions": found.get("genotype_versions"),
            "steps": steps,
        }

    async def publish() -> publishing.Summary:
        return await in_transaction(
            run, lambda session: publishing.publish(session, run.context, run.id, fence, folder, report)
        )

    await run.progress(0.0, "extracting records")
    extracted = await run.step("extract", extract)
    report = await run.step("solve", solve)
    await tell(run, report)
    await run.progress(SOLVED, "storing breeding values")
    return await run.step("publish", publish)


async def start(session: Session, run: JobRun) -> int | None:
    """Take the run's fence; None when it has succeeded in an earlier execution.

    Raises:
        NoSuchEvaluation: the acting user may no longer see it.
        ReadOnlyMember: or sees it, and may no longer change it.
    """
    fence = await repository.take_fence(session, run.id)
    if fence is None:
        found = await repository.find(session, run.id)
        if found is None:
            raise NoSuchEvaluation
        if found.state != "succeeded":
            raise ReadOnlyMember
    return fence


async def fail(session: Session, run: JobRun, fence: int, error: Exception) -> None:
    """Close the run as failed and tell it, unless another execution has taken over."""
    code = error.code if isinstance(error, Problem) else "internal"
    detail = (
        error.detail if isinstance(error, Problem) else "Something broke on our side; the job id finds it in the log"
    )
    rows = [row.model_dump() for row in error.errors] if isinstance(error, Problem) else []
    document = {"code": code, "detail": detail, "errors": rows}
    done = await repository.finish(session, run.id, fence, {"state": "failed", "error": document})
    if done is not None and done.flock_id is not None:
        flock = {"farm_id": done.farm_id, "flock_id": done.flock_id, "run_id": run.id}
        await events.evaluation_failed(session, run.context, **flock, code=code, detail=detail)


async def tell(run: JobRun, report: publishing.Finished) -> None:
    """What the reader of the job's log wants to know."""
    counts = report["counts"]
    records = ", ".join(f"{n} {code}" for code, n in counts["records_by_trait"].items())
    await run.log(f"{counts['animals']} animals, records: {records}")
    for found in report["verdicts"]:
        trait = f"{found['trait']}: " if found["trait"] else ""
        examples = f" ({', '.join(found['examples'][:SHOWN])})" if found["examples"] else ""
        await run.log(f"{trait}{found['count']} x {found['message']}{examples}")
    convergence = report["convergence"]
    if report["started_from"] is not None:
        await run.log(f"the solver began from the solution of {report['started_from']}")
    await run.log(f"solved by {convergence['method']}, relative residual {convergence['relative_residual']:.1e}")


async def in_transaction(run: JobRun, make: Callable[[Session], Awaitable[T]]) -> T:
    """One transaction in the name of the user who asked; an outage of the database is waited out."""

    async def once() -> T:
        async with run.database.transaction(run.context) as session:
            return await make(session)

    return await patiently(once, for_s=OUTAGE_PATIENCE_S, what=KIND)
