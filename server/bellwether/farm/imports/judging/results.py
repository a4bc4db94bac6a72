"""Verdicts on rows about breeding values of others: a value of a run never changes (I27)."""

from collections.abc import Iterable, MutableMapping
from datetime import date
from typing import NamedTuple
from uuid import UUID

from bellwether.farm.imported_values.models import NewValue
from bellwether.farm.imports.judging.outcomes import Outcome, rejected
from bellwether.farm.imports.judging.weighing import Tags
from bellwether.farm.imports.judging.weighings import TaggedAnimals
from bellwether.sheep.findings import Broken, broken

SAME = 1e-9
Known = MutableMapping[tuple[str, UUID, str], tuple[float, float | None]]


class Estimate(NamedTuple):
    """A value and how sure it is, 0 to 1."""

    trait: str
    value: float
    accuracy: float | None


class ResultRow(NamedTuple):
    """What a line says of one animal; what is not there was not estimated."""

    tags: Tags
    run_name: str
    run_date: date | None
    estimates: tuple[Estimate, ...]


def judge(
    rows: Iterable[tuple[int, ResultRow]], animals: TaggedAnimals, known: Known
) -> tuple[list[Outcome], list[NewValue]]:
    """One outcome for each row, and what is new."""
    outcomes: list[Outcome] = []
    added: list[NewValue] = []
    for row, data in rows:
        try:
            animal, told = animals.resolve(data.tags, data.run_date or date.max)
            new = [found for found in data.estimates if is_new(found, data, animal.id, known)]
        except Broken as error:
            outcomes.append(rejected(row, *error.findings))
            continue
        for found in new:
            known[data.run_name, animal.id, found.trait] = (found.value, found.accuracy)
            added.append(NewValue(animal.id, data.run_name, data.run_date, *found, row))
        outcomes.append(Outcome(row, "new" if new else "match", animal.id, () if told is None else (told,)))
    return outcomes, added


def is_new(found: Estimate, data: ResultRow, animal_id: UUID, known: Known) -> bool:
    """Whether the run says it for the first time.

    Raises:
        Broken: it said something else before.
    """
    before = known.get((data.run_name, animal_id, found.trait))
    if before is None:
        return True
    if abs(before[0] - found.value) > SAME or before[1] != found.accuracy:
        text = f"{found.trait} of the run {data.run_name} is {before[0]:g} already, here {found.value:g}"
        fix = "give another run its own name; to replace a wrong file, undo its import first"
        raise broken("run_value_differs", text, fix, field=found.trait.lower(), verdict="conflict")
    return False
