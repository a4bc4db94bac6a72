"""The merged document and the pages that show it."""

import copy
from typing import Any

import httpx
import pytest
from bellwether.catalogue import TITLES
from bellwether.edge.openapi.document import Documents
from bellwether.edge.openapi.examples import example_of
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
    assert {f"/api/v1/{name}/things" for name in TITLES} | {"/graphql", "/healthz", "/readyz"} == set(merged["paths"])
    assert merged["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    await client.get("/openapi.json")
    assert doubles.calls["GET /api/v1/farm/openapi.json"] == 1


async def test_a_service_that_is_down_is_named(client: httpx.AsyncClient, doubles: Doubles) -> None:
    describe(doubles)
    doubles.answers["GET", "/api/v1/chats/openapi.json"] = hang_up
    doubles.answers["GET", "/api/v1/farm/openapi.json"] = lambda _request: httpx.Response(200, text="<html>")
    merged = (await client.get("/openapi.json")).json()
    assert merged["info"]["x-missing"] == ["farm", "chats"]
    page = await client.get("/docs")
    assert "does not answer now: farm, chats" in page.text
    assert (await client.get("/docs/chats")).json()["code"] == "service_not_found"


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


async def test_the_page_shows_operations_parameters_and_examples(client: httpx.AsyncClient, doubles: Doubles) -> None:
    describe(doubles)
    page = await client.get("/docs", headers={"Authorization": ""})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    for name in TITLES:
        assert f"Make a thing in {name}" in page.text
    assert "farm_id *" in page.text
    assert "&lt;Hill&gt;" in page.text
    assert "<Hill>" not in page.text
    assert "2025-11-02" in page.text
    one = await client.get("/docs/genetics")
    assert "Make a thing in genetics" in one.text
    assert "Make a thing in farm" not in one.text


@pytest.mark.parametrize("name", ["page.css", "theme.js", "docs.js", "explorer.js"])
async def test_assets(client: httpx.AsyncClient, name: str) -> None:
    answer = await client.get(f"/docs/assets/{name}", headers={"Authorization": ""})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/")


@pytest.mark.parametrize("name", ["nothing.js", "..%2fhtml.py", "html.py"])
async def test_no_other_file_is_served(client: httpx.AsyncClient, name: str) -> None:
    assert (await client.get(f"/docs/assets/{name}")).status_code == 404


def test_examples() -> None:
    loop = {"type": "object", "properties": {"me": {"$ref": "#/components/schemas/Loop"}}}
    whole = {"components": {"schemas": {"Loop": loop}}}
    assert example_of({"anyOf": [{"type": "null"}, {"type": "integer"}]}, whole) == 1
    assert example_of({"type": ["null", "number"]}, whole) == 1.5
    assert example_of({"enum": ["ram", "ewe"]}, whole) == "ram"
    assert example_of({"allOf": [BODY, {"type": "object", "properties": {"n": {"const": 4}}}]}, whole)["n"] == 4
    assert example_of({"type": "array", "items": {"type": "boolean"}}, whole) == [True]
    assert example_of({"$ref": "#/components/schemas/Loop"}, whole)["me"]["me"]
    assert example_of({"$ref": "#/nowhere"}, whole) == "text"
