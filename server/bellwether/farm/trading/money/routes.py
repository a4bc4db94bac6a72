"""Paths about money: /consignments/{id}/money, /product-batches/{id}/cost, /farms/{id}/margins; owners only."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from bellwether.farm.schemas import Day
from bellwether.farm.trading.money import service
from bellwether.farm.trading.schemas import BatchCost, Margins, Money
from bellwether.platform.http.dependencies import Acting, Reading, Writing, need

router = APIRouter(tags=["money"])
First = Annotated[Day, Query(alias="from", description="The first day")]
Last = Annotated[Day, Query(alias="to", description="The last day")]


@router.get("/consignments/{consignment_id}/money", dependencies=[need("flock:read")])
async def get_money_of_consignment(session: Reading, context: Acting, consignment_id: UUID) -> Money:
    """What a consignment brought or cost; owners only."""
    return await service.money(session, context, consignment_id)


@router.put("/consignments/{consignment_id}/money", dependencies=[need("flock:write")])
async def set_money_of_consignment(session: Writing, context: Acting, consignment_id: UUID, body: Money) -> Money:
    """Say what a consignment brought or cost; owners only."""
    return await service.set_money(session, context, consignment_id, body)


@router.get("/product-batches/{batch_id}/cost", dependencies=[need("flock:read")])
async def get_cost_of_batch(session: Reading, context: Acting, batch_id: UUID) -> BatchCost:
    """What a batch of a remedy cost; owners only."""
    return await service.batch_cost(session, context, batch_id)


@router.put("/product-batches/{batch_id}/cost", dependencies=[need("flock:write")])
async def set_cost_of_batch(session: Writing, context: Acting, batch_id: UUID, body: BatchCost) -> BatchCost:
    """Say what a batch of a remedy cost; owners only."""
    return await service.set_batch_cost(session, context, batch_id, body)


@router.get("/farms/{farm_id}/margins", dependencies=[need("flock:read")])
async def get_margins(session: Reading, context: Acting, farm_id: UUID, first: First, last: Last) -> Margins:
    """Income less purchases, products and costs of a period, by mob; owners only."""
    return await service.margins(session, context, farm_id, first, last)
