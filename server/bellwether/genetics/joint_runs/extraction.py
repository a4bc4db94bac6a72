"""Step 1: what all farms of the agreement publish at one moment, farm by farm, into files."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict
from uuid import UUID

from bellwether.genetics.agreements import service as agreements
from bellwether.genetics.evaluations import files
from bellwether.genetics.evaluations.extraction import ANIMALS, FLOCKS, MEASUREMENTS, planned
from bellwether.genetics.evaluations.problems import NoSuchFlock
from bellwether.genetics.joint_runs import repository
from bellwether.genetics.joint_runs.models import FarmCount, InIt
from bellwether.genetics.joint_runs.problems import FarmHasLeft, NotInAgreement
from bellwether.genetics.traits import service as traits
from bellwether.modelling.flocks.plan import PlanDocument
from bellwether.platform.database.transactions import Session, driver

NUMBERS = """
select animal_id, scheme, value, state from farm.published_identifier
where farm_id = $1 order by animal_id, scheme, value
"""
FEWEST = 2


class JointRequest(TypedDict):
    """What a job is asked for, as plain JSON."""

    agreement_id: str
    farm_id: str
    traits: list[str] | None
    reliability: str
    model: dict[str, object] | None
    estimates: bool


class FarmFiles(TypedDict):
    """What a farm brings."""

    farm_id: str
    name: str
    step: int
    flock_ids: list[str]
    versions: dict[str, int]
    files: dict[str, files.Pointer]


class JointExtract(TypedDict):
    """What this step leaves."""

    as_of: str
    plan: PlanDocument
    farms: list[FarmFiles]


async def extract(session: Session, folder: Path, payload: JointRequest) -> JointExtract:
    """The files of every farm that is in at this moment; one that leaves meanwhile ends the run before it is stored.

    Raises:
        NoSuchAgreement, NotInAgreement, NoSuchFlock
    """
    agreement_id = UUID(payload["agreement_id"])
    await agreements.found(session, agreement_id)
    farms = await repository.in_it(session, agreement_id)
    refuse_alone(farms, UUID(payload["farm_id"]))
    await repository.act_together(session, agreement_id)
    as_of = await driver(session).fetchval("select clock_timestamp()")
    files.make(folder)
    found = [await of_farm(session, folder, farm) for farm in farms]
    flock_ids = [flock for farm in found for flock in farm["flock_ids"]]
    plan = planned(
        {
            "flock_id": flock_ids[0],
            "flock_ids": flock_ids,
            "traits": payload["traits"],
            "reliability": payload["reliability"],
            "model": payload["model"],
            "estimates": payload["estimates"],
        },
        await traits.dictionary(session),
    )
    return {"as_of": as_of.isoformat(), "plan": plan.to_json(), "farms": found}


def refuse_alone(farms: Sequence[InIt], farm_id: UUID) -> None:
    """Refuse a run of one farm, or of others.

    Raises:
        NotInAgreement
    """
    if len(farms) < FEWEST or farm_id not in {farm.farm_id for farm in farms}:
        raise NotInAgreement


def refuse_gone(then: Sequence[FarmCount], now: Sequence[InIt]) -> None:
    """Refuse to go on with records of a farm that has left, or has named other flocks, since they were read.

    Raises:
        FarmHasLeft
    """
    standing = {str(farm.farm_id): farm.number for farm in now}
    gone = [farm["name"] for farm in then if standing.get(farm["farm_id"]) != farm["step"]]
    if gone:
        raise FarmHasLeft(gone)


async def of_farm(session: Session, folder: Path, farm: InIt) -> FarmFiles:
    """A farm's files; measurements come before animals, as in a run of one farm.

    Raises:
        NoSuchFlock
    """
    connection = driver(session)
    flocks = await connection.fetch(FLOCKS, farm.flock_ids)
    if {flock["farm_id"] for flock in flocks} != {farm.farm_id} or len(flocks) < len(farm.flock_ids):
        raise NoSuchFlock
    asked = {
        "measurements": (MEASUREMENTS, farm.farm_id, farm.flock_ids),
        "animals": (ANIMALS, farm.farm_id),
        "numbers": (NUMBERS, farm.farm_id),
    }
    pointers = {}
    for name, (query, *values) in asked.items():
        path = folder / f"{name}-{farm.farm_id}.csv"
        await connection.copy_from_query(query, *values, output=path, format="csv")
        pointers[name] = files.point_to(path)
    return {
        "farm_id": str(farm.farm_id),
        "name": farm.farm_name,
        "step": farm.number,
        "flock_ids": sorted(str(flock) for flock in farm.flock_ids),
        "versions": {str(flock["id"]): flock["fact_version"] for flock in flocks},
        "files": pointers,
    }
