"""Use-cases of schedules."""

from datetime import UTC, datetime
from uuid import UUID

from bellwether.genetics.access import may_read, may_write
from bellwether.genetics.schedules import repository
from bellwether.genetics.schedules.clock import Hours, following
from bellwether.genetics.schedules.schemas import NewSchedule, Schedule
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.preconditions import Precondition
from bellwether.platform.problems import NotFound, Stale


async def get(session: Session, farm_id: UUID) -> Schedule:
    """The schedule of a farm; `off` while nobody has set one.

    Raises:
        NotFound
    """
    await may_read(session, farm_id)
    row = await repository.find(session, farm_id)
    zone = await zone_of(session, farm_id)
    if row is None:
        return Schedule(farm_id=farm_id, every="off", time_zone=zone, next_at=None, last_at=None, rev=None)
    return Schedule.model_validate({**row._asdict(), "time_zone": zone})


async def put(session: Session, context: Context, farm_id: UUID, new: NewSchedule, if_match: Precondition) -> Schedule:
    """Set the schedule of a farm; its first hour is the next one by the farm's clock.

    Raises:
        NotFound, ReadOnlyMember, MatchRequired, Stale
    """
    await may_write(session, farm_id)
    before = await repository.find(session, farm_id, is_locked=True)
    if_match.check(None if before is None else before.rev)
    hours = Hours(await zone_of(session, farm_id), new.hour, new.weekday)
    next_at = None if new.every == "off" else following(hours, datetime.now(UTC))
    values = (farm_id, new.every, new.hour, new.weekday, next_at, context.user_id)
    if before is not None:
        await repository.change(session, *values)
    elif not await repository.add(session, *values):
        raise Stale
    return await get(session, farm_id)


async def zone_of(session: Session, farm_id: UUID) -> str:
    """The time zone of the farm.

    Raises:
        NotFound
    """
    zone = await repository.zone(session, farm_id)
    if zone is None:
        raise NotFound
    return zone
