"""What `fit` was given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..model.genomic import Genomic, Genotypes
from ..model.model import Model
from ..model.records import Records
from ..parallel.executor import Executor
from ..pedigree.pedigree import Pedigree
from ..solution.solution import Solution

Progress = Callable[[float, str], None]


def silent(_share: float, _step: str) -> None:
    """Progress that nobody asked for."""


@dataclass(frozen=True, eq=False)
class Given:
    """The arguments of `fit`, as each stage of it takes them."""

    model: Model
    records: Records
    pedigree: Pedigree
    genotypes: Genotypes | None = None
    inbreeding: NDArray[np.float64] | None = None
    start: Solution | None = None
    tell: Progress = silent
    executor: Executor | None = None

    @property
    def genotyped(self) -> tuple[Genomic, Genotypes]:
        """How genotypes enter the model, and the genotypes, of a model that has both."""
        assert self.model.genomic is not None
        assert self.genotypes is not None
        return self.model.genomic, self.genotypes
