"""What each record of a model depends on: its animal, perhaps a foster dam, and the levels of other effects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import block_diag

from ..equations.blocks import Member, RandomBlock
from ..equations.design import Design
from ..pedigree.pedigree import Pedigree
from .clusters import Cluster
from .families import nuclear_families
from .passing import Inheritance

Floats = NDArray[np.float64]
FREE = 1e-8


@dataclass(frozen=True, eq=False)
class Links:
    """The clusters of a model.

    Attributes
    ----------
    inheritance : Inheritance
    animal : Cluster
        By record its animal: direct coefficients, those of the dam of the pedigree, permanent environment.
    place : int64, shape (a,)
        Where the first a coefficients of `animal` stand among the q of `inheritance`.
    fostered : Cluster, optional
        By record a dam that is not that of the pedigree.
    classes : tuple of Cluster
        Fixed classes (with next to no prior information) and other random effects. Covariates are taken as known.
    variance : float64, shape (n_animals, k_genetic)
        Prior variances of the breeding values.
    """

    inheritance: Inheritance
    animal: Cluster
    place: NDArray[np.int64]
    fostered: Cluster | None
    classes: tuple[Cluster, ...]
    variance: Floats


def links_of(design: Design, observed: NDArray[np.bool_], pedigree: Pedigree, inbreeding: Floats | None) -> Links:
    """Find what is linked.

    Parameters
    ----------
    design : Design
        With a genetic block.
    observed : bool, shape (n_records, t)
    pedigree : Pedigree
    inbreeding : float64, shape (n_animals,), optional
    """
    genetic, n = design.random[0], pedigree.n_animals
    effects = dict(zip(design.random, design.precision, strict=True))
    direct = [m for m, member in enumerate(genetic.members) if member.label != "maternal"]
    maternal = [m for m, member in enumerate(genetic.members) if member.label == "maternal"]
    of_dam = _of_dam(effects, [genetic.members[m] for m in maternal])
    permanent = next((block for block in effects if block.variance_of == "permanent"), None)
    prior = block_diag(effects[genetic], *([effects[of_dam]] if of_dam else []))
    from_dam = np.array([*maternal, *range(len(genetic.members), len(prior))], dtype=np.int64)
    inherited = np.arange(len(prior)) < len(genetic.members)
    own, d = _variances(pedigree, inbreeding)
    families = nuclear_families(pedigree.sire, pedigree.dam, pedigree.order)
    through = [_by_position(member, of_dam) for member in (of_dam.members if of_dam else ())]
    through = [*(genetic.members[m] for m in maternal), *through]
    lasting = list(permanent.members) if permanent else []
    animal = _cluster([*(genetic.members[m] for m in direct), *through, *lasting], np.zeros((0, 0)), n)
    precision = block_diag(np.zeros((len(direct) + len(through),) * 2), *([effects[permanent]] if permanent else []))
    animal, fostered = _apart(replace(animal, precision=precision), len(direct), through, pedigree)
    fixed = _fixed(design, observed)
    reach = np.column_stack([_reach(fixed, animal.level, parent) for parent in (pedigree.sire, pedigree.dam)])
    inheritance = Inheritance(families, d, prior, inherited, from_dam, reach)
    used = (genetic, of_dam, permanent)
    random = [_cluster(block.members, p, len(block.level)) for block, p in effects.items() if block not in used]
    return Links(
        inheritance=inheritance,
        animal=animal,
        place=np.array([*direct, *range(len(prior), len(prior) + len(through))], dtype=np.int64),
        fostered=fostered,
        classes=(*random, *fixed),
        variance=own[:, None] * np.diag(design.covariance[0]),
    )


def _of_dam(effects: dict[RandomBlock, Floats], maternal: list[Member]) -> RandomBlock | None:
    """The permanent effect of the dam, where it follows the same dams as the maternal effect."""
    for block in effects:
        if block.variance_of == "permanent_dam":
            dams = _by_position(block.members[0], block).level
            return block if not maternal or np.array_equal(dams, maternal[0].level) else None
    return None


def _by_position(member: Member, block: RandomBlock | None) -> Member:
    """A member whose levels are positions in the pedigree."""
    assert block is not None
    return replace(member, level=np.where(member.level >= 0, block.level[member.level], -1).astype(np.int32))


def _cluster(members: Sequence[Member], precision: Floats, n_levels: int) -> Cluster:
    n = len(members[0].level)
    value = np.column_stack([np.ones(n) if member.value is None else member.value for member in members])
    trait = np.array([member.trait for member in members], dtype=np.int64)
    return Cluster(members[0].level, trait, value, precision, n_levels)


def _apart(animal: Cluster, n_direct: int, through: list[Member], pedigree: Pedigree) -> tuple[Cluster, Cluster | None]:
    """Records whose dam is not that of the pedigree go to a cluster of foster dams."""
    if not through:
        return animal, None
    dams = through[0].level
    at_home = (dams >= 0) & (dams == pedigree.dam[animal.level])
    value = animal.value.copy()
    value[~at_home, n_direct : n_direct + len(through)] = 0.0
    away = np.where(at_home, -1, dams).astype(np.int32)
    if (away < 0).all():
        return replace(animal, value=value), None
    foster = _cluster(
        [replace(member, level=away) for member in through], np.zeros((len(through),) * 2), animal.n_levels
    )
    return replace(animal, value=value), foster


def _variances(pedigree: Pedigree, inbreeding: Floats | None) -> tuple[Floats, Floats]:
    """Prior variance ``1 + F`` of each animal and, with parents as if unrelated, what they do not explain of it."""
    own = 1.0 + (np.zeros(pedigree.n_animals) if inbreeding is None else inbreeding)
    d = own.copy()
    for parent in (pedigree.sire, pedigree.dam):
        known = parent >= 0
        d[known] -= 0.25 * own[parent[known]]
    return own, d


def _fixed(design: Design, observed: NDArray[np.bool_]) -> list[Cluster]:
    """Class effects, the traits of an effect together."""
    weight = design.residual_inverse.diagonal()
    free = np.array([FREE * np.median(weight[design.trait == t]) for t in range(observed.shape[1])])
    clusters = []
    for name in dict.fromkeys(block.effect for block in design.fixed if block.is_class):
        blocks = [block for block in design.fixed if block.is_class and block.effect == name]
        code = np.full(len(observed), -1)
        for block in blocks:
            assert block.column is not None
            code = np.where(observed[:, block.trait], block.level[block.column], code)
        known, position = np.unique(code, return_inverse=True)
        level = np.where(code >= 0, position, -1).astype(np.int32)
        trait = np.array([block.trait for block in blocks], dtype=np.int64)
        clusters.append(Cluster(level, trait, np.ones((len(code), len(trait))), np.diag(free[trait]), len(known)))
    return clusters


def _reach(fixed: list[Cluster], animal: NDArray[np.int32], parent: NDArray[np.int32]) -> Floats:
    """By animal, the mean share of other parents' offspring among the others in the fixed classes of its records."""
    share = np.ones(len(animal))
    of_record = parent[animal]
    for cluster in fixed:
        acting = np.flatnonzero((cluster.level >= 0) & (of_record >= 0))
        size = np.bincount(cluster.level[cluster.level >= 0], minlength=cluster.n_levels)[cluster.level[acting]]
        key = cluster.level[acting].astype(np.int64) * len(parent) + of_record[acting]
        _, at, same = np.unique(key, return_inverse=True, return_counts=True)
        share[acting] *= 1.0 - (same[at] - 1) / np.maximum(size - 1, 1)
    count = np.bincount(animal, minlength=len(parent))
    return np.bincount(animal, share, len(parent)) / np.maximum(count, 1)
