"""Paths under /identifiers."""

from datetime import UTC, datetime
from uuid import UUID

from fastapi import APIRouter, Response

from bellwether.farm.identifiers import service
from bellwether.farm.identifiers.schemas import NewUse, State, Use, UseEnd
from bellwether.platform.http.dependencies import Acting, Once, Reading, Writing, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.problem_documents import documented
from bellwether.platform.http.schemas import Page

router = APIRouter(prefix="/identifiers", tags=["identifiers"])
TAKEN = documented({409: "Another animal has it, or this one has another of the scheme"})
OVER = documented({409: "The use has ended already"})
UNSETTLED = documented({409: "It is not disputed, or the other use goes on"})


@router.post("", status_code=201, response_model=Use, dependencies=[need("flock:write")], responses=TAKEN)
async def put_identifier_on(session: Writing, context: Acting, once: Once, body: NewUse) -> Response:
    """Give an animal a tag or number; `replaces` ends the use of the one before at the same instant."""
    return await once(lambda: service.put_on(session, context, body, datetime.now(UTC)))


@router.get("", dependencies=[need("flock:read")])
async def list_identifiers(
    session: Reading,
    context: Acting,
    farm_id: UUID,
    animal_id: UUID | None = None,
    state: State | None = None,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> Page[Use]:
    """All that animals wear and wore; `state=disputed` is what two animals claim at once."""
    return await service.page(session, context, farm_id, animal_id, state, limit, cursor)


@router.post("/{identifier_id}/end", response_model=Use, dependencies=[need("flock:write")], responses=OVER)
async def end_identifier(session: Writing, context: Acting, once: Once, identifier_id: UUID, body: UseEnd) -> Response:
    """A tag was lost, taken off, or goes on another animal; its history stays."""
    return await once(lambda: service.end(session, context, identifier_id, body, datetime.now(UTC)), status=200)


@router.post("/{identifier_id}/confirm", response_model=Use, dependencies=[need("flock:write")], responses=UNSETTLED)
async def confirm_identifier(session: Writing, context: Acting, once: Once, identifier_id: UUID) -> Response:
    """A disputed identifier counts from now on: end the use of the other animal first."""
    return await once(lambda: service.confirm(session, context, identifier_id), status=200)
