"""Paths under /farms/{farm_id}/invitations, and /invitations/accept."""

from uuid import UUID

from fastapi import APIRouter

from bellwether.farm.farms.schemas import Member
from bellwether.farm.invitations import service
from bellwether.farm.invitations.schemas import Acceptance, Invitation, NewInvitation, SentInvitation
from bellwether.platform.http.dependencies import Acting, MyAddress, Reading, Writing, costly, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.problem_documents import documented
from bellwether.platform.http.schemas import Page

router = APIRouter(tags=["invitations"])
INVITE, ANSWER = costly("invitation", per_minute=10, burst=30), costly("acceptance", per_minute=10, burst=20)
FULL = documented({409: "The farm has 100 open invitations"})
MEMBER = documented({409: "You belong to this farm already"})


@router.post(
    "/farms/{farm_id}/invitations",
    status_code=201,
    dependencies=[need("flock:write"), INVITE],
    responses=FULL,
)
async def invite(session: Writing, context: Acting, farm_id: UUID, body: NewInvitation) -> SentInvitation:
    """Invite somebody by address, who may have an account or not; owners only.

    The answer holds a secret, this once: give it to the holder of the address. An earlier invitation of the address is
    replaced; it ends after 14 days.
    """
    return await service.invite(session, context, farm_id, body)


@router.get("/farms/{farm_id}/invitations", dependencies=[need("flock:read")])
async def list_invitations(
    session: Reading, context: Acting, farm_id: UUID, limit: Limit = 100, cursor: CursorText = None
) -> Page[Invitation]:
    """Invitations of the farm, the latest first; owners only."""
    return await service.page(session, context, farm_id, limit, cursor)


@router.delete(
    "/farms/{farm_id}/invitations/{invitation_id}",
    status_code=204,
    dependencies=[need("flock:write")],
)
async def withdraw_invitation(session: Writing, context: Acting, farm_id: UUID, invitation_id: UUID) -> None:
    """Withdraw an open invitation; owners only."""
    await service.withdraw(session, context, farm_id, invitation_id)


@router.post("/invitations/accept", dependencies=[need("profile:self"), ANSWER], responses=MEMBER)
async def accept_invitation(address: MyAddress, session: Writing, context: Acting, body: Acceptance) -> Member:
    """Become a member of the farm. The invitation must be addressed to your own, verified address; it opens once."""
    return await service.accept(session, context, address, body.token)
