"""Paths /germplasm and /search/germplasm."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from bellwether.farm.brapi.germplasm import service
from bellwether.farm.brapi.germplasm.asked import ONLY_SEARCHED, GermplasmSearch
from bellwether.farm.brapi.germplasm.schemas import Germplasm
from bellwether.platform.brapi.filters import Text, of_query
from bellwether.platform.brapi.searches import service as searches
from bellwether.platform.brapi.searches.schemas import KEPT
from bellwether.platform.brapi.wire import Listed, Paged, Single, answer, single
from bellwether.platform.http.answers import JsonText
from bellwether.platform.http.dependencies import Acting, Reading, Writing, need

router = APIRouter(tags=["brapi"], dependencies=[need("flock:read")])
KIND = "germplasm"
InQuery = Annotated[GermplasmSearch, Depends(of_query(GermplasmSearch, only_searched=ONLY_SEARCHED))]
OnPage = Annotated[Paged, Depends(of_query(Paged))]


@router.get("/germplasm", response_model=Listed[Germplasm])
async def list_germplasm(session: Reading, wanted: InQuery) -> JsonText:
    """A page of the animals that you can see."""
    return answer(await service.page(session, wanted))


@router.get("/germplasm/{germplasmDbId}", response_model=Single[Germplasm])
async def get_germplasm(session: Reading, germplasmDbId: Text) -> JsonText:
    """One animal."""
    return answer(single(await service.get(session, germplasmDbId)))


@router.post("/search/germplasm", response_model=Listed[Germplasm], responses=KEPT)
async def search_germplasm(session: Writing, context: Acting, wanted: GermplasmSearch) -> JsonText:
    """Animals by many values; what is more than one page is kept for you to page through."""
    return await searches.answered(session, context, KIND, wanted, await service.page(session, wanted))


@router.get("/search/germplasm/{searchResultsDbId}", response_model=Listed[Germplasm])
async def get_germplasm_search(session: Reading, searchResultsDbId: UUID, asked: OnPage) -> JsonText:
    """A page of a kept search, as it would be answered now."""
    wanted = await searches.kept(session, KIND, searchResultsDbId, GermplasmSearch, asked)
    return answer(await service.page(session, wanted))
