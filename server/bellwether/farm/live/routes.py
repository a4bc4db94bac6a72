"""The path /farms/{id}/live."""

from datetime import UTC, datetime
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import StreamingResponse

from bellwether.farm.live import service
from bellwether.platform.http.at_once import at_once
from bellwether.platform.http.dependencies import Acting, Readings, need

router = APIRouter(prefix="/farms/{farm_id}", tags=["reports"])
WATCHING = at_once("streams of farms", of_one=5, of_all=200)
STREAM: dict[int | str, dict[str, object]] = {200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}}


@router.get("/live", dependencies=[need("flock:read"), WATCHING], response_class=StreamingResponse, responses=STREAM)
async def watch_farm(look: Readings, context: Acting, farm_id: UUID) -> StreamingResponse:
    """Server-sent events: head, weighed today and the last events, again after each commit that changes one of them."""
    async with look() as session:
        await service.now(session, context, farm_id, datetime.now(UTC))
    body = service.changes(look, context, farm_id)
    return StreamingResponse(body, media_type="text/event-stream", headers={"Cache-Control": "no-store"})
