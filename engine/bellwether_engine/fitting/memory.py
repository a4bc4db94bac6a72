"""The memory that an evaluation will need, stated before it starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError
from ..linear.factor import FILL_LIMIT
from ..model.effect import GENETIC, Effect
from ..model.model import Model
from ..model.records import Records
from ..parallel.workers import PIECE, available_threads
from ..pedigree.pedigree import Pedigree
from ..pedigree.tracing import LANES
from ..solving.absorbed_fixed import ENTRIES
from ..solving.solve import AUTO_LIMIT

GIB = 1 << 30
VECTORS = 13


@dataclass(frozen=True)
class MemoryEstimate:
    """Bytes that `fit` will hold at most.

    Attributes
    ----------
    inputs : int
        Records and pedigree, which the caller holds.
    steps : mapping of str to int
        Beside them, at the peak of ``inbreeding``, ``design`` and ``solve``. A direct solution is stated with the
        factor as full as it can be, which it seldom is.
    """

    inputs: int
    steps: Mapping[str, int]

    @property
    def peak(self) -> int:
        """Inputs and the largest step, in bytes."""
        return self.inputs + max(self.steps.values())


@dataclass(frozen=True)
class _Sizes:
    """Bytes kept of the design, bytes on the way to it, equations (fixed ones among them), and those of each kind of
    array of the solver."""

    kept: int
    passing: int
    equations: int
    fixed: int
    blocks: int
    relationships: int
    entries: int


def estimate_memory(model: Model, records: Records, pedigree: Pedigree) -> MemoryEstimate:
    """State the memory of ``fit(model, records, pedigree)`` for a model without genotypes.

    Parameters
    ----------
    model : Model
    records : Records
    pedigree : Pedigree

    Returns
    -------
    MemoryEstimate
        An upper bound on the arrays of the engine; the interpreter and its libraries (about 150 MiB) come on top, and
        so do Monte Carlo REML and approximate reliabilities.

    Examples
    --------
    >>> from bellwether_engine import Effect, Model, Options, Pedigree, Records, Variances
    >>> effects = (Effect("sex", "fixed"), Effect("animal", "additive"))
    >>> model = Model(("weight",), effects, Variances(2.0, additive=1.0), Options(threads=2))
    >>> animal = np.arange(100_000)
    >>> records = Records(animal, np.ones(100_000), {"sex": animal % 2})
    >>> stated = estimate_memory(model, records, Pedigree(animal - 1, np.full(100_000, -1)))
    >>> sorted(stated.steps), stated.peak < 100_000_000
    (['design', 'inbreeding', 'solve'], True)
    """
    n, threads = pedigree.n_animals, model.options.threads or available_threads()
    inputs: list[NDArray[Any]] = [
        pedigree.sire,
        pedigree.dam,
        records.animal,
        records.values,
        *records.columns.values(),
    ]
    inputs += [] if records.weights is None else [records.weights]
    sizes = _sizes(model, records, pedigree)
    order, results = 4 * n, 8 * n + 16 * sizes.equations
    kept = order + results + sizes.kept
    return MemoryEstimate(
        sum(array.nbytes for array in inputs),
        {
            "inbreeding": order + 130 * n + threads * (8 * LANES + 8) * (_n_parents(pedigree) + 1),
            "design": kept + sizes.passing,
            "solve": kept + _solver(model, sizes, records),
        },
    )


def check_memory(model: Model, records: Records, pedigree: Pedigree) -> None:
    """Refuse an evaluation that needs more than ``options.memory_limit_gib``.

    Raises
    ------
    ModelError
        ``memory``
    """
    limit = model.options.memory_limit_gib
    if limit is None:
        return
    needed = estimate_memory(model, records, pedigree).peak / GIB
    if needed > limit:
        message = f"the evaluation needs up to {needed:.2f} GiB, the limit is {limit:g} GiB"
        fix = 'Raise memory_limit_gib, use solver = "pcg" without reliabilities, or split the traits'
        raise ModelError("memory", message, place="options.memory_limit_gib", fix=fix)


def _solver(model: Model, sizes: _Sizes, records: Records) -> int:
    options, is_small = model.options, sizes.equations <= AUTO_LIMIT
    is_exact = options.reliability == "exact" or (options.reliability == "auto" and is_small)
    is_direct = options.solver == "direct" or (options.solver == "auto" and (is_exact or is_small))
    pcg = VECTORS * 8 * sizes.equations + sizes.blocks + sizes.relationships + 16 * records.values.size + 64 * PIECE
    pcg += 24 * min(max(ENTRIES, sizes.equations), sizes.fixed * sizes.fixed)
    if not (is_direct or is_exact or is_small or model.options.estimate == "ai-reml"):
        return pcg
    fill = min(sizes.equations * (sizes.equations + 1) // 2, FILL_LIMIT)
    rounds = 3 if options.estimate == "ai-reml" else 2
    return pcg + 60 * sizes.entries + rounds * 8 * fill + 24 * fill // 8


def _sizes(model: Model, records: Records, pedigree: Pedigree) -> _Sizes:
    n_records, t, n = *records.values.shape, pedigree.n_animals + pedigree.n_groups
    kept, passing, equations, blocks, entries = (t + 12) * n_records, 60 * n_records, 0, 0, 0
    genetic, fixed = 0, 0
    for effect in model.effects:
        width = (1 if effect.traits is None else 0) * t + len(effect.traits or ())
        per_trait = 1 if effect.basis is None else effect.basis.order + 1
        size, values = width * per_trait, 0 if effect.basis is None and effect.kind != "covariate" else per_trait
        levels = _levels(effect, records, pedigree)
        entries += n_records * size
        passing = max(passing, 0) + (60 if effect.kind == "fixed" else 100 * values) * n_records
        if effect.kind in ("fixed", "covariate"):
            kept += (4 * width + 12 if effect.kind == "fixed" else 8 * values * (1 + width)) * n_records
            kept += 16 * levels * width
            fixed += levels * width * (1 if effect.kind == "fixed" else per_trait)
            continue
        kept += (12 + 24 * values * width) * n_records + 24 * levels
        if effect.kind in GENETIC:
            genetic += size
            continue
        equations += levels * size
        blocks += 8 * levels * size * size
    fixed += t
    equations += fixed + n * genetic
    blocks += 8 * n * genetic * genetic
    relationships = (8 + 8 + 8 + 8 + 16 + 24 * genetic) * n if genetic else 0
    if pedigree.n_groups:
        kept += 8 * n * pedigree.n_groups * 2 * max(genetic, 1) + 36 * entries
    return _Sizes(kept, passing, equations, fixed, blocks, relationships, entries + 9 * n * max(genetic, 1) ** 2)


def _levels(effect: Effect, records: Records, pedigree: Pedigree) -> int:
    """No fewer than the effect has."""
    if effect.kind == "covariate":
        return 1
    if effect.kind in ("fixed", "random"):
        column = records.columns.get(effect.name)
        is_coded = column is not None and column.size and column.dtype.kind in "iu"
        return min(int(column.max()) + 1, len(column)) if is_coded and column is not None else 0
    return pedigree.n_animals


def _n_parents(pedigree: Pedigree) -> int:
    is_parent = np.zeros(pedigree.n_animals + 1, dtype=bool)
    is_parent[pedigree.sire] = is_parent[pedigree.dam] = True
    return int(np.count_nonzero(is_parent[:-1]))
