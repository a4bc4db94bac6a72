"""Breeding values that others have estimated, one run at a time."""

from collections.abc import Sequence
from uuid import UUID

from bellwether.farm.access import may_write
from bellwether.farm.animals import repository as animals
from bellwether.farm.imported_values import repository
from bellwether.farm.imported_values.events import values_added
from bellwether.farm.imported_values.models import NewValue
from bellwether.farm.imported_values.problems import ValuesRejected
from bellwether.farm.imported_values.schemas import ImportedRun, ImportedRuns, ImportedValue, ToldValue
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ById, id_after
from bellwether.platform.http.schemas import Page
from bellwether.platform.problems import RowError


async def runs(session: Session, farm_id: UUID) -> ImportedRuns:
    """The runs of a farm, the latest first."""
    return ImportedRuns(items=[ImportedRun.model_validate(row) for row in await repository.runs(session, farm_id)])


async def page(
    session: Session, farm_id: UUID, run_name: str, trait: str | None, limit: int, cursor: str | None
) -> Page[ImportedValue]:
    """Values of one run."""
    rows = await repository.listing(session, farm_id, run_name, trait, id_after(cursor), limit + 1)
    return Page(items=[ImportedValue.model_validate(row) for row in rows[:limit]], next=ById.after(rows, limit))


async def take(session: Session, context: Context, farm_id: UUID, values: Sequence[ToldValue]) -> None:
    """Values that the archive of a farm tells, of no import.

    Raises:
        NotFound, ReadOnlyMember, ValuesRejected
    """
    await may_write(session, context, farm_id)
    ids = sorted({value.animal_id for value in values})
    here = await animals.kin(session, farm_id, ids)
    seen = set(await repository.known(session, farm_id, sorted({value.run_name for value in values}), ids))
    errors = []
    for place, value in enumerate(values):
        key = (value.run_name, value.animal_id, value.trait)
        if value.animal_id not in here:
            errors.append(wrong(place, "animal_id", "not_found", f"there is no animal {value.animal_id}"))
        elif key in seen:
            text = f"{value.run_name} has {value.trait} of the animal twice"
            errors.append(wrong(place, "trait", "named_twice", text))
        seen.add(key)
    if errors:
        raise ValuesRejected(errors)
    await repository.add(session, farm_id, None, [NewValue(**value.model_dump(), row=None) for value in values])
    await values_added(session, context, farm_id, ids, [value.run_name for value in values])


def wrong(row: int, field: str, code: str, message: str) -> RowError:
    """What is wrong with one value."""
    return RowError(row=row, field=field, code=code, message=message)
