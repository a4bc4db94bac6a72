"""What may be done with jobs, in the caller's transaction and within what the caller may see."""

import hashlib
from collections.abc import Mapping
from uuid import UUID

import orjson

from bellwether.platform.context import Context
from bellwether.platform.database.advisory_locks import one_at_a_time
from bellwether.platform.database.transactions import Session
from bellwether.platform.ids import new_id
from bellwether.platform.jobs import repository as job_rows
from bellwether.platform.jobs.models import JobRow, NewJobRow
from bellwether.platform.jobs.problems import JobKeyReused, JobNotYours, JobUnfinished
from bellwether.platform.jobs.schemas import Job
from bellwether.platform.problems import NotFound
from bellwether.platform.quotas import TooManyJobs


async def submit(
    session: Session,
    context: Context,
    *,
    kind: str,
    payload: Mapping[str, object],
    farm_id: UUID | None = None,
    key: str | None = None,
) -> Job:
    """Queue work in the caller's transaction. The same caller, kind and key give the same job.

    Raises:
        JobKeyReused: the key was used with another payload.
        TooManyJobs: the user or the farm has as many unfinished ones as it may.
    """
    values = new_row(context, kind=kind, payload=payload, farm_id=farm_id, key=key)
    schema = kind.split(".", 1)[0]
    await one_after_the_other(session, context, schema, farm_id)
    row = await job_rows.insert(session, schema, values)
    if row is not None:
        await check_quotas(session, context, schema, farm_id)
    row = row or await job_rows.with_key(session, schema, values)
    if row is None:
        raise NotFound(f"the job with the key {key!r} is not visible to this caller")
    if row.payload_sha256 != values["payload_sha256"]:
        raise JobKeyReused
    return job_of(row)


async def find(session: Session, service: str, job_id: UUID) -> Job:
    """One job.

    Raises:
        NotFound: there is none, or the acting user may not see it.
    """
    return job_of(await visible(session, service, job_id))


async def listing(
    session: Session,
    service: str,
    *,
    kind: str | None = None,
    state: str | None = None,
    before: UUID | None = None,
    limit: int = 100,
) -> list[Job]:
    """The jobs that the acting user may see, newest first."""
    values = {"kind": kind, "state": state, "before": before, "limit": limit}
    return [job_of(row) for row in await job_rows.listing(session, service, values)]


async def cancel(session: Session, context: Context, service: str, job_id: UUID) -> Job:
    """Stop a job: at once when it is queued, between its steps when it runs. An ended job stays as it is.

    Raises:
        NotFound, JobNotYours
    """
    row = await visible(session, service, job_id)
    check_owner(row, context)
    return job_of(await job_rows.cancel(session, service, job_id) or await visible(session, service, job_id))


async def retry(session: Session, context: Context, service: str, job_id: UUID) -> Job:
    """A new attempt, which goes on from the first step that is not finished.

    Raises:
        NotFound, JobNotYours, JobUnfinished, TooManyJobs
    """
    row = await visible(session, service, job_id)
    check_owner(row, context)
    await one_after_the_other(session, context, service, row.farm_id)
    again = await job_rows.retry(session, service, job_id)
    if again is None:
        raise JobUnfinished(f"The job is {row.state}: only a job that failed or was cancelled can be retried")
    await check_quotas(session, context, service, row.farm_id)
    return job_of(again)


async def one_after_the_other(session: Session, context: Context, service: str, farm_id: UUID | None) -> None:
    """Until the commit nobody else queues a job of this user or farm. Users come first, so that none wait in a ring."""
    for whose, owner in (("user", context.user_id), ("farm", farm_id)):
        if owner is not None:
            await one_at_a_time(session, f"jobs of {service} of {whose} {owner}")


async def check_quotas(session: Session, context: Context, service: str, farm_id: UUID | None) -> None:
    """After one more job: the user and the farm have no more unfinished ones than they may.

    Raises:
        TooManyJobs
    """
    of_user, of_farm = await job_rows.unfinished(session, service, context.user_id, farm_id)
    quotas = context.quotas
    for whose, found, most in (("you", of_user, quotas.jobs_of_user), ("the farm", of_farm, quotas.jobs_of_farm)):
        if found > most:
            detail = f"{most} jobs of {whose} wait or run, which is all there may be: let one end, or cancel one"
            raise TooManyJobs(detail.replace("of you", "of yours"), headers={"Retry-After": "30"})


async def visible(session: Session, service: str, job_id: UUID) -> JobRow:
    """The row, or NotFound."""
    row = await job_rows.find(session, service, job_id)
    if row is None:
        raise NotFound
    return row


def check_owner(row: JobRow, context: Context) -> None:
    """A job without an owner belongs to everybody who sees it."""
    if row.owner_id is not None and row.owner_id != context.user_id:
        raise JobNotYours


def new_row(
    context: Context, *, kind: str, payload: Mapping[str, object], farm_id: UUID | None, key: str | None
) -> NewJobRow:
    """The columns of a new job."""
    body = orjson.dumps(payload, option=orjson.OPT_SORT_KEYS)
    return {
        "id": new_id(),
        "kind": kind,
        "owner_id": context.user_id,
        "farm_id": farm_id,
        "key": key,
        "payload": body.decode(),
        "payload_sha256": hashlib.sha256(body).digest(),
        "request_id": context.request_id,
        "traceparent": context.traceparent,
        "token_farms": None if context.token_farms is None else list(context.token_farms),
    }


def job_of(row: JobRow) -> Job:
    """The row without what concerns only us."""
    return Job.model_validate(row)
