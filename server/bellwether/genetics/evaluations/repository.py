"""Every query about evaluation runs and the state of flocks."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, any_, case, func, insert, literal, or_, select, text, update

from bellwether.genetics.evaluations.models import evaluation_run as run
from bellwether.genetics.evaluations.models import flock_state, job, published_external_value, published_flock
from bellwether.platform.database.transactions import Session

# the job knows first that a run was cancelled, or given up after too many starts
STATE = case(
    (run.c.state.in_(("queued", "running")) & job.c.state.in_(("failed", "cancelled")), job.c.state), else_=run.c.state
).label("state")
# farm by farm, for only then does their index give the order: else the runs of all farms are walked through in it
NEWEST = text("""
select r.id from unnest(farm.my_farms() || genetics.consented_farms('breeding_values')) f (id) cross join lateral (
  select id from genetics.evaluation_run
  where farm_id = f.id and (cast(:before as uuid) is null or id < cast(:before as uuid))
  order by id desc limit cast(:at_most as int4)) r
""")
LONG = ("state", "fence", "fixed", "verdicts", "model", "variances", "base", "comparison", "across")
BRIEF: list[ColumnElement[Any]] = [*(c for c in run.c if c.name not in LONG), STATE]


async def flock(session: Session, flock_id: UUID) -> Row[Any] | None:
    """The flock as its farm publishes it, if it is the acting user's to see."""
    return (await session.execute(select(published_flock).where(published_flock.c.id == flock_id))).one_or_none()


async def farms_of(session: Session, flock_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Of each flock that is the acting user's to see, its farm."""
    statement = select(published_flock.c.id, published_flock.c.farm_id).where(published_flock.c.id.in_(flock_ids))
    return {row.id: row.farm_id for row in (await session.execute(statement)).all()}


async def has_external(session: Session, farm_id: UUID, run_name: str) -> bool:
    """Whether the farm has imported values of this run."""
    view = published_external_value
    statement = select(view.c.run_name).where(view.c.farm_id == farm_id, view.c.run_name == run_name).limit(1)
    return (await session.execute(statement)).first() is not None


async def add(session: Session, values: Mapping[str, Any]) -> None:
    """A new run."""
    await session.execute(insert(run).values(**values))


async def find(session: Session, run_id: UUID) -> Row[Any] | None:
    """One run with its report."""
    columns: list[ColumnElement[Any]] = [c for c in run.c if c.name not in ("state", "fence")]
    statement = select(*[*columns, STATE]).outerjoin(job, job.c.id == run.c.id).where(run.c.id == run_id)
    return (await session.execute(statement)).one_or_none()


async def page(session: Session, *, flock_id: UUID | None, before: UUID | None, limit: int) -> Sequence[Row[Any]]:
    """Runs without their reports, newest first."""
    statement = select(*BRIEF).outerjoin(job, job.c.id == run.c.id)
    if flock_id is not None:
        statement = statement.where(or_(run.c.flock_id == flock_id, literal(flock_id) == any_(run.c.flock_ids)))
        statement = statement if before is None else statement.where(run.c.id < before)
    else:
        latest = NEWEST.bindparams(before=before, at_most=limit).columns(run.c.id).subquery("latest")
        statement = statement.join(latest, latest.c.id == run.c.id)
    return (await session.execute(statement.order_by(run.c.id.desc()).limit(limit))).all()


async def newest(
    session: Session, before: UUID, *, definition_id: UUID | None = None, flock_ids: Sequence[UUID] = ()
) -> UUID | None:
    """The latest run before this one that has succeeded: of a definition, or else of these very flocks."""
    statement = select(run.c.id).where(run.c.id < before, run.c.state == "succeeded", run.c.kind == "flocks")
    if definition_id is not None:
        statement = statement.where(run.c.definition_id == definition_id)
    elif len(flock_ids) > 1:
        statement = statement.where(run.c.flock_ids == list(flock_ids))
    else:
        statement = statement.where(run.c.flock_id == flock_ids[0], run.c.flock_ids.is_(None))
    found: UUID | None = (await session.execute(statement.order_by(run.c.id.desc()).limit(1))).scalar_one_or_none()
    return found


async def take_fence(session: Session, run_id: UUID) -> int | None:
    """Start the run, shutting out every older execution of it; None when it has succeeded already."""
    statement = (
        update(run)
        .where(run.c.id == run_id, run.c.state != "succeeded")
        .values(
            fence=run.c.fence + 1,
            state="running",
            error=None,
            finished_at=None,
            started_at=func.coalesce(run.c.started_at, func.clock_timestamp()),
        )
        .returning(run.c.fence)
    )
    fence: int | None = (await session.execute(statement)).scalar_one_or_none()
    return fence


async def finish(session: Session, run_id: UUID, fence: int, values: Mapping[str, Any]) -> Row[Any] | None:
    """The end of a run; None when the fence has moved on or the run has ended before."""
    statement = (
        update(run)
        .where(run.c.id == run_id, run.c.fence == fence, run.c.state == "running")
        .values(**values, finished_at=func.clock_timestamp())
        .returning(run.c.farm_id, run.c.flock_id, run.c.publishing, run.c.finished_at)
    )
    return (await session.execute(statement)).one_or_none()


async def state(session: Session, flock_id: UUID) -> Row[Any] | None:
    """Whether the flock's records have changed since its last run, with that run's time."""
    statement = (
        select(flock_state, run.c.finished_at, run.c.data_as_of, run.c.traits)
        .outerjoin(run, run.c.id == flock_state.c.last_run_id)
        .where(flock_state.c.flock_id == flock_id)
    )
    return (await session.execute(statement)).one_or_none()
