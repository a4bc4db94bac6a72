"""Which animals an identifier names: looked for among all that the farm knows, whatever kind it is said to be."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from bellwether.farm.animals import repository
from bellwether.farm.animals.models import NamedRow
from bellwether.farm.animals.problems import DuplicateIdentifier
from bellwether.platform.database.transactions import Session
from bellwether.sheep import identifiers, pedigree
from bellwether.sheep.findings import Broken, broken
from bellwether.sheep.identifiers import Identifier
from bellwether.sheep.pedigree import Kin, ParentType

CERTAIN = ("eid", "registration")
UNIQUE = 15


async def named(session: Session, farm_id: UUID, flock_id: UUID, raws: Iterable[str]) -> dict[str, list[NamedRow]]:
    """The animals of each identifier; a visual tag counts within the flock."""
    wanted = {raw: (set(identifiers.spellings(raw)), identifiers.name_value(raw)) for raw in raws}
    values = sorted({value for spelled, _ in wanted.values() for value in spelled})
    names = sorted({" ".join(raw.split()).lower() for raw in wanted})
    rows = await repository.named(session, farm_id, values, names)
    found: dict[str, list[NamedRow]] = {}
    for raw, (spelled, name) in wanted.items():
        same = [row for row in rows if is_meant(row, spelled, name, flock_id)]
        found[raw] = list({row.animal_id: row for row in same}.values())
    return found


def is_meant(row: NamedRow, spelled: set[str], name: str, flock_id: UUID) -> bool:
    """Whether the identifier is what was written."""
    if row.kind == "name":
        return identifiers.name_value(row.value) == name
    return row.value in spelled and (row.kind != "visual" or identifiers.is_of_flock(row.scope, flock_id))


def one_parent(raw: str, found: Sequence[NamedRow], child: Kin, role: ParentType, field: str) -> UUID:
    """The animal that is meant.

    Raises:
        Broken: nobody, or several who could be.
    """
    able = [row for row in found if is_able(child, row, role)] or list(found)
    if not able:
        fix = "register it first, with reference_only for an ancestor, or correct the identifier"
        raise broken("parent_not_listed", f"no animal of the farm is called {raw[:40]}", fix, field=field)
    if len(able) > 1:
        names = "; ".join(sorted(described(row) for row in able)[:5])
        message = f"{raw[:40]} may be {len(able)} animals: {names}"
        raise broken("ambiguous_parent", message, "send the parent_id of the one that is meant", field=field)
    return able[0].animal_id


def is_able(child: Kin, row: NamedRow, role: ParentType) -> bool:
    """Whether sex and births allow it."""
    parent = Kin(row.tag or "", row.sex, row.fertility, row.birth_date, row.drop_year)
    try:
        pedigree.check_parent(child, parent, role, field="")
    except Broken:
        return False
    return True


def described(row: NamedRow) -> str:
    """For a message that asks which of several animals is meant."""
    more = ", ".join(part for part in (row.sex, f"born {row.birth_date}" if row.birth_date else "") if part)
    return f"{row.tag or row.animal_id} ({more})"


def same_sheep(
    known: Sequence[Identifier], found: Mapping[str, list[NamedRow]], year: int | None, sex: str
) -> list[NamedRow]:
    """Ancestors that the new animal turns out to be.

    Raises:
        DuplicateIdentifier: a recorded animal has one of its identifiers.
    """
    ghosts: dict[UUID, NamedRow] = {}
    for item in known:
        for row in found.get(item.raw, ()) if item.kind != "name" else ():
            is_sure = len(item.value) >= UNIQUE or (item.kind in CERTAIN and row.kind in CERTAIN)
            other_year = year and row.drop_year and year != row.drop_year
            other_sex = row.reference_only and "unknown" not in (sex, row.sex) and sex != row.sex
            if not is_sure and (other_year or other_sex or row.kind == "name"):
                continue
            if row.is_free:
                continue
            if not row.reference_only:
                raise DuplicateIdentifier(item.value, described(row), row.animal_id)
            ghosts[row.animal_id] = row
    return list(ghosts.values())
