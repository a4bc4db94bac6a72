"""Paths under /farms/{id}: session-templates and sessions."""

from uuid import UUID

from fastapi import APIRouter, Response

from bellwether.farm.work.sessions import service
from bellwether.farm.work.sessions.schemas import NewSession, NewTemplate, Session, Summary, Template
from bellwether.platform.http.answers import with_etag
from bellwether.platform.http.dependencies import Acting, IfMatch, Once, Reading, Writing, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.preconditions import etag
from bellwether.platform.http.problem_documents import documented
from bellwether.platform.http.schemas import Page

router = APIRouter(prefix="/farms/{farm_id}", tags=["sessions"])
CLOSED = documented({409: "The session is closed"})


@router.post("/session-templates", status_code=201, response_model=Template, dependencies=[need("flock:write")])
async def create_template(session: Writing, context: Acting, once: Once, farm_id: UUID, body: NewTemplate) -> Response:
    """Say what a kind of day records: a bundle of traits, and fields of the farm's own."""
    return await once(lambda: service.create_template(session, context, farm_id, body))


@router.get("/session-templates", dependencies=[need("flock:read")])
async def list_templates(
    session: Reading, context: Acting, farm_id: UUID, limit: Limit = 100, cursor: CursorText = None
) -> Page[Template]:
    """What kinds of days there are."""
    return await service.templates(session, context, farm_id, limit, cursor)


@router.delete("/session-templates/{template_id}", status_code=204, dependencies=[need("flock:write")])
async def remove_template(session: Writing, context: Acting, farm_id: UUID, template_id: UUID) -> None:
    """Remove a template; sessions that followed it stay."""
    await service.remove_template(session, context, farm_id, template_id)


@router.post("/sessions", status_code=201, response_model=Session, dependencies=[need("flock:write")])
async def create_session(session: Writing, context: Acting, once: Once, farm_id: UUID, body: NewSession) -> Response:
    """Begin a day in the yards: day, mob, operator, devices and fields are entered once."""

    def place(made: Session) -> dict[str, str]:
        return {"Location": f"/api/v1/farm/farms/{farm_id}/sessions/{made.id}", **etag(made.rev)}

    return await once(lambda: service.create(session, context, farm_id, body), headers=place)


@router.get("/sessions", dependencies=[need("flock:read")])
async def list_sessions(
    session: Reading, context: Acting, farm_id: UUID, limit: Limit = 100, cursor: CursorText = None
) -> Page[Session]:
    """Days in the yards, the last one first."""
    return await service.page(session, context, farm_id, limit, cursor)


@router.get("/sessions/{session_id}", dependencies=[need("flock:read")])
async def get_session(
    session: Reading, context: Acting, farm_id: UUID, session_id: UUID, response: Response
) -> Session:
    """One session."""
    return with_etag(response, await service.get(session, context, farm_id, session_id))


@router.get("/sessions/{session_id}/summary", dependencies=[need("flock:read")])
async def summarise_session(session: Reading, context: Acting, farm_id: UUID, session_id: UUID) -> Summary:
    """What came of a session as it is known now: who was recorded, who is missing, which values are unusual."""
    return await service.summary(session, context, farm_id, session_id)


@router.post("/sessions/{session_id}/close", dependencies=[need("flock:write")], responses=CLOSED)
async def close_session(
    session: Writing, context: Acting, farm_id: UUID, session_id: UUID, if_match: IfMatch, response: Response
) -> Summary:
    """End a session. What is recorded of its day later is in its summary as well."""
    found = await service.close(session, context, farm_id, session_id, if_match)
    response.headers.update(etag(found.session.rev))
    return found
