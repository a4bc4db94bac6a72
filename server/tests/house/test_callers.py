"""No route can forget who may call it: each is walked, and each is asked by an ended session and by every role."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from apps import Apps
from bellwether.platform.http.dependencies import Permitted
from bellwether.platform.http.strict.as_written import asks_who_calls
from bellwether.platform.ids import new_id
from bellwether.platform.testing.auth_double import ROLES, AuthDouble
from fastapi import FastAPI
from patience import PATIENCE_S

from .walked import SERVICES, asked_by, code_of, requests, routes

#: addresses without a secret: documents, pages and health
OPEN = {
    "/graphql",
    "/healthz",
    "/readyz",
    "/openapi.json",
    "/docs",
    "/docs/{service}",
    "/docs/assets/{name}",
}
#: for a program that shows a secret of the installation
GUARDED = {"/metrics"}
#: a secret in the address is all that a calendar has; the route looks up whose it is
BY_ADDRESS = {"/api/v1/farm/calendars/{secret}/tasks.ics"}
#: who calls is known, and each service that the query reaches decides what the caller may
ANY_ROLE = {("POST", "/graphql")}


@pytest.fixture(scope="module", params=SERVICES)
def app(request: pytest.FixtureRequest, apps: Apps) -> FastAPI:
    return apps(request.param)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as found:
        yield found


def permissions_of(route: Any) -> set[str]:
    """What a caller must be allowed."""
    return {each.permission for each in asked_by(route.dependant) if isinstance(each, Permitted)}


def test_every_route_declares_its_permission(app: FastAPI) -> None:
    known = {name for names in ROLES.values() for name in names}
    for route in routes(app):
        name = f"{sorted(route.methods)} {route.path}"
        if asks_who_calls(route.dependant):
            needed = permissions_of(route)
            is_for_all = {(method, route.path) for method in route.methods} <= ANY_ROLE
            assert bool(needed) != is_for_all, name
            assert needed <= known, name
        else:
            assert route.path in OPEN | GUARDED | BY_ADDRESS, f"{name}: anybody may call it"


async def test_what_a_secret_guards_is_closed_to_everybody_else(client: httpx.AsyncClient, auth: AuthDouble) -> None:
    for path in GUARDED:
        for headers in ({}, auth.bearer(roles=list(ROLES))):
            assert (await client.get(path, headers=headers)).status_code == 401


async def test_every_route_refuses_an_ended_session(app: FastAPI, client: httpx.AsyncClient, auth: AuthDouble) -> None:
    sid = str(new_id())
    auth.revoked.add(sid)
    ended = auth.bearer(roles=list(ROLES), sid=sid)
    n_asked = 0
    for route in routes(app):
        if not asks_who_calls(route.dependant):
            continue
        for method, path, sent in requests(route):
            answer = await client.request(method, path, headers=ended, **sent)
            if n_asked == 0:  # whoever has read the feed a moment ago reads it again soon
                async with asyncio.timeout(PATIENCE_S):
                    while answer.status_code != 401:
                        await asyncio.sleep(0.2)
                        answer = await client.request(method, path, headers=ended, **sent)
            assert (answer.status_code, code_of(answer)) == (401, "not_authenticated"), f"{method} {path}"
            n_asked += 1
    assert n_asked


async def test_every_role_gets_as_far_as_its_permissions(
    app: FastAPI, client: httpx.AsyncClient, auth: AuthDouble
) -> None:
    for route in routes(app):
        if not asks_who_calls(route.dependant):
            continue
        needed = permissions_of(route)
        for role in (*ROLES, "nobody"):
            for method, path, sent in requests(route):
                answer = await client.request(method, path, headers=auth.bearer(new_id(), [role]), **sent)
                is_refused = answer.status_code == 403 and code_of(answer) == "not_allowed"
                is_allowed = needed <= set(ROLES.get(role, ()))
                assert is_refused != is_allowed, f"{role}: {method} {path}: {answer.status_code}"
