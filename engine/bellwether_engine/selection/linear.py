"""The one place that knows the solver of linear and mixed-integer programs."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

Vector = NDArray[np.float64]
NODES = 20_000


@dataclass(frozen=True, eq=False)
class LinearProblem:
    """``max values'x`` subject to ``row_lower <= M x <= row_upper`` and ``lower <= x <= upper``.

    Attributes
    ----------
    values, lower, upper : float64, shape (n,)
    matrix : csc_array, shape (m, n)
        M.
    row_lower, row_upper : float64, shape (m,)
    is_integer : bool, shape (n,), optional
    """

    values: Vector
    matrix: csc_array
    row_lower: Vector
    row_upper: Vector
    lower: Vector
    upper: Vector
    is_integer: NDArray[np.bool_] | None = None


@dataclass(frozen=True, eq=False)
class LinearAnswer:
    """What the solver found.

    Attributes
    ----------
    x : float64, shape (n,)
        A vertex for a linear program; empty where there is none.
    prices : float64, shape (m,)
        Gain per unit of each row's limit (linear programs; 0 for integer ones).
    bound : float
        The objective cannot exceed it.
    status : str
        ``Optimal``, ``Infeasible`` or the solver's word.
    """

    x: Vector
    prices: Vector
    bound: float
    status: str


def solve_linear(problem: LinearProblem, *, gap: float = 1e-9) -> LinearAnswer:
    """Solve by HiGHS (Huangfu and Hall 2018, Math Program Comput 10:119), on one thread, after at most 20,000 nodes.

    Examples
    --------
    >>> row = csc_array(np.array([[2.0, 1.0]]))
    >>> ones, none = np.ones(2), np.array([-np.inf])
    >>> problem = LinearProblem(np.array([3.0, 1.0]), row, none, np.array([2.5]), 0 * ones, ones)
    >>> answer = solve_linear(problem)
    >>> answer.x, answer.bound, answer.prices
    (array([1. , 0.5]), 3.5, array([1.]))
    >>> solve_linear(LinearProblem(ones, row, none, np.array([2.5]), 0 * ones, ones, ones > 0)).x
    array([1., 0.])
    """
    model = highspy.Highs()
    is_integer = problem.is_integer is not None and bool(problem.is_integer.any())
    for name, value in {
        "output_flag": False,
        "threads": 1,
        "random_seed": 0,
        "mip_rel_gap": gap,
        "mip_abs_gap": gap,
        "mip_max_nodes": NODES,
    }.items():
        model.setOptionValue(name, value)
    model.passModel(_program(problem))
    model.run()
    status = str(model.modelStatusToString(model.getModelStatus()))
    solution, info = model.getSolution(), model.getInfo()
    has_solution = solution.value_valid and status != "Infeasible"
    bound = -info.mip_dual_bound if is_integer else -info.objective_function_value
    return LinearAnswer(
        x=np.array(solution.col_value) if has_solution else np.zeros(0),
        prices=np.zeros(len(problem.row_lower)) if is_integer else -np.array(solution.row_dual),
        bound=float(bound),
        status=status,
    )


def _program(problem: LinearProblem) -> highspy.HighsLp:
    """The problem as the solver's minimum."""
    matrix = problem.matrix
    program = highspy.HighsLp()
    program.num_row_, program.num_col_ = matrix.shape
    program.col_cost_ = -problem.values
    program.col_lower_, program.col_upper_ = problem.lower, problem.upper
    program.row_lower_, program.row_upper_ = problem.row_lower, problem.row_upper
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_, program.a_matrix_.index_ = matrix.indptr, matrix.indices
    program.a_matrix_.value_ = matrix.data
    if problem.is_integer is not None:
        kinds = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
        program.integrality_ = [kinds[0] if flag else kinds[1] for flag in problem.is_integer]
    return program
