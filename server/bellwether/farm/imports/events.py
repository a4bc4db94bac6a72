"""What the imports slice tells the other services."""

from uuid import UUID

from bellwether.farm.imports.models import Finished, Totals
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.events.facts import emit


async def import_completed(session: Session, context: Context, import_id: UUID, done: Finished, totals: Totals) -> None:
    """Every row of the file has its verdict."""
    data = {
        "farm_id": str(done.farm_id),
        "import_id": str(import_id),
        "kind": done.kind,
        "file_name": done.file_name,
        "sha256": done.sha256,
        "started_at": done.started_at.isoformat(),
        "finished_at": done.finished_at.isoformat(),
        "rows_in": totals["rows_in"],
        "rows_accepted": totals["rows_accepted"],
        "rows_rejected": totals["rows_rejected"],
    }
    await emit(
        session,
        context,
        type="farm.import.completed.v1",
        key=import_id,
        farm_id=done.farm_id,
        data=data,
        key_version=1,
    )
