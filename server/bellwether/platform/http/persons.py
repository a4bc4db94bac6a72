"""What a service holds on a person, for the user services alone: for their archive, and before they are erased."""

import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database, Session
from bellwether.platform.identity.revocations import read_secret
from bellwether.platform.json import json_text
from bellwether.platform.settings import PlatformSettings


class Obstacle(NamedTuple):
    """Why a person cannot be erased now, and what they do about it."""

    code: str
    detail: str
    fix: str


async def nothing(_session: Session) -> Sequence[Obstacle]:
    """Nothing stands in the way."""
    return ()


async def knows_no_address(_session: Session, _address: str) -> None:
    """Nothing is kept by an address."""


class Held(NamedTuple):
    """Documents by name, each the rows of a statement that asks as that person; what stands in the way of an erasure;
    and how what is known by the person's address is forgotten: no event tells an address, for events are kept."""

    documents: Mapping[str, str]
    obstacles: Callable[[Session], Awaitable[Sequence[Obstacle]]] = nothing
    forget_address: Callable[[Session, str], Awaitable[None]] = knows_no_address


#: what every service holds
OF_ALL = {
    "jobs": "select id, kind, state, created_at from {schema}.job where owner_id = {me} order by created_at",
}


def routes(prefix: str, schema: str, held: Held, database: Database, settings: PlatformSettings) -> list[Route]:
    """`GET <prefix>/internal/persons/{user_id}` and `POST .../internal/addresses/forget`: not for the gateway."""
    expected = f"Service {read_secret(settings.service_secret_file)}".encode()
    refused = JSONResponse({"code": "not_authenticated"}, 401)
    me = "nullif(current_setting('app.user_id', true), '')::uuid"
    asked = {name: text(sql.format(schema=schema, me=me)) for name, sql in {**OF_ALL, **held.documents}.items()}

    def is_trusted(request: Request) -> bool:
        return hmac.compare_digest(request.headers.get("authorization", "").encode(), expected)

    async def forget(request: Request) -> Response:
        if not is_trusted(request):
            return refused
        address = str((await request.json())["address"])
        async with database.transaction(Context.system()) as session:
            await held.forget_address(session, address)
        return Response(status_code=204)

    async def look(request: Request) -> Response:
        if not is_trusted(request):
            return refused
        person: UUID = request.path_params["user_id"]
        async with database.reading(Context(user_id=person)) as session:
            documents = []
            for name, statement in asked.items():
                rows = [dict(row._mapping) for row in await session.execute(statement)]
                documents.append({"name": name, "content": {"items": rows}})
            obstacles = [obstacle._asdict() for obstacle in await held.obstacles(session)]
        return Response(json_text({"documents": documents, "obstacles": obstacles}), media_type="application/json")

    return [
        Route(f"{prefix}/internal/persons/{{user_id:uuid}}", look, include_in_schema=False),
        Route(f"{prefix}/internal/addresses/forget", forget, methods=["POST"], include_in_schema=False),
    ]
