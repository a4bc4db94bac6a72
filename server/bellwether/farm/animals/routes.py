"""Paths under /animals."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from bellwether.farm.animals import service
from bellwether.farm.animals.schemas import (
    Animal,
    AnimalChange,
    AnimalQuery,
    Animals,
    NewAnimal,
    Reared,
    Size,
    Year,
)
from bellwether.farm.animals.wanted import Order, Wanted
from bellwether.farm.schemas import Day, Tag
from bellwether.platform.http.answers import JsonText, made_at, with_etag
from bellwether.platform.http.dependencies import Acting, IfMatch, Once, Reading, Writing, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.schemas import Page
from bellwether.sheep.lives import Fate
from bellwether.sheep.pedigree import Fertility, Sex

router = APIRouter(prefix="/animals", tags=["animals"])
PLACE = made_at("/api/v1/farm/animals")


@router.post("", status_code=201, response_model=Animal, dependencies=[need("flock:write")])
async def register_animal(session: Writing, context: Acting, once: Once, body: NewAnimal) -> Response:
    """Register an animal with its identifiers and parents."""
    return await once(lambda: service.create(session, context, body, datetime.now(UTC)), headers=PLACE)


async def wanted(
    sex: Sex | None = None,
    fertility: Fertility | None = None,
    fate: Fate | None = None,
    birth_type: Size | None = None,
    rear_type: Reared | None = None,
    drop_year: Year | None = None,
    reference_only: Annotated[bool | None, Query(description="Only known as an ancestor, or not")] = None,
    to_identify: Annotated[bool | None, Query(description="Weighed, and not registered by anybody")] = None,
    birth_from: Annotated[Day | None, Query(description="Born on this day or later")] = None,
    birth_to: Annotated[Day | None, Query(description="Born on this day or before")] = None,
    fate_from: Annotated[Day | None, Query(description="Gone on this day or later")] = None,
    fate_to: Annotated[Day | None, Query(description="Gone on this day or before")] = None,
    sire_id: Annotated[UUID | None, Query(description="Of this accepted sire")] = None,
    dam_id: Annotated[UUID | None, Query(description="Of this accepted genetic dam")] = None,
    text: Annotated[Tag | None, Query(description="Stands somewhere in the tag or an active identifier")] = None,
    sort: Annotated[
        Order, Query(description="A column, or `-column` for the greatest first; without a value comes last")
    ] = "id",
) -> Wanted:
    """The filters and the order of a list of animals; all of them must hold."""
    births, fates = (birth_from, birth_to), (fate_from, fate_to)
    sizes = (birth_type, rear_type, drop_year)
    return Wanted(
        sex, fertility, fate, *sizes, reference_only, to_identify, *births, *fates, sire_id, dam_id, text, order=sort
    )


@router.get("", response_model=Page[Animal], dependencies=[need("flock:read")])
async def list_animals(
    session: Reading,
    farm_id: UUID,
    only: Annotated[Wanted, Depends(wanted)],
    flock_id: UUID | None = None,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> Response:
    """A page of the animals of a farm or of one of its flocks, with identifiers and accepted parents.

    Filtered and sorted by any of their columns; a parent sorts by its tag.
    """
    found = await service.page(session, farm_id, flock_id, only, limit, cursor)
    return JsonText(found)


@router.post("/query", dependencies=[need("flock:read")])
async def query_animals(session: Reading, body: AnimalQuery) -> Animals:
    """Up to 1,000 animals by id in one answer; those you cannot see are left out."""
    return await service.query(session, body)


@router.get("/{animal_id}", dependencies=[need("flock:read")])
async def get_animal(session: Reading, animal_id: UUID, response: Response) -> Animal:
    """One animal."""
    return with_etag(response, await service.get(session, animal_id))


@router.patch("/{animal_id}", dependencies=[need("flock:write")])
async def change_animal(
    session: Writing, context: Acting, animal_id: UUID, body: AnimalChange, if_match: IfMatch, response: Response
) -> Animal:
    """Correct sex, birth or groups; its parents and offspring must still fit."""
    return with_etag(response, await service.change(session, context, animal_id, body, if_match, datetime.now(UTC)))
