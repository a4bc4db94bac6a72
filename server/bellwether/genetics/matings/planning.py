"""The jobs of matings: who goes to whom, and how much each candidate gives."""

from typing import TypedDict, TypeVar

import numpy as np
from bellwether_engine import EngineError
from bellwether_engine.populations.kinship import mean_kinship
from bellwether_engine.selection import Candidates, MatingRules, allocate_mates, optimal_contributions
from bellwether_engine.selection.expected_progeny import expected_progeny
from numpy.typing import NDArray

from bellwether.genetics.matings.candidates import Extract, Parents, aim_of, parents_of, standard_errors
from bellwether.genetics.matings.problems import NoPlan, VariancesUnknown
from bellwether.genetics.matings.schemas import NewContributions, NewMatingPlan
from bellwether.platform.jobs.run import JobRun
from bellwether.platform.outages import patiently

MATING_PLAN, CONTRIBUTIONS = "genetics.mating_plan", "genetics.contributions"
MOST_IN_JOB = 1_000_000
OUTAGE_PATIENCE_S = 600.0
NEVER = 1e-9
Asked = TypeVar("Asked", NewMatingPlan, NewContributions)


class RamUse(TypedDict):
    """A ram and how many ewes go to it."""

    ram_id: str
    n_ewes: int


class PlannedMating(TypedDict):
    """A ewe and the ram that she goes to."""

    ewe_id: str
    ram_id: str
    value: float
    inbreeding: float


class MatingPlan(TypedDict):
    """What the job of a mating plan gives; no plan within the limits has a value above the bound."""

    run_id: str
    value: float
    bound: float
    gap: float
    method: str
    mean_value: float
    mean_inbreeding: float
    rams: list[RamUse]
    matings: list[PlannedMating]


class Contribution(TypedDict):
    """A candidate and its share of the genes of the next lambs."""

    animal_id: str
    share: float
    share_of_lambs: float
    value: float


class Contributions(TypedDict):
    """What the job of optimal contributions gives; none within the limits have a gain above the bound."""

    run_id: str
    gain: float
    bound: float
    gap: float
    coancestry: float
    coancestry_limit: float
    coancestry_price: float
    caution: float
    rams: list[Contribution]
    ewes: list[Contribution]


async def plan_matings(run: JobRun) -> MatingPlan:
    """A ram for each ewe."""
    asked = NewMatingPlan.model_validate(run.payload)
    return await run.compute(planned, await extracted(run, asked), run.payload)


async def plan_contributions(run: JobRun) -> Contributions:
    """A share for each candidate."""
    asked = NewContributions.model_validate(run.payload)
    return await run.compute(shared, await extracted(run, asked), run.payload)


async def extracted(run: JobRun, asked: Asked) -> Extract:
    """The animals with their values and relatives, read in the name of who asked."""

    async def read() -> Extract:
        async with run.database.reading(run.context) as session:
            aim = await aim_of(session, asked)
            parents = await parents_of(session, aim, asked.ram_ids, asked.ewe_ids or [], MOST_IN_JOB)
        return parents.to_json(aim.run_id)

    await run.progress(0.0, "reading values and relatives")
    found = await patiently(read, for_s=OUTAGE_PATIENCE_S, what=run.kind)
    await run.progress(0.3, "planning")
    return found


def planned(found: Extract, payload: dict[str, object]) -> MatingPlan:
    """The mating plan with the largest sum of values, less the penalty of inbreeding.

    Raises:
        NoPlan
    """
    asked, parents = NewMatingPlan.model_validate(payload), Parents.from_json(found)
    ids, rams, ewes = parents.lineage.ids, parents.rams, parents.ewes
    progeny = expected_progeny(parents.lineage.relationship, parents.value, 0.0, rams, ewes)
    value = progeny.ebv[:, :, 0]
    try:
        plan = allocate_mates(value, progeny.inbreeding, rules_of(asked, parents), penalty=asked.inbreeding_penalty)
    except EngineError as error:
        at = {f"ewe_ids.{i}": ids[ewes[i]] for i in error.positions} if "ewe" in error.code else None
        raise NoPlan(error.message, error.fix, at) from error
    chosen = value[plan.ram, np.arange(len(ewes))]
    matings: list[PlannedMating] = [
        {
            "ewe_id": str(ids[ewe]),
            "ram_id": str(ids[rams[plan.ram[k]]]),
            "value": float(chosen[k]),
            "inbreeding": float(plan.inbreeding[k]),
        }
        for k, ewe in enumerate(ewes)
    ]
    return {
        "run_id": found["run_id"],
        "value": plan.value,
        "bound": plan.bound,
        "gap": plan.gap,
        "method": plan.method,
        "mean_value": float(chosen.mean()),
        "mean_inbreeding": float(plan.inbreeding.mean()),
        "rams": [{"ram_id": str(ids[ram]), "n_ewes": int(n)} for ram, n in zip(rams, plan.ewes_per_ram, strict=True)],
        "matings": matings,
    }


