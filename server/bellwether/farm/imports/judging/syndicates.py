"""Sires that are no ram: the id of a syndicate stands where that of its sire would."""

from bellwether.farm.imports.judging.animal_row import AnimalRow, Written
from bellwether.farm.imports.judging.herd import Herd
from bellwether.sheep import identifiers
from bellwether.sheep.findings import Finding, warning

FLOCK, YEAR, TAG = slice(6), slice(6, 10), slice(10, None)


def is_syndicate(cell: Written, data: AnimalRow, herd: Herd) -> bool:
    """Whether the id of a sire whom nobody knows is that of a syndicate (I25): of the lamb's flock and the year before.

    The farm has a syndicate of this code, or the code is a name and no tag, which begins with its year.
    """
    if cell.scheme != identifiers.SHEEP_GENETICS or data.drop_year is None:
        return False
    own = next((item.value for item in data.identifiers if item.scheme == identifiers.SHEEP_GENETICS), None)
    value, year = cell.value, int(cell.value[YEAR])
    if not herd.syndicates.isdisjoint({(value[TAG].lstrip("0"), year), (value.lstrip("0"), year)}):
        return True
    is_of_flock = own is not None and own[FLOCK] == value[FLOCK]
    is_name = not value[TAG].isdecimal() and not value[TAG].startswith(value[YEAR][2:])
    return is_of_flock and year == data.drop_year - 1 and is_name


def no_sire(cell: Written) -> Finding:
    """Which of its rams is the sire nobody knows: the animal has no new sire, and no ram of that name is made."""
    text = f"{cell.raw[:40]} is a syndicate by its form, so it is no sire; which ram it was stays open"
    fix = "if it is one ram, import its own row too; else tell its lambs at /syndicates/{id}/offspring"
    return warning("syndicate_sire", text, fix, field="sire")
