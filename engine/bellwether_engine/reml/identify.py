"""Which variances the data can tell apart at all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError
from ..solution import Notice
from .components import Component, triangle
from .likelihood import Point

NOTHING = 1e-10
ROUNDING = 1e-20


def without_information(point: Point) -> tuple[NDArray[np.bool_], tuple[Notice, ...]]:
    """Covariances that keep their start value, because no level has both traits; and a warning for each.

    Raises
    ------
    ModelError
        ``not_estimable``: a variance without any information, or variances that act on the data alike.
        ``too_few_records``.
    """
    problem, information = point.problem, point.average_information
    _refuse_few_records(point)
    size = point.size_of_variates
    fixed, notices = np.zeros(len(point.theta), dtype=bool), []
    for component in problem.components:
        deviations = np.sqrt(np.diag(component.matrix(point.theta)))
        pairs = triangle(component.size)
        scaled = size[component.own] * np.array([(deviations[j] * deviations[k]) ** 2 for j, k in pairs])
        for i, (j, k) in enumerate(pairs):
            at = component.start + i
            if scaled[i] > ROUNDING * scaled.max() and information[at, at] > NOTHING * size[at]:
                continue
            if j == k:
                raise _refuse(problem.components, [at], len(problem.equations.design.y))
            fixed[at] = True
            pair = f"{component.labels[j]} and {component.labels[k]}"
            message = f"no level has both {pair}: their covariance in {component.name} keeps its start value"
            notices.append(Notice("covariance_kept", message, component.effect))
    _refuse_alike(point, fixed)
    return fixed, tuple(notices)


def _refuse_few_records(point: Point) -> None:
    n, p = len(point.problem.equations.design.y), point.problem.n_fixed
    if n - p <= len(point.theta):
        message = (
            f"{n} observations and {p} fixed columns leave {n - p} degrees of freedom "
            f"for {len(point.theta)} (co)variances"
        )
        raise ModelError("too_few_records", message, place="options.estimate", fix="Add records, or fix the variances")


def _refuse_alike(point: Point, fixed: NDArray[np.bool_]) -> None:
    free = np.flatnonzero(~fixed)
    information = point.average_information[np.ix_(free, free)]
    root = 1.0 / np.sqrt(np.diag(information))
    values, vectors = np.linalg.eigh(information * np.outer(root, root))
    if values[0] < NOTHING:
        involved = free[np.abs(vectors[:, 0]) > 0.1]
        raise _refuse(point.problem.components, involved.tolist(), len(point.problem.equations.design.y))


def _refuse(components: tuple[Component, ...], parameters: list[int], n_observations: int) -> ModelError:
    involved = [c for c in components if any(c.own.start <= at < c.own.stop for at in parameters)]
    first = involved[0]
    place = f"effects.{first.effect}"
    if len(involved) == 1:
        message = f"the records hold no information on the variance of {first.effect} ({first.name})"
        return ModelError("not_estimable", message, place=place, fix=f"Take {first.effect} out of the model")
    names = " and ".join([", ".join(c.effect for c in involved[:-1]), involved[-1].effect])
    reason = "they act on the records alike"
    single = [c for c in involved[:-1] if c.n_levels * c.size >= n_observations]
    if single and involved[-1].effect == "residual":
        reason = f"{single[0].effect} has a level for every record, so that it cannot be told from the residual"
    message = f"the variances of {names} cannot be told apart: {reason}"
    fix = f'Take {first.effect} out of the model, or use estimate = "none"'
    return ModelError("not_estimable", message, place=place, fix=fix)
