"""The rates of a season."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Query

from bellwether.farm.reports import charts
from bellwether.farm.reports.declaring import Asked, Cell, Column, Found, report
from bellwether.farm.season.whole import for_rates, season
from bellwether.platform.database.transactions import Session
from bellwether.sheep import rates

Year = Annotated[int, Query(ge=1900, le=2200, description="The year in which the lambs of the season are born")]


@dataclass(frozen=True)
class SeasonParameters:
    """Which season."""

    year: Year
    flock_id: Annotated[UUID | None, Query(description="Only this flock")] = None


Counted = tuple[list[rates.Ewe], list[rates.Lamb], rates.Heads]


async def read(session: Session, asked: Asked[SeasonParameters]) -> Counted:
    """Its ewes, lambs, and head without tags."""
    return for_rates(await season(session, asked.farm_id, asked.parameters.year, asked.parameters.flock_id))


def count(found: Counted, _asked: Asked[SeasonParameters]) -> Found:
    """A row for each rate, whole and by its parts."""
    rows: list[tuple[Cell, ...]] = [
        (r.name, r.by, r.group, r.numerator, r.denominator, r.value, r.unit, r.definition) for r in rates.rates(*found)
    ]
    ewes, lambs, heads = found
    return Found(rows if ewes or lambs or any(heads) else [])


COLUMNS = (
    Column("rate", "Rate", "Which rate"),
    Column("by", "By", "What it is split by; empty: all"),
    Column("part", "Part", "Which part of the split"),
    Column("numerator", "Numerator", "Distinct animals that are counted", "whole"),
    Column("denominator", "Denominator", "Distinct animals among which they are counted", "whole"),
    Column(
        "value", "Value", "Numerator / denominator, as a percentage where the unit says so; empty of nothing", "number"
    ),
    Column("unit", "Unit", "Of the value"),
    Column("definition", "Definition", "How it is made"),
)
RATES = report(
    "season-rates",
    title="Rates of the season",
    says="From joining to weaning, each rate with what it is made of, and by litter size and age of the dam.",
    parameters=SeasonParameters,
    columns=COLUMNS,
    chart=charts.plot(
        "bar",
        height=320,
        y=charts.named(COLUMNS, "rate", sort=None),
        x=charts.named(COLUMNS, "value"),
        color=charts.named(COLUMNS, "part"),
        yOffset={"field": "part"},
    ),
    read=read,
    count=count,
)
