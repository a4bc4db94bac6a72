"""Records: the phenotypes and the columns that describe them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import as_given, check_fields, checked, floats, named, number
from ..errors import ModelError
from ..pedigree.positions import as_positions


@dataclass(frozen=True, eq=False)
class Records:
    """One row per record; a row may hold several traits measured together.

    Attributes
    ----------
    animal : int32, shape (n_records,)
        Position of the animal in the pedigree.
    values : float64, shape (n_records, n_traits)
        Phenotypes in the unit of each trait, columns in the order of ``Model.traits``; NaN where missing. One dimension
        is read as one trait.
    columns : mapping of str to array of shape (n_records,)
        By name. Classes (``fixed``, ``random``): integer codes 0, 1, ..., in a random effect -1 where the level is
        unknown: the effect adds nothing to that record; covariates and the column of a basis:
        float64; dams (``maternal``, ``permanent_dam``): positions in the pedigree, -1 where the dam of the pedigree is
        meant (and so may the whole column be left out).
    weights : float64, shape (n_records,), optional
        The residual variance of a row is divided by its weight; greater than 0.
    residual_class : int32, shape (n_records,), optional
        Which of the matrices of ``Variances.residual`` belongs to the row.

    Raises
    ------
    ModelError
        For lengths that differ or dimensions too many (``shape``), infinite values (``not_finite``) or weights that are
        not above 0 (``weight``).

    Examples
    --------
    >>> records = Records(animal=[3, 4], values=[4.5, 2.9], columns={"sex": [0, 1]})
    >>> records.values.shape
    (2, 1)
    """

    animal: NDArray[np.int32]
    values: NDArray[np.float64]
    columns: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    weights: NDArray[np.float64] | None = None
    residual_class: NDArray[np.int32] | None = None

    def __post_init__(self) -> None:
        animal = as_positions("animal", self.animal, "records", ModelError)
        values = np.ascontiguousarray(_numbers("values", self.values))
        values = values[:, None] if values.ndim == 1 else values
        check_fields(self, "records", columns=named(as_given()))
        columns = {name: np.ascontiguousarray(column) for name, column in self.columns.items()}
        object.__setattr__(self, "animal", animal)
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "columns", columns)
        if self.weights is not None:
            object.__setattr__(self, "weights", np.ascontiguousarray(_numbers("weights", self.weights)))
        if self.residual_class is not None:
            classes = as_positions("residual_class", self.residual_class, "records", ModelError)
            object.__setattr__(self, "residual_class", classes)
        self._check()

    @property
    def n_records(self) -> int:
        """Number of rows."""
        return len(self.animal)

    def _check(self) -> None:
        n = self.n_records
        lengths = {"values": len(self.values)} | {
            f"columns.{name}": len(column) for name, column in self.columns.items()
        }
        if self.weights is not None:
            lengths["weights"] = len(self.weights)
        if self.residual_class is not None:
            lengths["residual_class"] = len(self.residual_class)
        for name, length in lengths.items():
            if length != n:
                message = f"{name} has {length} rows, animal has {n}"
                raise ModelError("shape", message, place="records", fix="Give one value per record")
        dimensions = {"values": self.values.ndim - 1} | {name: column.ndim for name, column in self.columns.items()}
        if self.weights is not None:
            dimensions["weights"] = self.weights.ndim
        for name, count in dimensions.items():
            if count != 1:
                message = f"{name} has {count - 1} dimensions too many"
                raise ModelError("shape", message, place="records", fix="Give one value per record (and trait)")
        if np.isinf(self.values).any():
            wrong = np.flatnonzero(np.isinf(self.values).any(axis=1))
            raise _of_rows("not_finite", "one of the values is infinite", "Set it to missing", wrong)
        if self.weights is not None:
            wrong = np.flatnonzero(~(np.isfinite(self.weights) & (self.weights > 0)))
            if wrong.size:
                message = "one of the weights is missing or not above 0"
                raise _of_rows("weight", message, "Give a weight above 0", wrong)


@checked(x=floats("n", empty=True), slope=number())
def exponential_weights(x: ArrayLike, slope: float) -> NDArray[np.float64]:
    """Weights of records whose residual variance is ``var_e exp(slope x)``, float64 of shape (n_records,).

    With ``log var_e = b0 + b1 x`` the variance given to the model is ``exp(b0)`` and the slope b1.

    Parameters
    ----------
    x : float64, shape (n_records,)
        What the residual variance depends on, in its own unit.
    slope : float
        Change of the logarithm of the residual variance with one unit of `x`.

    Raises
    ------
    ModelError
        ``not_finite`` for an `x` that is missing, or a weight that is 0 or infinite.

    References
    ----------
    Foulley et al. 1992, GSE 24:31 (log-linear models of residual variances).

    Examples
    --------
    >>> exponential_weights([0.0, 1.0], np.log(2.0))
    array([1. , 0.5])
    """
    with np.errstate(over="ignore", under="ignore"):
        weights = np.exp(-slope * np.asarray(x, dtype=np.float64))
    wrong = np.flatnonzero(~(np.isfinite(weights) & (weights > 0.0)))
    if wrong.size:
        message = "the residual variance of a record is 0 or infinite by its x and the slope"
        raise _of_rows("not_finite", message, "Fill in the column, or centre it and look at the slope", wrong)
    return weights


def _numbers(name: str, value: ArrayLike) -> NDArray[np.float64]:
    """Real numbers of any shape, some of them missing."""
    given = np.asarray(as_given("iuf")(name, value, {}), dtype=np.float64)
    if not given.ndim:
        raise ModelError("shape", f"{name} has no rows", place="records", fix="Give one value per record")
    return given


def _of_rows(code: str, message: str, fix: str, rows: NDArray[np.intp]) -> ModelError:
    """A refusal that shows 20 rows and says how many there are."""
    shown = tuple(int(i) for i in rows[:20])
    return ModelError(code, message, place="records", fix=fix, positions=shown, total=len(rows))
