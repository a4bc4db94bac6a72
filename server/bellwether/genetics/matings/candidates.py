"""Rams and ewes with their values and their relatives: what every use-case of matings begins with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import TypedDict
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from bellwether.genetics.breeding_values import service as breeding_values
from bellwether.genetics.indexes import service as indexes
from bellwether.genetics.matings import repository
from bellwether.genetics.matings.problems import IndexOrTrait, WithoutValue, WrongSex
from bellwether.genetics.matings.schemas import Goal
from bellwether.genetics.pedigree import repository as relatives
from bellwether.genetics.pedigree.lineage import Lineage
from bellwether.genetics.pedigree.problems import NoSuchAnimal, PedigreeTooLarge
from bellwether.genetics.rankings import repository as rankings
from bellwether.genetics.rankings.service import genetic_variances, reliability_of, run_for, weights_of
from bellwether.platform.database.transactions import Session


@dataclass(frozen=True)
class Aim:
    """Weights of the breeding values of a run; `variance` is the genetic one of their sum, where the run tells it."""

    run_id: UUID
    farm_id: UUID
    weights: Mapping[str, float]
    genetic: NDArray[np.float64] | None

    @property
    def variance(self) -> float | None:
        """``v'G v``."""
        v = np.array(list(self.weights.values()))
        return None if self.genetic is None else float(v @ self.genetic @ v)


class Extract(TypedDict):
    """Rams, ewes and their relatives as plain JSON."""

    ids: list[str]
    sire: list[int]
    dam: list[int]
    rams: list[int]
    ewes: list[int]
    value: dict[str, float]
    reliability: dict[str, float | None]
    variance: float | None
    flock: dict[str, str]
    run_id: str


@dataclass(frozen=True)
class Parents:
    """Rams and ewes as positions of a lineage, with their values, float64 of shape (n_animals,)."""

    lineage: Lineage
    rams: NDArray[np.int32]
    ewes: NDArray[np.int32]
    value: NDArray[np.float64]
    reliability: NDArray[np.float64]
    variance: float | None
    flock: Mapping[UUID, str]

    def to_json(self, run_id: UUID) -> Extract:
        """For a job."""
        known = [int(i) for i in (*self.rams, *self.ewes)]
        return {
            "ids": [str(key) for key in self.lineage.ids],
            "sire": self.lineage.sire.tolist(),
            "dam": self.lineage.dam.tolist(),
            "rams": self.rams.tolist(),
            "ewes": self.ewes.tolist(),
            "value": {str(i): float(self.value[i]) for i in known},
            "reliability": {
                str(i): None if np.isnan(self.reliability[i]) else float(self.reliability[i]) for i in known
            },
            "variance": self.variance,
            "flock": {str(key): flock for key, flock in self.flock.items()},
            "run_id": str(run_id),
        }

    @classmethod
    def from_json(cls, found: Extract) -> "Parents":
        """In a job."""
        ids = tuple(UUID(key) for key in found["ids"])
        lineage = Lineage(ids, np.array(found["sire"], dtype=np.int32), np.array(found["dam"], dtype=np.int32))
        value, reliability = np.zeros(len(ids)), np.full(len(ids), np.nan)
        for key, number in found["value"].items():
            value[int(key)] = number
        for key, share in found["reliability"].items():
            reliability[int(key)] = np.nan if share is None else share
        rams, ewes = (np.array(found[name], dtype=np.int32) for name in ("rams", "ewes"))
        flock = {UUID(key): name for key, name in found["flock"].items()}
        return cls(lineage, rams, ewes, value, reliability, found["variance"], flock)


async def aim_of(session: Session, goal: Goal) -> Aim:
    """The run and the weights that are meant.

    Raises:
        IndexOrTrait, NoSuchIndex, RunOrFlock, NotEvaluated, OtherFarm, TraitsNotInRun
    """
    if (goal.index_id is None) == (goal.trait is None):
        raise IndexOrTrait
    if goal.index_id is not None:
        index = await indexes.get(session, goal.index_id)
        run, farm_id, variances = await run_for(session, index, run_id=goal.run_id, flock_id=goal.flock_id)
        weights = weights_of(index)
    else:
        assert goal.trait is not None
        asked = {"run_id": goal.run_id, "flock_id": goal.flock_id}
        run = await breeding_values.run_for(session, **asked, trait=goal.trait)
        farm_id, variances = await rankings.run(session, run.id)
        weights = {goal.trait: 1.0}
    return Aim(run.id, farm_id, weights, genetic_variances(variances, run.traits, list(weights)))


async def parents_of(
    session: Session, aim: Aim, ram_ids: Sequence[UUID], ewe_ids: Sequence[UUID], most: int
) -> Parents:
    """Rams and ewes with their values and all their ancestors.

    Raises:
        NoSuchAnimal, PedigreeTooLarge, WrongSex, WithoutValue
    """
    rams, ewes = list(dict.fromkeys(ram_ids)), list(dict.fromkeys(ewe_ids))
    fields = {f"ram_ids.{k}": key for k, key in enumerate(rams)} | {f"ewe_ids.{k}": key for k, key in enumerate(ewes)}
    found = await relatives.ancestry(session, [*rams, *ewes], most)
    if len(found) > most:
        raise PedigreeTooLarge(most)
    seen = {animal.id: animal for animal in found}
    if unseen := {field: key for field, key in fields.items() if key not in seen}:
        raise NoSuchAnimal(unseen)
    wrong = {"ram_ids": "female", "ewe_ids": "male"}
    if misfits := {
        field: f"{seen[key].tag or key} is {seen[key].sex}"
        for field, key in fields.items()
        if seen[key].sex == wrong[field.split(".")[0]]
    }:
        raise WrongSex(misfits)
    lineage = Lineage.of(found)
    valued = {row.animal_id: row for row in await relative_values(session, aim, [*rams, *ewes])}
    if missing := {field: key for field, key in fields.items() if key not in valued}:
        raise WithoutValue(missing)
    value, reliability = np.zeros(len(lineage.ids)), np.full(len(lineage.ids), np.nan)
    for key, row in valued.items():
        value[lineage.at[key]] = row.value
        known = reliability_of(list(aim.weights.values()), row.reliabilities, aim.genetic)
        reliability[lineage.at[key]] = np.nan if known is None else known
    flock = {key: str(seen[key].flock_id) for key in (*rams, *ewes)}
    at = lineage.positions
    return Parents(lineage, at(rams), at(ewes), value, reliability, aim.variance, flock)


async def relative_values(session: Session, aim: Aim, animals: Sequence[UUID]) -> list[repository.Valued]:
    """Values of animals in the run of an aim."""
    return await repository.values(session, aim.farm_id, aim.run_id, aim.weights, animals)


def standard_errors(parents: Parents) -> NDArray[np.float64] | None:
    """Of the values, float64 of shape (n_animals,): ``sqrt((1 - r2) var)``; None where they are not known."""
    known = np.concatenate([parents.rams, parents.ewes])
    if parents.variance is None or np.isnan(parents.reliability[known]).any():
        return None
    return np.nan_to_num(sqrt(parents.variance) * np.sqrt(1.0 - np.nan_to_num(parents.reliability)))
