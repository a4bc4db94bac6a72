"""Paths about feeds: /farms/{id}/calendar-feeds, and the one that a calendar reads."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from bellwether.farm.work.feeds import service
from bellwether.farm.work.feeds.schemas import Feed, NewFeed, NewFeedAddress
from bellwether.farm.work.tasks.routes import CALENDAR, FILE
from bellwether.platform.http.dependencies import Acting, Reading, ReadingUnnamed, Standing, Writing, costly, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.problem_documents import documented
from bellwether.platform.http.schemas import Page

router = APIRouter(tags=["tasks"])
MAKING = costly("calendar feed", per_minute=10, burst=20)
FULL = documented({409: "You have 20 feeds of this farm"})
Secret = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9_-]{43}$", description="What makes the address one that nobody guesses")
]


@router.post(
    "/farms/{farm_id}/calendar-feeds", status_code=201, dependencies=[need("flock:read"), MAKING], responses=FULL
)
async def create_feed(
    request: Request, session: Writing, context: Acting, farm_id: UUID, body: NewFeed
) -> NewFeedAddress:
    """Make a feed of the farm's tasks for a calendar; its address is said this once, and kept nowhere."""
    return await service.create(session, context, farm_id, body, str(request.app.state.public_url))


@router.get("/farms/{farm_id}/calendar-feeds", dependencies=[need("flock:read")])
async def list_feeds(
    session: Reading, context: Acting, farm_id: UUID, limit: Limit = 100, cursor: CursorText = None
) -> Page[Feed]:
    """Your feeds of a farm; an owner sees those of all its members."""
    return await service.page(session, context, farm_id, limit, cursor)


@router.delete("/farms/{farm_id}/calendar-feeds/{feed_id}", status_code=204, dependencies=[need("flock:read")])
async def end_feed(session: Writing, context: Acting, farm_id: UUID, feed_id: UUID) -> None:
    """End a feed: its address opens nothing any more. To change an address make another feed and end this one."""
    await service.end(session, context, farm_id, feed_id)


@router.get("/calendars/{secret}/tasks.ics", response_class=Response, responses=FILE)
async def read_feed(request: Request, session: ReadingUnnamed, is_active: Standing, secret: Secret) -> Response:
    """What a calendar reads: the open tasks of one farm. The address alone opens it, and opens nothing else."""
    body = await service.read(session, secret, is_active, request.scope["state"]["request_id"], datetime.now(UTC))
    return Response(body, media_type=CALENDAR, headers={"Cache-Control": "private, no-store"})
