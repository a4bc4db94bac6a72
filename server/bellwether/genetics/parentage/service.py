"""Use-cases of parentage checks."""

from bellwether.genetics.access import may_read, may_write
from bellwether.genetics.parentage.checking import KIND, extracted
from bellwether.genetics.parentage.schemas import NewParentageCheck
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.jobs.schemas import Job
from bellwether.platform.jobs.service import submit


async def check(session: Session, context: Context, new: NewParentageCheck) -> Job:
    """Queue a check; its result is that of the job. What the job would refuse is refused at once.

    Raises:
        NotFound, ReadOnlyMember, NoSuchChip, NoOffspring, WithoutGenotypes, NoAutosomes
    """
    await may_read(session, new.farm_id)
    await may_write(session, new.farm_id)
    await extracted(session, new.model_copy(update={"n_markers": 1}))
    return await submit(session, context, kind=KIND, payload=new.model_dump(mode="json"), farm_id=new.farm_id)
