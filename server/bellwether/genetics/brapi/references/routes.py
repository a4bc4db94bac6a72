"""Paths /references and /referencesets, and their searches."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from bellwether.genetics.brapi.references import service
from bellwether.genetics.brapi.references.asked import ONLY_SEARCHED, ReferenceSearch, ReferenceSetSearch
from bellwether.genetics.brapi.references.schemas import Reference, ReferenceSet
from bellwether.platform.brapi.filters import Text, of_query
from bellwether.platform.brapi.searches import service as searches
from bellwether.platform.brapi.searches.schemas import KEPT
from bellwether.platform.brapi.wire import Listed, Paged, Single, answer, single
from bellwether.platform.http.answers import JsonText
from bellwether.platform.http.dependencies import Acting, Reading, Writing, need

router = APIRouter(tags=["brapi"], dependencies=[need("genotype:read")])
REFERENCES, SETS = "references", "referencesets"
InQuery = Annotated[ReferenceSearch, Depends(of_query(ReferenceSearch, only_searched=ONLY_SEARCHED))]
SetsInQuery = Annotated[ReferenceSetSearch, Depends(of_query(ReferenceSetSearch, only_searched=ONLY_SEARCHED))]
OnPage = Annotated[Paged, Depends(of_query(Paged))]


@router.get("/references", response_model=Listed[Reference])
async def list_references(session: Reading, wanted: InQuery) -> JsonText:
    """A page of the chromosomes of all assemblies."""
    return answer(await service.page(session, wanted))


@router.get("/references/{referenceDbId}", response_model=Single[Reference])
async def get_reference(session: Reading, referenceDbId: Text) -> JsonText:
    """One of them."""
    return answer(single(await service.get(session, referenceDbId)))


@router.post("/search/references", response_model=Listed[Reference], responses=KEPT)
async def search_references(session: Writing, context: Acting, wanted: ReferenceSearch) -> JsonText:
    """By many values; what is more than one page is kept for you to page through."""
    return await searches.answered(session, context, REFERENCES, wanted, await service.page(session, wanted))


@router.get("/search/references/{searchResultsDbId}", response_model=Listed[Reference])
async def get_references_search(session: Reading, searchResultsDbId: UUID, asked: OnPage) -> JsonText:
    """A page of a kept search."""
    wanted = await searches.kept(session, REFERENCES, searchResultsDbId, ReferenceSearch, asked)
    return answer(await service.page(session, wanted))


@router.get("/referencesets", response_model=Listed[ReferenceSet])
async def list_referencesets(session: Reading, wanted: SetsInQuery) -> JsonText:
    """A page of the assemblies."""
    return answer(await service.sets(session, wanted))


@router.get("/referencesets/{referenceSetDbId}", response_model=Single[ReferenceSet])
async def get_referenceset(session: Reading, referenceSetDbId: Text) -> JsonText:
    """One of them."""
    return answer(single(await service.get_set(session, referenceSetDbId)))


@router.post("/search/referencesets", response_model=Listed[ReferenceSet], responses=KEPT)
async def search_referencesets(session: Writing, context: Acting, wanted: ReferenceSetSearch) -> JsonText:
    """By many values; what is more than one page is kept for you to page through."""
    return await searches.answered(session, context, SETS, wanted, await service.sets(session, wanted))


@router.get("/search/referencesets/{searchResultsDbId}", response_model=Listed[ReferenceSet])
async def get_referencesets_search(session: Reading, searchResultsDbId: UUID, asked: OnPage) -> JsonText:
    """A page of a kept search."""
    wanted = await searches.kept(session, SETS, searchResultsDbId, ReferenceSetSearch, asked)
    return answer(await service.sets(session, wanted))
