"""Facts that this slice tells."""

from uuid import UUID

from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.events.facts import emit

PUBLISHED = "genetics.evaluation.published.v1"


async def evaluation_published(
    session: Session, context: Context, *, farm_id: UUID, flock_id: UUID, run_id: UUID, replaces: UUID | None
) -> None:
    """A flock goes by a run from now on."""
    data = {
        "farm_id": str(farm_id),
        "flock_id": str(flock_id),
        "run_id": str(run_id),
        "replaces": None if replaces is None else str(replaces),
    }
    await emit(session, context, type=PUBLISHED, key=flock_id, farm_id=farm_id, data=data)
