"""Use-cases about relatives. What is small is computed while the caller waits, a whole flock as a job."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import cast
from uuid import UUID

import numpy as np
from bellwether_engine.populations.kinship import mean_kinship
from bellwether_engine.populations.partial_inbreeding import partial_inbreeding
from bellwether_engine.populations.pedigree_depth import completeness

from bellwether.genetics.access import may_write
from bellwether.genetics.pedigree import repository
from bellwether.genetics.pedigree.analysis import KIND
from bellwether.genetics.pedigree.drawing import drawn
from bellwether.genetics.pedigree.lineage import Lineage
from bellwether.genetics.pedigree.problems import NoSuchAnimal, NoSuchCohort, NoSuchFlock, PedigreeTooLarge
from bellwether.genetics.pedigree.repository import Animal
from bellwether.genetics.pedigree.schemas import (
    Conflict,
    Drawing,
    Drop,
    Findings,
    FounderPart,
    Inbreeding,
    Kinship,
    KinshipOf,
    NewAnalysis,
)
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.jobs.schemas import Job
from bellwether.platform.jobs.service import submit

#: own: so many ancestors are followed within a second
MOST_ANCESTORS = 20_000
MOST_DESCENDANTS = 2_000
MOST_CONFLICTS = 1_000
MOST_FOUNDERS = 200
GENERATIONS = 5
FIXES = {
    "parent_of_wrong_sex": "correct the sex of the parent, or the parent",
    "parent_too_young": "correct one of the days of birth, or the parent",
}


async def lineage_of(session: Session, ids: Mapping[str, UUID]) -> Lineage:
    """Animals by the field that names them, with all their ancestors.

    Raises:
        NoSuchAnimal, PedigreeTooLarge
    """
    wanted = list(dict.fromkeys(ids.values()))
    found = await repository.ancestry(session, wanted, MOST_ANCESTORS)
    if len(found) > MOST_ANCESTORS:
        raise PedigreeTooLarge(MOST_ANCESTORS)
    seen = {animal.id for animal in found}
    if unseen := {field: key for field, key in ids.items() if key not in seen}:
        raise NoSuchAnimal(unseen)
    return Lineage.of(found)


def named(field: str, ids: Sequence[UUID]) -> dict[str, UUID]:
    """Ids by the fields of a list."""
    return {f"{field}.{place}": key for place, key in enumerate(ids)}


async def drawing(session: Session, animal_id: UUID, up: int, down: int) -> Drawing:
    """An animal, its ancestors and its descendants, for a drawing.

    Raises:
        NoSuchAnimal, PedigreeTooLarge, BrokenPedigree
    """
    ancestors = await repository.ancestry(session, [animal_id], MOST_ANCESTORS)
    if not ancestors:
        raise NoSuchAnimal
    if len(ancestors) > MOST_ANCESTORS:
        raise PedigreeTooLarge(MOST_ANCESTORS)
    below, is_complete = await descendants(session, ancestors, animal_id, down)
    return await asyncio.to_thread(drawn, animal_id, ancestors, below, up, is_complete)


async def descendants(
    session: Session, ancestors: Iterable[Animal], animal_id: UUID, down: int
) -> tuple[list[list[Animal]], bool]:
    """Generation by generation, each animal in its nearest; and whether these are all."""
    farm_id = next(animal.farm_id for animal in ancestors if animal.id == animal_id)
    levels: list[list[Animal]] = []
    parents, known = [animal_id], {animal_id}
    for _ in range(down):
        left = MOST_DESCENDANTS - (len(known) - 1)
        found = await repository.children(session, farm_id, parents, left)
        new = [animal for animal in found[:left] if animal.id not in known]
        if new:
            levels.append(new)
        if len(found) > left:
            return levels, False
        if not new:
            break
        parents = [animal.id for animal in new]
        known.update(parents)
    return levels, True


async def inbreeding(session: Session, animal_id: UUID) -> Inbreeding:
    """How inbred an animal is, from which founders, and how much is known of its pedigree.

    Raises:
        NoSuchAnimal, PedigreeTooLarge, BrokenPedigree
    """
    lineage = await lineage_of(session, {"animal_id": animal_id})
    return await asyncio.to_thread(inbreeding_of, lineage, animal_id)


def inbreeding_of(lineage: Lineage, animal_id: UUID) -> Inbreeding:
    """Of one animal of a lineage."""
    at, pedigree = lineage.at[animal_id], lineage.pedigree
    f = float(lineage.inbreeding[at])
    parts: list[FounderPart] = []
    if f > 0.0:
        founders = np.flatnonzero(pedigree.is_founder)
        shares = partial_inbreeding(pedigree, [at], founders)[0]
        order = np.argsort(-shares, kind="stable")[:MOST_FOUNDERS]
        parts = [
            FounderPart(founder_id=lineage.ids[founders[k]], share=float(shares[k])) for k in order if shares[k] > 0.0
        ]
    known = completeness(pedigree, GENERATIONS)
    return Inbreeding(
        animal_id=animal_id,
        inbreeding=f,
        partial=parts,
        n_ancestors=len(lineage.ids) - 1,
        equivalent_generations=float(known.equivalent_generations[at]),
        completeness=float(known.index[at]),
    )


async def kinship(session: Session, asked: KinshipOf) -> Kinship:
    """The kinship of every animal of a group with every one of another.

    Raises:
        NoSuchAnimal, PedigreeTooLarge, BrokenPedigree
    """
    first = list(dict.fromkeys(asked.animal_ids))
    second = first if asked.other_ids is None else list(dict.fromkeys(asked.other_ids))
    others = {} if asked.other_ids is None else named("other_ids", second)
    lineage = await lineage_of(session, named("animal_ids", first) | others)
    return await asyncio.to_thread(kinship_of, lineage, first, second, within=asked.other_ids is None)


def kinship_of(lineage: Lineage, first: Sequence[UUID], second: Sequence[UUID], *, within: bool) -> Kinship:
    """Of two groups of a lineage."""
    rows, columns = lineage.positions(first), lineage.positions(second)
    mean = mean_kinship(lineage.relationship, rows, columns)
    return Kinship(
        animal_ids=list(first),
        other_ids=list(second),
        kinship=(0.5 * lineage.relationship.between(rows, columns)).tolist(),
        mean_kinship=mean,
        founder_genome_equivalents=0.5 / mean if within else None,
    )


async def findings(session: Session, flock_id: UUID) -> Findings:
    """How complete the pedigree of a flock is, by drop, and which parents cannot be.

    Raises:
        NoSuchFlock
    """
    farm_id = await repository.farm_of_flock(session, flock_id)
    if farm_id is None:
        raise NoSuchFlock
    drops = await repository.completeness(session, farm_id, flock_id)
    rows = await repository.conflicts(session, farm_id, flock_id, MOST_CONFLICTS + 1)
    return Findings(
        flock_id=flock_id,
        drops=[Drop.model_validate(dict(row)) for row in drops],
        conflicts=[conflict(row) for row in rows[:MOST_CONFLICTS]],
        is_complete=len(rows) <= MOST_CONFLICTS,
    )


def conflict(row: repository.Row) -> Conflict:
    """A parent that cannot be, in words."""
    code, role = str(row["code"]), row["role"]
    what = "is of the other sex" if code == "parent_of_wrong_sex" else f"was born on {row['parent_born']}"
    message = f"the {role} {row['parent_tag'] or row['parent_id']} {what}"
    if code == "parent_too_young":
        message += f", too late for an animal that was born on {row['born']}"
    kept = {name: row[name] for name in ("animal_id", "tag", "role", "parent_id", "parent_tag", "code")}
    return Conflict.model_validate({**kept, "message": message, "fix": FIXES[code]})


async def analyse(session: Session, context: Context, new: NewAnalysis) -> Job:
    """Queue the analysis of a flock; its result is that of the job.

    Raises:
        NoSuchFlock, ReadOnlyMember, NoSuchCohort
    """
    farm_id = await repository.farm_of_flock(session, new.flock_id)
    if farm_id is None:
        raise NoSuchFlock
    await may_write(session, farm_id)
    if not await repository.cohort(session, farm_id, new.flock_id, (new.born_from, new.born_to)):
        raise NoSuchCohort
    payload = cast(dict[str, object], new.model_dump(mode="json"))
    return await submit(session, context, kind=KIND, payload=payload, farm_id=farm_id)
