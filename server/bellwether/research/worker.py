"""What the worker runs for research: it forgets persons who are gone."""

from bellwether.platform.events.facts import Consumer
from bellwether.platform.jobs.kinds import JobKind
from bellwether.platform.settings import PlatformSettings
from bellwether.platform.worker import persons
from bellwether.platform.worker.timers import Timer

# a project without its lead stays with those who are left
FORGET = persons.forgetting("research", ("delete from research.project_member where user_id = :person",))


def consumers() -> list[Consumer]:
    """Events that research reacts to."""
    return [persons.consumer("research", FORGET)]


def timers() -> list[Timer]:
    """What research does by the clock."""
    return [persons.timer("research", FORGET, PlatformSettings())]


def kinds() -> list[JobKind]:
    """Long work that research offers."""
    return []
