"""Addresses of rankings."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from bellwether.genetics.breeding_values.schemas import Sex
from bellwether.genetics.rankings import service
from bellwether.genetics.rankings.schemas import ByIndex, Indexed
from bellwether.platform.http.dependencies import Reading, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.schemas import Page

router = APIRouter(tags=["rankings"])
Year = Annotated[int | None, Query(ge=1900, le=2200)]


@router.get("/rankings", dependencies=[need("evaluation:read")])
async def rank(
    session: Reading,
    index_id: Annotated[UUID, Query(description="A version of an index")],
    run_id: Annotated[UUID | None, Query(description="This very run")] = None,
    flock_id: Annotated[UUID | None, Query(description="The run that this flock goes by, its own animals")] = None,
    sex: Sex | None = None,
    born_from: Year = None,
    born_to: Year = None,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> Page[Indexed]:
    """The animals of a flock by an index, the best first, within one run."""
    after = ByIndex.read(cursor)
    found = await service.rank(
        session,
        index_id=index_id,
        run_id=run_id if after is None else after.run_id,
        flock_id=flock_id if after is None else None,
        asked={
            "flock_id": flock_id,
            "sex": sex,
            "born_from": born_from,
            "born_to": born_to,
            "after": None if after is None else (after.value, after.animal_id),
            "limit": limit + 1,
        },
    )
    return Page(items=found[:limit], next=ByIndex.after(found, limit))
