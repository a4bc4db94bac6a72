"""Paths under /animals."""

from datetime import UTC, datetime
from uuid import UUID

from fastapi import APIRouter, Response

from bellwether.farm.animals import service
from bellwether.farm.animals.schemas import Animal, AnimalChange, AnimalQuery, Animals, NewAnimal, NewParent
from bellwether.platform.http.answers import JsonText, made_at, with_etag
from bellwether.platform.http.dependencies import Acting, IfMatch, Once, Reading, Writing, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.schemas import Page

router = APIRouter(prefix="/animals", tags=["animals"])
PLACE = made_at("/api/v1/farm/animals")


@router.post("", status_code=201, response_model=Animal, dependencies=[need("flock:write")])
async def register_animal(session: Writing, context: Acting, once: Once, body: NewAnimal) -> Response:
    """Register an animal with its identifiers and parents."""
    return await once(lambda: service.create(session, context, body, datetime.now(UTC)), headers=PLACE)


@router.get("", response_model=Page[Animal], dependencies=[need("flock:read")])
async def list_animals(
    session: Reading, farm_id: UUID, flock_id: UUID | None = None, limit: Limit = 100, cursor: CursorText = None
) -> Response:
    """A page of the animals of a farm or of one of its flocks, with identifiers and accepted parents."""
    found = await service.page(session, farm_id, flock_id, limit, cursor)
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


@router.post("/{animal_id}/parents", status_code=201, response_model=Animal, dependencies=[need("flock:write")])
async def claim_parent(session: Writing, context: Acting, once: Once, animal_id: UUID, body: NewParent) -> Response:
    """Claim a parent; it takes the place of the accepted one of the same kind, unless that has stronger evidence."""
    return await once(lambda: service.set_parent(session, context, animal_id, body), headers=PLACE)
