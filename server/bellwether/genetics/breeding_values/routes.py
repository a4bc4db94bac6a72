"""Addresses of breeding values."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from bellwether.genetics.breeding_values import service
from bellwether.genetics.breeding_values.cursor import KEYS, Position
from bellwether.genetics.breeding_values.schemas import (
    LatestValues,
    RankedAnimal,
    Sex,
    Sort,
    Trend,
    ValuesOf,
)
from bellwether.genetics.traits.schemas import TraitCode
from bellwether.platform.http.dependencies import Read, need
from bellwether.platform.http.pagination import CursorText, Limit, next_cursor
from bellwether.platform.http.wire import Page

router = APIRouter(tags=["breeding values"])
READ = need("evaluation:read")


@router.get("/breeding-values", dependencies=[READ])
async def rank(
    connection: Read,
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
        connection,
        run_id=run_id,
        flock_id=flock_id,
        trait=trait,
        sex=sex,
        sort=sort,
        after=Position.decode(cursor),
        limit=limit + 1,
    )
    keys = [animal.model_dump(include=set(KEYS)) for animal in found]
    return Page(items=found[:limit], next=next_cursor(keys, limit, KEYS))


@router.post("/breeding-values/query", dependencies=[READ])
async def query(body: ValuesOf, connection: Read) -> LatestValues:
    """The latest values of up to 1,000 animals; those without one are left out."""
    return LatestValues(items=await service.latest(connection, body.animal_ids, body.trait))


@router.get("/flocks/{flock_id}/trend", dependencies=[READ])
async def get_trend(
    flock_id: UUID, connection: Read, trait: Annotated[TraitCode, Query(description="For example WWT")]
) -> Trend:
    """The mean breeding value of each drop and how it changes by the year."""
    return await service.trend(connection, flock_id, trait)
