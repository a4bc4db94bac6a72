"""Facts that this slice tells."""

from uuid import UUID

from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.events.facts import emit

CREATED = "research.project.created.v1"


async def project_created(
    session: Session, context: Context, *, project_id: UUID, title: str, owner_id: UUID, member_ids: list[UUID]
) -> None:
    """A project exists from now on."""
    data = {
        "project_id": str(project_id),
        "title": title,
        "owner_id": str(owner_id),
        "member_ids": [str(member_id) for member_id in member_ids],
    }
    await emit(session, context, type=CREATED, key=project_id, key_version=1, data=data)
