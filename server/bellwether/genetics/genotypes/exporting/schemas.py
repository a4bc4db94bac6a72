"""What crosses the wire about exports of genotypes."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from bellwether.platform.http.schemas import Schema

Format = Literal["plink", "vcf", "vcf_zarr", "parquet"]


class NewGenotypeExport(Schema):
    """Genotypes of a farm on a chip, to be written as a file."""

    farm_id: UUID
    chip_id: int = Field(ge=1, le=2**31 - 1)
    format: Format
    map_version: int | None = Field(default=None, ge=1, le=32_767, description="The latest where none is named")
    with_shared: bool = Field(default=False, description="With animals that other farms share")

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"farm_id": "0198c5a2-7c11-7d3e-9a41-1f2d3c4b5a60", "chip_id": 1, "format": "plink"}]
        }
    )


class GenotypeExport(Schema):
    """An export; its id is that of its job."""

    id: UUID
    farm_id: UUID
    chip_id: int
    map_version: int
    format: Format
    with_shared: bool
    state: str = Field(description="waiting, ready, expired, or what its job ended with")
    file_name: str | None
    media_type: str | None
    size_bytes: int | None
    sha256: str | None
    n_samples: int | None
    n_markers: int | None
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None
