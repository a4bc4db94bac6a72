"""Who is withheld from which market, until when, and who was sold all the same."""

import math
from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from bellwether.farm.access import role_of
from bellwether.farm.health import projection, repository
from bellwether.farm.health.models import BoardRow, CardRow, HerdRow, SoldRow, StandingRow
from bellwether.farm.health.schemas import (
    Board,
    Card,
    Chance,
    Checked,
    CheckedHead,
    Got,
    Market,
    SaleCheck,
    Selling,
    Until,
    Withheld,
    WithheldMob,
    WithheldSale,
)
from bellwether.farm.place import place_of
from bellwether.farm.schemas import Day
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ById, Cursor, id_after
from bellwether.platform.http.schemas import Page
from bellwether.platform.problems import NotFound
from bellwether.sheep.withdrawals import NEVER, Ends, latest


class ByEnd(Cursor):
    """Sorted by the day on which an animal is clear."""

    until: date
    animal_id: UUID


class BySeq(Cursor):
    """Sorted by place in the log."""

    seq: int


async def today_on(session: Session, context: Context, farm_id: UUID, now: datetime) -> date:
    """The day on a farm.

    Raises:
        NotFound: the user does not see the farm.
    """
    if await role_of(session, context, farm_id) is None:
        raise NotFound
    return (await place_of(session, farm_id)).today(now)


async def board(
    session: Session,
    context: Context,
    farm_id: UUID,
    market: Market | None,
    group_id: UUID | None,
    now: datetime,
    limit: int,
    cursor: str | None,
) -> Board:
    """Animals of a farm that are withheld, by days to clear.

    Raises:
        NotFound: the user does not see the farm, or the farm has no such group.
    """
    today = await today_on(session, context, farm_id, now)
    if group_id is not None and not await repository.has_group(session, farm_id, group_id):
        raise NotFound
    found = ByEnd.read(cursor)
    after = None if found is None else (found.until, found.animal_id)
    rows = await repository.board(session, farm_id, today, market, group_id, after, limit + 1)
    items = [withheld(row, today) for row in rows[:limit]]
    herds = [] if found is not None else await projection.herds(session, farm_id, today, group_id)
    mobs = [mob for herd in herds if (mob := withheld_mob(herd, market, today)) is not None]
    mobs.sort(key=lambda mob: math.inf if mob.days_to_clear is None else mob.days_to_clear)
    return Board(on=today, items=items, mobs=mobs, next=ByEnd.after(rows, limit))


def withheld_mob(herd: HerdRow, market: Market | None, today: date) -> WithheldMob | None:
    """A mob of the board; None: nothing withholds its head."""
    end = None if herd.ends is None else end_of(herd.ends, market)
    if end is None or end <= today:
        return None
    what = {"group_id": herd.group_id, "name": herd.name, "untagged": herd.head}
    return WithheldMob(**what, days_to_clear=until(end, today).days, **shown(herd.ends, today))


def end_of(ends: Ends, market: Market | None) -> date:
    """Of the market that is asked for; else of meat, export, and of milk where a day is known."""
    if market is not None:
        found: date = getattr(ends, market)
        return found
    return max(ends.meat, ends.export, *([] if ends.milk == NEVER else [ends.milk]))


def withheld(row: BoardRow, today: date) -> Withheld:
    """A row of the board."""
    ends = shown(Ends(row.meat_until, row.export_until, row.milk_until), today)
    days = until(row.until, today).days
    return Withheld(animal_id=row.animal_id, name=row.name, days_to_clear=days, **ends)


def until(end: date | None, day: date) -> Until:
    """One market, as it stands on a day."""
    if end == NEVER:
        return Until(clear_on=None, days=None, is_known=False)
    if end is None or end <= day:
        return Until(clear_on=end, days=0, is_known=True)
    return Until(clear_on=end, days=(end - day).days, is_known=True)


def shown(ends: Ends | None, day: date) -> dict[str, Until]:
    """Every market, as it stands on a day."""
    return {name: until(None if ends is None else getattr(ends, name), day) for name in Ends._fields}


