"""Paths about withdrawals: /farms/{id}/withdrawals, /sale-check, /withheld-sales, /animals/{id}/withdrawals."""

from datetime import UTC, datetime
from uuid import UUID

from fastapi import APIRouter

from bellwether.farm.health import service
from bellwether.farm.health.schemas import Board, Card, Market, SaleCheck, Selling, WithheldSale
from bellwether.farm.schemas import Day
from bellwether.platform.http.dependencies import Acting, Reading, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.schemas import Page

router = APIRouter(tags=["health"])


@router.get("/farms/{farm_id}/withdrawals", dependencies=[need("flock:read")])
async def list_withdrawals(
    session: Reading,
    context: Acting,
    farm_id: UUID,
    market: Market | None = None,
    group_id: UUID | None = None,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> Board:
    """Animals that are withheld from a market, by days to clear: the latest end of all that each of them got."""
    return await service.board(session, context, farm_id, market, group_id, datetime.now(UTC), limit, cursor)


@router.get("/animals/{animal_id}/withdrawals", dependencies=[need("flock:read")])
async def get_withdrawals_of_animal(session: Reading, animal_id: UUID) -> Card:
    """All that an animal got, the last first, and when it is clear for each market."""
    return await service.card(session, animal_id, datetime.now(UTC))


@router.get("/farms/{farm_id}/sale-check", dependencies=[need("flock:read")])
async def check_group_for_sale(
    session: Reading,
    context: Acting,
    farm_id: UUID,
    group_id: UUID,
    on: Day | None = None,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> SaleCheck:
    """Who of a group may be sold to which market on a day, and when the others may."""
    return await service.check_group(session, context, farm_id, group_id, on, datetime.now(UTC), limit, cursor)


@router.post("/farms/{farm_id}/sale-check/query", dependencies=[need("flock:read")])
async def check_animals_for_sale(session: Reading, context: Acting, farm_id: UUID, body: Selling) -> SaleCheck:
    """Who of these animals may be sold to which market on a day, and when the others may."""
    return await service.check(session, context, farm_id, body, datetime.now(UTC))


@router.get("/farms/{farm_id}/withheld-sales", dependencies=[need("flock:read")])
async def list_withheld_sales(
    session: Reading, context: Acting, farm_id: UUID, limit: Limit = 100, cursor: CursorText = None
) -> Page[WithheldSale]:
    """Animals that were sold, culled or put on a list for sale although withheld, with whoever answers for it."""
    return await service.sales(session, context, farm_id, limit, cursor)
