"""What crosses the wire about index weights."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from bellwether.genetics.indexes.schemas import Weight
from bellwether.genetics.traits.schemas import TraitCode
from bellwether.platform.http.schemas import Schema

FLOCK = "0198c5a2-7c11-7d3e-9a41-1f2d3c4b5a69"
Method = Literal["economic", "restricted", "desired_gains"]
Amount = Annotated[float, Field(ge=-1e9, le=1e9)]


class Wish(Schema):
    """What is wanted of a trait."""

    trait: TraitCode
    value: Amount | None = Field(default=None, description="What one unit is worth: `economic`, `restricted`")
    gain: Amount | None = Field(
        default=None, description="In the unit of the trait: `desired_gains`, of which only the proportions count"
    )
    is_unchanged: bool = Field(default=False, description="The trait is to stay as it is: `restricted`")


class WeightsOf(Schema):
    """A method, and what it takes of each trait."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "flock_id": FLOCK,
                    "method": "restricted",
                    "traits": [{"trait": "WWT", "value": 1.2}, {"trait": "AWT", "value": 0.2, "is_unchanged": True}],
                }
            ]
        }
    )

    run_id: UUID | None = Field(default=None, description="This very run; or flock_id")
    flock_id: UUID | None = Field(default=None, description="The run that this flock goes by")
    method: Method
    traits: Annotated[list[Wish], Field(min_length=1, max_length=50)]
    born_from: Annotated[int, Field(ge=1900, le=2200)] | None = Field(
        default=None, description="Reliabilities of these drops and later ones count; left out: of all the flock"
    )


class TraitResponse(Schema):
    """What selection on the index does to a trait."""

    trait: str
    gain: float = Field(description="In each generation at a selection intensity of 1, in the unit of the trait")
    mean_reliability: float


class IndexWeights(Schema):
    """Weights of breeding values, ready to be kept as an index."""

    run_id: UUID
    method: Method
    n_animals: int = Field(description="Animals whose reliabilities were averaged")
    weights: list[Weight]
    response: list[TraitResponse]
    standard_deviation: float = Field(description="Of the index among such animals")
    accuracy: float | None = Field(
        description="Correlation of the index with the goal; null for desired gains, which have no goal"
    )
