"""Paths under /farms/{farm_id}/stock-values; owners only."""

from uuid import UUID

from fastapi import APIRouter

from bellwether.farm.trading.worth import service
from bellwether.farm.trading.worth.schemas import NewStockValues, StockValues
from bellwether.platform.http.dependencies import Acting, Reading, Writing, need

router = APIRouter(prefix="/farms/{farm_id}/stock-values", tags=["money"])


@router.get("", dependencies=[need("flock:read")])
async def get_stock_values(session: Reading, context: Acting, farm_id: UUID) -> StockValues:
    """What a head of each class is worth, and since when; owners only."""
    return await service.values(session, context, farm_id)


@router.put("", dependencies=[need("flock:write")])
async def set_stock_values(session: Writing, context: Acting, farm_id: UUID, body: NewStockValues) -> StockValues:
    """State what a head of each class is worth, in the place of all that was stated; owners only."""
    return await service.set_values(session, context, farm_id, body)
