"""Classes of a farm, and how the head of each came about (I26)."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from bellwether.farm.access import may_write, one_writer, role_of
from bellwether.farm.schemas import Day
from bellwether.farm.stock import repository
from bellwether.farm.stock.problems import ClassInUse, ClassTwice, NoClassForAll
from bellwether.farm.stock.schemas import (
    Head,
    NewStockClasses,
    Reconciled,
    Reconciliation,
    StockClass,
    StockClasses,
)
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.problems import NotFound, RowError, Unprocessable
from bellwether.sheep.stock import FLOWS, SIGNS, USUAL, Tally, of_tagged, of_untagged
from bellwether.sheep.stock import StockClass as Window

COLUMNS = ("opening", *FLOWS, "closing")


class PeriodTurned(Unprocessable):
    """The end before the beginning."""

    code, title = "period_turned", "The last day of a period is not before its first one"

    def __init__(self, first: date, last: date, names: tuple[str, str] = ("first", "last")) -> None:
        text = f"{names[1]} is {last} and {names[0]} is {first}"
        fix = f"send a day of {first} or later, or an earlier {names[0]}"
        super().__init__(text, errors=[RowError(field=names[1], code=self.code, message=text, fix=fix)])


async def classes(session: Session, context: Context, farm_id: UUID) -> StockClasses:
    """Those of a farm.

    Raises:
        NotFound: the user does not see the farm.
    """
    if await role_of(session, context, farm_id) is None:
        raise NotFound
    found = await repository.classes(session, farm_id)
    items = [StockClass.model_validate(each) for each in found]
    return StockClasses(farm_id=farm_id, is_usual=tuple(found) == USUAL, items=items)


async def set_classes(session: Session, context: Context, farm_id: UUID, body: NewStockClasses) -> StockClasses:
    """These in the place of those that were set.

    Raises:
        NotFound, ReadOnlyMember, ClassTwice, NoClassForAll, ClassInUse
    """
    await may_write(session, context, farm_id)
    await one_writer(session, farm_id)
    found = [Window(**item.model_dump()) for item in body.items]
    codes = Counter(each.code for each in found)
    for code, count in codes.items():
        if count > 1:
            raise ClassTwice(code)
    if found[-1][2:] != (None, None, None, None):
        raise NoClassForAll
    used = {change.stock_class for change in await repository.changes(session, farm_id)}
    if gone := sorted(used - codes.keys()):
        message = f"{', '.join(gone)} would be gone"
        error = RowError(field="items", code="class_in_use", message=message, fix="keep the class")
        raise ClassInUse(message, errors=[error])
    await repository.set_classes(session, farm_id, found)
    return await classes(session, context, farm_id)


async def reconciliation(session: Session, context: Context, farm_id: UUID, first: Day, last: Day) -> Reconciliation:
    """How the head of each class came about in a period.

    Raises:
        NotFound: the user does not see the farm.
        PeriodTurned
    """
    if await role_of(session, context, farm_id) is None:
        raise NotFound
    if last < first:
        raise PeriodTurned(first, last, ("from", "to"))
    windows = await repository.classes(session, farm_id)
    tagged = of_tagged(await repository.flock(session, farm_id), windows, first, last)
    untagged = of_untagged(await repository.changes(session, farm_id), first, last)
    return answer(windows, tagged, untagged, first, last)


def answer(windows: Iterable[Window], tagged: Tally, untagged: Tally, first: date, last: date) -> Reconciliation:
    """Every class that had a head."""
    both = tagged + untagged
    had = {name for name, _, _ in both}
    items = []
    for code, name, *_ in windows:
        if code in had:
            parts = (head(tally, code) for tally in (tagged, untagged, both))
            items.append(Reconciled(stock_class=code, name=name, **dict(zip(PARTS, parts, strict=True))))
    total = head(both, None)
    balanced = all(adds_up(each) for item in items for each in (item.tagged, item.untagged)) and adds_up(total)
    return Reconciliation(first=first, last=last, items=items, total=total, is_balanced=balanced)


PARTS = ("tagged", "untagged", "total")


def head(tally: Tally, code: str | None) -> Head:
    """One line; None: of all classes."""
    found = {key: count for key, count in tally.items() if code in (None, key[0])}
    columns = {name: sum(count for key, count in found.items() if key[1] == name) for name in COLUMNS}
    types: Counter[str] = Counter()
    for (_, column, kind), count in found.items():
        if column in ("arrivals", "deaths", "departures"):
            types[kind] += count
    return Head(**columns, types=types)


def adds_up(line: Head) -> bool:
    """The identity (I26)."""
    return line.opening + sum(sign * int(getattr(line, flow)) for flow, sign in SIGNS.items()) == line.closing
