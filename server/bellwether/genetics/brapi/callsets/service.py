"""Samples whose calls count, as call sets."""

from bellwether.genetics.brapi.callsets import repository
from bellwether.genetics.brapi.callsets.asked import CallSetSearch
from bellwether.genetics.brapi.callsets.models import CallSetRow
from bellwether.genetics.brapi.callsets.schemas import CallSet
from bellwether.platform.brapi.filters import id_of
from bellwether.platform.brapi.wire import Listed, as_texts, listed
from bellwether.platform.database.transactions import Session
from bellwether.platform.problems import NotFound


async def page(session: Session, wanted: CallSetSearch) -> Listed[CallSet]:
    """A page of what is wanted."""
    rows, total = await repository.found(session, wanted)
    return listed([call_set(row) for row in rows], total, wanted)


async def get(session: Session, text: str) -> CallSet:
    """One call set.

    Raises:
        NotFound: none that the user can see.
    """
    sample_id = id_of(text)
    row = None if sample_id is None else await repository.one(session, sample_id)
    if row is None:
        raise NotFound
    return call_set(row)


def call_set(row: CallSetRow) -> CallSet:
    """A sample as a call set."""
    return CallSet(
        call_set_db_id=str(row.id),
        call_set_name=row.name,
        sample_db_id=str(row.id),
        variant_set_db_ids=[str(chip) for chip in row.chips],
        created=row.created_at.isoformat(),
        additional_info=as_texts({"farmId": row.farm_id, "germplasmDbId": row.animal_id}),
    )
