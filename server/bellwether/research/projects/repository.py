"""Every query about projects."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from bellwether.platform.database.transactions import Session
from bellwether.research.projects.models import MemberRow, ProjectRow, project, project_member

COLUMNS = [column for column in project.columns if column.name != "search"]


async def add(session: Session, values: Mapping[str, object]) -> bool:
    """A new project with its owner as lead; False when the id is taken."""
    now = {"created_at": func.now(), "updated_at": func.now()}
    # no conflict target: with one, PostgreSQL would ask the read policy about a row whose member comes next
    statement = insert(project).values({**values, "rev": 1, **now}).on_conflict_do_nothing()
    return (await session.execute(statement)).rowcount == 1


async def find(session: Session, project_id: UUID, *, lock: bool = False) -> ProjectRow | None:
    """One project of the caller's."""
    statement = select(*COLUMNS).where(project.c.id == project_id)
    row = (await session.execute(statement.with_for_update() if lock else statement)).one_or_none()
    return None if row is None else ProjectRow._make(row)


async def page(
    session: Session, *, state: str | None, words: str | None, before: UUID | None, limit: int
) -> list[ProjectRow]:
    """The caller's projects, newest first; archived ones only when asked for."""
    statement = select(*COLUMNS).order_by(project.c.id.desc()).limit(limit)
    statement = statement.where(project.c.state == state if state else project.c.state != "archived")
    if words:
        statement = statement.where(project.c.search.op("@@")(func.websearch_to_tsquery("english", words)))
    if before:
        statement = statement.where(project.c.id < before)
    return [ProjectRow._make(row) for row in await session.execute(statement)]


async def change(session: Session, project_id: UUID, values: Mapping[str, object]) -> None:
    """Set `values` and move the revision on."""
    statement = update(project).where(project.c.id == project_id)
    await session.execute(statement.values({**values, "rev": project.c.rev + 1, "updated_at": func.now()}))


async def members(session: Session, project_ids: Iterable[UUID]) -> list[MemberRow]:
    """The members of these projects, in the order in which they joined."""
    statement = select(project_member).where(project_member.c.project_id.in_(list(project_ids)))
    order = (project_member.c.project_id, project_member.c.added_at, project_member.c.user_id)
    return [MemberRow._make(row) for row in await session.execute(statement.order_by(*order))]


async def put_member(session: Session, project_id: UUID, user_id: UUID, role: str) -> None:
    """Add a member, or give a member another role."""
    values = {"project_id": project_id, "user_id": user_id, "role": role, "added_at": func.now()}
    statement = insert(project_member).values(values)
    keys = [project_member.c.project_id, project_member.c.user_id]
    await session.execute(statement.on_conflict_do_update(index_elements=keys, set_={"role": role}))


async def remove_member(session: Session, project_id: UUID, user_id: UUID) -> bool:
    """Whether there was such a member."""
    keys = (project_member.c.project_id == project_id, project_member.c.user_id == user_id)
    return (await session.execute(delete(project_member).where(*keys))).rowcount == 1
