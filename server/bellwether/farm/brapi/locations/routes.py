"""Paths /locations and /search/locations."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from bellwether.farm.brapi.locations import service
from bellwether.farm.brapi.locations.asked import ONLY_SEARCHED, LocationSearch
from bellwether.farm.brapi.locations.schemas import Location
from bellwether.platform.brapi.filters import Text, of_query
from bellwether.platform.brapi.searches import service as searches
from bellwether.platform.brapi.searches.schemas import KEPT
from bellwether.platform.brapi.wire import Listed, Paged, Single, answer, single
from bellwether.platform.http.answers import JsonText
from bellwether.platform.http.dependencies import Acting, Reading, Writing, need

router = APIRouter(tags=["brapi"], dependencies=[need("flock:read")])
KIND = "locations"
InQuery = Annotated[LocationSearch, Depends(of_query(LocationSearch, only_searched=ONLY_SEARCHED))]
OnPage = Annotated[Paged, Depends(of_query(Paged))]


@router.get("/locations", response_model=Listed[Location])
async def list_locations(session: Reading, wanted: InQuery) -> JsonText:
    """A page of the farms and paddocks that you can see."""
    return answer(await service.page(session, wanted))


@router.get("/locations/{locationDbId}", response_model=Single[Location])
async def get_location(session: Reading, locationDbId: Text) -> JsonText:
    """One of them."""
    return answer(single(await service.get(session, locationDbId)))


@router.post("/search/locations", response_model=Listed[Location], responses=KEPT)
async def search_locations(session: Writing, context: Acting, wanted: LocationSearch) -> JsonText:
    """Farms and paddocks by many values; what is more than one page is kept for you to page through."""
    return await searches.answered(session, context, KIND, wanted, await service.page(session, wanted))


@router.get("/search/locations/{searchResultsDbId}", response_model=Listed[Location])
async def get_locations_search(session: Reading, searchResultsDbId: UUID, asked: OnPage) -> JsonText:
    """A page of a kept search, as it would be answered now."""
    wanted = await searches.kept(session, KIND, searchResultsDbId, LocationSearch, asked)
    return answer(await service.page(session, wanted))
