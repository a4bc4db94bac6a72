"""The mixed model and `fit`, which turns records and a pedigree into breeding values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from .effect import Effect, Legendre
from .errors import ModelError, NotConverged
from .pedigree import Pedigree
from .records import Records
from .solution import Solution
from .variances import Variances

__all__ = [
    "Effect", "Legendre", "Model", "ModelError", "NotConverged", "Options", "Records", "Solution", "Variances", "fit",
]  # fmt: skip

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Options:
    """How to solve.

    Attributes
    ----------
    inbreeding : bool
        Use inbreeding in A-inverse (and in the reliability). Off reproduces BLUPF90's `add_animal`.
    reliability : str
        ``none``; ``exact`` (refused above `EXACT_LIMIT` equations); ``auto``: exact up to that limit, none above it.
    solver : str
        ``direct``, ``pcg`` or ``auto``: direct where reliabilities are exact or the problem is small.
    tolerance : float
        Largest change of a breeding value over a window of 10 PCG iterations, in genetic standard deviations.
    maximum_iterations : int
        PCG gives up, and raises, after so many.
    """

    inbreeding: bool = True
    reliability: Literal["none", "exact", "auto"] = "auto"
    solver: Literal["direct", "pcg", "auto"] = "auto"
    tolerance: float = 1e-6
    maximum_iterations: int = 5000


@dataclass(frozen=True, eq=False)
class Model:
    """Traits, effects in the order of the output, variances and options.

    A trait without a fixed class effect gets an overall mean (effect ``mean``).

    Examples
    --------
    >>> model = Model(
    ...     traits=("WWG",),
    ...     effects=(Effect("sex", "fixed"), Effect("animal", "additive")),
    ...     variances=Variances(additive=20.0, residual=40.0),
    ... )
    >>> [effect.kind for effect in model.effects]
    ['fixed', 'additive']
    """

    traits: tuple[str, ...]
    effects: tuple[Effect, ...]
    variances: Variances
    options: Options = field(default_factory=Options)


def fit(model: Model, records: Records, pedigree: Pedigree, *, progress: Progress | None = None) -> Solution:
    """Solve the mixed-model equations.

    Parameters
    ----------
    model : Model
    records : Records
        Rows with all traits missing are left out (and counted).
    pedigree : Pedigree
        All animals, in any order; results come in the same order.
    progress : callable(fraction, step), optional
        Called at the start of each step with the share done, 0 to 1, and its name: ``inbreeding``, ``a_inverse``,
        ``design``, ``solve``, ``reliability``, ``done``; during long steps more than once.

    Returns
    -------
    Solution

    Raises
    ------
    ModelError
        What is wrong with the model, the variances or the records; nothing has been computed.
    PedigreeError
        A loop, an animal used as sire and dam.
    NotConverged
        The PCG did not reach the tolerance.
    """
    raise NotImplementedError
