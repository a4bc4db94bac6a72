"""Paths under /farms/{farm_id}/consents."""

from uuid import UUID

from fastapi import APIRouter, Response

from bellwether.farm.consents import service
from bellwether.farm.consents.schemas import Consent, NewConsent
from bellwether.platform.http.dependencies import Acting, Once, Reading, Writing, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.schemas import Page

router = APIRouter(prefix="/farms/{farm_id}/consents", tags=["consents"])


@router.post("", status_code=201, response_model=Consent, dependencies=[need("flock:write")])
async def give_consent(session: Writing, context: Acting, once: Once, farm_id: UUID, body: NewConsent) -> Response:
    """Let a research project take measurements into snapshots, or read genotypes or breeding values; owners only."""
    return await once(lambda: service.give(session, context, farm_id, body))


@router.get("", dependencies=[need("flock:read")])
async def list_consents(
    session: Reading, context: Acting, farm_id: UUID, limit: Limit = 100, cursor: CursorText = None
) -> Page[Consent]:
    """Which projects may see what, those included that no longer may."""
    return await service.page(session, context, farm_id, limit, cursor)


@router.delete("/{consent_id}", status_code=204, dependencies=[need("flock:write")])
async def withdraw_consent(session: Writing, context: Acting, farm_id: UUID, consent_id: UUID) -> None:
    """Hide it from the next request and from new snapshots; those that were taken stay. Owners only."""
    await service.withdraw(session, context, farm_id, consent_id)
