"""Addresses of agreements."""

from uuid import UUID

from fastapi import APIRouter, Response

from bellwether.genetics.agreements import service
from bellwether.genetics.agreements.schemas import Acceptance, Agreement, Invitation, NewAgreement, Refusal
from bellwether.platform.http.dependencies import Acting, Once, Reading, Writing, need
from bellwether.platform.http.pagination import ById, CursorText, Limit, id_after
from bellwether.platform.http.problem_documents import documented
from bellwether.platform.http.schemas import Page

router = APIRouter(prefix="/agreements", tags=["agreements"])
READ, AGREE = need("evaluation:read"), need("consent:grant")
RACED = documented({409: "The farm has taken another step meanwhile, or this one cannot follow its last"})


@router.post("", status_code=201, response_model=Agreement, dependencies=[AGREE])
async def propose_agreement(session: Writing, context: Acting, once: Once, body: NewAgreement) -> Response:
    """Propose that farms be evaluated together, yours with these flocks; owners only."""

    def place(made: Agreement) -> dict[str, str]:
        return {"Location": f"/api/v1/genetics/agreements/{made.id}"}

    return await once(lambda: service.propose(session, context, body), status=201, headers=place)


@router.get("", dependencies=[READ])
async def list_agreements(session: Reading, limit: Limit = 100, cursor: CursorText = None) -> Page[Agreement]:
    """Agreements that a farm of yours is in, was in, or is asked into, the latest first."""
    found = await service.page(session, id_after(cursor), limit + 1)
    return Page(items=found[:limit], next=ById.after(found, limit))


@router.get("/{agreement_id}", dependencies=[READ])
async def get_agreement(session: Reading, agreement_id: UUID) -> Agreement:
    """An agreement with its farms, and where each of them stands."""
    return await service.get(session, agreement_id)


@router.post("/{agreement_id}/invitations", status_code=201, dependencies=[AGREE], responses=RACED)
async def invite_farm(session: Writing, context: Acting, agreement_id: UUID, body: Invitation) -> Agreement:
    """Ask another farm; owners of the farm that proposed only."""
    return await service.invite(session, context, agreement_id, body.farm_id)


@router.post("/{agreement_id}/farms/{farm_id}/acceptance", dependencies=[AGREE], responses=RACED)
async def accept_agreement(
    session: Writing, context: Acting, agreement_id: UUID, farm_id: UUID, body: Acceptance
) -> Agreement:
    """The farm is in: its records go into the runs that begin from now on; owners of the farm only."""
    flocks = body.flock_ids
    return await service.step(
        session, context, agreement_id, farm_id, "accepted", based_on=body.based_on, flock_ids=flocks
    )


@router.post("/{agreement_id}/farms/{farm_id}/refusal", dependencies=[AGREE], responses=RACED)
async def decline_agreement(
    session: Writing, context: Acting, agreement_id: UUID, farm_id: UUID, body: Refusal
) -> Agreement:
    """The farm was asked and does not want to; owners of the farm only."""
    return await service.step(session, context, agreement_id, farm_id, "declined", based_on=body.based_on)


@router.post("/{agreement_id}/farms/{farm_id}/leaving", dependencies=[AGREE], responses=RACED)
async def leave_agreement(
    session: Writing, context: Acting, agreement_id: UUID, farm_id: UUID, body: Refusal
) -> Agreement:
    """The farm is out: its records go into no later run, and what was published stays; owners of the farm only."""
    return await service.step(session, context, agreement_id, farm_id, "left", based_on=body.based_on)
