"""Rules about parents: no loop, born after them, and the sex fits the role."""

from collections.abc import Callable, Hashable, Mapping
from datetime import date
from typing import Literal, NamedTuple, TypeVar

from bellwether.sheep.findings import Broken, Faults, broken

Sex = Literal["male", "female", "unknown"]
Fertility = Literal["fertile", "infertile", "neutered", "cryptorchid", "unknown"]
ParentType = Literal["sire", "dam", "et_donor_dam", "et_recipient_dam", "rearing_dam", "excluded_sire"]
Method = Literal["observed", "associated", "derived", "dna"]
GENETIC: frozenset[str] = frozenset({"sire", "dam", "et_donor_dam"})
MALE_ROLES: frozenset[str] = frozenset({"sire", "excluded_sire"})
STRENGTH: Mapping[str, int] = {"derived": 1, "associated": 2, "observed": 3, "dna": 4}
MIN_DAM_AGE_DAYS = 200
K = TypeVar("K", bound=Hashable)


class Kin(NamedTuple):
    """What the rules need to know of an animal."""

    name: str
    sex: str
    fertility: str
    birth_date: date | None
    drop_year: int | None = None


class Measured(NamedTuple):
    """One measurement, as a message names it."""

    trait: str
    day: date


def loop_path(parents: Mapping[K, set[K]], child: K, parent: K, name: Callable[[K], str] = str) -> list[K] | None:
    """The way from `parent` up to `child`, if `child` is among the ancestors of `parent` or is `parent` itself.

    Of several ways the shortest one; of those the first by name.
    """
    came_from: dict[K, K | None] = {parent: None}
    front = [parent]
    while front:
        if child in came_from:
            return path_to(came_from, child)
        above = []
        for node in front:
            for upper in parents.get(node, ()):
                if upper not in came_from:
                    came_from[upper] = node
                    above.append(upper)
        front = sorted(above, key=name)
    return None


def path_to(came_from: Mapping[K, K | None], node: K) -> list[K]:
    """From the start of the search to `node`."""
    path = [node]
    while (before := came_from[path[-1]]) is not None:
        path.append(before)
    return path[::-1]


def check_parent(child: Kin, parent: Kin, role: ParentType, *, field: str) -> None:
    """The rules between one child and one parent.

    Raises:
        Broken: the sex does not fit the role, or the dates cannot be; all that is wrong.
    """
    faults = Faults()
    faults.take(lambda: check_role(parent, role, field=field))
    faults.take(lambda: check_births(child, parent, role, field=field))
    faults.stop()


def check_role(parent: Kin, role: ParentType, *, field: str) -> None:
    """Sex and fertility fit the role.

    Raises:
        Broken
    """
    wanted = "male" if role in MALE_ROLES else "female"
    if parent.sex not in (wanted, "unknown"):
        raise clash("sex_clash", f"{parent.name} is {parent.sex} and cannot be a {role_name(role)}", field)
    if role == "sire" and parent.fertility == "neutered":
        raise clash("sire_is_wether", f"{parent.name} is a wether and cannot be a sire", field)


def check_births(child: Kin, parent: Kin, role: ParentType, *, field: str) -> None:
    """The parent is born before the child, a dam long enough before (I1, I2); without dates its drop is an earlier one.

    Raises:
        Broken
    """
    if role == "excluded_sire":
        return
    if child.birth_date is None or parent.birth_date is None:
        check_drops(child, parent, role, field=field)
        return
    if parent.birth_date >= child.birth_date:
        text = f"{child.name} is born on {child.birth_date}, its {role_name(role)} {parent.name} on {parent.birth_date}"
        raise clash("born_before_parent", text, field)
    age = (child.birth_date - parent.birth_date).days
    if role not in MALE_ROLES and role != "rearing_dam" and age < MIN_DAM_AGE_DAYS:
        raise clash("dam_too_young", f"{parent.name} was {age} days old when {child.name} was born", field)


def check_drops(child: Kin, parent: Kin, role: ParentType, *, field: str) -> None:
    """Where a birth date is missing: nobody is a parent within its own drop.

    Raises:
        Broken
    """
    later, earlier = year_of(child), year_of(parent)
    if later is not None and earlier is not None and earlier >= later:
        text = f"{child.name} is of {later}, its {role_name(role)} {parent.name} of {earlier}"
        raise clash("born_before_parent", text, field)


def year_of(animal: Kin) -> int | None:
    """Its drop, else the year of its birth."""
    return animal.drop_year or (animal.birth_date.year if animal.birth_date else None)


def check_first_measurement(name: str, born: date | None, first: Measured | None, *, field: str) -> None:
    """An animal is born on or before the day of its first measurement.

    Raises:
        Broken: it is not; names the measurement.
    """
    if born is None or first is None or born <= first.day:
        return
    text = f"{name} would be born on {born}, after its {first.trait} of {first.day}"
    fix = "correct the birth date, or that measurement first"
    raise broken("born_after_measurement", text, fix, field=field, verdict="conflict")


def check_drop(name: str, born: date | None, drop: int | None, *, field: str) -> None:
    """The drop is the season of the birth; one that goes over New Year has lambs of two years.

    Raises:
        Broken
    """
    if born and drop and abs(born.year - drop) > 1:
        text = f"{name} would be born on {born} and of the drop {drop}"
        raise broken("drop_year_mismatch", text, "correct the drop or the birth date", field=field, verdict="conflict")


def check_number(name: str, year: int | None, number: str | None, number_year: int | None, *, field: str) -> None:
    """The year in a Sheep Genetics ID is that of the birth.

    Raises:
        Broken
    """
    if year and number_year and year != number_year:
        text = f"{name} would be born in {year}, its ID {number} says {number_year}"
        raise broken("id_year_mismatch", text, "correct the birth date or the ID", field=field)


def clash(code: str, message: str, field: str) -> Broken:
    """Contradiction between rows, or between a row and what is stored."""
    return broken(code, message, "correct the parent, the sex or the birth date", field=field, verdict="conflict")


def loop(names: list[str], field: str) -> Broken:
    """An animal would become its own ancestor; `names` is the way round."""
    way = " -> ".join(names)
    return broken(
        "pedigree_loop", f"this would close a loop: {way}", "correct the parent", field=field, verdict="conflict"
    )


def slot(role: str) -> str:
    """At most one accepted parent stands in each slot: a donor of an embryo is the dam."""
    return "dam" if role == "et_donor_dam" else role


def role_name(role: str) -> str:
    """For a message."""
    return role.replace("_", " ").replace("et ", "ET ")
