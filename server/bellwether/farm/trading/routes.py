"""Paths under /consignments, and the layouts of files: /farms/{id}/file-layouts."""

from uuid import UUID

from fastapi import APIRouter, Response

from bellwether.farm.trading import service
from bellwether.farm.trading.layouts import Format
from bellwether.farm.trading.schemas import (
    Consignment,
    ConsignmentChange,
    Declaration,
    FileLayout,
    Files,
    Listed,
    NewConsignment,
    NewLayout,
)
from bellwether.platform.http.answers import made_at, with_etag
from bellwether.platform.http.dependencies import Acting, IfMatch, Once, Reading, Writing, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.schemas import Page

router = APIRouter(tags=["trading"])
PLACE = made_at("/api/v1/farm/consignments")


@router.post("/consignments", status_code=201, response_model=Consignment, dependencies=[need("flock:write")])
async def create_consignment(session: Writing, context: Acting, once: Once, body: NewConsignment) -> Response:
    """Enter a declaration; its stock is what events say whose payload names its number as consignment."""
    return await once(lambda: service.create(session, context, body), headers=PLACE)


@router.get("/consignments", dependencies=[need("flock:read")])
async def list_consignments(
    session: Reading, context: Acting, farm_id: UUID, limit: Limit = 100, cursor: CursorText = None
) -> Page[Listed]:
    """Consignments of a farm."""
    return await service.page(session, context, farm_id, limit, cursor)


@router.get("/consignments/{consignment_id}", dependencies=[need("flock:read")])
async def get_consignment(session: Reading, consignment_id: UUID, response: Response) -> Consignment:
    """One consignment with its stock."""
    return with_etag(response, await service.get(session, consignment_id))


@router.patch("/consignments/{consignment_id}", dependencies=[need("flock:write")])
async def change_consignment(
    session: Writing,
    context: Acting,
    consignment_id: UUID,
    body: ConsignmentChange,
    if_match: IfMatch,
    response: Response,
) -> Consignment:
    """Change number, day, places, carrier or note."""
    return with_etag(response, await service.change(session, context, consignment_id, body, if_match))


@router.get("/consignments/{consignment_id}/declaration", dependencies=[need("flock:read")])
async def get_declaration(session: Reading, consignment_id: UUID) -> Declaration:
    """All that a vendor declaration asks for: who goes, since when it was here, who is withheld, what is missing."""
    return await service.declaration(session, consignment_id)


@router.get("/consignments/{consignment_id}/files", dependencies=[need("flock:read")])
async def get_files_of_consignment(
    session: Reading,
    consignment_id: UUID,
    format: Format,  # noqa: A002 - the name of the parameter
) -> Files:
    """The rows of a consignment as CSV for NLIS or NAIT, in files of the length that these take.

    The order of the columns is not verified: compare it with what the authority asks for, and set your own.
    """
    return await service.files(session, consignment_id, format)


@router.get("/farms/{farm_id}/file-layouts/{format}", dependencies=[need("flock:read")])
async def get_file_layout(session: Reading, context: Acting, farm_id: UUID, format: Format) -> FileLayout:  # noqa: A002
    """The columns of a file for an authority, in their order."""
    return await service.layout(session, context, farm_id, format)


@router.put("/farms/{farm_id}/file-layouts/{format}", dependencies=[need("flock:write")])
async def set_file_layout(
    session: Writing,
    context: Acting,
    farm_id: UUID,
    format: Format,  # noqa: A002
    body: NewLayout,
) -> FileLayout:
    """Set the columns of a file for an authority; as many as it has."""
    return await service.set_layout(session, context, farm_id, format, body)
