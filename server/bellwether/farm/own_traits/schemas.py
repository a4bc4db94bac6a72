"""A farm's own traits on the wire."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, JsonValue, StringConstraints

from bellwether.farm.schemas import Day, Name, Short, without_nul
from bellwether.platform.http.schemas import Schema

ENDINGS = ("DATE", "GRP", "GROUP", "KG", "KGS", "LB", "LBS")
EXAMPLE: dict[str, JsonValue] = {
    "code": "XFLIGHT",
    "name": "flight time",
    "kind": "number",
    "unit": "s",
    "hard": {"low": 0, "high": 60},
    "soft": {"low": 0.3, "high": 10},
    "decimals": 2,
    "stage": "W",
}


def unambiguous(code: str) -> str:
    """In the header of a file it is the value of a trait and nothing else."""
    if code.endswith(ENDINGS):
        raise ValueError(f"must not end in one of {', '.join(ENDINGS)}")
    return code


OwnCode = Annotated[str, StringConstraints(pattern=r"^X[A-Z0-9]{1,19}$"), AfterValidator(unambiguous)]
Bound = Annotated[float, Field(ge=0, lt=1_000_000, allow_inf_nan=False)]
Days = Annotated[int, Field(ge=0, le=10_000)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000), AfterValidator(without_nul)]
Words = Annotated[list[Short], Field(min_length=2, max_length=50)]
OwnKind = Literal["number", "score", "category", "yes_no"]
Recording = Literal["members", "owners"]


class Limits(Schema):
    """A range, both ends in it."""

    low: Bound
    high: Bound


class Window(Schema):
    """At which ages it is usually measured, in days."""

    first_day: Days
    last_day: Days


class Definition(Schema):
    """What may be said of any trait, and said anew later."""

    description: Text | None = None
    hard: Limits | None = Field(None, description="What is possible; needed for a number or a score")
    soft: Limits | None = Field(None, description="What is usual; outside of it a value gets a warning. hard if absent")
    decimals: Annotated[int, Field(ge=0, le=6)] | None = Field(None, description="1 for a number, else 0")
    window: Window | None = Field(None, description="That of its stage if absent")
    reference_age_days: Days | None = Field(None, description="That of its stage if absent")
    words: Words | None = Field(None, description="The values of a category, which are stored as 1, 2, ...")
    heritability: Annotated[float, Field(gt=0, lt=1)] | None = Field(None, description="For evaluation files")
    phenotypic_variance: Annotated[float, Field(gt=0, lt=1e12)] | None = Field(None, description="Likewise")
    valid_from: Day | None = None
    valid_to: Day | None = Field(None, description="The last day of which it is recorded: so a trait is ended")


class NewOwnTrait(Definition):
    """A trait of the farm's own. Its code begins with X, with which none of the dictionary does."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: UUID | None = Field(None, description="Made here when absent")
    code: OwnCode
    name: Name
    kind: OwnKind
    unit: Short | None = Field(None, max_length=20, description="Needed for a number")
    stage: Literal["-", "B", "W", "P", "Y", "H", "A"] = Field("-", description="A stage of the dictionary, - for none")
    may_record: Recording = "members"


class OwnTraitChange(Definition):
    """What is given is changed; records keep the verdicts that they had. Words may only be added behind the others."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"soft": {"low": 0.5, "high": 12}}]})

    name: Name | None = None
    may_record: Recording | None = None


class OwnTrait(Schema):
    """A trait of the farm's own, as it is now."""

    id: UUID
    farm_id: UUID
    code: str
    name: str
    kind: OwnKind
    unit: str
    stage: str
    description: str
    words: list[str]
    hard: Limits
    soft: Limits
    decimals: int
    window: Window | None
    reference_age_days: int | None
    heritability: float | None
    phenotypic_variance: float | None
    may_record: Recording
    valid_from: Day | None
    valid_to: Day | None
    rev: int
    created_at: datetime
    updated_at: datetime
