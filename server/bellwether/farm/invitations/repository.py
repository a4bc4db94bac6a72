"""Invitations in the database."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import text

from bellwether.farm.invitations.models import AcceptedRow, InvitationRow
from bellwether.platform.database.transactions import Session

COLUMNS = "id, farm_id, email, role, invited_by, invited_at, expires_at, accepted_at, withdrawn_at"
OPEN = "accepted_at is null and withdrawn_at is null"
INSERT = text(f"""
insert into farm.invitation (id, farm_id, email, role, token_sha256, invited_by, expires_at)
values (:id, :farm_id, :email, :role, :token_sha256, :invited_by, clock_timestamp() + make_interval(days => :days))
returning {COLUMNS}
""")
REPLACE = text(f"""
update farm.invitation set withdrawn_at = clock_timestamp() where farm_id = :farm_id and email = :email and {OPEN}
""")
COUNT = text(f"select count(*) from farm.invitation where farm_id = :farm_id and {OPEN} and expires_at > now()")
LIST = text(f"""
select {COLUMNS} from farm.invitation
where farm_id = :farm_id and (cast(:before as uuid) is null or id < :before) order by id desc limit :limit
""")
WITHDRAW = text(f"""
update farm.invitation set withdrawn_at = clock_timestamp() where farm_id = :farm_id and id = :id and {OPEN}
returning id
""")
ACCEPT = text("select farm_id, role, granted_at, is_new from farm.accept_invitation(:secret, :address)")


async def replace(session: Session, farm_id: UUID, email: str) -> None:
    """Withdraw the open invitation of an address, if there is one."""
    await session.execute(REPLACE, {"farm_id": farm_id, "email": email})


async def open_ones(session: Session, farm_id: UUID) -> int:
    """How many may still be accepted."""
    return int((await session.execute(COUNT, {"farm_id": farm_id})).scalar_one())


async def add(session: Session, values: Mapping[str, object]) -> InvitationRow:
    """A new invitation."""
    return InvitationRow._make((await session.execute(INSERT, dict(values))).one())


async def page(session: Session, farm_id: UUID, before: UUID | None, limit: int) -> list[InvitationRow]:
    """Invitations of a farm, the latest first."""
    values = {"farm_id": farm_id, "before": before, "limit": limit}
    return [InvitationRow._make(row) for row in await session.execute(LIST, values)]


async def withdraw(session: Session, farm_id: UUID, invitation_id: UUID) -> bool:
    """Whether there was one to withdraw."""
    return (await session.execute(WITHDRAW, {"farm_id": farm_id, "id": invitation_id})).scalar() is not None


async def accept(session: Session, secret: bytes, address: str) -> AcceptedRow | None:
    """Make the acting user a member, in one statement; None when there is nothing to accept."""
    row = (await session.execute(ACCEPT, {"secret": secret, "address": address})).one_or_none()
    return None if row is None else AcceptedRow._make(row)
