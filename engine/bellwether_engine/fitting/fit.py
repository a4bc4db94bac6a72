"""`fit`: from a model, records and a pedigree to breeding values, in five stages."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..arguments import able, checked, floats, instance, optional
from ..model.genomic import Genotypes
from ..model.model import Model
from ..model.records import Records
from ..parallel.executor import Executor
from ..parallel.workers import at_most
from ..pedigree.pedigree import Pedigree
from ..pedigree.uncertain.uncertain_pedigree import UncertainPedigree
from ..solution.solution import Solution
from .accuracy import assess
from .build import build
from .choose import choose
from .given import Given, Progress, silent
from .report import report
from .solve import solve


@checked(
    model=instance(Model),
    records=instance(Records),
    pedigree=instance(Pedigree, UncertainPedigree, n="n_animals"),
    genotypes=optional(instance(Genotypes)),
    inbreeding=optional(floats("n", missing=True, empty=True)),
    start=optional(instance(Solution)),
    progress=optional(able("__call__")),
    executor=optional(able("place", "map", "add")),
)
def fit(
    model: Model,
    records: Records,
    pedigree: Pedigree,
    *,
    genotypes: Genotypes | None = None,
    inbreeding: NDArray[np.float64] | None = None,
    start: Solution | None = None,
    progress: Progress | None = None,
    executor: Executor | None = None,
) -> Solution:
    """Solve the mixed-model equations.

    Parameters
    ----------
    model : Model
    records : Records
        Rows with all traits missing are left out (and counted).
    pedigree : Pedigree
        All animals, in any order; results come in the same order. An `UncertainPedigree` has candidate sires.
    genotypes : Genotypes, optional
        For a model with `genomic`; they belong together.
    inbreeding : float64, shape (n_animals,), optional
        Coefficients F where they are known already (`Pedigree.inbreeding`, `inbreeding_of_new`).
    start : Solution, optional
        Of an earlier fit of the same effects; the PCG starts from it. Animals are those of the first rows of the
        pedigree, levels are found by their codes, and what is new starts at 0. The answer is the same within the
        tolerance.
    progress : callable(fraction, step), optional
        Called at the start of each step with the share done, 0 to 1, and its name: ``inbreeding``, ``a_inverse`` (with
        genotypes ``relationships``), ``design``, ``estimate``, ``solve``, ``reliability``, ``done``; in long steps more
        than once.
    executor : Executor, optional
        Computes the products of the PCG; by default threads of this process do. The answer has the same bits.

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
        The PCG did not reach the tolerance, or the estimation of the variances did not converge.

    References
    ----------
    Henderson 1984, Applications of Linear Models in Animal Breeding; Mrode and Pocrnic 2023, 4th ed., chapters 4 to 10.

    Examples
    --------
    Pre-weaning gain of five calves (Mrode and Pocrnic 2023, example 4.1):

    >>> from bellwether_engine import Effect, Variances
    >>> model = Model(
    ...     traits=("WWG",),
    ...     effects=(Effect("sex", "fixed"), Effect("animal", "additive")),
    ...     variances=Variances(additive=20.0, residual=40.0),
    ... )
    >>> records = Records([3, 4, 5, 6, 7], [4.5, 2.9, 3.9, 3.5, 5.0], {"sex": [0, 1, 1, 0, 0]})
    >>> pedigree = Pedigree(sire=[-1, -1, -1, 0, 2, 0, 3, 2], dam=[-1, -1, -1, -1, 1, 1, 4, 5])
    >>> solution = fit(model, records, pedigree)
    >>> solution.ebv[:, 0].round(3)
    array([ 0.098, -0.019, -0.041, -0.009, -0.186,  0.177, -0.249,  0.183])
    >>> solution.reliability[:, 0].round(3)
    array([0.058, 0.016, 0.087, 0.145, 0.144, 0.115, 0.116, 0.155])
    """
    given = Given(model, records, pedigree, genotypes, inbreeding, start, progress or silent, executor)
    given, kind = choose(given)
    with at_most(model.options.threads):
        built = build(given, kind)
        solved = solve(given, built)
        accuracy = assess(given, built, solved)
    given.tell(1.0, "done")
    return report(given, built, solved, accuracy)
