"""Farms and members on the wire."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, StringConstraints

from bellwether.farm.schemas import OWN_CODE, Name, Short, Zone
from bellwether.platform.http.schemas import Schema
from bellwether.sheep import traits
from bellwether.sheep.reading.headers import IGNORE, WORDS

Role = Literal["owner", "worker", "viewer"]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


def known_field(name: str) -> str:
    """What a column of some kind of import can be."""
    trait = name.upper().removesuffix("DATE").removesuffix("GRP")
    if name != IGNORE and name not in WORDS and traits.named(trait) is None and not OWN_CODE.fullmatch(trait):
        raise ValueError(f"must be {IGNORE}, a trait or one of {', '.join(WORDS)}")
    return name


Headers = dict[Short, Annotated[Short, AfterValidator(known_field)]]


class NewFarm(Schema):
    """A farm to be made; its maker becomes the owner."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Long Gully", "country": "AU", "time_zone": "Australia/Sydney"}]}
    )

    id: UUID | None = None
    name: Name
    country: Country | None = None
    time_zone: Zone | None = Field(None, description="That of the country when absent, UTC without one; see the answer")
    weight_unit: Literal["kg", "lb"] = "kg"


class FarmChange(Schema):
    """What is given is changed; `import_headers` as a whole."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"time_zone": "Pacific/Auckland"}]})

    name: Name | None = None
    country: Country | None = None
    time_zone: Zone | None = None
    weight_unit: Literal["kg", "lb"] | None = None
    import_headers: Headers | None = Field(
        None, description='What headers of this farm\'s files mean, field or ignore: {"Ear no": "vid"}', max_length=200
    )


class Farm(Schema):
    """A farm that the user belongs to."""

    id: UUID
    name: str
    country: str | None
    time_zone: str
    weight_unit: str
    import_headers: dict[str, str]
    role: Role | None = Field(description="What the asking user is on this farm")
    rev: int
    created_at: datetime
    updated_at: datetime


class NewMember(Schema):
    """Access for a user; a new role replaces the old one."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"user_id": "0198c0de-0000-7000-8000-000000000001", "role": "worker"}]}
    )

    user_id: UUID
    role: Role
    ends_at: AwareDatetime | None = Field(None, description="Until when; for an owner there is no end")


class Member(Schema):
    """Who belongs to the farm."""

    user_id: UUID
    farm_id: UUID
    role: Role
    granted_at: datetime
    ends_at: datetime | None = None
    organisation_id: UUID | None = Field(None, description="The organisation through which, if not by itself")
