"""When a flock's breeding values are behind its records."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, func
from sqlalchemy.dialects.postgresql import insert

from bellwether.genetics.evaluations.models import flock_state
from bellwether.platform.database import Session
from bellwether.platform.events import Event, Hopeless

WEIGHT_RECORDED = "farm.weight.recorded.v1"
ANIMAL_REGISTERED = "farm.animal.registered.v1"


async def mark_stale(session: Session, event: Event) -> None:
    """A fact of the farm makes the flock's last evaluation older than its records.

    `stale_since` tells people since when; `marked_at`, by the database's clock, tells a finishing run whether it has
    seen the records: the fact was committed before this runs, so a run that read later has.

    Raises:
        Hopeless: the fact breaks its contract.
    """
    try:
        flock_id, farm_id = UUID(event.data["flock_id"]), UUID(event.data["farm_id"])
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise Hopeless(f"{event.type} without flock_id and farm_id: {error!r}") from error
    if farm_id != event.farm_id:
        raise Hopeless(f"{event.type} speaks of farm {farm_id} in an envelope of farm {event.farm_id}")
    new = {"flock_id": flock_id, "farm_id": farm_id, "stale_since": event.time, "stale_reason": event.id}
    statement = insert(flock_state).values(**new, marked_at=func.clock_timestamp())
    is_earlier = flock_state.c.stale_since.is_(None) | (statement.excluded.stale_since < flock_state.c.stale_since)
    changes: dict[str, Any] = {
        name: case((is_earlier, statement.excluded[name]), else_=flock_state.c[name])
        for name in ("stale_since", "stale_reason")
    }
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[flock_state.c.flock_id], set_={**changes, "marked_at": statement.excluded.marked_at}
        )
    )


async def record_run(session: Session, *, flock_id: UUID, farm_id: UUID, run_id: UUID, data_as_of: datetime) -> None:
    """A run has succeeded: the flock is up to date unless something came in after the run had read its records."""
    statement = insert(flock_state).values(flock_id=flock_id, farm_id=farm_id, last_run_id=run_id)
    has_newer = flock_state.c.marked_at > data_as_of
    since = case((has_newer, func.greatest(flock_state.c.stale_since, data_as_of)), else_=None)
    reason = case((has_newer, flock_state.c.stale_reason), else_=None)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[flock_state.c.flock_id],
            set_={"last_run_id": run_id, "stale_since": since, "stale_reason": reason},
        )
    )
