"""The parts of a breeding value, from the tables that its run was made of."""

import csv
import gzip
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan

import numpy as np
from bellwether_engine import Pedigree
from bellwether_engine.populations.ebv_parts import ebv_parts
from numpy.typing import NDArray

from bellwether.genetics.explanations.repository import RunFacts, Value

Table = list[dict[str, str]]


@dataclass(frozen=True)
class Parts:
    """Of one animal."""

    value: float
    reliability: float | None
    sire_value: float | None
    dam_value: float | None
    parent_average: float
    records: list[float]
    yield_deviation: float | None
    n_progeny: int
    progeny: float | None
    weights: list[float] | None


def read(packed: bytes) -> Table:
    """A table of a run."""
    return list(csv.DictReader(io.StringIO(gzip.decompress(packed).decode())))


def parts_of(
    animal_id: str, trait: str, facts: RunFacts, values: Sequence[Value], pedigree: bytes, records: bytes
) -> Parts:
    """By the animal's own equation.

    What the records are less all other effects follows from the equation itself: value, parents and progeny are known,
    and so are the weights, so no solution of another effect is needed.
    """
    rows, measured = read(pedigree), read(records)
    at = {row["animal"]: place for place, row in enumerate(rows)}
    known = {str(value.animal_id): value for value in values}
    sire, dam = (np.array([at.get(row[role], -1) for row in rows], dtype=np.int32) for role in ("sire", "dam"))
    parents = Pedigree(sire, dam)
    ebv = np.array([known[row["animal"]].value if row["animal"] in known else 0.0 for row in rows])
    f = np.array([known[row["animal"]].inbreeding if row["animal"] in known else 0.0 for row in rows])
    mine = [float(row[trait]) for row in measured if row["animal"] == animal_id and row.get(trait)]
    ratio = ratio_of(facts)
    counted = np.array([at[row["animal"]] for row in measured if row.get(trait)], dtype=np.int32)
    found = ebv_parts(parents, ebv, counted, np.zeros(len(counted)), ratio or 1.0, inbreeding=f)
    i = at[animal_id]
    n_progeny = int(((parents.sire == i) | (parents.dam == i)).sum())
    progeny = None if isnan(found.progeny[i]) else float(found.progeny[i])
    weights = [float(w) for w in found.weights[i]] if ratio is not None and is_plain(rows, at) else None
    average = float(found.parent_average[i])
    return Parts(
        value=float(ebv[i]),
        reliability=known[animal_id].reliability,
        sire_value=value_of(rows[i]["sire"], known),
        dam_value=value_of(rows[i]["dam"], known),
        parent_average=average,
        records=mine,
        yield_deviation=yield_deviation(float(ebv[i]), average, progeny, weights) if mine else None,
        n_progeny=n_progeny,
        progeny=progeny,
        weights=weights,
    )


def yield_deviation(value: float, average: float, progeny: float | None, weights: list[float] | None) -> float | None:
    """What is left of the equation for the records."""
    if weights is None or weights[1] == 0.0:
        return None
    return (value - weights[0] * average - weights[2] * (progeny or 0.0)) / weights[1]


def value_of(animal: str, known: Mapping[str, Value]) -> float | None:
    """The value of a parent; None where it is unknown."""
    return known[animal].value if animal in known else None


def is_plain(rows: Table, at: Mapping[str, int]) -> bool:
    """Are all parents animals, none a group?"""
    return all(row[role] in at or row[role] in ("", "0") for row in rows for role in ("sire", "dam"))


def ratio_of(facts: RunFacts) -> float | None:
    """``var_e / var_a`` of a model of one trait with no other genetic or permanent effect and no genotypes."""
    effects = facts.model.get("effects")
    kinds = {effect.get("kind") for effect in effects} if isinstance(effects, list) else set()
    told = facts.model.get("told")
    is_genomic = isinstance(told, dict) and "genomic" in told
    additive, residual = (matrix_of(facts.variances, name) for name in ("additive", "residual"))
    if is_genomic or not kinds <= {"fixed", "covariate", "additive", "random"}:
        return None
    if additive is None or residual is None or additive.shape != (1, 1) or residual.shape != (1, 1):
        return None
    return float(residual[0, 0] / additive[0, 0])


def matrix_of(variances: Mapping[str, object], name: str) -> NDArray[np.float64] | None:
    """A variance matrix as it was told."""
    given = variances.get(name)
    return None if given is None else np.atleast_2d(np.asarray(given, dtype=np.float64))
