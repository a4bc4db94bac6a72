"""`[genomic]` of the model file."""

from __future__ import annotations

from typing import Literal

from bellwether_engine import Genomic
from pydantic import BaseModel, ConfigDict

BY_NAME = ("observed", "half", "base")


class GenomicTable(BaseModel):
    """How genotypes enter the model; what is left out has the default of the method."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, strict=True)

    method: Literal["gblup", "snpblup", "ssgblup", "ssgtblup", "sssnpblup", "apy", "single_step"]
    blend: float | None = None
    tune: Literal["none", "chen"] | None = None
    ridge: float = 0.0
    frequencies: str | None = None
    relationship: Literal["vanraden1", "vanraden2"] = "vanraden1"
    core: int | list[str | int] = 5000
    chromosomes: Literal["autosomes", "all"] | list[str] = "autosomes"
    snp_variance: Literal["two_sum_pq"] | float = "two_sum_pq"

    def build(self, seed: int | None) -> Genomic:
        """The engine's options; a core of named animals and frequencies from a file follow in `with_samples`."""
        from_file = self.frequencies is not None and self.frequencies not in BY_NAME
        return Genomic(
            method=self.method,
            blend=self.blend,
            tune=self.tune,
            ridge=self.ridge,
            frequencies="given" if from_file else self.frequencies,  # type: ignore[arg-type]
            relationship=self.relationship,
            snp_variance=self.snp_variance,
            core=self.core if isinstance(self.core, int) else 5000,
            seed=1 if seed is None else seed,
        )
