"""Use-cases of evaluations."""

from uuid import UUID

from bellwether.genetics.evaluations import repository
from bellwether.genetics.evaluations.job import KIND
from bellwether.genetics.evaluations.problems import NoSuchEvaluation, NoSuchFlock, UnknownTrait, about_traits
from bellwether.genetics.evaluations.schemas import Evaluation, EvaluationReport, FlockState, NewEvaluation
from bellwether.genetics.traits import service as traits
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.jobs.schemas import Job
from bellwether.platform.jobs.service import submit


async def request(session: Session, context: Context, new: NewEvaluation) -> Job:
    """Queue the evaluation of a flock; the run gets the id of its job.

    Raises:
        NoSuchFlock, UnknownTrait
    """
    flock = await repository.flock(session, new.flock_id)
    if flock is None:
        raise NoSuchFlock
    asked = None if new.traits is None else list(dict.fromkeys(new.traits))
    await check_traits(session, asked or [])
    payload = {"flock_id": str(new.flock_id), "traits": asked, "reliability": new.reliability}
    job = await submit(session, context, kind=KIND, payload=payload, farm_id=flock.farm_id)
    values = {"farm_id": flock.farm_id, "flock_id": new.flock_id, "requested_by": context.user_id}
    await repository.add(session, {**values, "id": job.id, "asked_traits": asked, "reliability": new.reliability})
    return job


async def check_traits(session: Session, codes: list[str]) -> None:
    """Refuse traits that the dictionary does not have."""
    known = {trait.code for trait in await traits.dictionary(session)} if codes else set()
    unknown = {code: "not in the trait dictionary" for code in codes if code not in known}
    if unknown:
        errors = about_traits("unknown_trait", unknown, "Use a code of GET /api/v1/genetics/traits")
        raise UnknownTrait(f"There is no trait {', '.join(unknown)}", errors=errors)


async def page(session: Session, *, flock_id: UUID | None, before: UUID | None, limit: int) -> list[Evaluation]:
    """Evaluations that the caller may see, newest first."""
    rows = await repository.page(session, flock_id=flock_id, before=before, limit=limit)
    return [Evaluation.model_validate(row) for row in rows]


async def get(session: Session, run_id: UUID) -> EvaluationReport:
    """One evaluation with its report.

    Raises:
        NoSuchEvaluation
    """
    row = await repository.find(session, run_id)
    if row is None:
        raise NoSuchEvaluation
    return EvaluationReport.model_validate(row)


async def flock_state(session: Session, flock_id: UUID) -> FlockState:
    """Whether the flock's breeding values are behind its records.

    Raises:
        NoSuchFlock
    """
    flock = await repository.flock(session, flock_id)
    if flock is None:
        raise NoSuchFlock
    row = await repository.state(session, flock_id)
    return FlockState(
        flock_id=flock_id,
        farm_id=flock.farm_id,
        is_evaluated=row is not None and row.last_run_id is not None,
        is_stale=row is not None and row.stale_since is not None,
        stale_since=row.stale_since if row else None,
        stale_reason=row.stale_reason if row else None,
        last_run_id=row.last_run_id if row else None,
        last_run_at=row.finished_at if row else None,
        last_run_traits=row.traits if row else None,
    )
