"""Long work as a resource: submitted in the caller's transaction, run by the worker, watched by its row.

A service submits with `submit`, offers `job_routes(service)` and gives the worker its `JobKind`s.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from bellwether.platform.job_model import Job
from bellwether.platform.job_routes import job_routes
from bellwether.platform.job_run import JobCancelled, JobRun
from bellwether.platform.job_store import cancel, find, listing, retry, submit

__all__ = ["Job", "JobCancelled", "JobKind", "JobRun", "cancel", "find", "job_routes", "listing", "retry", "submit"]


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of work and the function that does it; the name starts with the service's."""

    name: str
    service: str
    run: Callable[[JobRun], Awaitable[dict[str, Any] | None]] = field(repr=False)

    def __post_init__(self) -> None:
        if not self.name.startswith(self.service + "."):
            raise ValueError(f"job kind {self.name!r} must start with {self.service!r} and a dot")
