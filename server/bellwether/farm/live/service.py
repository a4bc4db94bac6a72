"""Numbers of a farm, told again after each commit that changes one."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from bellwether.farm.access import role_of
from bellwether.farm.live import repository
from bellwether.farm.live.schemas import LastEvent, Live
from bellwether.farm.place import place_of
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.outages import is_outage
from bellwether.platform.problems import NotAuthenticated, NotFound

LookAgain = Callable[[], AbstractAsyncContextManager[Session]]
POLL_S = 0.5
HEARTBEAT_S = 15.0


async def now(session: Session, context: Context, farm_id: UUID, at: datetime) -> Live:
    """The numbers.

    Raises:
        NotFound: the user does not see the farm.
    """
    if await role_of(session, context, farm_id) is None:
        raise NotFound
    place = await place_of(session, farm_id)
    today = place.today(at)
    since = datetime.combine(today, time(), ZoneInfo(place.time_zone))
    counted = await repository.counts(session, farm_id, today, since, first_id(since - timedelta(days=1)))
    last = [LastEvent.model_validate(row) for row in await repository.last(session, farm_id)]
    return Live(farm_id=farm_id, today=today, **counted._asdict(), last_events=last)


def first_id(since: datetime) -> UUID:
    """The least id that was made at this time (RFC 9562, version 7)."""
    return UUID(int=int(since.timestamp() * 1000) << 80)


async def changes(look: LookAgain, context: Context, farm_id: UUID) -> AsyncIterator[str]:
    """`data:` lines, one for each commit that changes a number, and a comment when nothing changes for a while.

    Who has left the farm, or whose session has ended, hears no more of it; during an outage nothing changes.
    """
    before: Live | None = None
    mark: tuple[int, ...] = ()
    quiet = 0.0
    while True:
        try:
            async with look() as session:
                if await role_of(session, context, farm_id) is None:
                    return
                moved = (*await repository.mark(session, farm_id), datetime.now(UTC).hour)
                found = before if moved == mark else await now(session, context, farm_id, datetime.now(UTC))
        except (NotFound, NotAuthenticated):
            return
        except Exception as error:
            if not is_outage(error):
                raise
            moved, found = mark, before
        if found is not None and found != before:
            yield f"data: {found.model_dump_json()}\n\n"
            quiet = 0.0
        elif quiet >= HEARTBEAT_S:
            yield ": nothing new\n\n"
            quiet = 0.0
        mark, before = moved, found
        await asyncio.sleep(POLL_S)
        quiet += POLL_S
