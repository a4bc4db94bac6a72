"""What each ewe weaned, by what she weighed herself."""

from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from bellwether.farm.reports import charts, repository
from bellwether.farm.reports.declaring import Asked, Cell, Column, Found, report
from bellwether.farm.reports.growth.weaning import WeaningParameters, adjusted
from bellwether.farm.reports.models import AnimalFact, MeasuredFact
from bellwether.farm.reports.season.rates import SeasonParameters
from bellwether.farm.season.whole import season
from bellwether.platform.database.transactions import Session
from bellwether.sheep.traits import weights

BEFORE, AFTER = timedelta(days=60), timedelta(days=14)
UNWEIGHED, UNKNOWN = "ewes without a weight around their joining", "lambs without birth weight, weaning weight or age"


class Facts(NamedTuple):
    """Animals, their weights, and the day on which each ewe was joined."""

    animals: dict[UUID, AnimalFact]
    weights: list[MeasuredFact]
    joined: dict[UUID, date]


async def read(session: Session, asked: Asked[SeasonParameters]) -> Facts:
    """Of a season."""
    found = await season(session, asked.farm_id, asked.parameters.year, asked.parameters.flock_id)
    starts = {joining.id: joining.on for joining in found.joinings}
    joined = {ewe.id: min(starts[key] for key in ewe.joinings) for ewe in found.ewes.values() if ewe.joinings}
    measured = await repository.measured(session, asked.farm_id, weights())
    return Facts(await repository.animals(session, asked.farm_id), measured, joined)


def count(facts: Facts, asked: Asked[SeasonParameters]) -> Found:
    """A row for each ewe that was joined and weighed; one that reared nothing made nothing of it."""
    of: dict[UUID, list[MeasuredFact]] = {}
    for weight in facts.weights:
        of.setdefault(weight.animal_id, []).append(weight)
    reared: dict[UUID, list[AnimalFact]] = {}
    for animal in facts.animals.values():
        if animal.reared_id in facts.joined and animal.drop_year == asked.parameters.year:
            reared.setdefault(animal.reared_id, []).append(animal)
    rows: list[tuple[Cell, ...]] = []
    left_out = {UNWEIGHED: 0, UNKNOWN: 0}
    for ewe_id, day in facts.joined.items():
        own = [w for w in of.get(ewe_id, []) if day - BEFORE <= w.occurred_on <= day + AFTER]
        ewe = facts.animals.get(ewe_id)
        if not own or ewe is None:
            left_out[UNWEIGHED] += 1
            continue
        kgs = [weaned(lamb, of.get(lamb.id, []), facts.animals) for lamb in reared.get(ewe_id, [])]
        left_out[UNKNOWN] += kgs.count(None)
        known = [kg for kg in kgs if kg is not None]
        kg = min(own, key=lambda w: abs((w.occurred_on - day).days)).value
        rows.append((ewe_id, ewe.name, ewe.mob, kg, len(known), sum(known), sum(known) / kg))
    rows.sort(key=lambda row: (-float(row[6]), str(row[1])))  # type: ignore[arg-type]  # the efficiency is a number
    return Found(rows, {reason: n for reason, n in left_out.items() if n})


def weaned(lamb: AnimalFact, own: list[MeasuredFact], animals: dict[UUID, AnimalFact]) -> float | None:
    """The adjusted weaning weight of a lamb; None: it is not known."""
    born = next((w.value for w in own if w.trait == "BWT"), None)
    weight = next((w for w in own if w.trait == "WWT"), None)
    if born is None or weight is None or not weight.age_days:
        return None
    return adjusted(lamb, born, weight, animals, WeaningParameters()).kg


COLUMNS = (
    Column("ewe_id", "Ewe id", "The ewe", "id"),
    Column("ewe", "Ewe", "Her visual tag, or her id"),
    Column("mob", "Mob", "The mob in which she is now"),
    Column("ewe_kg", "Ewe weight", "Nearest to her joining, from 60 days before to 14 days after it", "number", "kg"),
    Column("lambs", "Lambs weaned", "That she reared and whose adjusted weaning weight is known", "whole"),
    Column("lambs_kg", "Weaned", "Sum of their adjusted weaning weights, all factors 1", "number", "kg"),
    Column("efficiency", "Efficiency", "Weaned / ewe weight", "number", "kg/kg", 2),
)
EFFICIENCY = report(
    "ewe-efficiency",
    title="Efficiency of the ewes",
    says="Kilograms of lamb that each joined ewe weaned, by her own weight at joining, the best first.",
    parameters=SeasonParameters,
    columns=COLUMNS,
    chart=charts.plot(
        "point",
        x=charts.named(COLUMNS, "ewe_kg", scale={"zero": False}),
        y=charts.named(COLUMNS, "lambs_kg"),
        color=charts.named(COLUMNS, "mob"),
    ),
    read=read,
    count=count,
)
