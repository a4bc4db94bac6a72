"""Which variances the data can tell apart at all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError
from ..solution.parts import Notice
from .components import Component, triangle
from .state import Problem, State

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
NOTHING = 1e-10
ROUNDING = 1e-20
INVOLVED = 1e-3


def without_information(
    state: State, nothing: float = NOTHING, absent: Bools | None = None
) -> tuple[Bools, tuple[Notice, ...]]:
    """Covariances that keep their start value, because no level has both traits; and a warning for each.

    Parameters
    ----------
    state : State
        At the start values.
    nothing : float
        Share of its size below which an information is none: above the error of the solver.
    absent : bool, shape (n_parameters,), optional
        Covariances that the model does not have: they are 0 and stay so, without a warning.

    Raises
    ------
    ModelError
        ``not_estimable``: variances without any information, or variances that act on the data alike; all of them.
        ``too_few_records``.
    """
    problem = state.problem
    _refuse_few_records(problem)
    empty = _empty(state, nothing)
    fixed = np.zeros(len(state.theta), dtype=bool) if absent is None else absent.copy()
    notices, lost = [], []
    for component in problem.components:
        for i, (j, k) in enumerate(triangle(component.size)):
            if empty[component.start + i] and not fixed[component.start + i]:
                fixed[component.start + i] = True
                if j == k:
                    lost.append((component, j))
                else:
                    notices.append(_kept(component, j, k))
    if lost:
        raise _refuse_empty(lost)
    _refuse_alike(state, fixed, nothing)
    return fixed, tuple(notices)


def _empty(state: State, nothing: float) -> Bools:
    """Parameters that the records hold no information on."""
    size, own = state.size_of_variates, np.diag(state.average_information)
    empty = np.asarray(own <= nothing * size)
    for component in state.problem.components:
        deviations = np.sqrt(np.diag(component.matrix(state.theta)))
        scale = np.array([(deviations[j] * deviations[k]) ** 2 for j, k in triangle(component.size)])
        scaled = size[component.own] * scale
        empty[component.own] |= scaled <= ROUNDING * scaled.max()
    return empty


def _kept(component: Component, j: int, k: int) -> Notice:
    first, second = component.labels[k], component.labels[j]
    if component.name == "residual":
        message = (
            f"{first} and {second} are never recorded together: "
            "their residual covariance cannot be estimated and is fixed at 0"
        )
    else:
        message = f"no level has both {first} and {second}: their covariance in {component.name} keeps its start value"
    return Notice("covariance_kept", message, component.effect)


def _refuse_few_records(problem: Problem) -> None:
    n, p, parameters = len(problem.equations.design.y), problem.n_fixed, problem.residual.own.stop
    if n - p <= parameters:
        message = (
            f"{n} observations and {p} fixed columns leave {n - p} degrees of freedom for {parameters} (co)variances"
        )
        raise ModelError("too_few_records", message, place="options.estimate", fix="Add records, or fix the variances")


def _refuse_empty(lost: list[tuple[Component, int]]) -> ModelError:
    named: dict[str, Component] = {component.effect: component for component, _ in lost}
    each = [
        f"{effect} ({component.name}: {', '.join(component.labels[j] for c, j in lost if c is component)})"
        for effect, component in named.items()
    ]
    message = f"the records hold no information on the variance of {_listed(each)}: the fixed effects explain all of it"
    fix = f"Take {_listed(list(named))} out of the model, or the fixed effects with the same levels"
    return ModelError("not_estimable", message, place=f"effects.{next(iter(named))}", fix=fix)


def _refuse_alike(state: State, fixed: Bools, nothing: float) -> None:
    free = np.flatnonzero(~fixed)
    information = state.average_information[np.ix_(free, free)]
    root = 1.0 / np.sqrt(np.diag(information))
    values, vectors = np.linalg.eigh(information * np.outer(root, root))
    null = vectors[:, values < nothing]
    if not null.shape[1]:
        return
    sets = [free[members] for members in _tied(null)]
    components, n = state.problem.components, len(state.problem.equations.design.y)
    found = [_alike([c for c in components if np.isin(np.arange(c.own.start, c.own.stop), s).any()], n) for s in sets]
    effects = list(dict.fromkeys(effect for _, effect in found))
    fix = f'Take {_listed(effects)} out of the model, or use estimate = "none"'
    message = "; ".join(dict.fromkeys(message for message, _ in found))
    raise ModelError("not_estimable", message, place=f"effects.{effects[0]}", fix=fix)


def _tied(null: Floats) -> list[NDArray[np.intp]]:
    """Parameters that share a direction without information, in sets that have nothing to do with each other."""
    projector = np.abs(null @ null.T) > INVOLVED
    left, sets = set(np.flatnonzero(np.diag(projector)).tolist()), []
    while left:
        members: set[int] = set()
        reached = {min(left)}
        while reached - members:
            members |= reached
            reached = set(np.flatnonzero(projector[sorted(members)].any(axis=0)).tolist())
        sets.append(np.array(sorted(members), dtype=np.intp))
        left -= members
    return sets


def _alike(involved: list[Component], n_observations: int) -> tuple[str, str]:
    """What is wrong with components that cannot be told apart, and the effect to take out."""
    effects = list(dict.fromkeys(component.effect for component in involved))
    if len(involved) == 1:
        labels = ", ".join(involved[0].labels)
        return f"the (co)variances of {effects[0]} ({labels}) cannot be told apart", effects[0]
    reason = "they act on the records alike"
    single = [c for c in involved[:-1] if c.n_levels * c.size >= n_observations]
    if single and involved[-1].effect == "residual":
        reason = f"{single[0].effect} has a level for every record, so that it cannot be told from the residual"
    names = [f"{c.effect} ({c.name})" if effects.count(c.effect) < _times(involved, c) else c.effect for c in involved]
    return f"the variances of {_listed(names)} cannot be told apart: {reason}", effects[0]


def _times(involved: list[Component], component: Component) -> int:
    return sum(other.effect == component.effect for other in involved)


def _listed(names: list[str]) -> str:
    """Names as a sentence lists them.

    Examples
    --------
    >>> _listed(["herd", "litter", "residual"])
    'herd, litter and residual'
    """
    return " and ".join([part for part in (", ".join(names[:-1]), names[-1]) if part])
