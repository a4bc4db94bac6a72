"""What a head of each class is worth, and so what a mob is; owners only."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from bellwether.farm.access import must_own, one_writer
from bellwether.farm.stock import repository as stock
from bellwether.farm.trading.worth import repository
from bellwether.farm.trading.worth.models import HeadRow, TaggedRow, ValueRow, Worth
from bellwether.farm.trading.worth.problems import ValuesRejected
from bellwether.farm.trading.worth.schemas import NewStockValues, StockValue, StockValues
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.problems import RowError
from bellwether.sheep.stock import Sheep, StockClass


async def values(session: Session, context: Context, farm_id: UUID) -> StockValues:
    """All that is stated.

    Raises:
        NotFound, OwnersOnly
    """
    await must_own(session, context, farm_id)
    found = await repository.values(session, farm_id)
    return StockValues(farm_id=farm_id, items=[StockValue.model_validate(row._asdict()) for row in found])


async def set_values(session: Session, context: Context, farm_id: UUID, body: NewStockValues) -> StockValues:
    """State what head are worth, in the place of what was stated.

    Raises:
        NotFound, OwnersOnly, ValuesRejected
    """
    await must_own(session, context, farm_id)
    await one_writer(session, farm_id)
    rows = [ValueRow(**item.model_dump()) for item in body.items]
    if errors := faults(rows, await stock.classes(session, farm_id)):
        raise ValuesRejected(errors)
    await repository.set_values(session, farm_id, rows)
    return await values(session, context, farm_id)


def faults(rows: Sequence[ValueRow], classes: Sequence[StockClass]) -> list[RowError]:
    """What is wrong with each."""
    known, seen, found = [each.code for each in classes], set[tuple[str, date]](), []
    for place, row in enumerate(rows):
        field = f"items.{place}.stock_class"
        if row.stock_class not in known:
            fix = f"send one of {', '.join(known)}"
            text = f"{row.stock_class} is no class of the farm"
            found.append(RowError(row=place, field=field, code="class_unknown", message=text, fix=fix))
        elif (row.stock_class, row.since) in seen:
            text = f"{row.stock_class} stands twice for {row.since}"
            found.append(RowError(row=place, field=field, code="named_twice", message=text, fix="send one of them"))
        seen.add((row.stock_class, row.since))
    return found


async def worths(session: Session, farm_id: UUID, day: date) -> dict[UUID, Worth] | None:
    """What each mob is worth at the end of a day; None: nothing is stated, or the farm is not the user's."""
    stated = await repository.values(session, farm_id)
    if not stated:
        return None
    tagged, heads = await repository.tagged(session, farm_id, day), await repository.heads(session, farm_id, day)
    return worth_of(stated, tagged, heads, await stock.classes(session, farm_id), day)


def worth_of(
    stated: Iterable[ValueRow],
    tagged: Iterable[TaggedRow],
    heads: Iterable[HeadRow],
    classes: Sequence[StockClass],
    day: date,
) -> dict[UUID, Worth]:
    """Head by class times what counts for the class on the day: what was stated last before."""
    by_class: dict[str, list[tuple[date, float]]] = defaultdict(list)
    for row in sorted(stated):
        by_class[row.stock_class].append((row.since, row.amount))
    lines = [(row.group_id, Sheep(row.sex, row.neutered, row.born).class_on(classes, day), row.head) for row in tagged]
    found: dict[UUID, Worth] = {}
    for group_id, code, head in (*lines, *heads):
        amount, without = found.get(group_id, Worth(0.0, 0))
        each = by_class.get(code, [])
        place = bisect_right([since for since, _ in each], day)
        if place == 0:
            found[group_id] = Worth(None, without + head)
        else:
            found[group_id] = Worth(None if amount is None else amount + head * each[place - 1][1], without)
    return found
