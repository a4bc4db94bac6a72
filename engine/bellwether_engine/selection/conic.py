"""The one place that knows the cone solver."""

from __future__ import annotations

from dataclasses import dataclass, field

import clarabel
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csc_matrix, triu, vstack

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ConicProblem:
    """``min x'Px/2 + q'x`` subject to ``E x = e``, ``L x <= l`` and ``norm(K x) <= radius``.

    Attributes
    ----------
    q : float64, shape (n,)
    equal, below : csc_array, shapes (n_equal, n) and (n_below, n)
        E and L.
    equal_to, at_most : float64, shapes (n_equal,) and (n_below,)
        e and l.
    cone : csc_array, shape (n_cone, n), optional
        K.
    radius : float
    quadratic : csc_array, shape (n, n), optional
        P, symmetric positive semidefinite.
    """

    q: Vector
    equal: csc_array
    equal_to: Vector
    below: csc_array
    at_most: Vector
    cone: csc_array | None = None
    radius: float = 0.0
    quadratic: csc_array | None = None


@dataclass(frozen=True, eq=False)
class ConicAnswer:
    """What the solver says: x, multipliers y of the rows of K (none without a cone) and of L, and its own word
    (`status`).

    The norm of y is the price of the radius. Nothing is believed before it has been checked: see `certificate`.
    """

    x: Vector
    cone_pull: Vector
    status: str
    below_price: Vector = field(default_factory=lambda: np.zeros(0))


def solve_conic(problem: ConicProblem) -> ConicAnswer:
    """Solve by the interior-point method of clarabel (Goulart and Chen 2024, arXiv:2405.12762), on one thread.

    Examples
    --------
    The largest ``x1 + x2`` inside the unit circle:

    >>> eye, none = csc_array(np.eye(2)), csc_array((0, 2))
    >>> answer = solve_conic(ConicProblem(np.array([-1.0, -1.0]), none, np.zeros(0), none, np.zeros(0), eye, 1.0))
    >>> answer.x.round(6)
    array([0.707107, 0.707107])
    >>> answer.status, answer.cone_pull.round(6)
    ('Solved', array([1., 1.]))
    """
    n = len(problem.q)
    rows, right = [problem.equal, problem.below], [problem.equal_to, problem.at_most]
    cones = [clarabel.ZeroConeT(len(problem.equal_to)), clarabel.NonnegativeConeT(len(problem.at_most))]
    if problem.cone is not None:
        size = problem.cone.shape[0]
        rows += [csc_array((1, n)), -problem.cone]
        right += [np.array([problem.radius]), np.zeros(size)]
        cones.append(clarabel.SecondOrderConeT(size + 1))
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.max_threads = 1
    settings.direct_solve_method = "faer"
    settings.tol_gap_abs = settings.tol_gap_rel = 1e-10
    settings.tol_feas = 1e-10
    p = csc_matrix((n, n)) if problem.quadratic is None else csc_matrix(triu(problem.quadratic))
    a = csc_matrix(vstack(rows, format="csc"))
    found = clarabel.DefaultSolver(p, problem.q, a, np.concatenate(right), cones, settings).solve()
    n_before = len(problem.equal_to) + len(problem.at_most)
    price = np.array(found.z[len(problem.equal_to) : n_before])
    return ConicAnswer(np.array(found.x), -np.array(found.z[n_before + 1 :]), str(found.status), price)
