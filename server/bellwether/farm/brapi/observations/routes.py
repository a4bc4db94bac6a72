"""Paths /observations and /search/observations."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from bellwether.farm.brapi.observations import service
from bellwether.farm.brapi.observations.asked import ObservationQuery, ObservationSearch
from bellwether.farm.brapi.observations.schemas import Observation
from bellwether.platform.brapi.filters import Text, of_query
from bellwether.platform.brapi.searches import service as searches
from bellwether.platform.brapi.searches.schemas import KEPT
from bellwether.platform.brapi.wire import Listed, Paged, Single, answer, single
from bellwether.platform.http.answers import JsonText
from bellwether.platform.http.dependencies import Acting, Reading, Writing, need

router = APIRouter(tags=["brapi"], dependencies=[need("flock:read")])
KIND = "observations"
InQuery = Annotated[ObservationQuery, Depends(of_query(ObservationQuery))]
OnPage = Annotated[Paged, Depends(of_query(Paged))]


@router.get("/observations", response_model=Listed[Observation])
async def list_observations(session: Reading, wanted: InQuery) -> JsonText:
    """A page of the measurements that count."""
    return answer(await service.page(session, wanted.as_search()))


@router.get("/observations/{observationDbId}", response_model=Single[Observation])
async def get_observation(session: Reading, observationDbId: Text) -> JsonText:
    """One of them."""
    return answer(single(await service.get(session, observationDbId)))


@router.post("/search/observations", response_model=Listed[Observation], responses=KEPT)
async def search_observations(session: Writing, context: Acting, wanted: ObservationSearch) -> JsonText:
    """Measurements by many values; what is more than one page is kept for you to page through."""
    return await searches.answered(session, context, KIND, wanted, await service.page(session, wanted))


@router.get("/search/observations/{searchResultsDbId}", response_model=Listed[Observation])
async def get_observations_search(session: Reading, searchResultsDbId: UUID, asked: OnPage) -> JsonText:
    """A page of a kept search, as it would be answered now."""
    wanted = await searches.kept(session, KIND, searchResultsDbId, ObservationSearch, asked)
    return answer(await service.page(session, wanted))
