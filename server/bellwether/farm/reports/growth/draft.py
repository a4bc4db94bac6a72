"""Who is heavy enough to go."""

from bellwether.farm.reports import charts
from bellwether.farm.reports.declaring import Asked, Cell, Column, Found, report
from bellwether.farm.reports.growth.distribution import Facts, TargetParameters, latest, read_all


def count(facts: Facts, asked: Asked[TargetParameters]) -> Found:
    """A row for each animal that weighed the target or more when it was weighed last, the heaviest first."""
    mobs, left_out = latest(facts, asked.parameters.mob, asked.parameters.drop)
    own = [each for mob in mobs.values() for each in mob]
    heavy = sorted((e for e in own if e.kg >= asked.parameters.target), key=lambda e: (-e.kg, e.animal.name))
    rows: list[tuple[Cell, ...]] = []
    for each in heavy:
        day = each.weights[-1].occurred_on
        rows.append((each.animal.id, each.animal.name, each.animal.mob, each.kg, day, (asked.today - day).days))
    return Found(
        rows, left_out | ({"animals below the target": len(own) - len(heavy)} if len(own) > len(heavy) else {})
    )


COLUMNS = (
    Column("animal_id", "Animal id", "The animal", "id"),
    Column("tag", "Animal", "Its visual tag, or its id"),
    Column("mob", "Mob", "The mob in which it is now"),
    Column("kg", "Last weight", "In the time asked for", "number", "kg"),
    Column("weighed_on", "Weighed", "On that day", "day"),
    Column("days_ago", "Days ago", "Since that day", "whole", "d"),
)
DRAFT = report(
    "draft-list",
    title="Draft list",
    says="Animals that have reached a weight, the heaviest first. It does not know of withdrawal periods.",
    parameters=TargetParameters,
    columns=COLUMNS,
    chart=charts.plot("bar", x=charts.named(COLUMNS, "kg", bin=True), y={"aggregate": "count", "title": "Animals"}),
    read=read_all,
    count=count,
)
