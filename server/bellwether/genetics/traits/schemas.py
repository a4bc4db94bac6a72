"""What crosses the wire about traits."""

from pydantic import ConfigDict, Field

from bellwether.platform.http.wire import Wire


class Correlation(Wire):
    """How a trait goes together with another one."""

    trait: str
    genetic: float = Field(ge=-1, le=1)
    residual: float = Field(ge=-1, le=1)


class Trait(Wire):
    """A trait that can be evaluated, with the variances that an evaluation starts from."""

    code: str
    stage: str
    name: str
    unit: str
    reference_age_days: int
    heritability: float | None
    phenotypic_variance: float | None = Field(description="In squared units, after the fixed effects")
    additive_variance: float | None
    residual_variance: float | None
    source: str
    correlations: list[Correlation]

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


class TraitList(Wire):
    """The whole dictionary."""

    items: list[Trait]
    next: None = None
