"""Tasks as the archive of a farm tells them: those that somebody wrote down, and what was said of those that follow."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from bellwether.farm.access import may_write, one_writer
from bellwether.farm.work.tasks import repository
from bellwether.farm.work.tasks.models import TaskRow
from bellwether.farm.work.tasks.problems import TasksRejected
from bellwether.farm.work.tasks.rules import task_id
from bellwether.farm.work.tasks.schemas import ToldTask
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.problems import RowError

FIX = "correct it in the farm from which the archive is, and export it again"


async def recall(session: Session, context: Context, farm_id: UUID, told: Sequence[ToldTask]) -> None:
    """Say of each task what was said of it; given to nobody, for members are not told.

    Raises:
        NotFound, ReadOnlyMember, TasksRejected
    """
    await may_write(session, context, farm_id)
    await one_writer(session, farm_id)
    places = await repository.places_of_events(session, farm_id, [one.event_id for one in told if one.event_id])
    errors = []
    for row, one in enumerate(told):
        before = task_of(farm_id, one, places)
        is_known = before is not None and (one.rule is not None or await written(session, context, farm_id, one))
        if before is None or not is_known or not await say(session, context, farm_id, one, before):
            text = "it is neither of an event of the farm nor written down, or it is told twice"
            errors.append(RowError(row=row, code="task_unknown", message=text, fix=FIX))
    if errors:
        raise TasksRejected(errors)


def task_of(farm_id: UUID, one: ToldTask, places: dict[UUID, int]) -> TaskRow | None:
    """What is said of it; None: its event is not there, or a day is missing."""
    place = places.get(one.event_id) if one.event_id else None
    if one.rule is not None and place is not None:
        key: UUID | None = task_id(farm_id, one.rule, place)
    else:
        key = one.id if one.rule is None and one.title and one.due_on else None
    if key is None:
        return None
    said, now = (one.title, one.due_on, one.note, None, one.snoozed_until, one.done_on, None), datetime.now(UTC)
    return TaskRow(key, one.rule, place, *said, 0, now, now)


async def written(session: Session, context: Context, farm_id: UUID, one: ToldTask) -> bool:
    """Written down anew; False: its id is taken."""
    values = {**one.model_dump(), "assigned_to": None}
    return await repository.add(session, farm_id, values, context.user_id)


async def say(session: Session, context: Context, farm_id: UUID, one: ToldTask, row: TaskRow) -> bool:
    """A task that was just written down has its first revision; of one that follows nobody has said anything yet."""
    return await repository.say(session, farm_id, row, context.user_id, 0 if one.rule is not None else 1)
