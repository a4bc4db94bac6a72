"""Who is withheld from which market, and for how long."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, NamedTuple
from uuid import UUID

from fastapi import Query

from bellwether.farm.health import repository as health
from bellwether.farm.health.models import BoardRow
from bellwether.farm.reports import charts, repository
from bellwether.farm.reports.asking import Mob
from bellwether.farm.reports.declaring import Asked, Cell, Column, Found, report
from bellwether.farm.reports.models import AnimalFact
from bellwether.platform.database.transactions import Session
from bellwether.sheep.withdrawals import NEVER


@dataclass(frozen=True)
class BoardParameters:
    """From which market."""

    market: Annotated[Literal["meat", "export", "milk"] | None, Query(description="Only this market")] = None
    mob: Mob = None


class Facts(NamedTuple):
    """Animals, and those of them that are withheld."""

    animals: dict[UUID, AnimalFact]
    withheld: list[BoardRow]


async def read(session: Session, asked: Asked[BoardParameters]) -> Facts:
    """As it is today."""
    market = asked.parameters.market
    rows = await health.board(session, asked.farm_id, asked.today, market, None, None, repository.MOST + 1)
    return Facts(await repository.animals(session, asked.farm_id), repository.at_most(rows, "animals"))


def count(facts: Facts, asked: Asked[BoardParameters]) -> Found:
    """A row for each animal, those that are clear first before the others."""
    rows: list[tuple[Cell, ...]] = []
    others = 0
    for each in facts.withheld:
        animal = facts.animals.get(each.animal_id)
        if asked.parameters.mob is not None and (animal is None or animal.mob != asked.parameters.mob):
            others += 1
            continue
        days = [left(end, asked.today) for end in (each.meat_until, each.export_until, each.milk_until)]
        unknown = NEVER in (each.meat_until, each.export_until, each.milk_until)
        mob = None if animal is None else animal.mob
        rows.append((each.animal_id, each.name, mob, *days, None if each.until == NEVER else each.until, unknown))
    return Found(rows, {"animals of other mobs": others} if others else {})


def left(end: date, today: date) -> int | None:
    """Days until it is clear; None when nobody knows."""
    return None if end == NEVER else max((end - today).days, 0)


COLUMNS = (
    Column("animal_id", "Animal id", "The animal", "id"),
    Column("tag", "Animal", "Its visual tag, or its id"),
    Column("mob", "Mob", "The mob in which it is now"),
    Column("meat_days", "Meat", "Days until its withdrawal for meat is over (WHP); 0: it is clear", "whole", "d"),
    Column("export_days", "Export", "Days until its export interval is over (ESI); 0: it is clear", "whole", "d"),
    Column("milk_days", "Milk", "Days until its withdrawal for milk is over; 0: it is clear", "whole", "d"),
    Column("until", "Clear on", "The day of the market that was asked for, else of the last of them", "day"),
    Column("unknown", "Not known", "Of a product nobody has said how long it withholds for some market: empty there",
           "truth"),
)  # fmt: skip
WITHDRAWALS = report(
    "withdrawals",
    title="Treatment and withdrawal board",
    says="Animals that are withheld from a market today, and the days until they are clear: the latest end of all that "
    "each got.",
    parameters=BoardParameters,
    columns=COLUMNS,
    chart=charts.plot(
        "bar", x=charts.named(COLUMNS, "until"), y={"aggregate": "count", "title": "Animals"},
        color=charts.named(COLUMNS, "mob"),
    ),
    read=read,
    count=count,
)  # fmt: skip
