"""Paths /pedigree and /search/pedigree."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from bellwether.farm.brapi.germplasm.asked import ONLY_SEARCHED
from bellwether.farm.brapi.pedigree import service
from bellwether.farm.brapi.pedigree.asked import PedigreeSearch
from bellwether.farm.brapi.pedigree.schemas import PedigreeNode
from bellwether.platform.brapi.filters import of_query
from bellwether.platform.brapi.searches import service as searches
from bellwether.platform.brapi.searches.schemas import KEPT
from bellwether.platform.brapi.wire import Listed, Paged, answer
from bellwether.platform.http.answers import JsonText
from bellwether.platform.http.dependencies import Acting, Reading, Writing, need

router = APIRouter(tags=["brapi"], dependencies=[need("flock:read")])
KIND = "pedigree"
InQuery = Annotated[PedigreeSearch, Depends(of_query(PedigreeSearch, only_searched=ONLY_SEARCHED - {"family_codes"}))]
OnPage = Annotated[Paged, Depends(of_query(Paged))]


@router.get("/pedigree", response_model=Listed[PedigreeNode])
async def list_pedigree(session: Reading, wanted: InQuery) -> JsonText:
    """A page of nodes: the animals that fit, and those around them as far as is asked for."""
    return answer(await service.page(session, wanted))


@router.post("/search/pedigree", response_model=Listed[PedigreeNode], responses=KEPT)
async def search_pedigree(session: Writing, context: Acting, wanted: PedigreeSearch) -> JsonText:
    """Nodes by many values; what is more than one page is kept for you to page through."""
    return await searches.answered(session, context, KIND, wanted, await service.page(session, wanted))


@router.get("/search/pedigree/{searchResultsDbId}", response_model=Listed[PedigreeNode])
async def get_pedigree_search(session: Reading, searchResultsDbId: UUID, asked: OnPage) -> JsonText:
    """A page of a kept search, as it would be answered now."""
    wanted = await searches.kept(session, KIND, searchResultsDbId, PedigreeSearch, asked)
    return answer(await service.page(session, wanted))
