"""Reading breeding values that others have estimated, one run at a time."""

from uuid import UUID

from bellwether.farm.imported_values import repository
from bellwether.farm.imported_values.schemas import ImportedRun, ImportedRuns, ImportedValue
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ById, id_after
from bellwether.platform.http.schemas import Page


async def runs(session: Session, farm_id: UUID) -> ImportedRuns:
    """The runs of a farm, the latest first."""
    return ImportedRuns(items=[ImportedRun.model_validate(row) for row in await repository.runs(session, farm_id)])


async def page(
    session: Session, farm_id: UUID, run_name: str, trait: str | None, limit: int, cursor: str | None
) -> Page[ImportedValue]:
    """Values of one run."""
    rows = await repository.listing(session, farm_id, run_name, trait, id_after(cursor), limit + 1)
    return Page(items=[ImportedValue.model_validate(row) for row in rows[:limit]], next=ById.after(rows, limit))
