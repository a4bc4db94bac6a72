"""The job resource as it crosses the wire, and what may be wrong with a request about it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from bellwether.platform.http.schemas import Schema
from bellwether.platform.jobs.repository import JobRow
from bellwether.platform.problems import Conflict, NotAllowed, Unprocessable

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

    @classmethod
    def of(cls, row: JobRow) -> "Job":
        """The row without what concerns only us."""
        return cls.model_validate({name: getattr(row, name) for name in cls.model_fields})

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.state in ENDED


def job_headers(job: Job) -> dict[str, str]:
    """Where to watch the job."""
    return {"Location": f"/api/v1/{job.service}/jobs/{job.id}"}


class JobKeyReused(Unprocessable):
    """The same key with another payload."""

    code, title = "job_key_reused", "This key was used for a job with another content: use a new key"


class JobUnfinished(Conflict):
    """Only a job that failed or was cancelled can be retried."""

    code, title = "job_not_retryable", "Only a job that failed or was cancelled can be retried"


class JobNotYours(NotAllowed):
    """Members of a farm see its jobs; the one who asked for the work decides about it."""

    code, title = "job_not_yours", "Only the one who started this job may cancel or retry it"
