"""Paths under /locations, as ICAR ADE 1.3 lays them out."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response
from pydantic import AfterValidator, AwareDatetime

from bellwether.farm.icar import service
from bellwether.farm.icar.kinds import KindName
from bellwether.farm.icar.resources.core import IcarIdentifier
from bellwether.farm.icar.schemas import IcarBatchResults, IcarCollection, IcarLocations, IcarMessage, IcarTaken
from bellwether.farm.icar.service import Address, within
from bellwether.farm.icar.taking import intake
from bellwether.farm.icar.taking.intake import Target
from bellwether.farm.icar.taking.kinds import TakenName
from bellwether.platform.http.dependencies import Acting, Once, Reading, Writing, need
from bellwether.platform.http.idempotency import WARNINGS
from bellwether.platform.http.pagination import CursorText, Limit
from bellwether.platform.http.problem_documents import Responses
from bellwether.platform.http.strict.rows import Row

router, batches = APIRouter(tags=["icar"]), APIRouter(tags=["icar"])
MOST = 500
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


@router.get("", dependencies=[need("flock:read")])
async def list_locations(
    session: Reading, request: Request, limit: Limit = 100, cursor: CursorText = None
) -> IcarLocations:
    """The farms of the user by their numbers, as ICAR ADE 1.3 asks for locations."""
    return await service.locations(session, limit, cursor, address(request))


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


async def meant(
    location: Location,
    kind: TakenName,
    trait: Annotated[
        str | None, Query(max_length=40, description="Of weights whose traitLabel does not say it: WWT, PWT ...")
    ] = None,
) -> Target:
    """Where messages go."""
    return Target(location, kind, trait)


To = Annotated[Target, Depends(meant)]
SAMPLE: Row = {
    "resourceType": "WeightEvent",
    "meta": {"source": "org.example.scales", "sourceId": "4711", "modified": "2024-04-10T21:31:00Z"},
    "animal": {"scheme": "std.iso.11785", "id": "982000123456789"},
    "eventDateTime": "2024-04-10T21:30:00Z",
    "traitLabel": {"scheme": "org.bellwether.trait", "id": "WWT"},
    "weight": {"measurement": 31.5, "units": "KGM"},
}


MOST_BYTES = 6000
"""Of a header, which proxies and clients cut or refuse from 8 kB on."""
TOLD: Responses = {
    200: {
        "headers": {
            WARNINGS: {
                "description": "What the sender should know although the message was taken: a JSON list of messages "
                "as in the result of a batch; absent where there is nothing",
                "schema": {"type": "string"},
            }
        }
    }
}


def headers_of(told: Sequence[IcarMessage]) -> dict[str, str]:
    """Warnings, for which a single resource of the standard has no place; as many as a header can hold."""
    shown, size = list[str](), 2
    for message in told:
        text = json.dumps(json.loads(message.model_dump_json()), separators=(",", ":"))
        if (size := size + len(text) + 1) > MOST_BYTES:
            break
        shown.append(text)
    return {WARNINGS: f"[{','.join(shown)}]"} if shown else {}


@router.post(PLACE + "/{kind}", response_model=IcarTaken, dependencies=[need("flock:write")], responses=TOLD)
async def take_message(
    session: Writing, context: Acting, once: Once, to: To, sent: Annotated[Row, Body(examples=[SAMPLE])]
) -> Response:
    """Take one resource of ICAR ADE 1.3; the answer is a copy as it is stored. The same again changes nothing,
    another one of the same `meta.source` and `meta.sourceId` corrects the one before."""
    told: list[IcarMessage] = []

    async def take() -> IcarTaken:
        taken = await intake.take_one(session, context, to, sent, datetime.now(UTC))
        told.extend(taken.told)
        return taken.resource

    return await once(take, status=200, headers=lambda _: headers_of(told))


@batches.post(PLACE + "/{kind}", response_model=IcarBatchResults, dependencies=[need("flock:write")])
async def take_messages(
    session: Writing,
    context: Acting,
    once: Once,
    to: To,
    sent: Annotated[list[Row], Body(min_length=1, max_length=MOST, examples=[[SAMPLE]])],
) -> Response:
    """Take up to 500 resources, each judged for itself, with a result for each."""
    return await once(lambda: intake.take_batch(session, context, to, sent, datetime.now(UTC)), status=200)
