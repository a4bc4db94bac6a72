"""Records of a flock have changed: definitions that ask for it are run anew, one waiting run at a time."""

import logging
from uuid import UUID

from bellwether.genetics.definitions import repository, service
from bellwether.genetics.evaluations.flock_states import MARKING, OWN, flock_of
from bellwether.genetics.evaluations.service import takes_stored
from bellwether.platform.context import Context
from bellwether.platform.database.advisory_locks import one_at_a_time
from bellwether.platform.database.transactions import Session, act_for
from bellwether.platform.events.facts import Consumer, Event
from bellwether.platform.problems import Problem

log = logging.getLogger(__name__)


async def run_anew(session: Session, event: Event) -> None:
    """Queue a run of each definition that evaluates the flock whenever it is stale, in the name of who wrote it.

    A run that waits has not read the records yet, so it will see this change too: there is no second one.

    Raises:
        Hopeless: the fact breaks its contract.
    """
    flock_id, _ = flock_of(event)
    for row in await repository.waiting_for(session, flock_id):
        content = service.shown(row).content
        if content.rerun != "when_stale" or flock_id not in content.flock_ids:
            continue
        if event.type in OWN and not takes_stored(content):
            continue
        await one_at_a_time(session, f"rerun of definition {row.id}")
        if not await repository.is_queued(session, row.farm_id, row.id):
            await queue(session, event.context, row.created_by, row.id)


async def queue(session: Session, platform: Context, author: UUID, definition_id: UUID) -> None:
    """One run; what cannot be run any more (a flock has gone, the author may not) is logged and waits for a person."""
    context = Context(user_id=author, request_id=platform.request_id, traceparent=platform.traceparent)
    try:
        async with session.begin_nested():
            await act_for(session, context)
            await service.run(session, context, definition_id, None)
    except Problem as problem:
        log.warning("definition %s is not run anew: %s", definition_id, problem.code)
    finally:
        await act_for(session, platform)


CONSUMERS = (
    Consumer(
        service="genetics", name="genetics-rerun", stream="FARM", types=MARKING, handle=run_anew, reads_data=False
    ),
    Consumer(
        service="genetics",
        name="genetics-rerun-genotypes",
        stream="GENETICS",
        types=OWN,
        handle=run_anew,
        reads_data=False,
    ),
)
