"""Inviting somebody by address, and accepting."""

import hashlib
import secrets
from datetime import UTC, datetime
from uuid import UUID

from bellwether.farm.access import must_own
from bellwether.farm.farms.events import membership_granted
from bellwether.farm.farms.schemas import Member
from bellwether.farm.invitations import repository
from bellwether.farm.invitations.models import InvitationRow
from bellwether.farm.invitations.problems import (
    AddressNotVerified,
    AlreadyMember,
    InvitationUnknown,
    TooManyInvitations,
)
from bellwether.farm.invitations.schemas import Invitation, NewInvitation, SentInvitation, normal_address
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ById, id_after
from bellwether.platform.http.schemas import Page
from bellwether.platform.ids import new_id
from bellwether.platform.problems import NotFound

DAYS = 14
MOST = 100


async def invite(session: Session, context: Context, farm_id: UUID, body: NewInvitation) -> SentInvitation:
    """Invite an address. The answer is the same whether it has an account or not; an earlier invitation is replaced.

    Raises:
        NotFound, OwnersOnly, TooManyInvitations
    """
    await must_own(session, context, farm_id)
    await repository.replace(session, farm_id, body.email)
    if await repository.open_ones(session, farm_id) >= MOST:
        raise TooManyInvitations
    token = secrets.token_urlsafe(32)
    values = body.model_dump() | {"id": new_id(), "farm_id": farm_id, "invited_by": context.user_id, "days": DAYS}
    row = await repository.add(session, values | {"token_sha256": digest(token)})
    return SentInvitation(**shown(row).model_dump(), token=token)


async def page(session: Session, context: Context, farm_id: UUID, limit: int, cursor: str | None) -> Page[Invitation]:
    """Invitations of a farm, the latest first.

    Raises:
        NotFound, OwnersOnly
    """
    await must_own(session, context, farm_id)
    rows = await repository.page(session, farm_id, id_after(cursor), limit + 1)
    return Page(items=[shown(row) for row in rows[:limit]], next=ById.after(rows, limit))


async def withdraw(session: Session, context: Context, farm_id: UUID, invitation_id: UUID) -> None:
    """Nobody can accept it any more.

    Raises:
        NotFound, OwnersOnly
    """
    await must_own(session, context, farm_id)
    if not await repository.withdraw(session, farm_id, invitation_id):
        raise NotFound


async def accept(session: Session, context: Context, address: str | None, token: str) -> Member:
    """Become a member with the role of the invitation.

    Raises:
        AddressNotVerified: the caller has no verified address.
        InvitationUnknown: there is none for it that can be accepted.
        AlreadyMember: the caller belongs to the farm.
    """
    if address is None:
        raise AddressNotVerified
    found = await repository.accept(session, digest(token), normal_address(address))
    if found is None:
        raise InvitationUnknown
    if not found.is_new or found.granted_at is None or context.user_id is None:
        raise AlreadyMember
    await membership_granted(session, context, found.farm_id, context.user_id, found.role)
    return Member.model_validate(
        {"user_id": context.user_id, "farm_id": found.farm_id, "role": found.role, "granted_at": found.granted_at}
    )


def digest(token: str) -> bytes:
    """What is stored of a secret of 256 random bits: nothing to be guessed from it."""
    return hashlib.sha256(token.encode()).digest()


def shown(row: InvitationRow) -> Invitation:
    """As the owners see it."""
    state = "expired" if row.expires_at <= datetime.now(UTC) else "open"
    if row.withdrawn_at is not None:
        state = "withdrawn"
    if row.accepted_at is not None:
        state = "accepted"
    names = ("id", "farm_id", "email", "role", "invited_by", "invited_at", "expires_at")
    return Invitation.model_validate({name: getattr(row, name) for name in names} | {"state": state})
