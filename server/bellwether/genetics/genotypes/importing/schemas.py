"""What crosses the wire about imports of genotypes."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from bellwether.platform.http.schemas import Schema


class ImportOptions(Schema):
    """How a file is read where it could be read in two ways. What is not said is refused, never guessed."""

    strand: Literal["same", "either", "either_but_palindromic"] = Field(
        default="either",
        description="same: alleles are on the strand of the map. either: markers are turned where needed, and those "
        "that read the same on both strands (A/T, C/G) are refused where others were turned; either_but_palindromic: "
        "they are missing",
    )
    foreign_markers: Literal["refuse", "leave_out"] = Field(
        default="refuse", description="Markers of the file that the map does not have"
    )
    positions: Literal["refuse", "of_map"] = Field(
        default="refuse", description="Markers that stand elsewhere in the file than on the map"
    )
    counts: Literal["counted", "other"] | None = Field(
        default=None, description="Which allele of the map a file without alleles counts"
    )
    unknown_animals: Literal["refuse", "leave_out"] = Field(
        default="refuse", description="Samples that name no animal of the farm"
    )
    existing: Literal["refuse", "leave_out", "correct"] = Field(
        default="refuse", description="Samples that have genotypes of this chip already"
    )
    min_call_rate: float = Field(default=0.9, ge=0, le=1, description="Samples below are set apart")
    samples: dict[str, str] = Field(
        default_factory=dict, max_length=100_000, description="Sample by name to its animal, by id or tag"
    )


class NewImport(Schema):
    """A kept file to be taken in as genotypes of a chip."""

    genotype_file_id: UUID
    chip_id: int = Field(ge=1, le=2**31 - 1)
    options: ImportOptions = ImportOptions()

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "genotype_file_id": "0198c5a2-7c11-7d3e-9a41-1f2d3c4b5a60",
                    "chip_id": 1,
                    "options": {"foreign_markers": "leave_out"},
                }
            ]
        }
    )


class Import(Schema):
    """An import; its id is that of its job."""

    id: UUID
    farm_id: UUID
    chip_id: int
    map_version: int
    file_name: str
    sha256: str
    options: dict[str, object]
    state: str = Field(description="Of its job")
    n_samples: int | None
    n_accepted: int | None
    n_quarantined: int | None = Field(description="Samples that were set apart: they are in no read until accepted")
    report: dict[str, object] | None = Field(
        description="Quality of markers and samples, and what contradicts the pedigree"
    )
    created_at: datetime
    finished_at: datetime | None


class ImportedSample(Schema):
    """A sample of an import."""

    id: UUID
    name: str
    animal_id: UUID
    version: int
    state: str
    reasons: list[str] = Field(description="Why it was set apart")
    call_rate: float
    heterozygosity: float | None
    f: float | None = Field(description="Excess of homozygotes over what the frequencies of the file let expect")
