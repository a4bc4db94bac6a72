"""Step 1: the farm's published records into files, in the name of the user who asked, so that row security binds."""

import gzip
from dataclasses import replace
from pathlib import Path
from typing import NotRequired, TypedDict
from uuid import UUID

from bellwether.genetics.evaluations import files, repository
from bellwether.genetics.evaluations.problems import NoSuchFlock
from bellwether.genetics.genotype_files import service as genotype_files
from bellwether.genetics.genotypes.freezing import service as freezing
from bellwether.genetics.programs import uses
from bellwether.genetics.snapshots import repository as snapshots
from bellwether.genetics.snapshots.names import SAMPLES, START
from bellwether.genetics.traits import service as traits
from bellwether.genetics.traits.schemas import Trait
from bellwether.modelling.external_values.values import External, ExternalDocument
from bellwether.modelling.flocks import reproduction
from bellwether.modelling.flocks.plan import Plan, PlanDocument, plan_of, told_plan
from bellwether.modelling.model_file.schema import ModelTable
from bellwether.modelling.results.start import TABLES as RESULTS
from bellwether.platform.database.transactions import Session, driver

ANIMALS = """
select id, flock_id, sex, birth_type, rear_type, sire_id, dam_id, drop_year, reference_only, tag
from farm.published_animal where farm_id = $1 order by id
"""
MEASUREMENTS = """
select id, animal_id, trait, value, occurred_on, age_days, contemporary_group
from farm.published_measurement where farm_id = $1 and flock_id = any ($2) order by id
"""


CANDIDATES = """
select animal_id, sire_id, probability from farm.published_sire_candidate where farm_id = $1 order by animal_id, sire_id
"""
BIRTHS = """
select flock_id, lambing_id, dam_id, lambed_on, ease, is_transfer, lamb_id, place, is_stillborn, died_on, weaned_on,
  rearing_dam_id
from farm.published_birth where farm_id = $1 and flock_id = any ($2) order by lambing_id, place
"""
# whatever its season, after so many days no lamb comes of it
JOINED = """
select flock_id, joining_id, ewe_id, started_on, ended_on, method, gone_on,
  coalesce(ended_on + 165, started_on + 300) < current_date
from farm.published_joined_ewe where farm_id = $1 and flock_id = any ($2) order by joining_id, ewe_id
"""
EXTERNAL = """
select animal_id, trait, value, accuracy from farm.published_external_value
where farm_id = $1 and run_name = $2 order by animal_id, trait
"""
BEFORE = """
select animal_id, trait, effect, value from genetics.breeding_value
where farm_id = $1 and run_id = $2 order by trait, effect, animal_id
"""
# what this service has told of the flocks' genotypes
TOLD = "select key, version from genetics.outbox_key where key = any ($1::text[])"
FLOCKS = "select id, farm_id, fact_version from farm.published_flock where id = any ($1)"


class Request(TypedDict):
    """What a job is asked for, as plain JSON."""

    flock_id: str
    flock_ids: NotRequired[list[str]]
    traits: list[str] | None
    reliability: str
    model: NotRequired[dict[str, object] | None]
    genotypes: NotRequired[str | None]
    chip_id: NotRequired[int | None]
    start_from: NotRequired[str | None]
    estimates: NotRequired[bool]
    external: NotRequired[ExternalDocument | None]
    sires: NotRequired[str]


class Extracted(TypedDict):
    """What this step leaves."""

    as_of: str
    version: int
    versions: dict[str, int]
    genotype_versions: NotRequired[dict[str, int] | None]
    plan: PlanDocument
    files: dict[str, files.Pointer]
    before: NotRequired[str | None]
    started_from: NotRequired[str | None]
    steps: NotRequired[list[str]]


