"""Use-cases of matings."""

import asyncio
from uuid import UUID

from bellwether_engine.selection.expected_progeny import expected_progeny

from bellwether.genetics.access import may_write
from bellwether.genetics.matings import repository
from bellwether.genetics.matings.candidates import Aim, Parents, aim_of, parents_of
from bellwether.genetics.matings.planning import CONTRIBUTIONS, MATING_PLAN, MOST_IN_JOB
from bellwether.genetics.matings.problems import NoEwes, NoPlan
from bellwether.genetics.matings.schemas import Mating, Matings, MatingsOf, NewContributions, NewMatingPlan
from bellwether.genetics.pedigree.service import MOST_ANCESTORS
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.jobs.schemas import Job
from bellwether.platform.jobs.service import submit

MOST_EWES = 5_000


async def expected(session: Session, asked: MatingsOf) -> Matings:
    """Every ram with every ewe: the expected value, inbreeding and spread of their lambs.

    Raises:
        IndexOrTrait, NoSuchIndex, RunOrFlock, NotEvaluated, OtherFarm, TraitsNotInRun, NoSuchAnimal, PedigreeTooLarge,
        WrongSex, WithoutValue, BrokenPedigree
    """
    aim = await aim_of(session, asked)
    parents = await parents_of(session, aim, asked.ram_ids, asked.ewe_ids, MOST_ANCESTORS)
    return Matings(run_id=aim.run_id, items=await asyncio.to_thread(pairs, parents))


def pairs(parents: Parents) -> list[Mating]:
    """All of them, ram by ram."""
    ids, variance = parents.lineage.ids, parents.variance
    found = expected_progeny(parents.lineage.relationship, parents.value, variance or 0.0, parents.rams, parents.ewes)
    return [
        Mating(
            ram_id=ids[ram],
            ewe_id=ids[ewe],
            value=float(found.ebv[i, j, 0]),
            inbreeding=float(found.inbreeding[i, j]),
            mendelian_sd=None if variance is None else float(found.mendelian_sd[i, j, 0]),
        )
        for i, ram in enumerate(parents.rams)
        for j, ewe in enumerate(parents.ewes)
    ]


async def plan(session: Session, context: Context, new: NewMatingPlan) -> Job:
    """Queue a mating plan; its result is that of the job.

    Raises:
        ReadOnlyMember, NoEwes, and what `expected` raises
    """
    aim = await aim_of(session, new)
    await may_write(session, aim.farm_id)
    ewes = new.ewe_ids or await ewes_of(session, aim, new.flock_id)
    payload = new.model_dump(mode="json") | {"run_id": str(aim.run_id), "flock_id": None}
    payload["ewe_ids"] = [str(key) for key in ewes]
    return await checked(session, context, MATING_PLAN, aim, NewMatingPlan.model_validate(payload))


async def contributions(session: Session, context: Context, new: NewContributions) -> Job:
    """Queue optimal contributions; their result is that of the job.

    Raises:
        ReadOnlyMember, and what `expected` raises
    """
    aim = await aim_of(session, new)
    await may_write(session, aim.farm_id)
    payload = new.model_dump(mode="json") | {"run_id": str(aim.run_id), "flock_id": None}
    return await checked(session, context, CONTRIBUTIONS, aim, NewContributions.model_validate(payload))


async def checked(
    session: Session, context: Context, kind: str, aim: Aim, new: NewMatingPlan | NewContributions
) -> Job:
    """Queue what names animals that can be parents: others are refused at once."""
    await parents_of(session, aim, new.ram_ids, new.ewe_ids or [], MOST_IN_JOB)
    return await submit(session, context, kind=kind, payload=new.model_dump(mode="json"), farm_id=aim.farm_id)


async def ewes_of(session: Session, aim: Aim, flock_id: UUID | None) -> list[UUID]:
    """All ewes of the flock with a breeding value.

    Raises:
        NoEwes, NoPlan
    """
    if flock_id is None:
        raise NoPlan("there are no ewes", "name them by ewe_ids, or their flock by flock_id")
    found = await repository.ewes(session, aim.farm_id, flock_id, aim.run_id, next(iter(aim.weights)), MOST_EWES)
    if not found:
        raise NoEwes
    if len(found) > MOST_EWES:
        raise NoPlan(f"the flock has more than {MOST_EWES:,} ewes", "name the ewes by ewe_ids, mob by mob")
    return found
