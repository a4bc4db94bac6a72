"""Step 1: the farm's published records into files, in the name of the user who asked, so that row security binds."""

from dataclasses import replace
from pathlib import Path
from typing import NotRequired, TypedDict
from uuid import UUID

from bellwether.genetics.evaluations import files
from bellwether.genetics.evaluations.problems import NoSuchFlock
from bellwether.genetics.genotype_files import service as genotype_files
from bellwether.genetics.traits import service as traits
from bellwether.genetics.traits.schemas import Trait
from bellwether.modelling.flocks.plan import Plan, PlanDocument, plan_of, told_plan
from bellwether.modelling.model_file.schema import ModelTable
from bellwether.platform.database.transactions import Session, driver

ANIMALS = """
select id, flock_id, sex, birth_type, rear_type, sire_id, dam_id, drop_year, reference_only, tag
from farm.published_animal where farm_id = $1 order by id
"""
MEASUREMENTS = """
select id, animal_id, trait, value, occurred_on, age_days, contemporary_group
from farm.published_measurement where farm_id = $1 and flock_id = any ($2) order by id
"""


FLOCKS = "select id, farm_id, fact_version from farm.published_flock where id = any ($1)"


class Request(TypedDict):
    """What a job is asked for, as plain JSON."""

    flock_id: str
    flock_ids: NotRequired[list[str]]
    traits: list[str] | None
    reliability: str
    model: NotRequired[dict[str, object] | None]
    genotypes: NotRequired[str | None]


class Extracted(TypedDict):
    """What this step leaves."""

    as_of: str
    version: int
    versions: dict[str, int]
    plan: PlanDocument
    files: dict[str, files.Pointer]


async def extract(session: Session, folder: Path, payload: Request) -> Extracted:
    """Pointers to the files, the plan with the variances of this moment, the moment, and each flock's last fact in it.

    The facts' versions come first: whatever it counts is in the files. Measurements come before animals: one that a
    measurement belongs to was committed before it.

    Raises:
        NoSuchFlock, NoSuchGenotypes: the acting user may no longer see the flock, or the genotypes.
    """
    connection = driver(session)
    flock_ids = [UUID(each) for each in payload.get("flock_ids") or [payload["flock_id"]]]
    flocks = await connection.fetch(FLOCKS, flock_ids)
    if len(flocks) < len(flock_ids):
        raise NoSuchFlock
    farm_id = flocks[0]["farm_id"]
    as_of = await connection.fetchval("select clock_timestamp()")
    files.make(folder)
    measurements, animals = folder / "measurements.csv", folder / "animals.csv"
    await connection.copy_from_query(MEASUREMENTS, farm_id, flock_ids, output=measurements, format="csv")
    await connection.copy_from_query(ANIMALS, farm_id, output=animals, format="csv")
    found = {"measurements": files.point_to(measurements), "animals": files.point_to(animals)}
    if (genotypes := payload.get("genotypes")) is not None:
        found["genotypes"] = files.point_to(await genotype_files.write_to(session, UUID(genotypes), folder))
    plan = planned(payload, await traits.dictionary(session, farm_id))
    versions = {str(flock["id"]): flock["fact_version"] for flock in flocks}
    return {
        "as_of": as_of.isoformat(),
        "version": versions[payload["flock_id"]],
        "versions": versions,
        "plan": plan.to_json(),
        "files": found,
    }


def planned(payload: Request, dictionary: list[Trait]) -> Plan:
    """The plan of a told model, else that of the dictionary."""
    flock_id, *further = payload.get("flock_ids") or [payload["flock_id"]]
    if (model := payload.get("model")) is not None:
        plan = told_plan(flock_id, dictionary, ModelTable.model_validate(model))
    else:
        plan = plan_of(flock_id, dictionary, payload["traits"], payload["reliability"])
    return replace(plan, further=tuple(further))
