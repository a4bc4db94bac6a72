"""The best step of a quadratic model of the likelihood among matrices that stay positive semidefinite."""

from __future__ import annotations

from collections.abc import Sequence

import clarabel
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix, diags_array

from ..errors import reml_not_converged

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
TOLERANCE = 1e-10
#: how far a step goes towards where a matrix becomes singular
LONG, SHORT = 0.99, 0.9
#: where rounding ends its progress, the last step is as good as rounding allows
FOUND = (
    clarabel.SolverStatus.Solved,
    clarabel.SolverStatus.AlmostSolved,
    clarabel.SolverStatus.InsufficientProgress,
)


def best_step(
    slack: Sequence[Floats],
    scale: Floats,
    score: Floats,
    information: Floats,
    free: Bools,
) -> Floats:
    """The step d that maximises ``score'd - d'information d / 2`` with every ``slack + d`` positive semidefinite.

    The set is convex in the (co)variances themselves, so that nothing depends on the order of the traits, and a
    matrix that is singular at the best step is no place where the search can get stuck. Solved by the interior-point
    method of clarabel (Goulart and Chen 2024, arXiv:2405.12762), on one thread; a matrix may be negative by 1e-8 of
    its scale.

    Parameters
    ----------
    slack : sequence of float64, shape (size, size)
        Each matrix minus the least that it may become: positive semidefinite. The parameters are the lower triangles
        of these matrices, row by row, one after another; those behind them may be anything.
    scale : float64, shape (n_parameters,)
        Size of each parameter: the variance of the records.
    score, information : float64, shape (n_parameters,), (n_parameters, n_parameters)
    free : bool, shape (n_parameters,)
        Parameters that may move.

    Returns
    -------
    float64, shape (n_parameters,)

    Raises
    ------
    NotConverged
        ``reml_not_converged``: information that is no number, or so ill-conditioned that clarabel gives up.

    Examples
    --------
    One matrix of two rows: the first variance cannot fall below what the covariance needs.

    >>> slack, ones = [np.eye(2)], np.ones(3)
    >>> best_step(slack, ones, np.array([-2.0, 0.0, 0.0]), np.eye(3), ones > 0).round(6)
    array([-1.,  0.,  0.])
    """
    places = [np.tril_indices(len(matrix)) for matrix in slack]
    # as clarabel wants it: sqrt(2) of what is off the diagonal
    weight = np.concatenate([np.where(rows == columns, 1.0, np.sqrt(2.0)) for rows, columns in places])
    matrix = information * np.outer(scale, scale)
    matrix = matrix + 1e-11 * np.diag(np.diag(matrix) + 1e-300)
    least = np.concatenate([matrix[place] for matrix, place in zip(slack, places, strict=True)])
    n_bound, n = len(weight), len(scale)
    problem = (
        csc_matrix(np.triu(matrix[np.ix_(free, free)])),
        -(score * scale)[free],
        csc_matrix(diags_array(-weight, shape=(n_bound, n), format="csc")[:, free]),
        weight * least / scale[:n_bound],
        [clarabel.PSDTriangleConeT(len(matrix)) for matrix in slack],
    )
    for share in (LONG, SHORT):  # at a matrix that is nearly singular, long steps can go in circles
        found = clarabel.DefaultSolver(*problem, _settings(share)).solve()
        if found.status in FOUND:
            break
    else:
        raise reml_not_converged(f"no step was found ({found.status}): the model is ill-conditioned")
    step = np.zeros(len(scale))
    step[free] = found.x
    return step * scale


def _settings(share: float) -> clarabel.DefaultSettings:
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.max_threads = 1
    settings.direct_solve_method = "faer"
    settings.max_step_fraction = share
    settings.equilibrate_enable = False  # the parameters are scaled: more hides what is left near the best
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = TOLERANCE
    return settings


def solve_scaled(matrix: Floats, right: Floats) -> Floats:
    """``matrix^-1 right`` for a symmetric matrix, scaled to a unit diagonal first."""
    scale = 1.0 / np.sqrt(np.maximum(np.diag(matrix), 1e-300))
    scaled = np.linalg.solve(matrix * np.outer(scale, scale), (right.T * scale).T)
    return np.asarray((scaled.T * scale).T)