async def card(session: Session, animal_id: UUID, now: datetime) -> Card:
    """All that one animal got.

    Raises:
        NotFound: none that the user can see.
    """
    found = await repository.farm_of_animal(session, animal_id)
    if found is None:
        raise NotFound
    farm_id, kept = found
    today = (await place_of(session, farm_id)).today(now)
    rows = await repository.card(session, farm_id, kept)
    total = latest(ends_of(row) for row in rows)
    return Card(animal_id=kept, on=today, items=[got(row, today) for row in rows], **shown(total, today))


def ends_of(row: CardRow) -> Ends:
    """Those of one course."""
    return Ends(row.meat_until, row.export_until, row.milk_until)


def got(row: CardRow, today: date) -> Got:
    """One course on the card."""
    named = {key: value for key, value in row._asdict().items() if key not in DAYS}
    return Got.model_validate(named | shown(ends_of(row), today))


DAYS = ("meat_until", "export_until", "milk_until")


async def check(session: Session, context: Context, farm_id: UUID, body: Selling, now: datetime) -> SaleCheck:
    """Who of these animals may be sold.

    Raises:
        NotFound: the user does not see the farm.
    """
    today = await today_on(session, context, farm_id, now)
    rows = await repository.standing(session, farm_id, body.animal_ids)
    known = {key for row in rows for key in row.asked}
    unknown = [key for key in body.animal_ids if key not in known]
    return checked(rows, body.on or today, unknown, None)


async def check_group(
    session: Session,
    context: Context,
    farm_id: UUID,
    group_id: UUID,
    on: Day | None,
    now: datetime,
    limit: int,
    cursor: str | None,
) -> SaleCheck:
    """Who of a group may be sold.

    Raises:
        NotFound: the user does not see the farm, or the farm has no such group.
    """
    today = await today_on(session, context, farm_id, now)
    if not await repository.has_group(session, farm_id, group_id):
        raise NotFound
    ids = await repository.members(session, farm_id, group_id, id_after(cursor), limit + 1)
    rows = await repository.standing(session, farm_id, ids[:limit])
    more = ById(id=ids[limit - 1]).text if len(ids) > limit else None
    answer = checked(rows, on or today, [], more)
    herds = await projection.herds(session, farm_id, answer.on, group_id) if cursor is None else []
    return answer.model_copy(update={"untagged": chances_of_head(herds[0], answer.on) if herds else None})


def chances_of_head(herd: HerdRow, on: date) -> CheckedHead:
    """Of head that nothing tells apart."""
    found = shown(herd.ends, on)
    markets = {
        name: Chance(**each.model_dump(), may_be_sold=each.is_known and each.days == 0) for name, each in found.items()
    }
    return CheckedHead(group_id=herd.group_id, head=herd.head, **markets)


def checked(rows: Iterable[StandingRow], on: date, unknown: list[UUID], more: str | None) -> SaleCheck:
    """The answer."""
    items = [chances(row, on) for row in rows]
    sold = sum(item.meat.may_be_sold and item.export.may_be_sold for item in items)
    return SaleCheck(on=on, may_be_sold=sold, items=items, unknown=unknown, next=more)


def chances(row: StandingRow, on: date) -> Checked:
    """One animal."""
    found = {name: until(getattr(row, f"{name}_until"), on) for name in Ends._fields}
    is_here = row.fate == "alive"
    markets = {
        name: Chance(**each.model_dump(), may_be_sold=is_here and each.is_known and each.days == 0)
        for name, each in found.items()
    }
    return Checked(animal_id=row.animal_id, name=row.name, fate=row.fate, **markets)


async def sales(
    session: Session, context: Context, farm_id: UUID, limit: int, cursor: str | None
) -> Page[WithheldSale]:
    """Sales of animals that were withheld.

    Raises:
        NotFound: the user does not see the farm.
    """
    if await role_of(session, context, farm_id) is None:
        raise NotFound
    found = BySeq.read(cursor)
    rows = await repository.sales(session, farm_id, 0 if found is None else found.seq, limit + 1)
    return Page(items=[withheld_sale(row) for row in rows[:limit]], next=BySeq.after(rows, limit))


def withheld_sale(row: SoldRow) -> WithheldSale:
    """One of them; a day that nobody knows is none."""
    values = {key: None if value == NEVER else value for key, value in row._asdict().items() if key != "seq"}
    return WithheldSale.model_validate(values)
