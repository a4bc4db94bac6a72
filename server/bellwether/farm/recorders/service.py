"""Letting somebody record without seeing."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from bellwether.farm.access import must_own, one_writer
from bellwether.farm.animals.repository import has_flock
from bellwether.farm.events.envelope import AnimalEvent, HerdEvent, NewEvent
from bellwether.farm.events.kinds import KINDS
from bellwether.farm.events.schemas import AppendedEvents
from bellwether.farm.recorders import repository
from bellwether.farm.recorders.desk import Desk
from bellwether.farm.recorders.problems import MemberRecords, NotYours, RecorderRejected
from bellwether.farm.recorders.schemas import KnownProduct, NewRecorder, NewRecordings, OwnRecording, Recorder
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session, act_for
from bellwether.platform.http.pagination import ById, id_after
from bellwether.platform.http.schemas import Page
from bellwether.platform.ids import new_id
from bellwether.platform.problems import NotFound, RowError

LONGEST = timedelta(days=731)


def needs_group(kind: type[NewEvent]) -> bool:
    """Whether an event of this kind says in which group."""
    field = kind.model_fields.get("group_id")
    return field is not None and field.is_required()


RECORDED = {name for name, kind in KINDS.items() if issubclass(kind, AnimalEvent | HerdEvent) and not needs_group(kind)}
"""Kinds that may be about one animal, and so can be held to its flock, and need no group."""
TREATED = "treatment.given"


async def grant(session: Session, context: Context, farm_id: UUID, body: NewRecorder, now: datetime) -> Recorder:
    """Somebody may record from now on.

    Raises:
        NotFound, OwnersOnly, RecorderRejected, MemberRecords
    """
    await must_own(session, context, farm_id)
    if errors := await faults(session, farm_id, body, now):
        raise RecorderRejected(errors[0].message, errors=errors)
    if await repository.is_member(session, farm_id, body.user_id):
        raise MemberRecords
    values = body.model_dump() | {"id": new_id(), "farm_id": farm_id, "granted_by": context.user_id}
    row = await repository.grant(session, values | {"kinds": sorted(set(body.kinds))})
    return Recorder.model_validate(row)


async def faults(session: Session, farm_id: UUID, body: NewRecorder, now: datetime) -> list[RowError]:
    """All that is wrong with it."""
    found = []
    for place, kind in enumerate(body.kinds):
        if kind not in RECORDED:
            text, fix = f"{kind} is no kind of event of an animal", f"send some of {', '.join(sorted(RECORDED))}"
            found.append(RowError(field=f"kinds.{place}", code="unknown_kind", message=text, fix=fix))
    if not now < body.ends_at <= now + LONGEST:
        text = f"{body.ends_at.isoformat()} is over, or more than two years ahead"
        found.append(
            RowError(field="ends_at", code="end_rejected", message=text, fix="send a day of the next two years")
        )
    if not await has_flock(session, farm_id, body.flock_id):
        text, fix = f"the farm has no flock {body.flock_id}", "send the id of one of its flocks"
        found.append(RowError(field="flock_id", code="not_found", message=text, fix=fix))
    return found


async def page(session: Session, context: Context, farm_id: UUID, limit: int, cursor: str | None) -> Page[Recorder]:
    """Recorders of a farm.

    Raises:
        NotFound, OwnersOnly
    """
    await must_own(session, context, farm_id)
    rows = await repository.listing(session, farm_id, id_after(cursor), limit + 1)
    return Page(items=[Recorder.model_validate(row) for row in rows[:limit]], next=ById.after(rows, limit))


async def remove(session: Session, context: Context, farm_id: UUID, recorder_id: UUID) -> None:
    """Somebody may record no longer.

    Raises:
        NotFound, OwnersOnly
    """
    await must_own(session, context, farm_id)
    # what is being sent now is recorded before, or refused
    await one_writer(session, farm_id)
    if not await repository.remove(session, farm_id, recorder_id):
        raise NotFound


async def own(session: Session, context: Context, now: datetime) -> Page[OwnRecording]:
    """Where the asking user may record."""
    assert context.user_id is not None
    found = await repository.open_to(session, context.user_id, now)
    await act_for(session, replace(context, farm_ids=tuple({farm_id for farm_id, *_ in found})))
    return Page(items=[OwnRecording.model_validate(row) for row in await repository.named(session, found)])


async def products(
    session: Session, context: Context, farm_id: UUID, flock_id: UUID, now: datetime
) -> Page[KnownProduct]:
    """What may be given, for somebody who may record what is given.

    Raises:
        NotYours
    """
    assert context.user_id is not None
    kinds = await repository.kinds(session, farm_id, context.user_id, flock_id, now)
    if kinds is None or TREATED not in kinds:
        raise NotYours
    await act_for(session, replace(context, farm_ids=(farm_id,)))
    return Page(items=[KnownProduct.model_validate(row) for row in await repository.products(session, farm_id)])


async def record(session: Session, context: Context, body: NewRecordings, now: datetime) -> AppendedEvents:
    """Events of animals of one flock, each judged for itself.

    Raises:
        NotYours: the user may record nothing there now.
    """
    assert context.user_id is not None
    await one_writer(session, body.farm_id)
    kinds = await repository.kinds(session, body.farm_id, context.user_id, body.flock_id, now)
    if kinds is None:
        raise NotYours
    acting = replace(context, farm_ids=(body.farm_id,))
    await act_for(session, acting)
    return await Desk(session, acting, body, kinds).take(now)
