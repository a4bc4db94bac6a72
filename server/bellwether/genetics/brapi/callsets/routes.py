"""Paths /callsets, /search/callsets and /variantsets/{variantSetDbId}/callsets."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from bellwether.genetics.brapi.callsets import service
from bellwether.genetics.brapi.callsets.asked import ONLY_SEARCHED, CallSetSearch, CallSetsOfSet
from bellwether.genetics.brapi.callsets.schemas import CallSet
from bellwether.genetics.brapi.variantsets import service as variant_sets
from bellwether.platform.brapi.filters import Text, of_query
from bellwether.platform.brapi.searches import service as searches
from bellwether.platform.brapi.searches.schemas import KEPT
from bellwether.platform.brapi.wire import Listed, Paged, Single, answer, single
from bellwether.platform.http.answers import JsonText
from bellwether.platform.http.dependencies import Acting, Reading, Writing, need

router = APIRouter(tags=["brapi"], dependencies=[need("genotype:read")])
KIND = "callsets"
InQuery = Annotated[CallSetSearch, Depends(of_query(CallSetSearch, only_searched=ONLY_SEARCHED))]
InVariantSet = Annotated[CallSetsOfSet, Depends(of_query(CallSetsOfSet))]
OnPage = Annotated[Paged, Depends(of_query(Paged))]


@router.get("/callsets", response_model=Listed[CallSet])
async def list_callsets(session: Reading, wanted: InQuery) -> JsonText:
    """A page of the samples whose calls count."""
    return answer(await service.page(session, wanted))


@router.get("/callsets/{callSetDbId}", response_model=Single[CallSet])
async def get_callset(session: Reading, callSetDbId: Text) -> JsonText:
    """One of them."""
    return answer(single(await service.get(session, callSetDbId)))


@router.post("/search/callsets", response_model=Listed[CallSet], responses=KEPT)
async def search_callsets(session: Writing, context: Acting, wanted: CallSetSearch) -> JsonText:
    """By many values; what is more than one page is kept for you to page through."""
    return await searches.answered(session, context, KIND, wanted, await service.page(session, wanted))


@router.get("/search/callsets/{searchResultsDbId}", response_model=Listed[CallSet])
async def get_callsets_search(session: Reading, searchResultsDbId: UUID, asked: OnPage) -> JsonText:
    """A page of a kept search, as it would be answered now."""
    wanted = await searches.kept(session, KIND, searchResultsDbId, CallSetSearch, asked)
    return answer(await service.page(session, wanted))


@router.get("/variantsets/{variantSetDbId}/callsets", response_model=Listed[CallSet])
async def list_callsets_of_variantset(session: Reading, variantSetDbId: Text, asked: InVariantSet) -> JsonText:
    """Samples whose calls count on one chip."""
    await variant_sets.get(session, variantSetDbId)
    wanted = CallSetSearch(variant_set_db_ids=[variantSetDbId], **asked.model_dump())
    return answer(await service.page(session, wanted))
