"""The merged document."""

import copy
from typing import Any

import httpx
from bellwether.catalogue import TITLES
from bellwether.edge.openapi.document import Documents
from bellwether.edge.upstream import Upstream
from bellwether.platform.settings import PlatformSettings

from .conftest import Doubles, hang_up

BODY = {
    "type": "object",
    "properties": {"name": {"type": "string", "examples": ["<Hill>"]}, "born": {"type": "string", "format": "date"}},
}


def document(service: str) -> dict[str, Any]:
    """A service's document."""
    schema = {"$ref": "#/components/schemas/Body"}
    operation = {
        "summary": f"Make a thing in {service}",
        "operationId": f"make_{service}",
        "parameters": [{"name": "farm_id", "in": "query", "required": True, "schema": {"type": "string"}}],
        "requestBody": {"content": {"application/json": {"schema": schema}}},
        "responses": {"201": {"content": {"application/json": {"schema": schema}}}, "403": {"description": "No"}},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": service, "version": "7"},
        "paths": {f"/api/v1/{service}/things": {"post": operation}},
        "components": {"schemas": {"Body": BODY}},
    }


def describe(doubles: Doubles) -> None:
    """Let each double give its document."""
    for name in TITLES:
        answer = httpx.Response(200, json=document(name))
        doubles.answers["GET", f"/api/v1/{name}/openapi.json"] = lambda _request, answer=answer: copy.copy(answer)


async def test_one_document_of_all(client: httpx.AsyncClient, doubles: Doubles) -> None:
    describe(doubles)
    merged = (await client.get("/openapi.json", headers={"Authorization": ""})).json()
    assert merged["openapi"] == "3.1.0"
    assert merged["info"]["x-missing"] == []
    own = {"/brapi/v2/serverinfo", "/graphql", "/healthz", "/readyz"}
    assert {f"/api/v1/{name}/things" for name in TITLES} | own == set(merged["paths"])
    assert merged["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    await client.get("/openapi.json")
    assert doubles.calls["GET /api/v1/farm/openapi.json"] == 1


async def test_a_service_that_is_down_is_named(client: httpx.AsyncClient, doubles: Doubles) -> None:
    describe(doubles)
    doubles.answers["GET", "/api/v1/chats/openapi.json"] = hang_up
    doubles.answers["GET", "/api/v1/farm/openapi.json"] = lambda _request: httpx.Response(200, text="<html>")
    merged = (await client.get("/openapi.json")).json()
    assert merged["info"]["x-missing"] == ["farm", "chats"]


async def test_a_minute_later_it_is_asked_again(platform: PlatformSettings, doubles: Doubles) -> None:
    describe(doubles)
    now = [0.0]
    urls = {name: f"http://{name}.test" for name in TITLES}
    settings = platform.model_copy(update={"service_urls": urls})
    upstream = Upstream(settings, httpx.MockTransport(doubles))
    documents = Documents(upstream, settings, lambda: {"info": {"version": "1"}, "paths": {}}, lambda: now[0])
    for at, calls in ((0.0, 1), (59.0, 1), (61.0, 2)):
        now[0] = at
        await documents.merged()
        assert doubles.calls["GET /api/v1/farm/openapi.json"] == calls
    assert documents.versions["farm"] == "7"
    await upstream.close()
