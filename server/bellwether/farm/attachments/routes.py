"""Paths under /farms/{farm_id}/attachments and /farms/{farm_id}/attachment-links."""

import hashlib
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import StreamingResponse

from bellwether.farm.attachments import service
from bellwether.farm.attachments.kinds import KINDS
from bellwether.farm.attachments.schemas import Attachment, Hash, Link, NewLink, State
from bellwether.platform.http.at_once import at_once
from bellwether.platform.http.dependencies import Acting, Reading, Readings, Writing, costly, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.preconditions import is_had
from bellwether.platform.http.problem_documents import Responses, documented
from bellwether.platform.http.schemas import Page
from bellwether.platform.problems import TooLarge

LARGEST = 10_000_000
PART = 1_000_000
SENDING = at_once("attachments that are being sent", of_one=3, of_all=8)
DOWNLOAD = at_once("downloads of attachments", of_one=6, of_all=20)
LINKED = documented({409: "Animals or events refer to it"})
TAKEN = documented({409: "The id is of another link, or the link stands under another id"})
QUOTA = documented({409: "The farm keeps as much as it may"})
BINARY = {"schema": {"type": "string", "format": "binary"}}
# one word for all kinds, which generated clients know; a client may name the kind, and then it must be true
BYTES = {service.UNNAMED: BINARY}
BODY = {"requestBody": {"required": True, "content": BYTES, "description": f"{', '.join(KINDS)}: told by the bytes"}}
FILE: Responses = {200: {"description": f"The bytes: {', '.join(KINDS)}", "content": BYTES}}
NEW: Responses = {201: {"model": Attachment, "description": "It is new"}}
NEW_LINK: Responses = {201: {"model": Link, "description": "It is new"}}
router = APIRouter(prefix="/farms/{farm_id}", tags=["attachments"])
Sha256 = Annotated[Hash, Path(description="SHA-256 of the bytes, in lower case")]


async def received(request: Request) -> service.Sent:
    """The body in parts; it has come before a transaction begins, for a phone may take minutes.

    Raises:
        TooLarge
    """
    digest, parts, rest, size = hashlib.sha256(), list[bytes](), bytearray(), 0
    async for piece in request.stream():
        size += len(piece)
        if size > LARGEST:
            raise TooLarge(f"An attachment has at most {LARGEST:,} bytes: send a smaller one")
        digest.update(piece)
        rest += piece
        while len(rest) >= PART:
            parts.append(bytes(rest[:PART]))
            del rest[:PART]
    if rest:
        parts.append(bytes(rest))
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return service.Sent(parts, digest.hexdigest(), kind)


Received = Annotated[service.Sent, Depends(received)]


@router.put(
    "/attachments/{sha256}",
    dependencies=[need("flock:write"), costly("attachment", per_minute=120, burst=240), SENDING],
    openapi_extra=BODY,
    responses=NEW | QUOTA,
)
async def put_attachment(
    sent: Received, session: Writing, context: Acting, response: Response, farm_id: UUID, sha256: Sha256
) -> Attachment:
    """Send a photo, film or paper of up to 10 MB; the same again is 200 and changes nothing."""
    found, is_new = await service.put(session, context, farm_id, sha256, sent)
    response.status_code = 201 if is_new else 200
    return found


@router.get("/attachments", dependencies=[need("flock:read")])
async def list_attachments(
    session: Reading, context: Acting, farm_id: UUID, limit: Limit = 100, cursor: CursorText = None
) -> Page[Attachment]:
    """What the farm keeps, by hash."""
    return await service.page(session, context, farm_id, limit, cursor)


@router.get(
    "/attachments/{sha256}",
    dependencies=[need("flock:read"), DOWNLOAD],
    response_class=StreamingResponse,
    responses=FILE,
)
async def get_attachment(look: Readings, context: Acting, request: Request, farm_id: UUID, sha256: Sha256) -> Response:
    """The bytes."""
    found, content = await service.file(look, context, farm_id, sha256)
    tag = f'"{sha256}"'
    headers = {
        "ETag": tag,
        # whoever leaves the farm reads no copy on the way
        "Cache-Control": "private, no-cache",
        "Content-Disposition": f'attachment; filename="{service.name_of(found)}"',
    }
    if is_had(request.headers, tag):
        return Response(status_code=304, headers=headers)
    headers["Content-Length"] = str(found.size_bytes)
    return StreamingResponse(content, media_type=found.media_type, headers=headers)


@router.delete("/attachments/{sha256}", status_code=204, dependencies=[need("flock:write")], responses=LINKED)
async def remove_attachment(session: Writing, context: Acting, farm_id: UUID, sha256: Sha256) -> None:
    """Remove one to which nothing refers."""
    await service.remove(session, context, farm_id, sha256)


@router.post(
    "/attachment-links",
    dependencies=[need("flock:write")],
    responses=NEW_LINK | TAKEN,
)
async def link_attachment(session: Writing, context: Acting, response: Response, farm_id: UUID, body: NewLink) -> Link:
    """Link an animal or an event to an attachment, whether its bytes are there or not.

    The same link again is 200 and changes nothing.
    """
    found, is_new = await service.link(session, context, farm_id, body)
    response.status_code = 201 if is_new else 200
    return found


@router.get("/attachment-links", dependencies=[need("flock:read")])
async def list_links(
    session: Reading,
    context: Acting,
    farm_id: UUID,
    animal_id: UUID | None = None,
    event_id: UUID | None = None,
    sha256: Hash | None = None,
    state: State | None = None,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> Page[Link]:
    """What refers to attachments; `state=awaited` are those whose bytes some device still has to send.

    Of an animal also what its events have, of an event also what it corrects or what corrects it.
    """
    wanted = {"animal_id": animal_id, "event_id": event_id, "sha256": sha256, "state": state}
    return await service.links(session, context, farm_id, wanted, limit, cursor)


@router.delete("/attachment-links/{link_id}", status_code=204, dependencies=[need("flock:write")])
async def remove_link(session: Writing, context: Acting, farm_id: UUID, link_id: UUID) -> None:
    """Take a link away; the bytes stay."""
    await service.unlink(session, context, farm_id, link_id)
