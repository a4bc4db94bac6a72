"""Estimating variances by the method that the options name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from ..equations.equations import Equations
from ..model.options import Options
from ..model.records import Records
from ..model.structure import CovarianceStructure
from ..pedigree.sampling import Sampler
from ..solution.estimates import Estimates
from .ai_reml import ai_reml
from .mc_reml import mc_reml
from .start import problem_of, start_of
from .state import State
from .structured import structured_reml

Floats = NDArray[np.float64]


def estimate_variances(
    equations: Equations,
    residual: Floats,
    records: Records,
    traits: tuple[str, ...],
    options: Options,
    tell: Callable[[float, str], None],
    *,
    sampler: Sampler | None,
    shares: Floats | None = None,
    structures: Mapping[str, CovarianceStructure] | None = None,
) -> tuple[Estimates, Equations]:
    """Estimate all (co)variances of a model by restricted maximum likelihood.

    Parameters
    ----------
    equations : Equations
        At the start values.
    residual : float64, shape (n_traits, n_traits)
        Start value of R0.
    records : Records
    traits : tuple of str
    options : Options
        ``estimate`` names the method: see `ai_reml`, `structured_reml` and `mc_reml`.
    tell : callable(share, step)
        Called at the start of each round.
    sampler : callable(generator, width), optional
        Draws the levels of the genetic block; for mc-reml of a model that has one.
    shares : float64, shape (n_animals, n_groups), optional
        Q of fixed groups, which follow the animals in the genetic block (Quaas 1988).
    structures : mapping of str to CovarianceStructure, optional
        Of ai-reml, by the names of the variances.

    Returns
    -------
    Estimates
    Equations
        At the estimates.

    Raises
    ------
    ModelError
        ``not_estimable``, ``too_few_records``: which variance, and why; ``too_large``; ``singular``.
    NotConverged
        ``reml_not_converged`` after 100 rounds, or where no step is better.
    """
    problem = problem_of(equations, records, traits, shares)
    start = start_of(problem, residual)
    fewer = {name: each for name, each in (structures or {}).items() if each.structure != "unstructured"}
    state: State
    if options.estimate == "mc-reml":
        estimates, state = mc_reml(problem, start, traits, options, sampler, tell)
    elif fewer:
        estimates, state = structured_reml(problem, start, traits, fewer, options.seed, tell)
    else:
        estimates, state = ai_reml(problem, start, traits, options.seed, tell)
    return estimates, state.equations
