"""The schema of a model: what a model file (TOML) or a request (JSON) may say."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bellwether.modelling.model_file.genomic_table import GenomicTable
from bellwether.modelling.model_file.residual_table import ResidualTable
from bellwether.modelling.model_file.structures_table import StructuresTable

Matrix = float | list[list[float]]


class Strict(BaseModel):
    """Base of the tables: a key that nobody reads is an error, and so is a value of another type."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, strict=True)


class BasisTable(Strict):
    """A basis of random regression."""

    type: Literal["legendre"]
    order: int
    on: str
    range: Annotated[list[float], Field(min_length=2, max_length=2)]


class EffectTable(Strict):
    """One of `[[effects]]`."""

    name: str = Field(min_length=1)
    kind: Literal["fixed", "covariate", "random", "additive", "maternal", "permanent", "permanent_dam"]
    traits: list[str] | None = None
    basis: BasisTable | None = None


class TraitTable(Strict):
    """One of `[[trait]]`."""

    name: str
    type: Literal["linear", "continuous", "ordinal"] = "linear"


class VariancesTable(Strict):
    """`[variances]`: a number or a matrix each."""

    residual: Matrix | None = None
    additive: Matrix | None = None
    additive_maternal: Matrix | None = None
    permanent: Matrix | None = None
    permanent_dam: Matrix | None = None
    random: dict[str, Matrix] = {}


class OptionsTable(Strict):
    """`[options]`."""

    inbreeding: bool = True
    estimate: Literal["none", "ai-reml", "mc-reml"] = "none"
    reliability: Literal["none", "exact", "approximate", "auto"] = "auto"
    weights: str | None = None
    tolerance: float = 1e-6
    seed: int | None = None
    samples: int = 100
    solver: Literal["auto", "direct", "pcg"] = "auto"
    maximum_iterations: int = 5000
    threads: int = 0
    scheduler: str | None = None
    memory_limit_gib: float | None = None
    checked: int = 200


class GroupsTable(Strict):
    """`[groups]`: parent ids of the pedigree that are groups."""

    names: list[str] = Field(min_length=1)


class MetafoundersTable(GroupsTable):
    """`[metafounders]`."""

    gamma: Matrix


class MissingTable(Strict):
    """`[missing]`: cells that mean "unknown", and cells that look like it and do not."""

    codes: list[str] = []
    values: list[str] = []


class ModelTable(Strict):
    """A whole model."""

    traits: list[str] = []
    trait: list[TraitTable] = []
    effects: list[EffectTable] = []
    variances: VariancesTable
    options: OptionsTable = OptionsTable()
    groups: GroupsTable | None = None
    metafounders: MetafoundersTable | None = None
    genomic: GenomicTable | None = None
    residual: ResidualTable | None = None
    structures: StructuresTable | None = None
    missing: MissingTable | None = None

    @property
    def trait_names(self) -> tuple[str, ...]:
        """The traits, by whichever of the two ways they are named."""
        return tuple(self.traits or [trait.name for trait in self.trait])

    @property
    def groups_of_parents(self) -> GroupsTable | None:
        """Groups or metafounders, whichever the model has."""
        return self.metafounders or self.groups
