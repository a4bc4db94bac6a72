"""What crosses the wire about genotype files."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from bellwether.platform.http.schemas import Schema


class GenotypeFile(Schema):
    """A genotype file of a farm; name it by `genotypes` in a new evaluation."""

    id: UUID
    farm_id: UUID
    name: str
    sha256: str = Field(description="Of the file as it was sent; the same file again is the same genotype file")
    n_bytes: int
    n_animals: int
    n_markers: int
    uploaded_by: UUID
    uploaded_at: datetime
