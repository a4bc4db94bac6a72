"""Every weighing of each animal, as a curve."""

from itertools import groupby

from bellwether.farm.reports import charts
from bellwether.farm.reports.declaring import Asked, Cell, Column, Found, report
from bellwether.farm.reports.growth.gain import (
    ELSEWHERE,
    FEWEST_DAYS,
    GAIN,
    GainParameters,
    Weighed,
    is_meant,
    weighed,
)


def count(found: Weighed, asked: Asked[GainParameters]) -> Found:
    """A row for each weighing, with the gain since the last one that is long enough ago."""
    rows: list[tuple[Cell, ...]] = []
    left_out = 0
    for animal_id, each in groupby(found.weights, key=lambda weight: weight.animal_id):
        animal, own = found.animals.get(animal_id), list(each)
        if animal is None or not is_meant(animal, asked.parameters.mob, asked.parameters.drop):
            left_out += len(own)
            continue
        for at, now in enumerate(own):
            before = next(
                (w for w in reversed(own[:at]) if (now.occurred_on - w.occurred_on).days >= FEWEST_DAYS), None
            )
            days = None if before is None else (now.occurred_on - before.occurred_on).days
            gain = None if before is None or days is None else 1000 * (now.value - before.value) / days
            rows.append((animal.id, animal.name, animal.mob, now.trait, now.occurred_on, now.age_days, now.value, gain))
    return Found(rows, {f"weighings of {ELSEWHERE}": left_out} if left_out else {})


COLUMNS = (
    Column("animal_id", "Animal id", "The animal", "id"),
    Column("tag", "Animal", "Its visual tag, or its id"),
    Column("mob", "Mob", "The mob in which it is now"),
    Column("trait", "Weight", "Which weight, as it was recorded"),
    Column("weighed_on", "Day", "Of the weighing", "day"),
    Column("age_days", "Age", "On that day; empty when the birth is not known", "whole", "d"),
    Column("kg", "Weight", "As it counts", "number", "kg"),
    Column("gain", "Daily gain", f"Since the last weighing 7 days or more before: {GAIN}", "number", "g/d", 0),
)
CURVES = report(
    "growth-curves",
    title="Growth curves",
    says="Every weighing of each animal, with its gain since the one before.",
    parameters=GainParameters,
    columns=COLUMNS,
    chart=charts.plot(
        {"type": "line", "point": True},
        x=charts.named(COLUMNS, "weighed_on"),
        y=charts.named(COLUMNS, "kg"),
        detail=charts.named(COLUMNS, "animal_id"),
        color=charts.named(COLUMNS, "mob"),
    ),
    read=weighed,
    count=count,
)
