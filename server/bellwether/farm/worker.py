"""What the worker runs for this service."""

from bellwether.farm.archives import job as archives
from bellwether.farm.exports import job as exports
from bellwether.farm.imports import job
from bellwether.farm.pedigree import proposals
from bellwether.farm.persons import sharing
from bellwether.platform.events.facts import Consumer
from bellwether.platform.jobs.kinds import JobKind
from bellwether.platform.settings import PlatformSettings
from bellwether.platform.worker import persons
from bellwether.platform.worker.timers import Timer


def kinds() -> list[JobKind]:
    """Jobs of the farm."""
    return [*job.kinds(), *exports.kinds(), *archives.kinds()]


def consumers() -> list[Consumer]:
    """Events that the farm reacts to."""
    return [proposals.CONSUMER, sharing.CONSUMER, persons.consumer("farm", sharing.forget)]


def timers() -> list[Timer]:
    """What the farm does by the clock."""
    settings = PlatformSettings()
    return [sharing.timer(settings), persons.timer("farm", sharing.forget, settings)]
