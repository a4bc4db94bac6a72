"""What crosses the wire about single genes."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from bellwether.platform.http.schemas import Schema


class Gene(Schema):
    """A gene that is tested, with its alleles."""

    code: str
    name: str
    kind: str = Field(description="scrapie, recessive defect or major gene")
    alleles: list[str]
    effect: str = Field(description="The allele whose copies are counted")
    about: str


class Genes(Schema):
    """All genes."""

    items: list[Gene]


class NewResult(Schema):
    """What a laboratory found at a gene of an animal."""

    animal_id: UUID
    gene: Annotated[str, Field(max_length=20, examples=["PRNP"])]
    genotype: Annotated[str, Field(max_length=60, examples=["ARR/ARQ", "136AA 154RR 171QR"])]
    tested_on: date | None = None
    laboratory: Annotated[str | None, Field(max_length=120)] = None


class NewResults(Schema):
    """Results of a farm; all are kept, or none."""

    farm_id: UUID
    results: list[NewResult] = Field(min_length=1, max_length=1000)
    existing: Literal["refuse", "correct"] = Field(
        default="refuse", description="What becomes of a result that contradicts the one that is there"
    )

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "farm_id": "0198c5a2-7c11-7d3e-9a41-1f2d3c4b5a60",
                    "results": [
                        {
                            "animal_id": "0198c5a2-7c11-7d3e-9a41-1f2d3c4b5a69",
                            "gene": "PRNP",
                            "genotype": "ARR/ARQ",
                        }
                    ],
                }
            ]
        }
    )


class Result(Schema):
    """What is known of a gene of an animal."""

    id: UUID
    farm_id: UUID
    animal_id: UUID
    gene: str
    genotype: str
    meaning: str = Field(description="R1 to R5 for scrapie; free, carrier or affected; none, one copy or two copies")
    tested_on: date | None
    laboratory: str | None
    is_current: bool = Field(description="false: another result has superseded it")
    created_at: datetime


class Results(Schema):
    """What was kept, and how many said what was known."""

    items: list[Result]
    known: int


class GenotypeCount(Schema):
    """Animals of a farm with a genotype."""

    genotype: str
    meaning: str
    animals: int


class AlleleFrequency(Schema):
    """An allele in the tested animals of a farm."""

    allele: str
    frequency: float


class GeneSummary(Schema):
    """A gene in the tested animals of a farm."""

    gene: str
    animals: int
    genotypes: list[GenotypeCount]
    alleles: list[AlleleFrequency]


class Summary(Schema):
    """All genes of which a farm has results."""

    items: list[GeneSummary]
