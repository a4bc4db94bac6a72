"""Paths about stock: /farms/{id}/stock-classes, /farms/{id}/stock-reconciliation."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from bellwether.farm.schemas import Day
from bellwether.farm.stock import service
from bellwether.farm.stock.schemas import NewStockClasses, Reconciliation, StockClasses
from bellwether.platform.http.dependencies import Acting, Reading, Writing, need

router = APIRouter(prefix="/farms/{farm_id}", tags=["stock"])
First = Annotated[Day, Query(alias="from", description="The first day; opening is the end of the day before")]
Last = Annotated[Day, Query(alias="to", description="The last day; closing is its end")]


@router.get("/stock-classes", dependencies=[need("flock:read")])
async def get_stock_classes(session: Reading, context: Acting, farm_id: UUID) -> StockClasses:
    """What a farm counts together."""
    return await service.classes(session, context, farm_id)


@router.put("/stock-classes", dependencies=[need("flock:write")])
async def set_stock_classes(session: Writing, context: Acting, farm_id: UUID, body: NewStockClasses) -> StockClasses:
    """Set them all; the last one takes whatever no other takes."""
    return await service.set_classes(session, context, farm_id, body)


@router.get("/stock-reconciliation", dependencies=[need("flock:read")])
async def get_stock_reconciliation(
    session: Reading, context: Acting, farm_id: UUID, first: First, last: Last
) -> Reconciliation:
    """Per class: opening + births + arrivals + class in - deaths - departures - class out = closing."""
    return await service.reconciliation(session, context, farm_id, first, last)
