"""Prices, costs, and the margin of each mob; owners only."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from bellwether.farm.access import must_own
from bellwether.farm.schemas import Day
from bellwether.farm.stock.service import PeriodTurned
from bellwether.farm.trading.money import repository
from bellwether.farm.trading.money.models import CostRow, MoneyRow, TradedRow
from bellwether.farm.trading.problems import WeightMissing
from bellwether.farm.trading.repository import get as consignment
from bellwether.farm.trading.schemas import BatchCost, Margins, MobMargin, Money
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.problems import NotFound


async def money(session: Session, context: Context, consignment_id: UUID) -> Money:
    """What a consignment brought or cost.

    Raises:
        NotFound: none that the user can see, or nobody has said.
        OwnersOnly
    """
    farm_id = await farm_of(session, context, consignment_id)
    found = await repository.money(session, farm_id, consignment_id)
    if found is None:
        raise NotFound
    return Money.model_validate(found)


async def farm_of(session: Session, context: Context, consignment_id: UUID) -> UUID:
    """Whose consignment it is.

    Raises:
        NotFound, OwnersOnly
    """
    row = await consignment(session, consignment_id)
    if row is None:
        raise NotFound
    await must_own(session, context, row.farm_id)
    return row.farm_id


async def set_money(session: Session, context: Context, consignment_id: UUID, body: Money) -> Money:
    """Say what a consignment brought or cost.

    Raises:
        NotFound, OwnersOnly, WeightMissing
    """
    farm_id = await farm_of(session, context, consignment_id)
    if body.per == "kg" and body.weight_kg is None:
        raise WeightMissing
    await repository.set_money(session, farm_id, consignment_id, MoneyRow(**body.model_dump()))
    return await money(session, context, consignment_id)


async def batch_cost(session: Session, context: Context, batch_id: UUID) -> BatchCost:
    """What a batch cost.

    Raises:
        NotFound: none that the user can see, or nobody has said.
        OwnersOnly
    """
    farm_id = await repository.farm_of_batch(session, batch_id)
    if farm_id is None:
        raise NotFound
    await must_own(session, context, farm_id)
    amount = await repository.batch_cost(session, farm_id, batch_id)
    if amount is None:
        raise NotFound
    return BatchCost(amount=amount)


async def set_batch_cost(session: Session, context: Context, batch_id: UUID, body: BatchCost) -> BatchCost:
    """Say what a batch cost.

    Raises:
        NotFound, OwnersOnly
    """
    farm_id = await repository.farm_of_batch(session, batch_id)
    if farm_id is None:
        raise NotFound
    await must_own(session, context, farm_id)
    await repository.set_batch_cost(session, farm_id, batch_id, body.amount)
    return await batch_cost(session, context, batch_id)


async def margins(session: Session, context: Context, farm_id: UUID, first: Day, last: Day) -> Margins:
    """Income less purchases, products and costs of a period, by mob.

    Raises:
        NotFound, OwnersOnly
        PeriodTurned: it ends before it begins.
    """
    await must_own(session, context, farm_id)
    if last < first:
        raise PeriodTurned(first, last, ("from", "to"))
    names = await repository.groups(session, farm_id)
    traded, spent = await facts(session, farm_id, first, last)
    return answer(by_mob(traded, *spent), names, (first, last), sum(row.head for row in traded if row.price is None))


async def facts(
    session: Session, farm_id: UUID, first: date, last: date
) -> tuple[list[TradedRow], tuple[list[CostRow], list[CostRow]]]:
    """What was traded in a period, and what products and all the rest cost."""
    traded = await repository.traded(session, farm_id, first, last)
    products = await repository.products(session, farm_id, first, last)
    return traded, (products, await repository.costs(session, farm_id, first, last))


def by_mob(
    traded: Iterable[TradedRow], products: Iterable[CostRow], costs: Iterable[CostRow]
) -> dict[UUID | None, list[float]]:
    """Income, purchases, products and costs of each mob; None: of the farm as a whole."""
    lines: dict[UUID | None, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0, 0.0])
    for row in traded:
        lines[row.group_id][0 if row.kind == "departure" else 1] += worth(row)
    for place, rows in ((2, products), (3, costs)):
        for cost in rows:
            lines[cost.group_id][place] += cost.amount
    return lines


def worth(row: TradedRow) -> float:
    """What these head brought after the costs of the consignment, or cost with them; 0 when nobody has said a price."""
    if row.price is None or not row.total_head:
        return 0.0
    per_head = row.price if row.per == "head" else row.price * (row.weight_kg or 0.0) / row.total_head
    costs = (row.costs or 0.0) / row.total_head
    return row.head * (per_head - costs if row.kind == "departure" else per_head + costs)


def answer(
    lines: dict[UUID | None, list[float]], names: dict[UUID, str], period: tuple[date, date], priceless: int
) -> Margins:
    """By name of the mob, the farm as a whole last."""
    items = []
    for key, line in lines.items():
        income, purchases, products, costs = (round(amount, 2) for amount in line)
        name = None if key is None else names.get(key)
        margin = round(income - purchases - products - costs, 2)
        found = {"income": income, "purchases": purchases, "products": products, "costs": costs, "margin": margin}
        items.append(MobMargin(group_id=key, name=name, **found))
    items.sort(key=lambda item: (item.group_id is None, item.name or ""))
    total = round(sum(item.margin for item in items), 2)
    return Margins(first=period[0], last=period[1], items=items, total=total, without_price=priceless)
