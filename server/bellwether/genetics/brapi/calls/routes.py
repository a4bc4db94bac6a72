"""Paths of calls, /allelematrix, and their searches."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from bellwether.genetics.brapi.calls import service
from bellwether.genetics.brapi.calls.asked import CallPage, CallSearch, MatrixQuery, MatrixSearch
from bellwether.genetics.brapi.calls.schemas import AlleleMatrix, CallsListed
from bellwether.genetics.brapi.callsets import service as call_sets
from bellwether.genetics.brapi.variants import service as variants
from bellwether.genetics.brapi.variantsets import service as variant_sets
from bellwether.platform.brapi.filters import Text, of_query
from bellwether.platform.brapi.searches import service as searches
from bellwether.platform.brapi.searches.schemas import KEPT
from bellwether.platform.brapi.wire import PagedByToken, Single, answer
from bellwether.platform.http.answers import JsonText
from bellwether.platform.http.dependencies import Acting, Reading, Writing, costly, need

LIMIT = costly("genotypes of many", per_minute=120, burst=60)
router = APIRouter(tags=["brapi"], dependencies=[need("genotype:read"), LIMIT])
KIND = "calls"
InQuery = Annotated[CallSearch, Depends(of_query(CallSearch))]
MatrixInQuery = Annotated[MatrixQuery, Depends(of_query(MatrixQuery))]
Spelled = Annotated[CallPage, Depends(of_query(CallPage))]
OnPage = Annotated[PagedByToken, Depends(of_query(PagedByToken))]


@router.get("/calls", response_model=CallsListed)
async def list_calls(session: Reading, wanted: InQuery) -> JsonText:
    """A page of the calls that count, chip by chip, sample by sample."""
    return answer(await service.page(session, wanted))


@router.post("/search/calls", response_model=CallsListed, responses=KEPT)
async def search_calls(session: Writing, context: Acting, wanted: CallSearch) -> JsonText:
    """Calls of many samples and markers; what is more than one page is kept for you to page through."""
    return await searches.answered(session, context, KIND, wanted, await service.page(session, wanted))


@router.get("/search/calls/{searchResultsDbId}", response_model=CallsListed)
async def get_calls_search(session: Reading, searchResultsDbId: UUID, asked: OnPage) -> JsonText:
    """A page of a kept search, as it would be answered now."""
    wanted = await searches.kept(session, KIND, searchResultsDbId, CallSearch, asked)
    return answer(await service.page(session, wanted))


@router.get("/callsets/{callSetDbId}/calls", response_model=CallsListed)
async def list_calls_of_callset(session: Reading, callSetDbId: Text, asked: Spelled) -> JsonText:
    """Calls of one sample."""
    await call_sets.get(session, callSetDbId)
    return answer(await service.page(session, CallSearch(call_set_db_ids=[callSetDbId], **asked.model_dump())))


@router.get("/variants/{variantDbId}/calls", response_model=CallsListed)
async def list_calls_of_variant(session: Reading, variantDbId: Text, asked: Spelled) -> JsonText:
    """Calls at one marker."""
    await variants.get(session, variantDbId)
    return answer(await service.page(session, CallSearch(variant_db_ids=[variantDbId], **asked.model_dump())))


@router.get("/variantsets/{variantSetDbId}/calls", response_model=CallsListed)
async def list_calls_of_variantset(session: Reading, variantSetDbId: Text, asked: Spelled) -> JsonText:
    """Calls on one chip."""
    await variant_sets.get(session, variantSetDbId)
    return answer(await service.page(session, CallSearch(variant_set_db_ids=[variantSetDbId], **asked.model_dump())))


@router.get("/allelematrix", response_model=Single[AlleleMatrix])
async def get_allelematrix(session: Reading, wanted: MatrixInQuery) -> JsonText:
    """A part of the matrix of one chip: a row for each marker, a column for each sample."""
    return answer(await service.matrix(session, wanted.as_search()))


@router.post("/search/allelematrix", response_model=Single[AlleleMatrix])
async def search_allelematrix(session: Writing, wanted: MatrixSearch) -> JsonText:
    """The same by many values; answered at once, part by part, as `pagination` asks."""
    return answer(await service.matrix(session, wanted))
