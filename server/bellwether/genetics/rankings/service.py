"""Use-cases of rankings: one run, one version of an index."""

from collections.abc import Mapping, Sequence
from math import sqrt
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from bellwether.genetics.breeding_values import service as breeding_values
from bellwether.genetics.breeding_values.repository import Run
from bellwether.genetics.indexes import service as indexes
from bellwether.genetics.indexes.schemas import Index
from bellwether.genetics.rankings import repository
from bellwether.genetics.rankings.problems import OtherFarm, TraitsNotInRun
from bellwether.genetics.rankings.schemas import Indexed, TraitPart
from bellwether.platform.database.transactions import Session

Matrix = NDArray[np.float64]
Variances = Mapping[str, object] | None


async def rank(
    session: Session, *, index_id: UUID, run_id: UUID | None, flock_id: UUID | None, asked: repository.Asked
) -> list[Indexed]:
    """The flock's own animals by an index, the best first.

    Raises:
        NoSuchIndex, RunOrFlock, NotEvaluated, OtherFarm, TraitsNotInRun
    """
    index = await indexes.get(session, index_id)
    run, farm_id, variances = await run_for(session, index, run_id=run_id, flock_id=flock_id)
    weights = weights_of(index)
    rows = await repository.ranked(session, farm_id, run.id, weights, asked)
    genetic = genetic_variances(variances, run.traits, list(weights))
    return [indexed(row, run.id, index.id, weights, genetic) for row in rows]


async def run_for(
    session: Session, index: Index, *, run_id: UUID | None, flock_id: UUID | None
) -> tuple[Run, UUID, Variances]:
    """The run that an index is applied to, its farm and its variances.

    Raises:
        RunOrFlock, NotEvaluated, OtherFarm, TraitsNotInRun
    """
    run = await breeding_values.run_for(session, run_id=run_id, flock_id=flock_id, trait=None)
    farm_id, variances = await repository.run(session, run.id)
    if farm_id != index.farm_id:
        raise OtherFarm
    missing = [each.trait for each in index.weights if each.trait not in run.traits]
    if missing:
        raise TraitsNotInRun(missing, run.traits)
    return run, farm_id, variances


def weights_of(index: Index) -> dict[str, float]:
    """Weights by trait, in one order."""
    return {each.trait: each.weight for each in sorted(index.weights, key=lambda each: each.trait)}


def genetic_variances(variances: Variances, traits: Sequence[str], wanted: Sequence[str]) -> Matrix | None:
    """Genetic (co)variances of some traits of a run, where it has a matrix of direct effects for all of them."""
    given = np.asarray((variances or {}).get("additive", []), dtype=np.float64)
    if given.shape != (len(traits), len(traits)):
        return None
    at = [list(traits).index(trait) for trait in wanted]
    return np.asarray(given[np.ix_(at, at)])


def indexed(
    row: Mapping[str, object], run_id: UUID, index_id: UUID, weights: Mapping[str, float], genetic: Matrix | None
) -> Indexed:
    """A row of a ranking with its parts."""
    values, reliabilities = row["values"], row["reliabilities"]
    assert isinstance(values, list)
    assert isinstance(reliabilities, list)
    parts = [
        TraitPart(trait=trait, value=value, reliability=reliability, part=weights[trait] * value)
        for trait, value, reliability in zip(weights, values, reliabilities, strict=True)
    ]
    named = ("animal_id", "tag", "sex", "birth_date", "drop_year", "sire_id", "dam_id", "value", "percentile")
    return Indexed.model_validate(
        {name: row[name] for name in (*named, "inbreeding")}
        | {"run_id": run_id, "index_id": index_id, "parts": parts}
        | {"reliability": reliability_of(list(weights.values()), reliabilities, genetic)}
    )


def reliability_of(
    weights: Sequence[float], reliabilities: Sequence[float | None], genetic: Matrix | None
) -> float | None:
    """``v'C v / v'G v`` with ``C_ij = g_ij r_i r_j``, r the accuracies of the traits (Hazel 1943, with the errors of
    two traits correlated as their breeding values are)."""
    if genetic is None or any(each is None for each in reliabilities):
        return None
    v = np.asarray(weights)
    accuracy = np.array([sqrt(max(each or 0.0, 0.0)) for each in reliabilities])
    goal = float(v @ genetic @ v)
    if goal <= 0.0:
        return None
    return float(np.clip((v * accuracy) @ genetic @ (v * accuracy) / goal, 0.0, 1.0))
