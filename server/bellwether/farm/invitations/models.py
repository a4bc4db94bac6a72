"""Rows of the table of this slice: `farm.invitation`."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class InvitationRow(NamedTuple):
    """An invitation without its secret."""

    id: UUID
    farm_id: UUID
    email: str
    role: str
    invited_by: UUID
    invited_at: datetime
    expires_at: datetime
    accepted_at: datetime | None
    withdrawn_at: datetime | None


class AcceptedRow(NamedTuple):
    """What came of accepting; not new: the user belongs to the farm already."""

    farm_id: UUID
    role: str
    granted_at: datetime | None
    is_new: bool
