"""Step 3: breeding values, report, flock state and fact in one transaction, so that no run is half there."""

from datetime import datetime
from pathlib import Path
from typing import NotRequired, TypedDict
from uuid import UUID

from bellwether.genetics.evaluations import events, files, flock_states, repository
from bellwether.genetics.evaluations.problems import RunSuperseded
from bellwether.genetics.evaluations.solving import Solved
from bellwether.genetics.programs import uses
from bellwether.genetics.publications import service as publications
from bellwether.genetics.snapshots import repository as snapshots
from bellwether.genetics.snapshots.names import INPUTS, snapshot_sha256
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session, driver

REPORTED = (
    "traits", "model", "variances", "data_sha256", "input_sha256", "engine_version", "seed", "convergence", "counts",
    "verdicts", "fixed", "base", "comparison",
)  # fmt: skip
# COPY into a table under row-level security is refused, hence the staging table
STAGE = """
create temporary table if not exists staged_value
  (animal_id uuid, trait text, effect text, value float8, reliability float8, inbreeding float8, percentile float8)
on commit drop;
truncate staged_value
"""
STORE = """
insert into genetics.breeding_value
  (farm_id, run_id, animal_id, trait, effect, value, reliability, inbreeding, percentile)
select $1, $2, animal_id, trait, effect, value, reliability, inbreeding, percentile from staged_value
"""


class Finished(Solved):
    """The report of a run, with what its records were."""

    data_as_of: str
    data_versions: dict[str, int]
    genotype_versions: NotRequired[dict[str, int] | None]
    steps: NotRequired[list[str]]


class Summary(TypedDict):
    """The result of the job."""

    run_id: str
    traits: list[str]
    n_animals: int
    n_records: int
    data_sha256: str


async def publish(
    session: Session, context: Context, run_id: UUID, fence: int | None, folder: Path, report: Finished
) -> Summary:
    """Store everything a succeeded run leaves behind; again for the same run, it changes nothing.

    Raises:
        RunSuperseded: another execution has taken the fence.
        WorkFilesLost: the values have gone.
    """
    summary: Summary = {
        "run_id": str(run_id),
        "traits": report["traits"],
        "n_animals": report["counts"]["animals"],
        "n_records": report["counts"]["observations"],
        "data_sha256": report["data_sha256"],
    }
    stored = await repository.find(session, run_id)
    if stored is not None and stored.state == "succeeded":
        return summary
    as_of = datetime.fromisoformat(report["data_as_of"])
    values = {name: value for name, value in report.items() if name in REPORTED}
    tables = {name: files.follow(folder, pointer) for name, pointer in report["tables"].items()}
    done = None
    if fence is not None:
        started_from = report["started_from"]
        values |= {"snapshot_sha256": snapshot_of(tables), "started_from": started_from and UUID(started_from)}
        values |= {"data_as_of": as_of, "data_versions": report["data_versions"]}
        values["genotype_versions"] = report.get("genotype_versions")
        done = await repository.finish(session, run_id, fence, {**values, "state": "succeeded"})
    if done is None:
        raise RunSuperseded
    await store_values(session, done.farm_id, run_id, files.follow(folder, report["values"]))
    await snapshots.add(session, done.farm_id, run_id, tables)
    await uses.keep(session, done.farm_id, run_id, report.get("steps", []))
    flock = {"farm_id": done.farm_id, "flock_id": done.flock_id, "run_id": run_id}
    for flock_id, version in sorted(report["data_versions"].items()):
        mine = {**flock, "flock_id": UUID(flock_id)}
        genotypes = (report.get("genotype_versions") or {}).get(flock_id)
        await flock_states.record_run(
            session, **mine, data_as_of=as_of, data_version=version, genotype_version=genotypes
        )
    if done.publishing == "at_once":
        flock_ids = [UUID(flock_id) for flock_id in report["data_versions"]]
        await publications.publish_at_once(session, context, done.farm_id, flock_ids, run_id)
    await events.evaluation_completed(
        session,
        context,
        **flock,
        traits=summary["traits"],
        n_animals=summary["n_animals"],
        n_records=summary["n_records"],
        finished_at=done.finished_at,
    )
    return summary


def snapshot_of(tables: dict[str, Path]) -> str:
    """The digest of the inputs among the tables."""
    return snapshot_sha256({name: snapshots.described(path).sha256 for name, path in tables.items() if name in INPUTS})


async def store_values(session: Session, farm_id: UUID, run_id: UUID, path: Path) -> None:
    """The values of a file into the table, by way of COPY."""
    connection = driver(session)
    await connection.execute(STAGE)
    await connection.copy_to_table("staged_value", source=path, format="csv")
    await connection.execute(STORE, farm_id, run_id)
