"""Variances of a model and the checks that they must pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import as_given, check_fields, named
from ..errors import ModelError

ROUNDED = 5e-7


@dataclass(frozen=True, eq=False)
class Variances:
    """(Co)variance matrices, each over the traits (and coefficients) of its effect, in squared units of the traits.

    Attributes
    ----------
    residual : float64, shape (n_traits, n_traits) or (n_classes, n_traits, n_traits)
        R0, or one for each of ``Records.residual_class``. A number is read as a 1 x 1 matrix, here and below.
    additive : float64, shape (k, k), optional
        G0 over the traits of the additive effect; with a basis over traits, then coefficients inside each trait.
    additive_maternal : float64, shape (k, k), optional
        Direct traits first, then maternal traits. Excludes `additive`; needed by a model with a maternal effect.
    permanent, permanent_dam : float64, optional
        Permanent environment of the animal and of its dam.
    random : mapping of str to float64
        By the name of the effect.
    singular : tuple of str
        ``residual`` where it has variances above 0 and is singular, such as one with a correlation of 1: its variances
        are raised by a millionth, so that it has an inverse. Other matrices may be singular as they are.

    Raises
    ------
    ModelError
        For a matrix that is not square (``not_square``), not symmetric (``not_symmetric``) or not positive definite
        (``not_positive_definite``), and for both additive matrices at once (``two_additive``).

    Examples
    --------
    >>> Variances(residual=40.0, additive=20.0).additive
    array([[20.]])
    """

    residual: NDArray[np.float64]
    additive: NDArray[np.float64] | None = None
    additive_maternal: NDArray[np.float64] | None = None
    permanent: NDArray[np.float64] | None = None
    permanent_dam: NDArray[np.float64] | None = None
    random: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    singular: tuple[str, ...] = field(default=(), init=False)

    def __post_init__(self) -> None:
        for name in ("residual", "additive", "additive_maternal", "permanent", "permanent_dam"):
            matrix = getattr(self, name)
            if matrix is not None or name == "residual":
                read = _residuals if name == "residual" else square
                object.__setattr__(self, name, read(matrix, f"variances.{name}"))
        check_fields(self, "variances", random=named(as_given("iuf")))
        checked = {name: square(matrix, f"variances.random.{name}") for name, matrix in self.random.items()}
        object.__setattr__(self, "random", checked)
        if self.residual.ndim == 2 and is_singular(self.residual):
            object.__setattr__(self, "residual", raised(self.residual))
            object.__setattr__(self, "singular", ("residual",))
        if self.additive is not None and self.additive_maternal is not None:
            message = "additive and additive_maternal exclude each other"
            fix = "Keep additive_maternal for a maternal model, additive otherwise"
            raise ModelError("two_additive", message, place="variances", fix=fix)


def is_singular(matrix: NDArray[np.float64]) -> bool:
    """Is a matrix with variances above 0 singular, apart from rounding to six digits?

    Examples
    --------
    >>> is_singular(np.array([[4.0, 2.0], [2.0, 1.0]])), is_singular(np.eye(2))
    (True, False)
    """
    variances = np.diag(matrix)
    if not (variances > 0.0).all():
        return False
    return bool(abs(float(np.linalg.eigvalsh(matrix / np.sqrt(np.outer(variances, variances)))[0])) < ROUNDED)


def raised(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """A singular matrix with larger variances, so that no correlation is 1."""
    return np.asarray(matrix + 2.0 * ROUNDED * np.diag(np.diag(matrix)))


def _residuals(matrix: ArrayLike, place: str) -> NDArray[np.float64]:
    """One checked matrix, or one for each residual class."""
    try:
        by_class = np.ndim(matrix) == 3
    except ValueError:
        by_class = False
    return np.stack([square(one, place) for one in np.asarray(matrix)]) if by_class else square(matrix, place)


def square(matrix: ArrayLike, place: str) -> NDArray[np.float64]:
    """`matrix` as a checked symmetric float64 matrix.

    Raises
    ------
    ModelError
        ``not_square``, ``not_finite`` or ``not_symmetric``.
    """
    try:
        values = np.atleast_2d(np.array(as_given("iuf")("the matrix", matrix, {}), dtype=np.float64))
    except ModelError as error:
        message = "the rows of a matrix differ in length, or are not numbers"
        raise ModelError("not_square", message, place=place, fix="Complete it") from error
    if values.ndim != 2 or values.shape[0] != values.shape[1]:
        raise ModelError(
            "not_square", f"a matrix of shape {values.shape} is not square", place=place, fix="Complete it"
        )
    if not np.isfinite(values).all():
        raise ModelError("not_finite", "a (co)variance is missing or infinite", place=place, fix="Give a number")
    if not np.allclose(values, values.T, rtol=1e-10, atol=1e-12):
        fix = "Make the element above the diagonal equal to the one below"
        raise ModelError("not_symmetric", "a covariance matrix is not symmetric", place=place, fix=fix)
    return values


def inverse(matrix: NDArray[np.float64], place: str) -> NDArray[np.float64]:
    """Inverse of a covariance matrix.

    Raises
    ------
    ModelError
        ``not_positive_definite``, with its smallest eigenvalue.
    """
    scale = np.sqrt(np.abs(np.diag(matrix)))
    scaled = matrix / np.outer(scale, scale) if (scale > 0).all() else matrix
    smallest = float(np.linalg.eigvalsh(scaled)[0])
    if (np.diag(matrix) <= 0).any() or smallest < 1e-10:
        message = f"the matrix is not positive definite (smallest eigenvalue, scaled to correlations: {smallest:.3g})"
        fix = "Every variance must be above 0 and every correlation between -1 and 1: bend the matrix or drop an effect"
        raise ModelError("not_positive_definite", message, place=place, fix=fix)
    inverted = np.asarray(np.linalg.inv(matrix), dtype=np.float64)
    return (inverted + inverted.T) / 2.0
