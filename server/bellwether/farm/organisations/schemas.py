"""Organisations on the wire."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict, Field

from bellwether.farm.farms.schemas import Country, Role
from bellwether.farm.schemas import Name
from bellwether.platform.http.schemas import Schema


class NewOrganisation(Schema):
    """An organisation to be made; its maker becomes the owner."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Hill Sheep Society", "country": "NZ"}]})

    id: UUID | None = None
    name: Name
    country: Country | None = None


class OrganisationChange(Schema):
    """What is given is changed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Hill and Down Sheep Society"}]})

    name: Name | None = None
    country: Country | None = None


class Organisation(Schema):
    """An organisation that the user belongs to, or that has a farm of the user's."""

    id: UUID
    name: str
    country: str | None
    role: Role | None = Field(description="What the asking user is in it")
    rev: int
    created_at: datetime
    updated_at: datetime


class OrganisationMember(Schema):
    """Who belongs to the organisation, and so to its farms."""

    organisation_id: UUID
    user_id: UUID
    role: Role
    granted_at: datetime
    ends_at: datetime | None


class NewOrganisationFarm(Schema):
    """A farm that comes in."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"farm_id": "0198c0de-0000-7000-8000-000000000001"}]})

    farm_id: UUID


class OrganisationFarm(Schema):
    """A farm of the organisation."""

    organisation_id: UUID
    farm_id: UUID
    added_at: datetime
