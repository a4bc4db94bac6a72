"""Rows of `farm.attachment` and `farm.attachment_link`."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class AttachmentRow(NamedTuple):
    """A file that is there."""

    farm_id: UUID
    sha256: str
    media_type: str
    size_bytes: int
    links: int
    created_by: UUID | None
    created_at: datetime


class LinkRow(NamedTuple):
    """What refers to a file, which may not be there yet."""

    id: UUID
    farm_id: UUID
    sha256: str
    animal_id: UUID | None
    event_id: UUID | None
    state: str
    media_type: str | None
    size_bytes: int | None
    created_by: UUID | None
    created_at: datetime
