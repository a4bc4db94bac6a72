"""Rows of the tables of organisations."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class OrganisationRow(NamedTuple):
    """An organisation, with what the acting user is in it."""

    id: UUID
    name: str
    country: str | None
    rev: int
    created_at: datetime
    updated_at: datetime
    role: str | None


class OrganisationMemberRow(NamedTuple):
    """Who belongs to an organisation."""

    organisation_id: UUID
    user_id: UUID
    role: str
    granted_at: datetime
    ends_at: datetime | None


class OrganisationFarmRow(NamedTuple):
    """A farm of an organisation."""

    organisation_id: UUID
    farm_id: UUID
    added_at: datetime
