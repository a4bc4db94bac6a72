"""The parts of what a fit gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class GeneticColumn:
    """A column of ``Solution.ebv``.

    Attributes
    ----------
    trait : str
    effect : str
        ``additive``, ``maternal`` or ``legendre0``, ``legendre1``, ...
    """

    trait: str
    effect: str


@dataclass(frozen=True)
class Notice:
    """A warning: stable `code`, `message`, and where it is about a level of an effect, both (level -1: none)."""

    code: str
    message: str
    effect: str = ""
    level: int = -1


@dataclass(frozen=True, eq=False)
class FixedSolution:
    """A fixed effect or covariate on one trait.

    Attributes
    ----------
    trait, effect : str
    level : int32, shape (m,)
        The codes of the record column; for a covariate 0, 1, ... by coefficient; for the overall mean (0,).
    estimate : float64, shape (m,)
        In the unit of the trait (a slope: per unit of the covariate). Only estimable contrasts have a meaning.
    se : float64, shape (m,), optional
        Standard errors, NaN where `is_constrained`; None without exact reliabilities.
    is_constrained : bool, shape (m,)
        The level was set to 0 because the others explain it.
    """

    trait: str
    effect: str
    level: NDArray[np.int32]
    estimate: NDArray[np.float64]
    se: NDArray[np.float64] | None
    is_constrained: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class RandomSolution:
    """A random effect that is not genetic, on one trait.

    Attributes
    ----------
    trait, effect : str
    coefficient : str
        Empty, or ``legendre0``, ``legendre1``, ...
    is_class : bool
        Whether `level` holds codes of the record column, or positions of animals.
    level : int32, shape (m,)
        Levels; of a permanent effect the animals with records.
    estimate : float64, shape (m,)
        In the unit of the trait.
    """

    trait: str
    effect: str
    coefficient: str
    is_class: bool
    level: NDArray[np.int32]
    estimate: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class GroupSolution:
    """Groups of unknown parents, or metafounders.

    Attributes
    ----------
    ebv : float64, shape (n_groups, n_columns)
        Effect of each group in the columns of ``Solution.ebv``; of fixed groups only differences have a meaning.
    reliability : float64, shape (n_groups, n_columns), optional
        Of metafounders, where reliabilities are computed; None for fixed groups.
    is_constrained : bool, shape (n_groups, n_columns)
        The group was set to 0 because fixed effects and other groups explain it.
    """

    ebv: NDArray[np.float64]
    reliability: NDArray[np.float64] | None
    is_constrained: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class ThresholdSolution:
    """Thresholds of an ordinal trait on the scale of the liability.

    Attributes
    ----------
    trait : str
    category : float64, shape (n_categories,)
        The values of the trait, rising.
    threshold : float64, shape (n_categories - 1,)
        Between each category and the next, in residual standard deviations; the first is 0.
    se : float64, shape (n_categories - 1,), optional
        Standard errors, NaN for the first; None without exact reliabilities.
    """

    trait: str
    category: NDArray[np.float64]
    threshold: NDArray[np.float64]
    se: NDArray[np.float64] | None


@dataclass(frozen=True, eq=False)
class GenomicSolution:
    """Markers, and how G stands in the model: ``shift + factor ((1 - blend) G + blend A22)``.

    Attributes
    ----------
    effect : float64, shape (n_markers, n_columns)
        Of one copy of the counted allele, in the units of the traits; columns as in ``Solution.ebv``.
    frequency : float64, shape (n_markers,)
        Of the counted allele, as used to centre.
    blend, shift, factor : float
    se : float64, shape (n_markers, n_columns), optional
        Standard deviation of `effect` over samples (shrunken as it is), with exact reliabilities.
    p : float64, shape (n_markers, n_columns), optional
        Of ``effect / se``, two-sided normal (Aguilar et al. 2019, Genet Sel Evol 51:28); NaN where a marker does not
        vary.
    """

    effect: NDArray[np.float64]
    frequency: NDArray[np.float64]
    blend: float
    shift: float
    factor: float
    se: NDArray[np.float64] | None = None
    p: NDArray[np.float64] | None = None


@dataclass(frozen=True)
class ReliabilityClass:
    """Approximate reliabilities from `lower` to `upper` and, for those checked, approximate minus exact.

    `n_values` counts animals and columns, `n_checked` those with an exact value beside; `bias` is the mean of the
    differences, `sd` their standard deviation (NaN for one), `maximum` the largest without its sign.
    """

    lower: float
    upper: float
    n_values: int
    n_checked: int
    bias: float
    sd: float
    maximum: float


@dataclass(frozen=True)
class ReliabilityCheck:
    """Approximate reliabilities beside exact ones of a sample, drawn evenly from the classes of reliability.

    Attributes
    ----------
    method : str
        Of the exact values: ``direct``, or ``pcg`` (within 1e-4 of the prediction error variance).
    n_checked : int
    bias, sd : float
        Mean and standard deviation of approximate minus exact, classes counted by their size.
    maximum : float
        The largest difference in the sample.
    classes : tuple of ReliabilityClass
    """

    method: str
    n_checked: int
    bias: float
    sd: float
    maximum: float
    classes: tuple[ReliabilityClass, ...]


@dataclass(frozen=True)
class Convergence:
    """How well the equations were solved.

    Attributes
    ----------
    method : str
        ``direct`` (sparse factorisation with a refinement step) or ``pcg``.
    converged : bool
        Always true in a Solution: a run that did not converge raises.
    iterations : int
        PCG iterations; for ``direct`` the refinement steps; for an ordinal trait the rounds of Fisher scoring.
    largest_change : float
        Largest change of a breeding value over the last window of iterations (direct: over the refinement), in genetic
        standard deviations.
    relative_residual : float
        ``norm(rhs - C x) / norm(rhs)``, computed afresh at the end; of pcg without the fixed effects that it absorbs;
        for an ordinal trait the relative gradient.
    error_estimate : float or None
        Estimated bound on the error of any breeding value, in genetic standard deviations (energy norm of the error;
        Hestenes and Stiefel 1952, Strakos and Tichy 2002).
    direct_difference : float or None
        Largest difference to the direct solution in genetic standard deviations, where both were computed.
    """

    method: str
    converged: bool
    iterations: int
    largest_change: float
    relative_residual: float
    error_estimate: float | None = None
    direct_difference: float | None = None


@dataclass(frozen=True)
class Provenance:
    """Where a result comes from: enough to compute it again.

    Attributes
    ----------
    engine_version, method : str
    parameters : mapping
        The model and its options, as text and numbers.
    input_sha256 : str
        Digest of all arrays that went in.
    seed : int, optional
        Where something was sampled.
    """

    engine_version: str
    method: str
    parameters: Mapping[str, object]
    input_sha256: str
    seed: int | None = None
