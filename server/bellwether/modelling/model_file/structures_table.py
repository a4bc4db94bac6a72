"""`[structures]`: covariance matrices that are estimated with fewer parameters than pairs of traits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from bellwether_engine import CovarianceStructure, ModelError
from pydantic import BaseModel, ConfigDict


class StructureTable(BaseModel):
    """What one matrix is made of."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, strict=True)

    structure: Literal["unstructured", "reduced_rank", "factor_analytic", "diagonal"]
    factors: int | None = None


class StructuresTable(BaseModel):
    """A structure for each matrix of `[variances]` that has one, by the same names."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, strict=True)

    additive: StructureTable | None = None
    additive_maternal: StructureTable | None = None
    permanent: StructureTable | None = None
    permanent_dam: StructureTable | None = None
    random: dict[str, StructureTable] = {}

    def build(self) -> dict[str, CovarianceStructure]:
        """The engine's structures.

        Raises
        ------
        ModelError
            ``factors``: they are missing, below 1, or given where there are none.
        """
        return {name: _built(name, table) for name, table in self._given()}

    def _given(self) -> Iterator[tuple[str, StructureTable]]:
        for name in ("additive", "additive_maternal", "permanent", "permanent_dam"):
            table = getattr(self, name)
            if table is not None:
                yield name, table
        yield from ((f"random.{name}", table) for name, table in self.random.items())


def _built(name: str, table: StructureTable) -> CovarianceStructure:
    try:
        return CovarianceStructure(table.structure, table.factors)
    except ModelError as error:
        message = f"{name}: {error.message}"
        raise ModelError(error.code, message, place=f"structures.{name}", fix=error.fix) from error
