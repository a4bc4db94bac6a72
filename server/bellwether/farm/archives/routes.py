"""The path /farms/{farm_id}/archive."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from bellwether.farm.archives import service
from bellwether.platform.http.at_once import at_once
from bellwether.platform.http.dependencies import Acting, Writing, costly, need
from bellwether.platform.http.problem_documents import documented
from bellwether.platform.jobs.schemas import Job, job_headers
from bellwether.platform.problems import TooLarge

LARGEST = 50_000_000
SENDING = at_once("archives that are being sent", of_one=1, of_all=3)
BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        "description": "An archive as the export `whole_farm` writes it",
    }
}
TAKEN = documented({409: "The farm is not empty"})
router = APIRouter(prefix="/farms/{farm_id}/archive", tags=["archives"])


async def received(request: Request) -> bytes:
    """The body, before a transaction begins.

    Raises:
        TooLarge
    """
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > LARGEST:
            raise TooLarge(f"An archive has at most {LARGEST:,} bytes")
    return bytes(content)


@router.post(
    "",
    status_code=202,
    dependencies=[need("flock:write"), costly("archive", per_minute=3, burst=6), SENDING],
    openapi_extra=BODY,
    responses=TAKEN,
)
async def take_archive(
    content: Annotated[bytes, Depends(received)], session: Writing, context: Acting, response: Response, farm_id: UUID
) -> Job:
    """Take an archive of a whole farm into an empty one, as a job: all of it, the same afterwards, or nothing."""
    found = await service.take(session, context, farm_id, content)
    response.headers.update(job_headers(found))
    return found
