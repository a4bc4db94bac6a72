"""Paths /variables, /search/variables, /traits, /methods and /scales."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from bellwether.farm.brapi.filters import of_query
from bellwether.farm.brapi.searches import service as searches
from bellwether.farm.brapi.searches.schemas import KEPT
from bellwether.farm.brapi.variables import dictionary
from bellwether.farm.brapi.variables.asked import ONLY_SEARCHED, MethodQuery, ScaleQuery, TraitQuery, VariableSearch
from bellwether.farm.brapi.variables.schemas import BrapiMethod, BrapiScale, BrapiTrait, Variable
from bellwether.farm.brapi.wire import Listed, Paged, Single, answer, single
from bellwether.platform.http.answers import JsonText
from bellwether.platform.http.dependencies import Acting, Reading, Writing, need

router = APIRouter(tags=["brapi"], dependencies=[need("flock:read")])
KIND = "variables"
OnPage = Annotated[Paged, Depends(of_query(Paged))]


@router.get("/variables", response_model=Listed[Variable])
async def list_variables(
    asked: Annotated[VariableSearch, Depends(of_query(VariableSearch, only_searched=ONLY_SEARCHED))],
) -> JsonText:
    """A page of the traits of the dictionary, each at a stage of life."""
    return answer(dictionary.search(asked))


@router.get("/variables/{observationVariableDbId}", response_model=Single[Variable])
async def get_variable(observationVariableDbId: str) -> JsonText:
    """One of them, by its code."""
    found = dictionary.search(VariableSearch(observation_variable_db_ids=[observationVariableDbId]))
    return answer(single(dictionary.the_one(found)))


@router.post("/search/variables", response_model=Listed[Variable], responses=KEPT)
async def search_variables(session: Writing, context: Acting, wanted: VariableSearch) -> JsonText:
    """Variables by many values; what is more than one page is kept for you to page through."""
    return await searches.answered(session, context, KIND, wanted, dictionary.search(wanted))


@router.get("/search/variables/{searchResultsDbId}", response_model=Listed[Variable])
async def get_variables_search(session: Reading, searchResultsDbId: UUID, asked: OnPage) -> JsonText:
    """A page of a kept search."""
    return answer(dictionary.search(await searches.kept(session, KIND, searchResultsDbId, VariableSearch, asked)))


@router.get("/traits", response_model=Listed[BrapiTrait])
async def list_traits(asked: Annotated[TraitQuery, Depends(of_query(TraitQuery))]) -> JsonText:
    """A page of what is measured, at whatever stage."""
    return answer(dictionary.traits(asked))


@router.get("/traits/{traitDbId}", response_model=Single[BrapiTrait])
async def get_trait(traitDbId: str) -> JsonText:
    """One of them."""
    return answer(single(dictionary.the_one(dictionary.traits(TraitQuery(trait_db_ids=[traitDbId])))))


@router.get("/methods", response_model=Listed[BrapiMethod])
async def list_methods(asked: Annotated[MethodQuery, Depends(of_query(MethodQuery))]) -> JsonText:
    """A page of how it is measured."""
    return answer(dictionary.methods(asked))


@router.get("/methods/{methodDbId}", response_model=Single[BrapiMethod])
async def get_method(methodDbId: str) -> JsonText:
    """One of them."""
    return answer(single(dictionary.the_one(dictionary.methods(MethodQuery(method_db_ids=[methodDbId])))))


@router.get("/scales", response_model=Listed[BrapiScale])
async def list_scales(asked: Annotated[ScaleQuery, Depends(of_query(ScaleQuery))]) -> JsonText:
    """A page of the units with what is possible in them."""
    return answer(dictionary.scales(asked))


@router.get("/scales/{scaleDbId}", response_model=Single[BrapiScale])
async def get_scale(scaleDbId: str) -> JsonText:
    """One of them."""
    return answer(single(dictionary.the_one(dictionary.scales(ScaleQuery(scale_db_ids=[scaleDbId])))))
