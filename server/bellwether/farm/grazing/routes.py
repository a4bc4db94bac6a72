"""Paths about where animals stand: /animals/{id}/location, /paddocks/{id}/grazing, /rests, /stocking, /dse-ratings."""

from datetime import UTC, datetime
from uuid import UUID

from fastapi import APIRouter

from bellwether.farm.grazing import service
from bellwether.farm.grazing.schemas import Grazing, Location, NewRatings, Ratings, Rest, Stocking
from bellwether.farm.schemas import Moment
from bellwether.platform.http.dependencies import Acting, Reading, Writing, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.schemas import Page

router = APIRouter(tags=["grazing"])


@router.get("/animals/{animal_id}/location", dependencies=[need("flock:read")])
async def get_animal_location(session: Reading, animal_id: UUID, at: Moment | None = None) -> Location:
    """Where an animal stands now, or stood at a time: of its own move and its mob's the newer one wins."""
    return await service.location(session, animal_id, at)


@router.get("/paddocks/{paddock_id}/grazing", dependencies=[need("flock:read")])
async def list_grazing(
    session: Reading, paddock_id: UUID, limit: Limit = 100, cursor: CursorText = None
) -> Page[Grazing]:
    """Who stood in a paddock, the last one first, and how long it had rested before."""
    return await service.history(session, paddock_id, limit, cursor)


@router.get("/rests", dependencies=[need("flock:read")])
async def list_rests(
    session: Reading, context: Acting, farm_id: UUID, limit: Limit = 100, cursor: CursorText = None
) -> Page[Rest]:
    """How long the paddocks of a farm have rested."""
    return await service.rests(session, context, farm_id, datetime.now(UTC), limit, cursor)


@router.get("/stocking", dependencies=[need("flock:read")])
async def get_stocking(session: Reading, context: Acting, farm_id: UUID) -> Stocking:
    """Head and dry sheep equivalents in each paddock of a farm, and by hectare."""
    return await service.stocking(session, context, farm_id, datetime.now(UTC))


@router.get("/dse-ratings", dependencies=[need("flock:read")])
async def get_dse_ratings(session: Reading, context: Acting, farm_id: UUID) -> Ratings:
    """How many dry sheep equivalents one head of each class is on a farm."""
    return await service.ratings(session, context, farm_id)


@router.put("/dse-ratings", dependencies=[need("flock:write")])
async def set_dse_ratings(session: Writing, context: Acting, body: NewRatings) -> Ratings:
    """Set them; a class that is absent has the usual rating again."""
    return await service.rate(session, context, body)
