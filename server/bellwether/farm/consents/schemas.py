"""Consents on the wire."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from bellwether.farm.schemas import Day
from bellwether.platform.http.schemas import Schema

#: genotypes with results of genes; breeding values that were published, with their evaluations
Scope = Literal["measurements", "genotypes", "breeding_values"]


class NewConsent(Schema):
    """What a research project may see of the farm."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"project_id": "0198c0de-0000-7000-8000-000000000001", "from_on": "2020-01-01"}]
        }
    )

    id: UUID | None = None
    project_id: UUID = Field(description="As the researchers tell it; nothing is told of the project here")
    scope: Scope = "measurements"
    from_on: Day | None = Field(
        None, description="Of measurements alone: from this day on; all earlier ones when absent"
    )
    to_on: Day | None = Field(None, description="Of measurements alone: until this day; all later ones when absent")


class Consent(Schema):
    """What a research project may see of the farm, or could until it was withdrawn."""

    id: UUID
    farm_id: UUID
    project_id: UUID
    scope: Scope
    from_on: date | None
    to_on: date | None
    granted_by: UUID
    granted_at: datetime
    withdrawn_at: datetime | None
