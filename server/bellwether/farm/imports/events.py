"""What the imports slice tells the other services."""

from bellwether.farm.imports.models import Batch
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.events.facts import emit


async def import_completed(session: Session, context: Context, batch: Batch) -> None:
    """Every row of the file has its verdict; told again when the rows that were refused came again."""
    assert batch.started_at is not None
    assert batch.finished_at is not None
    data = {
        **about(batch),
        "started_at": batch.started_at.isoformat(),
        "finished_at": batch.finished_at.isoformat(),
        "rows_in": batch.rows_in,
        "rows_accepted": batch.rows_accepted,
        "rows_rejected": batch.rows_rejected,
    }
    await tell(session, context, "farm.import.completed.v1", batch, data, 2 * batch.runs - 1)


async def import_undone(session: Session, context: Context, batch: Batch) -> None:
    """Nothing of the file is in the herd any more."""
    assert batch.undone_at is not None
    data = {**about(batch), "undone_at": batch.undone_at.isoformat()}
    await tell(session, context, "farm.import.undone.v1", batch, data, 2 * batch.runs)


def about(batch: Batch) -> dict[str, object]:
    """Which import it is."""
    ids = {"farm_id": str(batch.farm_id), "import_id": str(batch.id)}
    return {**ids, "kind": batch.kind, "file_name": batch.file_name, "sha256": batch.sha256}


async def tell(
    session: Session, context: Context, kind: str, batch: Batch, data: dict[str, object], version: int
) -> None:
    """One fact about an import."""
    await emit(session, context, type=kind, key=batch.id, farm_id=batch.farm_id, data=data, key_version=version)
