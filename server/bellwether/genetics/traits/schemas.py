"""What crosses the wire about traits."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from bellwether.platform.http.schemas import Schema

TraitCode = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{1,15}$")]
Heritability = Annotated[float, Field(gt=0, lt=1)]
Variance = Annotated[float, Field(gt=0, lt=1e12, description="In squared units, after the fixed effects")]
Source = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class Correlation(Schema):
    """How a trait goes together with another one."""

    trait: str
    genetic: float = Field(ge=-1, le=1)
    residual: float = Field(ge=-1, le=1)


class OwnCorrelation(Schema):
    """A farm's own correlations of a trait with another one."""

    trait: TraitCode
    genetic: float = Field(gt=-1, lt=1)
    residual: float = Field(gt=-1, lt=1)


class NewFarmValues(Schema):
    """A farm's own starting values of one trait; what is left out stays as in the dictionary."""

    heritability: Heritability | None = None
    phenotypic_variance: Variance | None = None
    correlations: Annotated[list[OwnCorrelation], Field(default_factory=list, max_length=100)]
    source: Source = Field(default="the farm's own values", description="Where the values come from")

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "heritability": 0.3,
                    "phenotypic_variance": 18.5,
                    "correlations": [{"trait": "PWT", "genetic": 0.8, "residual": 0.5}],
                    "source": "REML on the flock's own records, 2015 to 2024",
                }
            ]
        }
    )


class FarmValues(NewFarmValues):
    """A farm's own starting values, as they are stored."""

    rev: int = Field(description="Send it as If-Match to change or remove them")
    changed_at: datetime


class Trait(Schema):
    """A trait that can be evaluated, with the variances that an evaluation starts from."""

    code: str
    stage: str = Field(description="B, W, P, Y, H or A; - for a trait measured at any age")
    name: str
    unit: str
    kind: Literal["linear", "ordinal"] = "linear"
    reference_age_days: int | None
    reference_weight_kg: float | None = None
    heritability: float | None
    phenotypic_variance: float | None = Field(description="In squared units, after the fixed effects")
    additive_variance: float | None
    residual_variance: float | None
    source: str
    correlations: list[Correlation]
    farm: FarmValues | None = Field(
        default=None, description="With `farm_id`: what the farm has set; the values above are those that count for it"
    )

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "code": "WWT",
                    "stage": "W",
                    "name": "weaning weight",
                    "unit": "kg",
                    "reference_age_days": 100,
                    "heritability": 0.25,
                    "phenotypic_variance": 22.0,
                    "additive_variance": 5.5,
                    "residual_variance": 16.5,
                    "source": "h2: NSIP trait glossary (nsip-client); phenotypic variance: own starting value",
                    "correlations": [{"trait": "PWT", "genetic": 0.75, "residual": 0.55}],
                }
            ]
        }
    )


class TraitList(Schema):
    """The whole dictionary."""

    items: list[Trait]
    next: None = None
