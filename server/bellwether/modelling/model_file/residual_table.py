"""`[residual]`: residual variances that differ between records."""

from __future__ import annotations

import numpy as np
import polars as pl
from bellwether_engine import ModelError, exponential_weights
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from bellwether.modelling.findings import BadInput
from bellwether.modelling.text_table import Table

Matrix = float | list[list[float]]


class ResidualTable(BaseModel):
    """A matrix for each level of a record column, or variances that grow along one."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, strict=True)

    by: str = Field(min_length=1)
    matrices: dict[str, Matrix] | None = None
    slope: float | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> ResidualTable:
        if (self.matrices is None) == (self.slope is None) or self.matrices == {}:
            raise ValueError("give either matrices, one for each level of the column, or a slope")
        return self

    @property
    def stacked(self) -> list[list[list[float]]]:
        """The matrices in their order."""
        assert self.matrices is not None
        return [[[matrix]] if isinstance(matrix, float) else matrix for matrix in self.matrices.values()]

    def classes(self, table: Table, has_trait: NDArray[np.bool_]) -> NDArray[np.int32] | None:
        """Position among the matrices of each record, 0 where a record has no trait.

        Raises
        ------
        BadInput
            A level without a matrix.
        """
        if self.matrices is None:
            return None
        number = {name: k for k, name in enumerate(self.matrices)}
        found = table.column(self.by).replace_strict(number, default=-1, return_dtype=pl.Int32).to_numpy()
        fix = "Add a matrix for it to [residual.matrices], or correct the record"
        wrong = np.asarray((found < 0) & has_trait)
        table.refuse_rows(wrong, "residual_class", "residual class {} has no matrix", fix, self.by)
        return np.asarray(np.maximum(found, 0), dtype=np.int32)

    def weights(self, table: Table, x: NDArray[np.float64], has_trait: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Weights by ``exp(-slope x)``, 1 where a record has no trait.

        Raises
        ------
        BadInput
            A value that is missing or too large.
        """
        assert self.slope is not None
        try:
            return exponential_weights(np.where(has_trait, x, 0.0), self.slope)
        except ModelError as error:
            raise BadInput(
                table.findings(list(error.positions), error.code, error.message, error.fix, self.by)
            ) from error
