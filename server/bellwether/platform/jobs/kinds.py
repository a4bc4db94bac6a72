"""Kinds of long work: a name and the function that does it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from bellwether.platform.jobs.run import JobRun


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of work and the function that does it; the name starts with the service's."""

    name: str
    service: str
    run: Callable[[JobRun], Awaitable[Mapping[str, object] | None]] = field(repr=False)

    def __post_init__(self) -> None:
        if not self.name.startswith(self.service + "."):
            raise ValueError(f"job kind {self.name!r} must start with {self.service!r} and a dot")
