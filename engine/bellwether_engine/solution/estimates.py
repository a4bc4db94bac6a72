"""(Co)variances that were estimated, with their standard errors, heritabilities and correlations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .parts import Notice

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class VarianceEstimate:
    """One estimate.

    Attributes
    ----------
    component, row, column : str
        Rows and columns are traits, with ``:maternal`` or ``:legendre1``.
    estimate : float
    se : float
        Standard error, from the inverse of the average information (ratios: delta method); NaN for a value that was
        fixed or lies at the edge of the parameter space.
    se_sampled : float
        Of a ratio: standard deviation over 10,000 draws of the (co)variances from the normal distribution of their
        errors (Meyer and Houle 2013); NaN for (co)variances.
    mc_se : float
        Monte Carlo standard error: how far another seed may lie away; 0 for exact methods.
    lower, upper : float
        Interval of 95 %, inside the range of the value: by `intervals.interval_of` from both errors; NaN for a value
        that has no error. Where the error of a ratio is larger than its range allows, `se` is NaN and the interval
        is wide.
    """

    component: str
    row: str
    column: str
    estimate: float
    se: float
    se_sampled: float = np.nan
    mc_se: float = 0.0
    lower: float = np.nan
    upper: float = np.nan


@dataclass(frozen=True)
class Round:
    """One round: ``-2 log L`` (NaN by sampling) and the gradient in standard errors before its step, kind of step (ai,
    damped, em; ``samples`` where more are taken instead), samples."""

    minus2_log_likelihood: float
    gradient: float
    step: str
    samples: int = 0


@dataclass(frozen=True, eq=False)
class StructureEstimate:
    """What a matrix with a structure is made of: ``L L'``, and specific variances on the diagonal.

    Attributes
    ----------
    component, structure : str
    rows : tuple of str
        Traits, with ``:maternal`` or ``:legendre1``.
    loadings : float64, shape (n_rows, n_factors)
        In units of the traits, rotated to principal axes: of the traits divided by their standard deviations of this
        effect the factors are uncorrelated and the first explains most, the next most of the rest; the loadings of
        each factor, divided so, have a sum above 0.
    loadings_se : float64, shape (n_rows, n_factors)
        NaN where the records do not tell a loading: too many factors, or two that explain the same.
    specific, specific_se : float64, shape (n_rows,)
        Specific variances; NaN without. No error at the bound 0.
    communality : float64, shape (n_rows,)
        Share of the variance of each row that the factors explain; NaN of a variance of 0.
    share : float64, shape (n_factors,)
        Of the sum of the variances of the divided traits that each factor explains.
    n_parameters : int
    """

    component: str
    structure: str
    rows: tuple[str, ...]
    loadings: Floats
    loadings_se: Floats
    specific: Floats
    specific_se: Floats
    communality: Floats
    share: Floats
    n_parameters: int

    @property
    def matrix(self) -> Floats:
        """The covariance matrix, float64 of shape (n_rows, n_rows)."""
        return np.asarray(self.loadings @ self.loadings.T + np.diag(np.nan_to_num(self.specific)))


@dataclass(frozen=True, eq=False)
class Estimates:
    """Estimated variance components.

    Attributes
    ----------
    method : str
        ``ai-reml`` or ``mc-reml``.
    components : tuple of VarianceEstimate
        Lower triangles of all matrices in squared units of the traits, in the order of the model, the residual last.
    ratios : tuple of VarianceEstimate
        ``heritability`` (and ``heritability_maternal``), ``ratio.NAME`` (share of the phenotypic variance) and
        ``correlation.NAME``.
    covariance : float64, shape (n_components, n_components)
        Inverse of the average information; NaN where nothing was estimated.
    minus2_log_likelihood : float
        With its constant; compare differences between models with the same fixed effects only. NaN by sampling.
    rounds : tuple of Round
    gradient : float
        Distance to the optimum in standard errors, ``sqrt(s' AI^-1 s)``; by sampling to the optimum of these samples.
    largest_change : float
        Of the last round, relative to the standard deviations that belong to a (co)variance.
    boundary : tuple of str
        Components at the edge of the parameter space.
    warnings : tuple of Notice
    samples : int
        Of the last round; 0 for exact methods.
    seed : int
        Of the samples and of the sampled standard errors.
    n_parameters : int
        That were estimated, those at a bound included.
    n_contrasts : int
        Observations less fixed columns.
    structures : tuple of StructureEstimate
        Loadings and specific variances of matrices with a structure.
    mc_excess : float
        Monte Carlo error of all estimates together: how much larger ``-2 log L`` is at them than at its optimum, in the
        mean over seeds; 0 for exact methods. A value of x moves them by sqrt(x) standard errors in all.
    mc_excess_99 : float
        The same, as 99 of 100 seeds stay below.

    References
    ----------
    Meyer and Houle 2013, Proc Assoc Advmt Anim Breed Genet 20:523 (sampled standard errors).
    """

    method: str
    components: tuple[VarianceEstimate, ...]
    ratios: tuple[VarianceEstimate, ...]
    covariance: Floats
    minus2_log_likelihood: float
    rounds: tuple[Round, ...]
    gradient: float
    largest_change: float
    boundary: tuple[str, ...]
    warnings: tuple[Notice, ...]
    samples: int = 0
    seed: int = 1
    n_parameters: int = 0
    n_contrasts: int = 0
    structures: tuple[StructureEstimate, ...] = ()
    mc_excess: float = 0.0
    mc_excess_99: float = 0.0

    @property
    def aic(self) -> float:
        """``-2 log L + 2 p`` of p parameters: the smaller of two models with the same fixed effects is to be preferred
        (Akaike 1973); NaN by sampling."""
        return self.minus2_log_likelihood + 2.0 * self.n_parameters

    @property
    def bic(self) -> float:
        """``-2 log L + p log(n - rank X)``: prefers fewer parameters than `aic` (Schwarz 1978; of REML: Meyer and
        Kirkpatrick 2005)."""
        return float(self.minus2_log_likelihood + self.n_parameters * np.log(max(1, self.n_contrasts)))
