"""Paths under /events."""

from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from bellwether.farm.events import service
from bellwether.farm.events.schemas import AppendedEvents, Event, KindName, NewEvents
from bellwether.platform.http.dependencies import Acting, Once, Reading, Writing, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.schemas import Page

Words = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=200,
        pattern=r"^[^\x00]*$",
        description='Words of notes and whatever else was written: foot rot, "foot rot", rot -foot',
    ),
]

router = APIRouter(prefix="/events", tags=["events"])


@router.post("", response_model=AppendedEvents, dependencies=[need("flock:write")])
async def append_events(session: Writing, context: Acting, once: Once, body: NewEvents) -> Response:
    """Record what happened, up to 500 events, each with a verdict: one that is rejected does not hold up the others.

    An event that is sent again under its id is `known` and changes nothing. To correct one, send a new event of its
    kind with `supersedes`; to take one back, `event.retracted`. Both stay in the log.
    """
    return await once(lambda: service.append(session, context, body, datetime.now(UTC)), status=200)


@router.get("", dependencies=[need("flock:read")])
async def list_events(
    session: Reading,
    context: Acting,
    farm_id: UUID,
    animal_id: UUID | None = None,
    group_id: UUID | None = None,
    kind: KindName | None = None,
    session_id: UUID | None = None,
    text: Words = None,
    state: Literal["current", "all"] = "current",
    limit: Limit = 100,
    cursor: CursorText = None,
) -> Page[Event]:
    """What happened on a farm, to one of its animals or groups, in the order in which it was recorded.

    With `animal_id` also the events that name the animal beside another one, or among others.
    """
    about = {"animal_id": animal_id, "group_id": group_id, "kind": kind, "session_id": session_id, "text": text}
    return await service.page(session, context, farm_id, about, state, limit, cursor)
