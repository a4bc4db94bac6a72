"""Facts that this slice tells."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.events.facts import emit

COMPLETED = "genetics.evaluation.completed.v1"
FAILED = "genetics.evaluation.failed.v1"


async def evaluation_completed(
    session: Session,
    context: Context,
    *,
    farm_id: UUID,
    flock_id: UUID,
    run_id: UUID,
    traits: Sequence[str],
    n_animals: int,
    n_records: int,
    finished_at: datetime,
) -> None:
    """A run has breeding values from now on."""
    data = {
        "farm_id": str(farm_id),
        "flock_id": str(flock_id),
        "run_id": str(run_id),
        "traits": list(traits),
        "n_animals": n_animals,
        "n_records": n_records,
        "finished_at": finished_at,
    }
    await emit(session, context, type=COMPLETED, key=run_id, farm_id=farm_id, data=data)


async def evaluation_failed(
    session: Session, context: Context, *, farm_id: UUID, flock_id: UUID, run_id: UUID, code: str, detail: str
) -> None:
    """A run ended without breeding values."""
    data = {
        "farm_id": str(farm_id),
        "flock_id": str(flock_id),
        "run_id": str(run_id),
        "code": code,
        "detail": detail,
    }
    await emit(session, context, type=FAILED, key=run_id, farm_id=farm_id, data=data)
