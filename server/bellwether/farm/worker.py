"""What the worker runs for this service."""

from bellwether.farm.archives import job as archives
from bellwether.farm.exports import job as exports
from bellwether.farm.imports import job
from bellwether.farm.pedigree import proposals
from bellwether.platform.events.facts import Consumer
from bellwether.platform.jobs.kinds import JobKind


def kinds() -> list[JobKind]:
    """Jobs of the farm."""
    return [*job.kinds(), *exports.kinds(), *archives.kinds()]


def consumers() -> list[Consumer]:
    """Events that the farm reacts to."""
    return [proposals.CONSUMER]
