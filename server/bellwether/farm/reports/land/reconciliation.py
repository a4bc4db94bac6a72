"""How the head of each class came about in a period."""

from dataclasses import dataclass
from typing import Annotated, NamedTuple

from fastapi import Query

from bellwether.farm.reports import charts
from bellwether.farm.reports.declaring import Asked, Cell, Column, Found, report
from bellwether.farm.schemas import Day
from bellwether.farm.stock import repository as stock
from bellwether.farm.stock.service import COLUMNS as FLOWS
from bellwether.farm.stock.service import PeriodTurned, answer
from bellwether.platform.database.transactions import Session
from bellwether.sheep.stock import Change, Sheep, StockClass, of_tagged, of_untagged


@dataclass(frozen=True)
class PeriodParameters:
    """From when to when."""

    first: Annotated[Day, Query(description="The first day of the period")]
    last: Annotated[Day, Query(description="Its last day")]


class Facts(NamedTuple):
    """Classes, animals with tags, and what happened to head without."""

    classes: list[StockClass]
    tagged: list[Sheep]
    untagged: list[Change]


async def read(session: Session, asked: Asked[PeriodParameters]) -> Facts:
    """All of it: the opening follows from the beginning."""
    first, last = asked.parameters.first, asked.parameters.last
    if last < first:
        raise PeriodTurned(first, last)
    tagged = await stock.flock(session, asked.farm_id)
    return Facts(await stock.classes(session, asked.farm_id), list(tagged), await stock.changes(session, asked.farm_id))


def count(facts: Facts, asked: Asked[PeriodParameters]) -> Found:
    """A row for each class, and one for all."""
    first, last = asked.parameters.first, asked.parameters.last
    tagged = of_tagged(facts.tagged, facts.classes, first, last)
    found = answer(facts.classes, tagged, of_untagged(facts.untagged, first, last), first, last)
    lines = [(item.name, item.total) for item in found.items]
    rows: list[tuple[Cell, ...]] = [
        (name, *(getattr(head, flow) for flow in FLOWS)) for name, head in [*lines, ("All", found.total)]
    ]
    return Found(rows if lines else [])


TOLD = {
    "opening": ("Opening", "Head at the beginning of the first day"),
    "births": ("Births", "Born in the period"),
    "arrivals": ("Arrivals", "Purchased, returned, on agistment, found, transferred"),
    "class_in": ("Into the class", "From another class, by age or castration"),
    "deaths": ("Deaths", "Died, killed"),
    "departures": ("Departures", "Sold, culled, lost, away on grazing"),
    "class_out": ("Out of the class", "Into another class"),
    "closing": ("Closing", "Opening + births + arrivals + into the class - deaths - departures - out of the class"),
}
COLUMNS = (
    Column("class", "Class", "Of stock, as the farm has set them; with tags and without"),
    *(Column(flow, *TOLD[flow], "whole") for flow in FLOWS),
)
RECONCILIATION = report(
    "stock-reconciliation",
    title="Stock reconciliation",
    says="How the head of each class at the end of a period came about.",
    parameters=PeriodParameters,
    columns=COLUMNS,
    chart=charts.plot("bar", y=charts.named(COLUMNS, "class", sort=None), x=charts.named(COLUMNS, "closing")),
    read=read,
    count=count,
)
