"""From breeding values of another service to records, weighted by what they say beyond relatives and own records."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from bellwether_engine import EngineError, Model, Pedigree, Solution
from bellwether_engine.external.deregress import PseudoRecords, deregress
from numpy.typing import NDArray

from bellwether.modelling.external_values.values import ExternalValue
from bellwether.modelling.findings import refuse
from bellwether.modelling.tables.pedigree import Animals

# own: an accuracy that is written as 1 was at least this
WRITTEN_AS_ONE = 0.995
Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PseudoRecord:
    """A record that stands for a value; its residual variance is that of the trait divided by `weight`."""

    animal_id: str
    trait: str
    value: float
    weight: float


@dataclass(frozen=True, slots=True)
class Blended:
    """The records, and of whom a value is left out: without accuracy, or saying nothing that is not known already."""

    records: tuple[PseudoRecord, ...]
    without_accuracy: tuple[str, ...]
    without_news: tuple[str, ...]


def blend(values: Sequence[ExternalValue], animals: Animals, model: Model, own: Solution | None) -> Blended:
    """`own`: the evaluation of the flock's records alone, whose information is taken out of the values.

    Raises:
        BadInput: no records give these accuracies.
    """
    position = {name: i for i, name in enumerate(animals.ids.to_list())}
    code = {name: j for j, name in enumerate(model.traits)}
    known = [each for each in values if each.trait in code and each.animal_id in position]
    used = sorted((v for v in known if v.accuracy), key=lambda v: (code[v.trait], position[v.animal_id]))
    animal = np.array([position[v.animal_id] for v in used], dtype=np.int64)
    trait = np.array([code[v.trait] for v in used], dtype=np.int64)
    value = np.array([v.value for v in used])
    accuracy = np.minimum([v.accuracy or 0.0 for v in used], WRITTEN_AS_ONE)
    pedigree, at = with_ancestors(animals.pedigree, animal)
    additive = np.asarray(model.variances.additive, dtype=np.float64).reshape(len(code), len(code))
    try:
        if own is None:
            found = deregress(pedigree, additive, at, trait, value, accuracy**2, base="estimated")
        else:
            found = beyond(own, (pedigree, at), additive, animal, trait, value, accuracy**2)
    except EngineError as error:
        raise refuse("external values", None, error.code, error.message, error.fix, "external") from error
    residual = np.asarray(model.variances.residual, dtype=np.float64).reshape(len(code), len(code)).diagonal()
    weight = found.precision * residual[trait]
    records = [
        PseudoRecord(v.animal_id, v.trait, float(y), float(w))
        for v, y, w in zip(used, found.value, weight, strict=True)
        if w > 0
    ]
    return Blended(
        tuple(records),
        tuple(v.animal_id for v in known if not v.accuracy),
        tuple(v.animal_id for v, w in zip(used, weight, strict=True) if w <= 0),
    )


def beyond(
    own: Solution,
    lineage: tuple[Pedigree, NDArray[np.int64]],
    additive: Vector,
    animal: NDArray[np.int64],
    trait: NDArray[np.int64],
    value: Vector,
    reliability: Vector,
) -> PseudoRecords:
    """What the values say beyond an evaluation of the flock's own records, at the base of that."""
    assert own.reliability is not None
    pedigree, at = lineage
    mine = own.ebv[animal, trait]
    of_mine = np.clip(own.reliability[animal, trait], 0.0, WRITTEN_AS_ONE**2)
    shifted = value.copy()
    for j in np.unique(trait):
        of_trait = trait == j
        shifted[of_trait] -= float(np.mean(value[of_trait] - mine[of_trait]))
    theirs = deregress(pedigree, additive, at, trait, shifted, reliability)
    return theirs.without(deregress(pedigree, additive, at, trait, mine, of_mine))


def with_ancestors(pedigree: Pedigree, animals: NDArray[np.int64]) -> tuple[Pedigree, NDArray[np.int64]]:
    """These animals and their ancestors as a pedigree of its own, and where the animals stand in it."""
    kept = np.zeros(pedigree.n_animals, dtype=bool)
    waiting = list(set(animals.tolist()))
    while waiting:
        each = waiting.pop()
        if not kept[each]:
            kept[each] = True
            waiting += [int(p) for p in (pedigree.sire[each], pedigree.dam[each]) if p >= 0]
    place = np.full(pedigree.n_animals + 1, -1, dtype=np.int32)
    chosen = np.flatnonzero(kept)
    place[chosen] = np.arange(len(chosen))
    return Pedigree(place[pedigree.sire[chosen]], place[pedigree.dam[chosen]]), place[animals].astype(np.int64)
