"""What the worker runs for processing: the facts of others become batches and runs."""

from bellwether.platform.events.facts import Consumer
from bellwether.platform.jobs.kinds import JobKind
from bellwether.processing.batches import events as batch_events
from bellwether.processing.runs import events as run_events


def consumers() -> list[Consumer]:
    """Events that processing reacts to."""
    return [batch_events.IMPORTS, run_events.IMPORTS, run_events.EVALUATIONS]


def kinds() -> list[JobKind]:
    """Long work that processing offers: none yet."""
    return []
