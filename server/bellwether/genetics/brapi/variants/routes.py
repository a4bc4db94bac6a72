"""Paths /variants, /search/variants and /variantsets/{variantSetDbId}/variants."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from bellwether.genetics.brapi.variants import service
from bellwether.genetics.brapi.variants.asked import ONLY_SEARCHED, VariantSearch, VariantsOfSet
from bellwether.genetics.brapi.variants.schemas import Variant
from bellwether.genetics.brapi.variantsets import service as variant_sets
from bellwether.platform.brapi.filters import Text, of_query
from bellwether.platform.brapi.searches import service as searches
from bellwether.platform.brapi.searches.schemas import KEPT
from bellwether.platform.brapi.wire import ListedByToken, PagedByToken, Single, answer, single
from bellwether.platform.http.answers import JsonText
from bellwether.platform.http.dependencies import Acting, Reading, Writing, need

router = APIRouter(tags=["brapi"], dependencies=[need("genotype:read")])
KIND = "variants"
InQuery = Annotated[VariantSearch, Depends(of_query(VariantSearch, only_searched=ONLY_SEARCHED))]
InVariantSet = Annotated[VariantsOfSet, Depends(of_query(VariantsOfSet))]
OnPage = Annotated[PagedByToken, Depends(of_query(PagedByToken))]


@router.get("/variants", response_model=ListedByToken[Variant])
async def list_variants(session: Reading, wanted: InQuery) -> JsonText:
    """A page of the markers of the chips, by the latest version of each map."""
    return answer(await service.page(session, wanted))


@router.get("/variants/{variantDbId}", response_model=Single[Variant])
async def get_variant(session: Reading, variantDbId: Text) -> JsonText:
    """One of them."""
    return answer(single(await service.get(session, variantDbId)))


@router.post("/search/variants", response_model=ListedByToken[Variant], responses=KEPT)
async def search_variants(session: Writing, context: Acting, wanted: VariantSearch) -> JsonText:
    """By many values; what is more than one page is kept for you to page through."""
    return await searches.answered(session, context, KIND, wanted, await service.page(session, wanted))


@router.get("/search/variants/{searchResultsDbId}", response_model=ListedByToken[Variant])
async def get_variants_search(session: Reading, searchResultsDbId: UUID, asked: OnPage) -> JsonText:
    """A page of a kept search, as it would be answered now."""
    wanted = await searches.kept(session, KIND, searchResultsDbId, VariantSearch, asked)
    return answer(await service.page(session, wanted))


@router.get("/variantsets/{variantSetDbId}/variants", response_model=ListedByToken[Variant])
async def list_variants_of_variantset(session: Reading, variantSetDbId: Text, asked: InVariantSet) -> JsonText:
    """Markers of one chip."""
    await variant_sets.get(session, variantSetDbId)
    return answer(await service.page(session, VariantSearch(variant_set_db_ids=[variantSetDbId], **asked.model_dump())))
