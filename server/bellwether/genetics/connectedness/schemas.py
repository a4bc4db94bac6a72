"""What crosses the wire about connectedness."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from bellwether.genetics.traits.schemas import TraitCode
from bellwether.platform.http.schemas import Schema

FLOCK = "0198c5a2-7c11-7d3e-9a41-1f2d3c4b5a69"


class NewConnectedness(Schema):
    """Which units of which run; the result is that of the job."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"flock_id": FLOCK, "trait": "WWT", "of": "group", "born_from": 2023}]}
    )

    run_id: UUID | None = Field(default=None, description="This very run; or flock_id")
    flock_id: UUID | None = Field(default=None, description="The run that this flock goes by")
    trait: TraitCode
    of: Literal["flock", "group"] = Field(description="Flocks, or contemporary groups of the trait")
    born_from: Annotated[int, Field(ge=1900, le=2200)] | None = Field(
        default=None, description="Animals of these drops and later ones count for the means; left out: all"
    )
