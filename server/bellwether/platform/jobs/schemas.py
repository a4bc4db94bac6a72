"""The job resource as it crosses the wire."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from bellwether.platform.http.schemas import Schema

JobState = Literal["queued", "running", "succeeded", "failed", "cancelled"]
ENDED = frozenset({"succeeded", "failed", "cancelled"})


class LogLine(Schema):
    """One line that the job wrote about itself."""

    at: datetime
    message: str


class Job(Schema):
    """Work that takes longer than a request."""

    id: UUID
    service: str
    kind: str
    farm_id: UUID | None = None
    state: JobState
    attempt: int = 1
    progress: float
    stage: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    result: dict[str, object] | None
    error: dict[str, object] | None
    log: list[LogLine]

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.state in ENDED


def job_headers(job: Job) -> dict[str, str]:
    """Where to watch the job."""
    return {"Location": f"/api/v1/{job.service}/jobs/{job.id}"}
