"""Facts that this slice tells."""

from collections.abc import Mapping
from datetime import datetime

from bellwether.genetics.genotypes.importing.models import ImportRow
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.events.facts import emit

IMPORTED = "genetics.genotypes.imported.v1"


async def genotypes_imported(
    session: Session, context: Context, row: ImportRow, counts: Mapping[str, int], finished_at: datetime
) -> None:
    """Genotypes of a file are in the database."""
    data = {
        "farm_id": row.farm_id,
        "import_id": row.id,
        "chip_id": row.chip_id,
        "map_version": row.map_version,
        "file_name": row.file_name,
        "sha256": row.sha256,
        **counts,
        "finished_at": finished_at,
    }
    await emit(session, context, type=IMPORTED, key=row.id, farm_id=row.farm_id, data=data)
