"""Paths under /locations, as ICAR ADE 1.3 lays them out."""

from datetime import UTC
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import AfterValidator, AwareDatetime

from bellwether.farm.icar import service
from bellwether.farm.icar.kinds import KindName
from bellwether.farm.icar.schemas import IcarCollection, IcarIdentifier
from bellwether.farm.icar.service import Address, within
from bellwether.platform.http.dependencies import Acting, Reading, need
from bellwether.platform.http.pagination import CursorText, Limit

router = APIRouter(tags=["icar"])
Moment = Annotated[AwareDatetime, AfterValidator(lambda at: at.astimezone(UTC))]
Since = Annotated[
    Moment | None, Query(alias="meta-modified-from", description="Changed at this moment or later, with a zone")
]
Until = Annotated[
    Moment | None, Query(alias="meta-modified-to", description="Changed at this moment or before, with a zone")
]
PLACE = "/{scheme}/{location_id:path}"


async def named(
    scheme: Annotated[str, Path(max_length=100, description="Scheme of the farm's number: au.nlis.pic, uk.cph ...")],
    location_id: Annotated[str, Path(max_length=100, description="The number; of org.bellwether.farm the farm's id")],
) -> IcarIdentifier:
    """The farm by one of its numbers."""
    return IcarIdentifier(scheme=scheme, id=location_id)


Location = Annotated[IcarIdentifier, Depends(named)]


def address(request: Request) -> Address:
    """The list that is asked for, as the gateway knows it."""
    query = {name: value for name, value in request.query_params.items() if name != "cursor"}
    return Address(request.app.state.public_url + request.scope["raw_path"].decode(), query)


@router.get(PLACE + "/{kind}", dependencies=[need("flock:read")])
async def list_resources(
    session: Reading,
    context: Acting,
    request: Request,
    location: Location,
    kind: KindName,
    since: Since = None,
    until: Until = None,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> IcarCollection:
    """Resources of a farm in the words of ICAR ADE 1.3; `view.next` is the address of the page after this one."""
    return await service.page(session, context, location, kind, within(since, until), limit, cursor, address(request))
