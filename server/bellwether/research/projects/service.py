"""Use-cases of projects and of who works on them.

Row-level security shows a caller only the projects with the caller as a member.
"""

from collections.abc import Callable, Sequence
from datetime import date
from itertools import groupby
from uuid import UUID

from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.ids import new_id
from bellwether.research.projects import repository
from bellwether.research.projects.events import project_created
from bellwether.research.projects.models import MemberRow, ProjectRow
from bellwether.research.projects.problems import (
    EndsBeforeStart,
    FieldRequired,
    LeadRequired,
    MemberTwice,
    NoSuchMember,
    NoSuchProject,
    ProjectExists,
    RoleTooLow,
)
from bellwether.research.projects.schemas import NewMember, NewProject, Project, ProjectChange, Role, State

Check = Callable[[int], None]
EDITORS = frozenset({Role.lead, Role.analyst})
LEADS = frozenset({Role.lead})
ANY_ROLE = EDITORS | {Role.viewer}
MAY_BE_NULL = frozenset({"starts_on", "ends_on"})


async def create(session: Session, context: Context, new: NewProject) -> Project:
    """A project led by its creator, with the members that came along."""
    assert context.user_id is not None
    project_id = new.id or new_id()
    others = other_members(new.members, context.user_id)
    values = new.model_dump(exclude={"members", "id"}) | {"id": project_id, "owner_id": context.user_id}
    check_dates(new.starts_on, new.ends_on)
    if not await repository.add(session, values):
        raise ProjectExists
    for member in others:
        await repository.put_member(session, project_id, member.user_id, member.role)
    member_ids = [context.user_id, *(member.user_id for member in others)]
    await project_created(
        session, context, project_id=project_id, title=new.title, owner_id=context.user_id, member_ids=member_ids
    )
    return await get(session, context, project_id)


async def get(session: Session, context: Context, project_id: UUID) -> Project:
    """One project."""
    row = await repository.find(session, project_id)
    if row is None:
        raise NoSuchProject
    return (await with_members(session, context, [row]))[0]


async def list_page(
    session: Session, context: Context, *, state: State | None, words: str | None, before: UUID | None, limit: int
) -> list[Project]:
    """Up to `limit` projects, newest first."""
    rows = await repository.page(session, state=state, words=words, before=before, limit=limit)
    return await with_members(session, context, rows)


async def change(session: Session, context: Context, project_id: UUID, wanted: ProjectChange, check: Check) -> Project:
    """Change some fields; a state brings an archived project back."""
    project = await for_change(session, context, project_id, check, EDITORS)
    values = wanted.model_dump(exclude_unset=True)
    for field in sorted(values.keys() - MAY_BE_NULL):
        if values[field] is None:
            raise FieldRequired(field)
    check_dates(values.get("starts_on", project.starts_on), values.get("ends_on", project.ends_on))
    await repository.change(session, project_id, values)
    return await get(session, context, project_id)


async def archive(session: Session, context: Context, project_id: UUID, check: Check) -> None:
    """Put a project away: it stays readable and is left out of lists."""
    await for_change(session, context, project_id, check, LEADS)
    await repository.change(session, project_id, {"state": State.archived})


async def put_member(
    session: Session, context: Context, project_id: UUID, user_id: UUID, role: Role, check: Check
) -> Project:
    """Add a member, or give one another role."""
    project = await for_change(session, context, project_id, check, LEADS)
    if role is not Role.lead:
        check_lead_stays(project, user_id)
    await repository.put_member(session, project_id, user_id, role)
    await repository.change(session, project_id, {})
    return await get(session, context, project_id)


async def remove_member(session: Session, context: Context, project_id: UUID, user_id: UUID, check: Check) -> None:
    """Take a member out; everybody may leave by themselves."""
    is_leaving = user_id == context.user_id
    project = await for_change(session, context, project_id, check, ANY_ROLE if is_leaving else LEADS)
    check_lead_stays(project, user_id)
    # the revision first: whoever leaves can no longer touch the project afterwards
    await repository.change(session, project_id, {})
    if not await repository.remove_member(session, project_id, user_id):
        raise NoSuchMember


def check_lead_stays(project: Project, leaving: UUID) -> None:
    """Some lead besides `leaving` remains, or `leaving` is none."""
    leads = {member.user_id for member in project.members if member.role is Role.lead}
    if leads == {leaving}:
        raise LeadRequired


async def for_change(
    session: Session, context: Context, project_id: UUID, check: Check, roles: frozenset[Role]
) -> Project:
    """The project, locked, when the caller read this revision and has one of `roles` in it."""
    row = await repository.find(session, project_id, lock=True)
    if row is None:
        raise NoSuchProject
    project = (await with_members(session, context, [row]))[0]
    if project.my_role not in roles:
        raise RoleTooLow
    check(project.rev)
    return project


async def with_members(session: Session, context: Context, rows: Sequence[ProjectRow]) -> list[Project]:
    """The projects of these rows, each with its members."""
    found = await repository.members(session, [row.id for row in rows])
    members = {key: list(group) for key, group in groupby(found, key=lambda member: member.project_id)}
    return [project_of(row, members.get(row.id, []), context) for row in rows]


def project_of(row: ProjectRow, members: Sequence[MemberRow], context: Context) -> Project:
    """One row as it crosses the wire."""
    mine = next(member.role for member in members if member.user_id == context.user_id)
    people = [{"user_id": member.user_id, "role": member.role, "added_at": member.added_at} for member in members]
    return Project.model_validate({**row._asdict(), "my_role": mine, "members": people})


def other_members(members: list[NewMember], owner_id: UUID) -> list[NewMember]:
    """The members besides the owner, each once."""
    ids = [member.user_id for member in members]
    is_demoted = any(member.user_id == owner_id and member.role is not Role.lead for member in members)
    if len(set(ids)) != len(ids) or is_demoted:
        raise MemberTwice
    return [member for member in members if member.user_id != owner_id]


def check_dates(starts_on: date | None, ends_on: date | None) -> None:
    """A project does not end before it starts."""
    if starts_on and ends_on and ends_on < starts_on:
        raise EndsBeforeStart