async def extract(session: Session, folder: Path, run_id: UUID, payload: Request) -> Extracted:
    """Pointers to the files, the plan with the variances of this moment, the moment, and each flock's last fact in it.

    The facts' versions come first: whatever it counts is in the files. Measurements come before animals: one that a
    measurement belongs to was committed before it.

    Raises:
        NoSuchFlock, NoSuchGenotypes: the acting user may no longer see the flock, or the genotypes.
        NothingStored, WhichChip: stored genotypes have changed since they were asked for.
    """
    connection = driver(session)
    flock_ids = [UUID(each) for each in payload.get("flock_ids") or [payload["flock_id"]]]
    flocks = await connection.fetch(FLOCKS, flock_ids)
    if len(flocks) < len(flock_ids):
        raise NoSuchFlock
    farm_id = flocks[0]["farm_id"]
    told = {row["key"]: row["version"] for row in await connection.fetch(TOLD, [str(each) for each in flock_ids])}
    as_of = await connection.fetchval("select clock_timestamp()")
    files.make(folder)
    measurements, animals = folder / "measurements.csv", folder / "animals.csv"
    await connection.copy_from_query(MEASUREMENTS, farm_id, flock_ids, output=measurements, format="csv")
    await connection.copy_from_query(ANIMALS, farm_id, output=animals, format="csv")
    found = {"measurements": files.point_to(measurements), "animals": files.point_to(animals)}
    if reproduction.wanted(payload["traits"] or ()):
        for name, query in (("births", BIRTHS), ("joined", JOINED)):
            events = folder / f"{name}.csv"
            await connection.copy_from_query(query, farm_id, flock_ids, output=events, format="csv")
            found[name] = files.point_to(events)
    if payload.get("sires") == "by_probability":
        rams = folder / "candidates.csv"
        await connection.copy_from_query(CANDIDATES, farm_id, output=rams, format="csv")
        found["candidates"] = files.point_to(rams)
    if (external := payload.get("external")) is not None:
        values = folder / "external.csv"
        name = external["run_name"]
        await connection.copy_from_query(EXTERNAL, farm_id, name, output=values, format="csv")
        found["external"] = files.point_to(values)
    is_genomic = await write_genotypes(session, folder, farm_id, payload, found)
    samples = (folder / SAMPLES).read_bytes() if SAMPLES in found else None
    steps = await uses.behind(session, farm_id, samples, found["genotypes"]["sha256"] if is_genomic else None)
    before = await repository.newest(session, run_id, flock_ids=flock_ids)
    if before is not None:
        values = folder / "before.csv"
        await connection.copy_from_query(BEFORE, farm_id, before, output=values, format="csv")
        found["before"] = files.point_to(values)
    started_from = await write_start(session, folder, run_id, payload, found)
    plan = replace(planned(payload, await traits.dictionary(session, farm_id)), is_genomic=is_genomic)
    versions = {str(flock["id"]): flock["fact_version"] for flock in flocks}
    return {
        "as_of": as_of.isoformat(),
        "version": versions[payload["flock_id"]],
        "versions": versions,
        "genotype_versions": {key: told.get(key, 0) for key in versions} if takes_stored(payload) else None,
        "plan": plan.to_json(),
        "files": found,
        "steps": steps,
        "before": None if before is None else str(before),
        "started_from": None if started_from is None else str(started_from),
    }


def takes_stored(payload: Request) -> bool:
    """Whether stored genotypes are taken, be there any or not."""
    return payload.get("genotypes") in freezing.SOURCES


async def write_genotypes(
    session: Session, folder: Path, farm_id: UUID, payload: Request, found: dict[str, files.Pointer]
) -> bool:
    """A genotype file, or stored genotypes with the table that names their digests; are there any?

    Raises:
        NoSuchGenotypes, NothingStored, WhichChip
    """
    source = payload.get("genotypes")
    if source is None:
        return False
    if source not in freezing.SOURCES:
        found["genotypes"] = files.point_to(await genotype_files.write_to(session, UUID(source), folder))
        return True
    chip_id = await freezing.chip_if(session, farm_id, source, payload.get("chip_id"))
    if chip_id is None:
        return False
    table = await freezing.freeze(session, farm_id, chip_id)
    (folder / SAMPLES).write_bytes(table)
    found[SAMPLES] = files.point_to(folder / SAMPLES)
    found["genotypes"] = files.point_to(await freezing.write(session, table, folder))
    return True


async def write_start(
    session: Session, folder: Path, run_id: UUID, payload: Request, found: dict[str, files.Pointer]
) -> UUID | None:
    """The results of the definition's latest run as files, for the solver to begin from; none for a cold start."""
    if (definition := payload.get("start_from")) is None:
        return None
    earlier = await repository.newest(session, run_id, definition_id=UUID(definition))
    if earlier is None:
        return None
    kept = await snapshots.contents(session, earlier, list(RESULTS))
    if set(kept) != set(RESULTS):
        return None
    for name, packed in kept.items():
        path = folder / f"{START}{name}"
        path.write_bytes(gzip.decompress(packed))
        found[path.name] = files.point_to(path)
    return earlier


def planned(payload: Request, dictionary: list[Trait]) -> Plan:
    """The plan of a told model, else that of the dictionary."""
    flock_id, *further = payload.get("flock_ids") or [payload["flock_id"]]
    if (model := payload.get("model")) is not None:
        plan = told_plan(flock_id, dictionary, ModelTable.model_validate(model))
    else:
        plan = plan_of(flock_id, dictionary, payload["traits"], payload["reliability"])
    is_warm, estimates = payload.get("start_from") is not None, payload.get("estimates", False)
    external = None if (told := payload.get("external")) is None else External(**told)
    return replace(plan, further=tuple(further), is_warm=is_warm, estimates=estimates, external=external)
