"""What the worker runs for processing: the facts of others become batches and runs."""

from bellwether.platform.events.facts import Consumer
from bellwether.platform.jobs.kinds import JobKind
from bellwether.platform.settings import PlatformSettings
from bellwether.platform.worker import persons
from bellwether.platform.worker.timers import Timer
from bellwether.processing.batches import events as batch_events
from bellwether.processing.runs import events as run_events

FORGET = persons.forgetting("processing", ())


def consumers() -> list[Consumer]:
    """Events that processing reacts to."""
    return [batch_events.IMPORTS, run_events.IMPORTS, run_events.EVALUATIONS, persons.consumer("processing", FORGET)]


def timers() -> list[Timer]:
    """What processing does by the clock."""
    return [persons.timer("processing", FORGET, PlatformSettings())]


def kinds() -> list[JobKind]:
    """Long work that processing offers: none yet."""
    return []
