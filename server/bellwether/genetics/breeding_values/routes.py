"""Addresses of breeding values."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from bellwether.genetics.breeding_values import service
from bellwether.genetics.breeding_values.schemas import (
    ByValue,
    History,
    HistoryOf,
    LatestValues,
    RankedAnimal,
    Sex,
    Sort,
    Trend,
    ValuesOf,
)
from bellwether.genetics.traits.schemas import TraitCode
from bellwether.platform.http.dependencies import Reading, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.schemas import Page

router = APIRouter(tags=["breeding values"])
READ = need("evaluation:read")


@router.get("/breeding-values", dependencies=[READ])
async def rank(
    session: Reading,
    run_id: Annotated[UUID | None, Query(description="This very run")] = None,
    flock_id: Annotated[UUID | None, Query(description="The latest run of this flock")] = None,
    trait: Annotated[TraitCode | None, Query(description="Left out: the run's first trait")] = None,
    sex: Sex | None = None,
    sort: Sort = Sort.value_down,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> Page[RankedAnimal]:
    """The animals of a flock by their breeding value, within one run."""
    found = await service.rank(
        session,
        run_id=run_id,
        flock_id=flock_id,
        trait=trait,
        sex=sex,
        sort=sort,
        after=ByValue.read(cursor),
        limit=limit + 1,
    )
    return Page(items=found[:limit], next=ByValue.after(found, limit))


@router.post("/breeding-values/query", dependencies=[READ])
async def query(body: ValuesOf, session: Reading) -> LatestValues:
    """The latest values of up to 1,000 animals; those without one are left out, and runs are not mixed unasked."""
    found = await service.latest(session, body.animal_ids, body.trait, across_runs=body.across_runs)
    return LatestValues(items=found)


@router.post("/breeding-values/history/query", dependencies=[READ])
async def query_history(body: HistoryOf, session: Reading) -> History:
    """Every published value of up to 500 animals for a trait, oldest first: how it came to be what it is."""
    return History(items=await service.history(session, body.animal_ids, body.trait))


@router.get("/flocks/{flock_id}/trend", dependencies=[READ])
async def get_trend(
    flock_id: UUID, session: Reading, trait: Annotated[TraitCode, Query(description="For example WWT")]
) -> Trend:
    """The mean breeding value of each drop and how it changes by the year."""
    return await service.trend(session, flock_id, trait)
