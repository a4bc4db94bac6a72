"""A row about an animal that was born in a lambing: what the log says of its birth is stronger than a list."""

from dataclasses import replace

from bellwether.farm.animals.births import check_reared
from bellwether.farm.imports.judging.animal_row import AnimalRow
from bellwether.farm.imports.judging.sheep import Sheep
from bellwether.sheep.findings import Broken, Finding, warning

SILENT = {"sex": "unknown"}


def without_doubt(animal: Sheep | None, data: AnimalRow) -> tuple[AnimalRow, list[Finding]]:
    """The row without what the lambing of the animal says otherwise, and what its sender should know of that."""
    if animal is None or animal.lambing is None:
        return data, []
    lambing, told = animal.lambing, []
    changes: dict[str, object] = {}
    for name, value in lambing.facts.items():
        said = getattr(data, name)
        if (said in (None, "unknown") or said == value) and name not in data.cleared:
            continue
        changes[name] = SILENT.get(name)
        message = f"the lambing of {lambing.occurred_on} says of {animal.described}: {name} {value}"
        fix = f"correct the lambing, if the file is right: send lambing.recorded with supersedes {lambing.id}"
        told.append(warning("of_a_lambing", message, fix, field=name))
    try:
        check_reared(animal.described, lambing, data.rear_type)
    except Broken as error:
        changes["rear_type"] = None
        told += [warning(one.code, one.message, one.fix, field="rear_type") for one in error.findings]
    if "birth_date" in changes:
        changes["drop_year"] = None
    if changes:
        changes["cleared"] = data.cleared - changes.keys()
    return replace(data, **changes), told  # type: ignore[arg-type]  # values of the fields that they name
