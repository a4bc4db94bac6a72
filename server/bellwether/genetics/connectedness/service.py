"""Use-cases of connectedness."""

from bellwether.genetics.access import may_write
from bellwether.genetics.breeding_values import service as breeding_values
from bellwether.genetics.connectedness.job import KIND
from bellwether.genetics.connectedness.schemas import NewConnectedness
from bellwether.genetics.rankings import repository as runs
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.jobs.schemas import Job
from bellwether.platform.jobs.service import submit


async def compare(session: Session, context: Context, new: NewConnectedness) -> Job:
    """Queue a comparison of the units of a run; its result is that of the job.

    Raises:
        RunOrFlock, NotEvaluated, ReadOnlyMember
    """
    run = await breeding_values.run_for(session, run_id=new.run_id, flock_id=new.flock_id, trait=new.trait)
    farm_id, _ = await runs.run(session, run.id)
    await may_write(session, farm_id)
    payload = new.model_dump(mode="json") | {"run_id": str(run.id), "flock_id": None}
    return await submit(session, context, kind=KIND, payload=payload, farm_id=farm_id)
