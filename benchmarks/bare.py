"""The peer of `bench http`: the same query through bare asyncpg in a bare Starlette application. No token, no rules."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

QUERY = os.environ["BARE_QUERY"]
ARGUMENTS = orjson.loads(os.environ["BARE_ARGUMENTS"])


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    async def init(connection: asyncpg.Connection) -> None:
        await connection.set_type_codec("jsonb", encoder=orjson.dumps, decoder=orjson.loads, schema="pg_catalog")

    app.state.pool = await asyncpg.create_pool(os.environ["BARE_DSN"], min_size=4, max_size=8, init=init)
    yield
    await app.state.pool.close()


async def animals(request: Request) -> Response:
    rows = await request.app.state.pool.fetch(QUERY, *ARGUMENTS)
    return Response(orjson.dumps({"items": [dict(row) for row in rows]}, default=str), media_type="application/json")


app = Starlette(routes=[Route("/animals", animals)], lifespan=lifespan)

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["BARE_PORT"]), log_level="warning", access_log=False)
