"""Parameters that several reports have."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import Query

from bellwether.farm.schemas import Day, TraitCode
from bellwether.sheep.traits import weights

if TYPE_CHECKING:
    WeightCode = str
else:
    WeightCode = Literal[tuple(weights())]

Since = Annotated[Day | None, Query(description="Only what was measured on this day or later")]
Until = Annotated[Day | None, Query(description="Only what was measured on this day or earlier")]
Drop = Annotated[int | None, Query(ge=1900, le=2200, description="Only animals of this drop")]
Mob = Annotated[str | None, Query(max_length=200, description="Only animals that are in the mob of this name now")]
WeightTrait = Annotated[WeightCode, Query(description="Which weight")]
AnyTrait = Annotated[TraitCode, Query(description="Which trait")]
NO_MOB = "in no mob"


@dataclass(frozen=True)
class Nothing:
    """A report of the whole farm as it is today."""


@dataclass(frozen=True)
class OfDrop:
    """A report of one drop, or of all."""

    drop: Drop = None
