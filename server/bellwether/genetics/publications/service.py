"""Use-cases of publications: a flock goes from one run to the next, one step after the other."""

from uuid import UUID

from bellwether.genetics.access import may_write
from bellwether.genetics.publications import events, repository
from bellwether.genetics.publications.models import PublicationRow
from bellwether.genetics.publications.problems import NoSuchRun, NotFinished, NothingToPublish, OtherPublished
from bellwether.genetics.publications.schemas import Publication
from bellwether.platform.context import Context
from bellwether.platform.database.advisory_locks import one_at_a_time
from bellwether.platform.database.transactions import Session
from bellwether.platform.ids import new_id


async def publish(session: Session, context: Context, run_id: UUID, replaces: UUID | None) -> list[Publication]:
    """Let the flocks of a run go by it, if they still go by the run that the caller saw.

    A run that is published already stays so: the same request twice is one publication.

    Raises:
        NoSuchRun, ReadOnlyMember, NotFinished, NothingToPublish, OtherPublished
    """
    run = await repository.run(session, run_id)
    if run is None:
        raise NoSuchRun
    await may_write(session, run.farm_id)
    if run.state != "succeeded":
        raise NotFinished
    if not run.flock_ids or run.flock_ids == [None]:
        raise NothingToPublish
    found = []
    for flock_id in sorted(run.flock_ids):
        before = await held(session, flock_id)
        published = None if before is None else before.run_id
        if published == run_id and before is not None:
            found.append(before)
            continue
        if published != replaces:
            raise OtherPublished(flock_id, published)
        found.append(await step(session, context, run.farm_id, flock_id, run_id, before, is_automatic=False))
    return [Publication.model_validate(row) for row in found]


async def publish_at_once(
    session: Session, context: Context, farm_id: UUID, flock_ids: list[UUID], run_id: UUID
) -> None:
    """Publish a run at its end; a newer one that is published already stays."""
    for flock_id in sorted(flock_ids):
        before = await held(session, flock_id)
        # run ids are ordered by time
        if before is None or before.run_id < run_id:
            await step(session, context, farm_id, flock_id, run_id, before, is_automatic=True)


async def published(session: Session, flock_id: UUID) -> UUID | None:
    """The run that a flock goes by."""
    row = await repository.current(session, flock_id)
    return None if row is None else row.run_id


async def held(session: Session, flock_id: UUID) -> PublicationRow | None:
    """What the flock goes by, with everybody else waiting until this transaction has ended."""
    await one_at_a_time(session, f"publication of flock {flock_id}")
    return await repository.current(session, flock_id)


async def step(
    session: Session,
    context: Context,
    farm_id: UUID,
    flock_id: UUID,
    run_id: UUID,
    before: PublicationRow | None,
    *,
    is_automatic: bool,
) -> PublicationRow:
    """One publication, and the fact of it."""
    row = await repository.add(
        session,
        new_id(),
        farm_id=farm_id,
        flock_id=flock_id,
        run_id=run_id,
        before=before,
        is_automatic=is_automatic,
        published_by=context.user_id,
    )
    await events.evaluation_published(
        session, context, farm_id=farm_id, flock_id=flock_id, run_id=run_id, replaces=row.replaces
    )
    return row


async def page(session: Session, flock_id: UUID, before: int | None, limit: int) -> list[Publication]:
    """Publications of a flock, the latest first; none of one that the caller does not see."""
    return [Publication.model_validate(row) for row in await repository.page(session, flock_id, before, limit)]
