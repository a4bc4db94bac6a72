"""What the worker runs for genetics."""

from functools import partial

from bellwether.genetics.definitions import rerunning
from bellwether.genetics.evaluations.flock_states import MARKING, mark_stale
from bellwether.genetics.evaluations.job import KIND, evaluate_flock
from bellwether.genetics.pedigree.analysis import KIND as PEDIGREE
from bellwether.genetics.pedigree.analysis import analyse_pedigree
from bellwether.platform.events.facts import Consumer
from bellwether.platform.jobs.kinds import JobKind
from bellwether.platform.settings import PlatformSettings


def consumers() -> list[Consumer]:
    """Events that genetics reacts to."""
    stale = Consumer(service="genetics", name="genetics-stale", stream="FARM", types=MARKING, handle=mark_stale)
    return [stale, rerunning.CONSUMER]


def kinds() -> list[JobKind]:
    """Long work that genetics offers."""
    return [
        JobKind(KIND, service="genetics", run=partial(evaluate_flock, data_dir=PlatformSettings().data_dir)),
        JobKind(PEDIGREE, service="genetics", run=analyse_pedigree),
    ]
