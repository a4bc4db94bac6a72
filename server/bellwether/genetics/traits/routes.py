"""Addresses of the trait dictionary and of farms' own values over it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from bellwether.genetics.traits import service
from bellwether.genetics.traits.schemas import NewFarmValues, Trait, TraitCode, TraitList
from bellwether.platform.http.dependencies import Acting, IfMatch, Reading, Writing, need
from bellwether.platform.http.preconditions import etag
from bellwether.platform.http.problem_documents import documented

router = APIRouter(tags=["traits"])
Code = Annotated[TraitCode, Path(description="A code of the dictionary, for example WWT")]


@router.get("/traits", dependencies=[need("evaluation:read")])
async def list_traits(
    session: Reading,
    farm_id: Annotated[UUID | None, Query(description="With the farm's own values where it has set some")] = None,
) -> TraitList:
    """Traits that can be evaluated, with their starting variances and where these come from."""
    items = await (service.dictionary(session) if farm_id is None else service.of_farm(session, farm_id))
    return TraitList(items=items)


@router.put(
    "/farms/{farm_id}/traits/{code}",
    dependencies=[need("evaluation:run")],
    responses=documented({409: "A correlation stands with the other trait already"}),
)
async def put_farm_values(
    session: Writing,
    context: Acting,
    farm_id: UUID,
    code: Code,
    body: NewFarmValues,
    if_match: IfMatch,
    answer: Response,
) -> Trait:
    """Set the values that a farm's evaluations start from. If-Match is needed as soon as the farm has set some."""
    found = await service.put(session, context, farm_id, code, body, if_match)
    assert found.farm is not None
    answer.headers.update(etag(found.farm.rev))
    return found


@router.delete("/farms/{farm_id}/traits/{code}", status_code=204, dependencies=[need("evaluation:run")])
async def delete_farm_values(session: Writing, farm_id: UUID, code: Code, if_match: IfMatch) -> None:
    """Forget the farm's own values: the dictionary counts again."""
    await service.remove(session, farm_id, code, if_match)
