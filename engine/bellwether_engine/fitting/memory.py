"""The memory that an evaluation will need, stated before it starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..arguments import checked, instance
from ..errors import ModelError
from ..model.model import Model
from ..model.records import Records
from ..pedigree.pedigree import Pedigree
from ..pedigree.uncertain.uncertain_pedigree import UncertainPedigree
from .build import design_bytes, inbreeding_bytes
from .genetic.kinds import pedigree_kind
from .sizes import Sizes
from .solve import solve_bytes

GIB = 1 << 30


@dataclass(frozen=True)
class MemoryEstimate:
    """Bytes that `fit` will hold at most.

    Attributes
    ----------
    inputs : int
        Records and pedigree, which the caller holds.
    steps : mapping of str to int
        Beside them, at the peak of ``inbreeding``, ``a_inverse``, ``design`` and ``solve``. A direct solution is stated
        as if nothing in its factor were 0, though most of it is.
    """

    inputs: int
    steps: Mapping[str, int]

    @property
    def peak(self) -> int:
        """Inputs and the largest step, in bytes."""
        return self.inputs + max(self.steps.values())


@checked(model=instance(Model), records=instance(Records), pedigree=instance(Pedigree, UncertainPedigree))
def estimate_memory(model: Model, records: Records, pedigree: Pedigree) -> MemoryEstimate:
    """State the memory of ``fit(model, records, pedigree)`` for a model without genotypes.

    Each stage of `fit` states its own bytes; what it keeps counts in the stages after it.

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
    >>> list(stated.steps), stated.peak < 100_000_000
    (['inbreeding', 'a_inverse', 'design', 'solve'], True)
    """
    sizes, kind = Sizes.of(model, records, pedigree), pedigree_kind(model)
    stages = {
        "inbreeding": inbreeding_bytes(sizes),
        kind.step.name: kind.build_bytes(sizes),
        "design": design_bytes(sizes),
        "solve": solve_bytes(sizes, kind.product_bytes(sizes), model.options),
    }
    kept, steps = 0, {}
    for name, stated in stages.items():
        kept += stated.kept
        steps[name] = kept + stated.passing
    return MemoryEstimate(_inputs(records, pedigree), steps)


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


def _inputs(records: Records, pedigree: Pedigree) -> int:
    arrays: list[NDArray[np.generic]] = [pedigree.sire, pedigree.dam, records.animal, records.values]
    arrays += [*records.columns.values(), *([] if records.weights is None else [records.weights])]
    return sum(array.nbytes for array in arrays)
