"""Rows of the job table, which every service has in its schema."""

from datetime import datetime
from typing import NamedTuple, TypedDict
from uuid import UUID

from bellwether.platform.json import JsonObject


class JobRow(NamedTuple):
    """One job as stored."""

    id: UUID
    kind: str
    owner_id: UUID | None
    farm_id: UUID | None
    key: str | None
    payload: JsonObject
    payload_sha256: bytes
    state: str
    progress: float
    stage: str
    log: list[JsonObject]
    result: JsonObject | None
    error: JsonObject | None
    attempt: int
    cancel_requested: bool
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    request_id: str
    traceparent: str
    rev: int
    token_farms: list[UUID] | None = None

    @property
    def service(self) -> str:
        """The schema that the job lives in."""
        return self.kind.split(".", 1)[0]


class NewJobRow(TypedDict):
    """The columns of a new job."""

    id: UUID
    kind: str
    owner_id: UUID | None
    farm_id: UUID | None
    key: str | None
    payload: str
    payload_sha256: bytes
    request_id: str
    traceparent: str
    token_farms: list[UUID] | None
