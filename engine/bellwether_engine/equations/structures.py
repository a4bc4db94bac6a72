"""What structures of covariance matrices must fulfil before anything is computed."""

from __future__ import annotations

from ..errors import ModelError
from ..model.effect import Effect
from ..model.model import Model
from ..model.structure import CovarianceStructure


def check_structures(model: Model) -> None:
    """Refuse structures that belong to no matrix which is estimated, or that the matrix has no room for.

    Raises
    ------
    ModelError
        ``unknown_structure_of``, ``structure_not_estimated``, ``structure_by_sampling``, ``structure_of_one``,
        ``factors``.
    """
    if not model.structures:
        return
    sizes = _sizes(model)
    for name, structure in model.structures.items():
        place = f"structures.{name}"
        if name not in sizes:
            is_residual = name == "residual"
            why = "the residual matrix is unstructured" if is_residual else f"the model estimates no matrix {name}"
            fix = f"Use the name of a matrix: {', '.join(sizes)}" if sizes else "Remove it: no effect is random"
            raise ModelError("unknown_structure_of", f"{why}: it takes no structure", place=place, fix=fix)
        if model.options.estimate == "none":
            message = f"{name} has a structure and is not estimated: a matrix that is given says its structure itself"
            fix = 'Set estimate = "ai-reml", or remove structures'
            raise ModelError("structure_not_estimated", message, place=place, fix=fix)
        if model.options.estimate == "mc-reml":
            message = f"{name} has a structure, which mc-reml does not estimate: it has no likelihood to compare"
            fix = 'Use estimate = "ai-reml", or remove structures'
            raise ModelError("structure_by_sampling", message, place=place, fix=fix)
        _check_size(name, structure, sizes[name], place)


def _check_size(name: str, structure: CovarianceStructure, size: int, place: str) -> None:
    if size == 1:
        message = f"{name} is a single variance: it has no structure"
        raise ModelError("structure_of_one", message, place=place, fix=f"Remove structures.{name}")
    k, is_analytic = structure.n_factors, structure.structure == "factor_analytic"
    if k > size or (is_analytic and k == size):
        least = "fewer factors than rows" if is_analytic else "at most as many factors as rows"
        message = f"{name} has {size} rows and {k} factors: {structure.structure} takes {least}"
        fix = f"Give factors = {size - 1 if is_analytic else size}, or fewer"
        raise ModelError("factors", message, place=place, fix=fix)


def _sizes(model: Model) -> dict[str, int]:
    """Rows of each matrix of a random effect."""
    is_maternal = any(effect.kind == "maternal" for effect in model.effects)
    found: dict[str, int] = {}
    for effect in model.effects:
        name = _name(effect, is_maternal=is_maternal)
        if name:
            found[name] = found.get(name, 0) + len(effect.acts_on(model.traits)) * effect.n_coefficients
    return found


def _name(effect: Effect, *, is_maternal: bool) -> str:
    """Of its matrix under ``Variances``; empty for a fixed effect."""
    if effect.kind in ("fixed", "covariate"):
        return ""
    if effect.kind in ("additive", "maternal"):
        return "additive_maternal" if is_maternal else "additive"
    return f"random.{effect.name}" if effect.kind == "random" else effect.kind
