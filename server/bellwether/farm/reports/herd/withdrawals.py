"""Who is withheld from which market, and for how long."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, NamedTuple
from uuid import UUID

from fastapi import Query

from bellwether.farm.health import repository as health
from bellwether.farm.health.models import BoardRow, HerdRow
from bellwether.farm.health.projection import herds
from bellwether.farm.health.service import end_of
from bellwether.farm.reports import charts, repository
from bellwether.farm.reports.asking import Mob
from bellwether.farm.reports.declaring import Asked, Cell, Column, Found, report
from bellwether.farm.reports.models import AnimalFact
from bellwether.platform.database.transactions import Session
from bellwether.sheep.withdrawals import NEVER, Ends

UNTAGGED = "without tags"


@dataclass(frozen=True)
class BoardParameters:
    """From which market."""

    market: Annotated[Literal["meat", "export", "milk"] | None, Query(description="Only this market")] = None
    mob: Mob = None


class Facts(NamedTuple):
    """Animals, and those of them that are withheld; mobs with head without tags."""

    animals: dict[UUID, AnimalFact]
    withheld: list[BoardRow]
    herds: list[HerdRow]


async def read(session: Session, asked: Asked[BoardParameters]) -> Facts:
    """As it is today."""
    market = asked.parameters.market
    rows = await health.board(session, asked.farm_id, asked.today, market, None, None, repository.MOST + 1)
    animals = await repository.animals(session, asked.farm_id)
    return Facts(animals, repository.at_most(rows, "animals"), await herds(session, asked.farm_id, asked.today))


def count(facts: Facts, asked: Asked[BoardParameters]) -> Found:
    """A row for each animal, those that are clear first before the others; then one for each mob without tags."""
    rows: list[tuple[Cell, ...]] = []
    others = 0
    for each in facts.withheld:
        animal = facts.animals.get(each.animal_id)
        if asked.parameters.mob is not None and (animal is None or animal.mob != asked.parameters.mob):
            others += 1
            continue
        mob = None if animal is None else animal.mob
        ends = Ends(each.meat_until, each.export_until, each.milk_until)
        rows.append((each.animal_id, each.name, mob, 1, *figures(ends, each.until, asked.today)))
    for herd in facts.herds:
        end = None if herd.ends is None else end_of(herd.ends, asked.parameters.market)
        if herd.ends is None or end is None or end <= asked.today:
            continue
        if asked.parameters.mob in (None, herd.name):
            rows.append((None, UNTAGGED, herd.name, herd.head, *figures(herd.ends, end, asked.today)))
    return Found(rows, {"animals of other mobs": others} if others else {})


def figures(ends: Ends, until: date, today: date) -> tuple[Cell, ...]:
    """Days by market, the day on which it is clear, and whether one is not known."""
    return *(left(end, today) for end in ends), None if until == NEVER else until, NEVER in ends


def left(end: date, today: date) -> int | None:
    """Days until it is clear; None when nobody knows."""
    return None if end == NEVER else max((end - today).days, 0)


COLUMNS = (
    Column("animal_id", "Animal id", "The animal; empty: the head of a mob that have no tags", "id"),
    Column("tag", "Animal", "Its visual tag, or its id"),
    Column("mob", "Mob", "The mob in which it is now"),
    Column("head", "Head", "1; or the head without tags in the mob: as long as one of them may be withheld, all are",
           "whole"),
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
        "bar", x=charts.named(COLUMNS, "until"), y={"aggregate": "sum", "field": "head", "title": "Head"},
        color=charts.named(COLUMNS, "mob"),
    ),
    read=read,
    count=count,
)  # fmt: skip
