"""Samples in the words of the standard."""

from bellwether.genetics.brapi.samples import repository
from bellwether.genetics.brapi.samples.asked import SampleSearch
from bellwether.genetics.brapi.samples.models import SampleRow
from bellwether.genetics.brapi.samples.schemas import BrapiSample
from bellwether.platform.brapi.filters import URN, id_of
from bellwether.platform.brapi.wire import Listed, as_texts, listed
from bellwether.platform.database.transactions import Session
from bellwether.platform.problems import NotFound


async def page(session: Session, wanted: SampleSearch) -> Listed[BrapiSample]:
    """A page of what is wanted."""
    rows, total = await repository.found(session, wanted)
    return listed([sample(row) for row in rows], total, wanted)


async def get(session: Session, text: str) -> BrapiSample:
    """One sample.

    Raises:
        NotFound: none that the user can see.
    """
    sample_id = id_of(text)
    row = None if sample_id is None else await repository.one(session, sample_id)
    if row is None:
        raise NotFound
    return sample(row)


def sample(row: SampleRow) -> BrapiSample:
    """A sample; for the rest there is additionalInfo."""
    return BrapiSample(
        sample_db_id=str(row.id),
        sample_name=row.name,
        sample_pui=f"{URN}{row.id}",
        germplasm_db_id=str(row.animal_id),
        observation_unit_db_id=str(row.animal_id),
        program_db_id=None if row.flock_id is None else str(row.flock_id),
        additional_info=as_texts(
            {"farmId": row.farm_id, "isPreferred": row.is_preferred, "createdAt": row.created_at.isoformat()}
        ),
    )
