"""How heavily paddocks are stocked."""

from itertools import groupby
from typing import NamedTuple

from bellwether.farm.grazing.models import StockRow
from bellwether.farm.grazing.schemas import StockClass
from bellwether.farm.grazing.service import ratings_of, stock, stocked
from bellwether.farm.reports import charts, repository
from bellwether.farm.reports.asking import Nothing
from bellwether.farm.reports.declaring import Asked, Column, Found, report
from bellwether.platform.database.transactions import Session


class Facts(NamedTuple):
    """Who stands where, by class; what a head of each class counts; how many animals are on the farm."""

    stock: list[StockRow]
    rated: dict[StockClass, float]
    present: int


async def read(session: Session, asked: Asked[Nothing]) -> Facts:
    """As it is now."""
    animals = await repository.animals(session, asked.farm_id)
    present = sum(animal.fate == "alive" and not animal.reference_only for animal in animals.values())
    rows = await stock(session, asked.farm_id, asked.today)
    return Facts(rows, await ratings_of(session, asked.farm_id), present)


def count(facts: Facts, _asked: Asked[Nothing]) -> Found:
    """A row for each paddock."""
    paddocks = [stocked(rows, facts.rated) for _, rows in groupby(facts.stock, key=lambda row: row.paddock_id)]
    elsewhere = facts.present - sum(each.head - each.untagged for each in paddocks)
    rows = [(p.name, p.area_ha, p.head, p.head_per_ha, p.dse, p.dse_per_ha) for p in paddocks]
    return Found(rows, {"animals of the farm that are in no paddock": elsewhere} if elsewhere else {})


RATED = "dry sheep equivalents: head of each class times the farm's rating of the class"
COLUMNS = (
    Column("paddock", "Paddock", "Every paddock that is drawn today"),
    Column("area_ha", "Area", "Of the drawing, on the ellipsoid", "number", "ha"),
    Column("head", "Head", "Head that stand there now, with tags and without", "whole"),
    Column("head_per_ha", "Head by area", "Head / area", "number", "1/ha"),
    Column("dse", "DSE", RATED.capitalize(), "number", "DSE"),
    Column("dse_per_ha", "Stocking rate", "DSE / area", "number", "DSE/ha"),
)
STOCKING = report(
    "stocking",
    title="Stocking of the paddocks",
    says="Head and dry sheep equivalents in each paddock now, and by hectare.",
    parameters=Nothing,
    columns=COLUMNS,
    chart=charts.plot("bar", y=charts.named(COLUMNS, "paddock"), x=charts.named(COLUMNS, "dse_per_ha")),
    read=read,
    count=count,
)
