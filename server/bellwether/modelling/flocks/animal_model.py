"""From chosen records to the arrays of the engine: the animal model of sheep weights."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np
from bellwether_engine import Effect, Model, Options, Pedigree, Records, Variances
from numpy.typing import NDArray

from bellwether.modelling.flocks.flock_data import Animal, FlockData, Weight
from bellwether.modelling.flocks.plan import Plan

UNKNOWN = "unknown"
BIRTH_TRAITS = frozenset({"BWT"})
# own: ewes of 3 to 6 years rear alike (farm handbook, section 5)
MATURE, OLD = 3, 7
MANY = 3
Codes = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Equations:
    """What the engine takes, and the names of the levels of each class effect."""

    model: Model
    records: Records
    pedigree: Pedigree
    labels: Mapping[str, Sequence[str]]


def build(data: FlockData, by_trait: Mapping[str, Mapping[str, Weight]], plan: Plan) -> Equations:
    """One row for each animal with a weight; traits measured on one animal share its row and so their residuals."""
    positions = {animal.id: i for i, animal in enumerate(data.animals)}
    rows = [animal for animal in data.animals if any(animal.id in weights for weights in by_trait.values())]
    effects, columns, labels = fixed_effects(data, rows, by_trait, plan)
    options = Options(reliability=cast(Literal["auto", "exact", "none"], plan.reliability))
    return Equations(
        model=Model(
            traits=plan.codes,
            effects=(*effects, Effect("animal", "additive")),
            variances=Variances(additive=np.array(plan.additive), residual=np.array(plan.residual)),
            options=options,
        ),
        records=Records(
            animal=np.array([positions[animal.id] for animal in rows], dtype=np.int32),
            values=values_of(rows, by_trait, plan.codes),
            columns=columns,
        ),
        pedigree=pedigree_of(data.animals, positions),
        labels=labels,
    )


def pedigree_of(animals: Sequence[Animal], positions: Mapping[str, int]) -> Pedigree:
    """Parents as positions; a parent that cannot be seen counts as unknown."""

    def parents(ids: list[str | None]) -> Codes:
        return np.array([-1 if key is None else positions.get(key, -1) for key in ids], dtype=np.int32)

    return Pedigree(
        sire=parents([animal.sire_id for animal in animals]), dam=parents([animal.dam_id for animal in animals])
    )


def values_of(
    rows: Sequence[Animal], by_trait: Mapping[str, Mapping[str, Weight]], codes: Sequence[str]
) -> NDArray[np.float64]:
    """Weights by animal and trait, NaN where there is none."""
    values = np.full((len(rows), len(codes)), np.nan)
    for i, animal in enumerate(rows):
        for j, code in enumerate(codes):
            if (weight := by_trait[code].get(animal.id)) is not None:
                values[i, j] = weight.weight_kg
    return values


Columns = dict[str, NDArray[Any]]


def fixed_effects(
    data: FlockData, rows: Sequence[Animal], by_trait: Mapping[str, Mapping[str, Weight]], plan: Plan
) -> tuple[list[Effect], Columns, dict[str, list[str]]]:
    """Group and age of each trait's own weighing; sex, birth type, rear type and the dam's age of the animal."""
    effects: list[Effect] = []
    columns: Columns = {}
    labels: dict[str, list[str]] = {}
    for trait in plan.traits:
        found = [by_trait[trait.code].get(animal.id) for animal in rows]
        name = f"group_{trait.code}"
        columns[name], labels[name] = coded([None if w is None else w.contemporary_group for w in found])
        effects.append(Effect(name, "fixed", traits=(trait.code,)))
    later = tuple(code for code in plan.codes if code not in BIRTH_TRAITS)
    for name, label, traits in animal_effects(data, later):
        if traits != ():
            columns[name], labels[name] = coded([label(animal) for animal in rows])
            effects.append(Effect(name, "fixed", traits=traits))
    for trait in plan.traits:
        if trait.code in later:
            name = f"age_{trait.code}"
            found = [by_trait[trait.code].get(animal.id) for animal in rows]
            ages = [0 if w is None else (w.age_days or 0) - trait.reference_age_days for w in found]
            columns[name] = np.array(ages, dtype=np.float64)
            effects.append(Effect(name, "covariate", traits=(trait.code,)))
    return effects, columns, labels


def animal_effects(
    data: FlockData, later: tuple[str, ...]
) -> list[tuple[str, Callable[[Animal], str], tuple[str, ...] | None]]:
    """Class effects that belong to the animal, with the traits they act on (None: all)."""
    born = {animal.id: animal.drop_year for animal in data.animals}
    return [
        ("sex", lambda animal: animal.sex, None),
        ("birth_type", lambda animal: litter_class(animal.birth_type), None),
        ("rear_type", lambda animal: litter_class(animal.rear_type), later),
        ("dam_age", lambda animal: dam_age_class(animal.drop_year, born.get(animal.dam_id or "")), None),
    ]


def coded(names: Sequence[str | None]) -> tuple[Codes, list[str]]:
    """Codes by the alphabet, -1 where there is no name, and the names by code."""
    levels = sorted({name for name in names if name is not None})
    number = {name: i for i, name in enumerate(levels)}
    return np.array([-1 if name is None else number[name] for name in names], dtype=np.int32), levels


def litter_class(size: int | None) -> str:
    """Number of lambs born or reared together; three and more are one class."""
    if size is None:
        return UNKNOWN
    return str(size) if size < MANY else f"{MANY}+"


def dam_age_class(drop_year: int | None, dam_drop_year: int | None) -> str:
    """The dam's age in years at the lambing; mature dams are one class."""
    if drop_year is None or dam_drop_year is None:
        return UNKNOWN
    years = drop_year - dam_drop_year
    if years < MATURE:
        return str(max(years, 1))
    return f"{MATURE}-{OLD - 1}" if years < OLD else f"{OLD}+"