def rules_of(asked: NewMatingPlan, parents: Parents) -> MatingRules:
    """The limits for the engine."""
    return MatingRules(
        ram_maximum=asked.ram_maximum,
        ram_minimum=min(asked.ram_minimum, len(parents.ewes)),
        is_minimum_if_used=asked.ram_minimum > 0,
        # limits are told in few digits, and F is a sum of many halves
        inbreeding_limit=None if asked.inbreeding_limit is None else min(asked.inbreeding_limit + NEVER, 1.0),
        is_allowed=allowed(asked, parents),
    )


def allowed(asked: NewMatingPlan, parents: Parents) -> NDArray[np.bool_] | None:
    """False for pairs that are not wanted."""
    if not asked.forbidden:
        return None
    ids = parents.lineage.ids
    rams = {ids[i]: k for k, i in enumerate(parents.rams)}
    ewes = {ids[i]: k for k, i in enumerate(parents.ewes)}
    permitted = np.ones((len(rams), len(ewes)), dtype=np.bool_)
    for pair in asked.forbidden:
        if pair.ram_id in rams and pair.ewe_id in ewes:
            permitted[rams[pair.ram_id], ewes[pair.ewe_id]] = False
    return permitted


def shared(found: Extract, payload: dict[str, object]) -> Contributions:
    """Contributions with the largest gain within the limits.

    Raises:
        NoPlan, VariancesUnknown
    """
    asked, parents = NewContributions.model_validate(payload), Parents.from_json(found)
    animals = np.concatenate([parents.rams, parents.ewes])
    limit = limit_of(asked, parents, animals)
    try:
        best = optimal_contributions(candidates_of(asked, parents, animals), limit)
    except EngineError as error:
        raise NoPlan(error.message, error.fix) from error
    told: list[Contribution] = [
        {
            "animal_id": str(parents.lineage.ids[i]),
            "share": float(share),
            "share_of_lambs": float(2.0 * share),
            "value": float(parents.value[i]),
        }
        for i, share in zip(animals, best.contributions, strict=True)
    ]
    return {
        "run_id": found["run_id"],
        "gain": best.gain,
        "bound": best.bound,
        "gap": best.gap,
        "coancestry": best.coancestry,
        "coancestry_limit": limit,
        "coancestry_price": best.coancestry_price,
        "caution": asked.caution,
        "rams": told[: len(parents.rams)],
        "ewes": told[len(parents.rams) :],
    }


def limit_of(asked: NewContributions, parents: Parents, animals: NDArray[np.int32]) -> float:
    """The limit of group coancestry."""
    if asked.coancestry_limit is not None:
        return asked.coancestry_limit
    present = mean_kinship(parents.lineage.relationship, animals)
    return present + (asked.inbreeding_rate or 0.0) * (1.0 - present)


def candidates_of(asked: NewContributions, parents: Parents, animals: NDArray[np.int32]) -> Candidates:
    """Rams and ewes with their values and limits for the engine.

    Raises:
        VariancesUnknown
    """
    is_male = np.arange(len(animals)) < len(parents.rams)
    value = parents.value[animals]
    if asked.caution > 0.0:
        errors = standard_errors(parents)
        if errors is None:
            raise VariancesUnknown
        value = value - asked.caution * errors[animals]
    group, most = groups(asked, parents, animals)
    # a parent gives half of the genes of its lambs
    maximum = 0.5 * np.where(is_male, asked.ram_maximum or 1.0, asked.ewe_maximum or 1.0)
    return Candidates(
        parents.lineage.relationship, animals, is_male, value, maximum=maximum, group=group, group_maximum=most
    )


def groups(
    asked: NewContributions, parents: Parents, animals: NDArray[np.int32]
) -> tuple[NDArray[np.bool_] | None, NDArray[np.float64]]:
    """Offspring of one sire, and candidates of one flock, where they have a limit together."""
    rows, most = [], []
    if asked.family_maximum is not None:
        sires = parents.lineage.sire[animals]
        families = [sires == sire for sire in np.unique(sires[sires >= 0])]
        rows += families
        most += [asked.family_maximum] * len(families)
    if asked.flock_maximum is not None:
        flock = np.array([parents.flock[parents.lineage.ids[i]] for i in animals])
        flocks = [flock == each for each in np.unique(flock)]
        rows += flocks
        most += [asked.flock_maximum] * len(flocks)
    return (np.array(rows) if rows else None), np.array(most, dtype=np.float64)
