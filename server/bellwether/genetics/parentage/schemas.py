"""What crosses the wire about parentage checks."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from bellwether.platform.http.schemas import Schema

FARM = "0198c5a2-7c11-7d3e-9a41-1f2d3c4b5a69"


class NewParentageCheck(Schema):
    """Whose parents are asked of the genotypes; the result is that of the job."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"farm_id": FARM, "chip_id": 1, "n_markers": 1000}]})

    farm_id: UUID
    chip_id: int = Field(ge=1, le=2_000_000_000)
    offspring_ids: Annotated[list[UUID], Field(min_length=1, max_length=2000)] | None = Field(
        default=None, description="Left out: every genotyped animal that was born on the farm"
    )
    sire_ids: Annotated[list[UUID], Field(min_length=1, max_length=2000)] | None = Field(
        default=None, description="Left out: every genotyped animal that is not female"
    )
    dam_ids: Annotated[list[UUID], Field(min_length=1, max_length=5000)] | None = Field(
        default=None, description="Left out: every genotyped animal that is not male"
    )
    n_markers: int = Field(default=1000, ge=50, le=10_000, description="Spread over the autosomes")
    error_rate: float = Field(default=0.005, gt=0, lt=0.5, description="Of a call")
    propose: bool = Field(
        default=False, description="Tell the farm of parents that were found: claims by DNA, which a person accepts"
    )
