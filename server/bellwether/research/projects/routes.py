"""Addresses of projects."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from bellwether.platform.http.answers import made_at, with_etag
from bellwether.platform.http.dependencies import Acting, IfMatch, Once, Reading, Writing, need
from bellwether.platform.http.pagination import ById, CursorText, Limit, id_after
from bellwether.platform.http.problem_documents import documented
from bellwether.platform.http.schemas import Page
from bellwether.research.projects import service
from bellwether.research.projects.schemas import MemberRole, NewProject, Project, ProjectChange, State, Words

router = APIRouter(prefix="/projects", tags=["projects"])
PLACE = made_at("/api/v1/research/projects")
READ, CHANGE = need("dataset:read"), need("project:write")
REVISED = documented({409: "The project would lose its last lead"})


@router.post("", status_code=201, response_model=Project, dependencies=[CHANGE])
async def create(new: NewProject, session: Writing, context: Acting, once: Once) -> Response:
    """Create a project; the caller owns and leads it."""
    return await once(lambda: service.create(session, context, new), headers=PLACE)


@router.get("", dependencies=[READ])
async def list_projects(
    session: Reading,
    context: Acting,
    state: State | None = None,
    q: Annotated[Words | None, Query(description="Words to find in title, question and description")] = None,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> Page[Project]:
    """The caller's projects, newest first; archived ones only with `state=archived`."""
    before = id_after(cursor)
    found = await service.list_page(session, context, state=state, words=q, before=before, limit=limit + 1)
    return Page(items=found[:limit], next=ById.after(found, limit))


@router.get("/{project_id}", dependencies=[READ])
async def get(project_id: UUID, session: Reading, context: Acting, response: Response) -> Project:
    """One project with its members."""
    return with_etag(response, await service.get(session, context, project_id))


@router.patch("/{project_id}", dependencies=[CHANGE], responses=REVISED)
async def change(
    project_id: UUID, wanted: ProjectChange, session: Writing, context: Acting, if_match: IfMatch, response: Response
) -> Project:
    """Change some fields; for leads and analysts. A state brings an archived project back."""
    return with_etag(response, await service.change(session, context, project_id, wanted, if_match.check))


@router.delete("/{project_id}", status_code=204, dependencies=[CHANGE], responses=REVISED)
async def archive(project_id: UUID, session: Writing, context: Acting, if_match: IfMatch) -> None:
    """Archive a project; for leads. Nothing is lost."""
    await service.archive(session, context, project_id, if_match.check)


@router.put("/{project_id}/members/{user_id}", dependencies=[CHANGE], responses=REVISED)
async def put_member(
    project_id: UUID,
    user_id: UUID,
    body: MemberRole,
    session: Writing,
    context: Acting,
    if_match: IfMatch,
    response: Response,
) -> Project:
    """Add a member or change a member's role; for leads."""
    return with_etag(
        response, await service.put_member(session, context, project_id, user_id, body.role, if_match.check)
    )


@router.delete("/{project_id}/members/{user_id}", status_code=204, dependencies=[READ], responses=REVISED)
async def remove_member(project_id: UUID, user_id: UUID, session: Writing, context: Acting, if_match: IfMatch) -> None:
    """Take a member out; for leads. Everybody may leave by themselves."""
    await service.remove_member(session, context, project_id, user_id, if_match.check)
