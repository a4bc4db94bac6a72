"""What the engine refuses, each time with a stable code, the place and the remedy."""

from __future__ import annotations

from typing import Any


class EngineError(ValueError):
    """Base of all refusals.

    Attributes
    ----------
    code : str
        Stable name of the rule, for example ``pedigree_loop``.
    message : str
        What is wrong.
    place : str
        The part of the input: ``pedigree``, ``records``, ``effects.sex``, ``variances.additive``, ``options.solver``.
    fix : str
        What to do about it.
    positions : tuple of int
        Animals (places ``pedigree``) or rows of the records (places ``records``) that break the rule, at most 20 of
        them. A loop is given as its path, the first animal repeated at the end.
    total : int
        How many break it.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        place: str = "",
        fix: str = "",
        positions: tuple[int, ...] = (),
        total: int | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.place = place
        self.fix = fix
        self.positions = positions
        self.total = len(positions) if total is None else total

    def __reduce__(self) -> tuple[Any, ...]:
        """Errors cross process borders whole."""
        return _again, (type(self), self.code, self.message, self.place, self.fix, self.positions, self.total)


def _again(
    kind: type[EngineError], code: str, message: str, place: str, fix: str, positions: tuple[int, ...], total: int
) -> EngineError:
    return kind(code, message, place=place, fix=fix, positions=positions, total=total)


class PedigreeError(EngineError):
    """The pedigree contradicts itself: a loop, an animal used as sire and dam, a position that does not exist."""


class ModelError(EngineError):
    """Model, variances or records cannot be used, or ask for something that the engine does not have."""


class NotConverged(EngineError):
    """The solver stopped short of the tolerance; such a run has no breeding values."""


def reml_not_converged(message: str) -> NotConverged:
    """The refusal of an estimation of variances that does not arrive."""
    fix = "Start from other variances, or take out the effect with the smallest variance"
    return NotConverged("reml_not_converged", message, place="options.estimate", fix=fix)
