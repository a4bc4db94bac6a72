"""What the worker runs for research: nothing yet, the service only tells facts."""

from bellwether.platform.events.facts import Consumer
from bellwether.platform.jobs.kinds import JobKind


def consumers() -> list[Consumer]:
    """Events that research reacts to."""
    return []


def kinds() -> list[JobKind]:
    """Long work that research offers."""
    return []
