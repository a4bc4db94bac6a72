"""The hour of a farm has come: each definition that is behind its flocks' records is run once, beginning warm.

What is queued and when the clock strikes next are one transaction: a worker that dies leaves either both or nothing,
and two workers never do the same hour. Hours that nobody was there for are caught up as one.
"""

import logging
from datetime import datetime
from uuid import UUID

from bellwether.genetics.definitions import repository as definitions
from bellwether.genetics.definitions.rerunning import queue
from bellwether.genetics.schedules import repository
from bellwether.genetics.schedules.clock import Hours, following, latest
from bellwether.genetics.schedules.models import ScheduleRow
from bellwether.platform.context import Context
from bellwether.platform.database.advisory_locks import one_at_a_time
from bellwether.platform.database.transactions import Database, Session
from bellwether.platform.worker.timers import Timer

log = logging.getLogger(__name__)
EVERY_S = 20.0
AT_ONCE = 100


async def strike(database: Database, now: datetime) -> None:
    """Every farm whose hour has come, each by itself."""
    while True:
        async with database.transaction(Context.system()) as session:
            farms = await repository.due(session, now, AT_ONCE)
        taken = [await strike_for(database, farm_id, now) for farm_id in farms]
        if not any(taken):
            return


async def strike_for(database: Database, farm_id: UUID, now: datetime) -> bool:
    """One farm; False when another worker is at it, or was."""
    context = Context.system(farm_id)
    async with database.transaction(context) as session:
        row = await repository.take(session, farm_id, now)
        if row is not None:
            await follow(session, context, row, now)
        return row is not None


async def follow(session: Session, context: Context, row: ScheduleRow, now: datetime) -> None:
    """Queue what is behind, unless the farm has moved to a zone in which the hour has yet to come."""
    zone = await repository.zone(session, row.farm_id)
    assert zone is not None
    hours = Hours(zone, row.hour, row.weekday)
    assert row.next_at is not None
    has_come = row.last_at is None or latest(hours, now) > row.last_at
    for definition_id, author in await repository.behind(session, row.farm_id) if has_come else []:
        await one_at_a_time(session, f"rerun of definition {definition_id}")
        if not await definitions.is_queued(session, row.farm_id, definition_id):
            await queue(session, context, author, definition_id)
    await repository.struck(session, row.farm_id, following(hours, now), now if has_come else row.last_at)


TIMER = Timer(service="genetics", name="genetics-schedules", every_s=EVERY_S, run=strike)
