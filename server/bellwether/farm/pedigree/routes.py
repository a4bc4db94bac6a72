"""Paths under /syndicates and /claims, and the parents and ancestors of an animal."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from bellwether.farm.animals.schemas import Animal, AnimalQuery, NewParent
from bellwether.farm.pedigree import service
from bellwether.farm.pedigree.schemas import Ancestors, Claims, NewSyndicate, Syndicate, SyndicateClaim
from bellwether.platform.http.answers import made_at
from bellwether.platform.http.dependencies import Acting, Once, Reading, Writing, need
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.schemas import Page

router = APIRouter(tags=["pedigree"])
PLACE = made_at("/api/v1/farm/animals")
Generations = Annotated[int, Query(ge=1, le=12, description="How far up")]


@router.post("/syndicates", status_code=201, response_model=Syndicate, dependencies=[need("flock:write")])
async def create_syndicate(session: Writing, context: Acting, once: Once, body: NewSyndicate) -> Response:
    """One to ten rams that ran with the same ewes."""
    return await once(lambda: service.create(session, context, body))


@router.get("/syndicates", dependencies=[need("flock:read")])
async def list_syndicates(
    session: Reading, context: Acting, farm_id: UUID, limit: Limit = 100, cursor: CursorText = None
) -> Page[Syndicate]:
    """The syndicates of a farm."""
    return await service.page(session, context, farm_id, limit, cursor)


@router.post(
    "/syndicates/{syndicate_id}/offspring", status_code=201, response_model=Claims, dependencies=[need("flock:write")]
)
async def claim_syndicate(
    session: Writing, context: Acting, once: Once, syndicate_id: UUID, body: SyndicateClaim
) -> Response:
    """One of the rams is the sire of these animals: a derived claim for each, until DNA or a person tells which."""
    return await once(lambda: service.claim(session, context, syndicate_id, body))


@router.post("/claims/query", dependencies=[need("flock:read")])
async def query_claims(session: Reading, body: AnimalQuery) -> Claims:
    """Every claim about the parents of up to 1,000 animals, whatever became of it."""
    return await service.query(session, body)


@router.post("/claims/resolve", response_model=Claims, dependencies=[need("flock:write")])
async def resolve_claims(session: Writing, context: Acting, once: Once, body: AnimalQuery) -> Response:
    """Find once more which sire stands: the strongest evidence, then the highest probability; a tie stays proposed."""
    return await once(lambda: service.resolve(session, context, body), status=200)


@router.post("/animals/{animal_id}/parents", status_code=201, response_model=Animal, dependencies=[need("flock:write")])
async def claim_parent(session: Writing, context: Acting, once: Once, animal_id: UUID, body: NewParent) -> Response:
    """Claim a parent; it takes the place of the accepted one of the same kind, unless that has stronger evidence.

    Of the sires that were proposed the one stands that an exclusion leaves alone.
    """
    return await once(lambda: service.set_parent(session, context, animal_id, body), headers=PLACE)


@router.get("/animals/{animal_id}/ancestors", dependencies=[need("flock:read")])
async def list_ancestors(session: Reading, animal_id: UUID, generations: Generations = 5) -> Ancestors:
    """An animal and its genetic ancestors, each once with the parents that stand, the nearest first."""
    return await service.ancestors(session, animal_id, generations)
