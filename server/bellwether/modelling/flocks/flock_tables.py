"""A flock's pedigree and records as tables, the same that a file would hold."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from bellwether.modelling.external_values.pseudo_records import PseudoRecord
from bellwether.modelling.flocks.chosen_records import Chosen
from bellwether.modelling.flocks.columns import columns_of
from bellwether.modelling.flocks.flock_data import Animal, FlockData, Measurement
from bellwether.modelling.flocks.plan import Plan
from bellwether.modelling.flocks.unknown_parents import group_of, rules_of
from bellwether.modelling.text_table import Table

UNKNOWN = "unknown"
EXTERNAL, WEIGHT = "external values", "weight"
# own: ewes of 3 to 6 years rear alike (farm handbook, section 5)
MATURE, OLD = 3, 7
MANY = 3
Label = Callable[[Animal], str]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the records: an animal, its measuring day where records are repeated, and what was measured."""

    animal: Animal
    day: str
    measured: Mapping[str, Measurement]


def pedigree_table(data: FlockData, groups: Sequence[str] = (), *, with_sex: bool = False) -> Table:
    """One row for each animal; a parent that cannot be seen counts as unknown, and unknown ones belong to groups."""
    known = {animal.id for animal in data.animals}
    rules = rules_of(groups)

    def parent(animal: Animal, role: str) -> str:
        found = animal.sire_id if role == "sire" else animal.dam_id
        return found if found in known and found is not None else group_of(rules, role, animal.drop_year)

    columns = {
        "animal": [animal.id for animal in data.animals],
        "sire": [parent(animal, "sire") for animal in data.animals],
        "dam": [parent(animal, "dam") for animal in data.animals],
    }
    if any(animal.candidates for animal in data.animals):
        columns["candidate_sires"] = [rams_of(animal, known) for animal in data.animals]
    if with_sex:
        columns["sex"] = [animal.sex for animal in data.animals]
    return Table.of("pedigree.csv", columns)


def rams_of(animal: Animal, known: Collection[str]) -> str:
    """The cell of rams that may be the sire."""
    return ";".join(f"{ram}:{share:.10f}" for ram, share in animal.candidates if ram in known)


def records_table(data: FlockData, chosen: Chosen, plan: Plan, pseudo: Sequence[PseudoRecord] = ()) -> Table:
    """One row for each animal with a measurement, or for each of its measuring days.

    Traits in one row have a common residual. A trait that was not measured is empty, and so is its group; its age is 0.
    Breeding values of another service stand below, each in a row of its own, in classes of their own, with its weight.
    """
    rows = rows_of(data, chosen, plan.codes)
    born = {animal.id: animal.drop_year for animal in data.animals}
    columns = {name: [label(row.animal) for row in rows] for name, label in animal_columns(data, born).items()}
    if chosen.is_repeated:
        columns["day"] = [row.day for row in rows]
        columns["age"] = [text(age_of(row)) for row in rows]
        columns["age_class"] = [age_class(int(row.day[:4]), row.animal.drop_year) for row in rows]
    for trait in plan.traits:
        found = [row.measured.get(trait.code) for row in rows]
        ages = [0 if m is None else (m.age_days or 0) - trait.reference_age_days for m in found]
        columns[trait.code] = ["" if m is None else repr(m.value) for m in found]
        columns[f"group_{trait.code}"] = ["" if m is None else text(m.contemporary_group) for m in found]
        columns[f"age_{trait.code}"] = [str(age) for age in ages]
    assert tuple(columns) == columns_of(plan.codes, is_repeated=chosen.is_repeated)
    if plan.external is not None:
        add_pseudo(columns, plan, pseudo, len(rows))
    return Table.of("records.csv", columns)


def add_pseudo(columns: dict[str, list[str]], plan: Plan, pseudo: Sequence[PseudoRecord], n_rows: int) -> None:
    """The rows of breeding values of another service, and the column of weights."""
    told = plan.told.effects if plan.told else ()
    numbers = {effect.name for effect in told if effect.kind == "covariate"}
    ages = {f"age_{code}" for code in plan.codes}
    for name, cells in columns.items():
        if name == "animal":
            cells += [each.animal_id for each in pseudo]
        elif name in plan.codes:
            cells += [repr(each.value) if each.trait == name else "" for each in pseudo]
        else:
            cells += ["0" if name in ages | numbers else EXTERNAL] * len(pseudo)
    columns[WEIGHT] = ["1"] * n_rows + [repr(each.weight) for each in pseudo]


def rows_of(data: FlockData, chosen: Chosen, codes: Sequence[str]) -> list[Row]:
    """The rows in the order of the animals, then of the days."""
    measured: dict[tuple[str, str], dict[str, Measurement]] = {}
    for code in codes:
        for measurement in chosen.by_trait[code].values():
            day = measurement.occurred_on if chosen.is_repeated else ""
            measured.setdefault((measurement.animal_id, day), {})[code] = measurement
    animals = {animal.id: animal for animal in data.animals}
    return [Row(animals[animal_id], day, measured[animal_id, day]) for animal_id, day in sorted(measured)]


def animal_columns(data: FlockData, born: Mapping[str, int | None]) -> dict[str, Label]:
    """What the columns of an animal say."""
    known = {animal.id for animal in data.animals}
    return {
        "animal": lambda animal: animal.id,
        "sire": lambda animal: animal.sire_id if animal.sire_id in known and animal.sire_id else "",
        "dam": lambda animal: animal.dam_id if animal.dam_id in known and animal.dam_id else "",
        "flock": lambda animal: animal.flock_id,
        "sex": lambda animal: animal.sex,
        "birth_type": lambda animal: litter_class(animal.birth_type),
        "rear_type": lambda animal: litter_class(animal.rear_type),
        "dam_age": lambda animal: age_class(animal.drop_year, born.get(animal.dam_id or "")),
        "drop_year": lambda animal: UNKNOWN if animal.drop_year is None else str(animal.drop_year),
    }


def age_of(row: Row) -> int | None:
    """Age on the measuring day."""
    return next((m.age_days for m in row.measured.values() if m.age_days is not None), None)


def text(value: object) -> str:
    """A cell."""
    return "" if value is None else str(value)


def litter_class(size: int | None) -> str:
    """Number of lambs born or reared together; three and more are one class."""
    if size is None:
        return UNKNOWN
    return str(size) if size < MANY else f"{MANY}+"


def age_class(year: int | None, drop_year: int | None) -> str:
    """A ewe's age in years at a lambing; mature ewes are one class."""
    if year is None or drop_year is None:
        return UNKNOWN
    years = year - drop_year
    if years < MATURE:
        return str(max(years, 1))
    return f"{MATURE}-{OLD - 1}" if years < OLD else f"{OLD}+"
