"""Paths /variantsets and /search/variantsets."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from bellwether.genetics.brapi.variantsets import service
from bellwether.genetics.brapi.variantsets.asked import ONLY_SEARCHED, VariantSetSearch
from bellwether.genetics.brapi.variantsets.schemas import VariantSet
from bellwether.platform.brapi.filters import Text, of_query
from bellwether.platform.brapi.searches import service as searches
from bellwether.platform.brapi.searches.schemas import KEPT
from bellwether.platform.brapi.wire import Listed, Paged, Single, answer, single
from bellwether.platform.http.answers import JsonText
from bellwether.platform.http.dependencies import Acting, Reading, Writing, need

router = APIRouter(tags=["brapi"], dependencies=[need("genotype:read")])
KIND = "variantsets"
InQuery = Annotated[VariantSetSearch, Depends(of_query(VariantSetSearch, only_searched=ONLY_SEARCHED))]
OnPage = Annotated[Paged, Depends(of_query(Paged))]


@router.get("/variantsets", response_model=Listed[VariantSet])
async def list_variantsets(session: Reading, wanted: InQuery) -> JsonText:
    """A page of the chips that you can see."""
    return answer(await service.page(session, wanted))


@router.get("/variantsets/{variantSetDbId}", response_model=Single[VariantSet])
async def get_variantset(session: Reading, variantSetDbId: Text) -> JsonText:
    """One of them."""
    return answer(single(await service.get(session, variantSetDbId)))


@router.post("/search/variantsets", response_model=Listed[VariantSet], responses=KEPT)
async def search_variantsets(session: Writing, context: Acting, wanted: VariantSetSearch) -> JsonText:
    """By many values; what is more than one page is kept for you to page through."""
    return await searches.answered(session, context, KIND, wanted, await service.page(session, wanted))


@router.get("/search/variantsets/{searchResultsDbId}", response_model=Listed[VariantSet])
async def get_variantsets_search(session: Reading, searchResultsDbId: UUID, asked: OnPage) -> JsonText:
    """A page of a kept search, as it would be answered now."""
    wanted = await searches.kept(session, KIND, searchResultsDbId, VariantSetSearch, asked)
    return answer(await service.page(session, wanted))
