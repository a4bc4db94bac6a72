"""Paths /samples and /search/samples."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from bellwether.genetics.brapi.samples import service
from bellwether.genetics.brapi.samples.asked import ONLY_SEARCHED, SampleSearch
from bellwether.genetics.brapi.samples.schemas import BrapiSample
from bellwether.platform.brapi.filters import Text, of_query
from bellwether.platform.brapi.searches import service as searches
from bellwether.platform.brapi.searches.schemas import KEPT
from bellwether.platform.brapi.wire import Listed, Paged, Single, answer, single
from bellwether.platform.http.answers import JsonText
from bellwether.platform.http.dependencies import Acting, Reading, Writing, need

router = APIRouter(tags=["brapi"], dependencies=[need("genotype:read")])
KIND = "samples"
InQuery = Annotated[SampleSearch, Depends(of_query(SampleSearch, only_searched=ONLY_SEARCHED))]
OnPage = Annotated[Paged, Depends(of_query(Paged))]


@router.get("/samples", response_model=Listed[BrapiSample])
async def list_brapi_samples(session: Reading, wanted: InQuery) -> JsonText:
    """A page of the samples that you can see."""
    return answer(await service.page(session, wanted))


@router.get("/samples/{sampleDbId}", response_model=Single[BrapiSample])
async def get_brapi_sample(session: Reading, sampleDbId: Text) -> JsonText:
    """One of them."""
    return answer(single(await service.get(session, sampleDbId)))


@router.post("/search/samples", response_model=Listed[BrapiSample], responses=KEPT)
async def search_brapi_samples(session: Writing, context: Acting, wanted: SampleSearch) -> JsonText:
    """By many values; what is more than one page is kept for you to page through."""
    return await searches.answered(session, context, KIND, wanted, await service.page(session, wanted))


@router.get("/search/samples/{searchResultsDbId}", response_model=Listed[BrapiSample])
async def get_brapi_samples_search(session: Reading, searchResultsDbId: UUID, asked: OnPage) -> JsonText:
    """A page of a kept search, as it would be answered now."""
    wanted = await searches.kept(session, KIND, searchResultsDbId, SampleSearch, asked)
    return answer(await service.page(session, wanted))
