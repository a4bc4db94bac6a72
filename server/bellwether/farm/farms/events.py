"""What the farms slice tells the other services."""

from uuid import UUID

from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.events.facts import emit


async def farm_created(session: Session, context: Context, farm_id: UUID, name: str) -> None:
    """A farm exists."""
    data = {"farm_id": str(farm_id), "name": name}
    await emit(session, context, type="farm.farm.created.v1", key=farm_id, farm_id=farm_id, data=data)


async def membership_granted(session: Session, context: Context, farm_id: UUID, user_id: UUID, role: str) -> None:
    """A user has this role now."""
    await membership(session, context, "farm.membership.granted.v1", farm_id, user_id, role)


async def membership_revoked(session: Session, context: Context, farm_id: UUID, user_id: UUID, role: str) -> None:
    """A user lost this role."""
    await membership(session, context, "farm.membership.revoked.v1", farm_id, user_id, role)


async def membership(session: Session, context: Context, type_: str, farm_id: UUID, user_id: UUID, role: str) -> None:
    """One key for each user of a farm, so that grant and revocation stay in order."""
    data = {"farm_id": str(farm_id), "user_id": str(user_id), "role": role}
    await emit(session, context, type=type_, key=f"{farm_id}/{user_id}", farm_id=farm_id, data=data)
