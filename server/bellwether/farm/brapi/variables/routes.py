"""Paths /variables, /search/variables, /traits, /methods and /scales."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from bellwether.farm.brapi.variables import dictionary, own
from bellwether.farm.brapi.variables.asked import ONLY_SEARCHED, MethodQuery, ScaleQuery, TraitQuery, VariableSearch
from bellwether.farm.brapi.variables.schemas import BrapiMethod, BrapiScale, BrapiTrait, Variable
from bellwether.platform.brapi.filters import Text, of_query
from bellwether.platform.brapi.searches import service as searches
from bellwether.platform.brapi.searches.schemas import KEPT
from bellwether.platform.brapi.wire import Listed, Paged, Single, answer, single
from bellwether.platform.http.answers import JsonText
from bellwether.platform.http.dependencies import Acting, Reading, Writing, need

router = APIRouter(tags=["brapi"], dependencies=[need("flock:read")])
KIND = "variables"
OnPage = Annotated[Paged, Depends(of_query(Paged))]


@router.get("/variables", response_model=Listed[Variable])
async def list_variables(
    session: Reading,
    asked: Annotated[VariableSearch, Depends(of_query(VariableSearch, only_searched=ONLY_SEARCHED))],
) -> JsonText:
    """A page of the traits of the dictionary, each at a stage of life."""
    return answer(dictionary.search(asked, await own.visible(session)))


@router.get("/variables/{observationVariableDbId}", response_model=Single[Variable])
async def get_variable(session: Reading, observationVariableDbId: Text) -> JsonText:
    """One of them, by its code."""
    found = dictionary.search(
        VariableSearch(observation_variable_db_ids=[observationVariableDbId]), await own.visible(session)
    )
    return answer(single(dictionary.the_one(found)))


@router.post("/search/variables", response_model=Listed[Variable], responses=KEPT)
async def search_variables(session: Writing, context: Acting, wanted: VariableSearch) -> JsonText:
    """Variables by many values; what is more than one page is kept for you to page through."""
    return await searches.answered(
        session, context, KIND, wanted, dictionary.search(wanted, await own.visible(session))
    )


@router.get("/search/variables/{searchResultsDbId}", response_model=Listed[Variable])
async def get_variables_search(session: Reading, searchResultsDbId: UUID, asked: OnPage) -> JsonText:
    """A page of a kept search."""
    wanted = await searches.kept(session, KIND, searchResultsDbId, VariableSearch, asked)
    return answer(dictionary.search(wanted, await own.visible(session)))


@router.get("/traits", response_model=Listed[BrapiTrait])
async def list_traits(session: Reading, asked: Annotated[TraitQuery, Depends(of_query(TraitQuery))]) -> JsonText:
    """A page of what is measured, at whatever stage."""
    return answer(dictionary.traits(asked, await own.visible(session)))


@router.get("/traits/{traitDbId}", response_model=Single[BrapiTrait])
async def get_trait(session: Reading, traitDbId: Text) -> JsonText:
    """One of them."""
    known = await own.visible(session)
    return answer(single(dictionary.the_one(dictionary.traits(TraitQuery(trait_db_ids=[traitDbId]), known))))


@router.get("/methods", response_model=Listed[BrapiMethod])
async def list_methods(session: Reading, asked: Annotated[MethodQuery, Depends(of_query(MethodQuery))]) -> JsonText:
    """A page of how it is measured."""
    return answer(dictionary.methods(asked, await own.visible(session)))


@router.get("/methods/{methodDbId}", response_model=Single[BrapiMethod])
async def get_method(session: Reading, methodDbId: Text) -> JsonText:
    """One of them."""
    known = await own.visible(session)
    return answer(single(dictionary.the_one(dictionary.methods(MethodQuery(method_db_ids=[methodDbId]), known))))


@router.get("/scales", response_model=Listed[BrapiScale])
async def list_scales(session: Reading, asked: Annotated[ScaleQuery, Depends(of_query(ScaleQuery))]) -> JsonText:
    """A page of the units with what is possible in them."""
    return answer(dictionary.scales(asked, await own.visible(session)))


@router.get("/scales/{scaleDbId}", response_model=Single[BrapiScale])
async def get_scale(session: Reading, scaleDbId: Text) -> JsonText:
    """One of them."""
    known = await own.visible(session)
    return answer(single(dictionary.the_one(dictionary.scales(ScaleQuery(scale_db_ids=[scaleDbId]), known))))
