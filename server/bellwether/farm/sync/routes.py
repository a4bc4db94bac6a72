"""Paths under /farms/{farm_id}/sync."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from starlette.responses import StreamingResponse

from bellwether.farm.sync import service
from bellwether.farm.sync.schemas import (
    RXDB_SAMPLE,
    WATERMELON_SAMPLE,
    Changes,
    Push,
    Pushed,
    RxdbChanges,
    RxdbMasters,
    RxdbPush,
    WatermelonChanges,
    WatermelonPush,
    WatermelonPushed,
)
from bellwether.platform.context import Context
from bellwether.platform.http.answers import JsonText
from bellwether.platform.http.at_once import at_once
from bellwether.platform.http.dependencies import Acting, LookAgain, Once, Reading, Readings, Writing, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.problem_documents import documented
from bellwether.platform.outages import is_outage
from bellwether.platform.problems import NotAllowed, NotAuthenticated, NotFound

router = APIRouter(prefix="/farms/{farm_id}/sync", tags=["sync"])
TOO_OLD = documented({410: "The device was away for more than 400 days: it pushes what it has, and reads all anew"})
CHANGED = documented({409: "A row was changed since the client pulled: nothing was taken"})
WATCHING = at_once("streams of changes", of_one=10, of_all=500)
POLL_S, HEARTBEAT_S = 1.0, 15.0
Rev = Annotated[int, Query(ge=0, lt=2**63, description="The number of a change, as the last answer gave it")]
SchemaVersion = Annotated[int | None, Query(ge=1, description="Of the client's schema")]
Migration = Annotated[str | None, Query(max_length=5000, description="The JSON text that WatermelonDB gives")]
Name = Annotated[str, Path(max_length=100, description="A collection")]
Names = Annotated[
    str | None, Query(max_length=500, description="Which collections, with commas between them; all when absent")
]


@router.get("/changes", response_model=Changes, dependencies=[need("flock:read")], responses=TOO_OLD)
async def pull_changes(
    session: Reading,
    context: Acting,
    farm_id: UUID,
    collections: Names = None,
    limit: Limit = 1000,
    cursor: CursorText = None,
) -> Response:
    """What changed on the farm since the cursor, in the order in which it was committed; everything without one."""
    return JsonText(await service.pull(session, context, farm_id, cursor, collections, limit))


@router.post("/push", response_model=Pushed, dependencies=[need("flock:write")])
async def push_changes(session: Writing, context: Acting, once: Once, farm_id: UUID, body: Push) -> Response:
    """Send what a device did without signal, up to 500 rows, each with a verdict.

    A mutation that is sent again gets the answer that it had, also when that answer was lost.
    """
    return await once(lambda: service.push(session, context, farm_id, body, datetime.now(UTC)), status=200)


@router.get("/watermelon", response_model=WatermelonChanges, dependencies=[need("flock:read")], responses=TOO_OLD)
async def pull_watermelon(
    session: Reading,
    context: Acting,
    farm_id: UUID,
    last_pulled_at: Rev | None = None,
    began: Rev | None = None,
    collections: Names = None,
    limit: Limit = 1000,
    schema_version: SchemaVersion = None,  # noqa: ARG001 - part of the protocol: rows are the same for all versions
    migration: Migration = None,
) -> Response:
    """The same for `pullChanges` of WatermelonDB: every row is `updated`, so the client sets `sendCreatedAsUpdated`."""
    return JsonText(
        await service.pull_watermelon(session, context, farm_id, last_pulled_at, began, collections, limit, migration)
    )


@router.post(
    "/watermelon",
    response_model=WatermelonPushed,
    dependencies=[need("flock:write")],
    responses=CHANGED,
    openapi_extra=WATERMELON_SAMPLE,
)
async def push_watermelon(
    session: Writing,
    context: Acting,
    once: Once,
    farm_id: UUID,
    last_pulled_at: Rev,
    device_id: UUID,
    body: WatermelonPush,
) -> Response:
    """The same for `pushChanges` of WatermelonDB; after 409 it synchronises again, pulling first."""
    return await once(
        lambda: service.push_watermelon(session, context, farm_id, device_id, last_pulled_at, body, datetime.now(UTC)),
        status=200,
    )


@router.get("/rxdb/{collection}", response_model=RxdbChanges, dependencies=[need("flock:read")], responses=TOO_OLD)
async def pull_rxdb(
    session: Reading,
    context: Acting,
    farm_id: UUID,
    collection: Name,
    seq: Rev | None = None,
    began: Rev | None = None,
    limit: Limit = 1000,
) -> Response:
    """The same for the pull handler of RxDB."""
    return JsonText(await service.pull_rxdb(session, context, farm_id, collection, seq, began, limit))


@router.post(
    "/rxdb/{collection}", response_model=RxdbMasters, dependencies=[need("flock:write")], openapi_extra=RXDB_SAMPLE
)
async def push_rxdb(
    session: Writing,
    context: Acting,
    once: Once,
    farm_id: UUID,
    collection: Name,
    device_id: UUID,
    body: RxdbPush,
) -> Response:
    """The same for the push handler of RxDB: documents of the master for the rows that somebody else changed."""
    return await once(
        lambda: service.push_rxdb(session, context, farm_id, collection, device_id, body, datetime.now(UTC)),
        status=200,
    )


@router.get("/stream", response_class=StreamingResponse, dependencies=[need("flock:read"), WATCHING])
async def watch_changes(look: Readings, context: Acting, farm_id: UUID) -> StreamingResponse:
    """Server-sent events: the number of the last change whenever there is a new one; pull when it comes."""
    async with look() as session:
        first = await service.last(session, context, farm_id)
    body = numbers(look, context, farm_id, first)
    return StreamingResponse(body, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


async def numbers(look: LookAgain, context: Context, farm_id: UUID, latest: int) -> AsyncIterator[str]:
    """A line for each new number, and a comment when nothing happens; who may no longer see the farm hears no more."""
    yield line(latest)
    quiet = 0.0
    while True:
        await asyncio.sleep(POLL_S)
        quiet += POLL_S
        try:
            async with look() as session:
                now = await service.last(session, context, farm_id)
        except (NotAllowed, NotFound, NotAuthenticated):
            return
        except Exception as error:
            if not is_outage(error):
                raise
            now = latest
        if now != latest:
            latest, quiet = now, 0.0
            yield line(latest)
        elif quiet >= HEARTBEAT_S:
            quiet = 0.0
            yield ": nothing new\n\n"


def line(latest: int) -> str:
    """One server-sent event."""
    return f'data: {{"latest": {latest}}}\n\n'
