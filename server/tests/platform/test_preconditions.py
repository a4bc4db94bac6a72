"""If-Match and If-None-Match as RFC 9110 says, on both sides: `users/platform/http/preconditions.test.ts` reads the
same cases."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from bellwether.platform.http.answers import with_etag
from bellwether.platform.http.dependencies import IfMatch
from bellwether.platform.http.middleware import Around
from bellwether.platform.http.preconditions import etag
from bellwether.platform.http.problem_documents import install
from bellwether.platform.http.schemas import Schema
from bellwether.platform.ids import new_id
from fastapi import FastAPI, Response

CASES = json.loads((Path(__file__).parents[3] / "contracts/cases/preconditions.json").read_text())


class Thing(Schema):
    """Something with a revision."""

    id: Any
    rev: int


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    install(app)

    @app.get("/things/7")
    async def read(response: Response) -> Thing:
        return with_etag(response, Thing(id=str(new_id()), rev=7))

    @app.put("/things/{rev}")
    async def write(rev: int, if_match: IfMatch, response: Response) -> dict[str, str]:
        if_match.check(rev or None)
        response.headers.update(etag(rev + 1))
        return {"status": "written"}

    served = Around(app, service="test", limit=1000, upload_limit=1000)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(served), base_url="http://test") as client:
        yield client


@pytest.mark.parametrize("case", CASES, ids=lambda case: " ".join(f"{name}={case[name]}" for name in case))
async def test_a_precondition(client: httpx.AsyncClient, case: dict[str, Any]) -> None:
    names = {"if_match": "If-Match", "if_none_match": "If-None-Match"}
    headers = {name: case[key] for key, name in names.items() if key in case}
    method = "GET" if case["ask"] == "read" else "PUT"
    answer = await client.request(method, f"/things/{case['rev'] or 0}", headers=headers)
    assert answer.status_code == case["status"], answer.text
    if answer.status_code == 304:
        assert answer.content == b""
        assert answer.headers["etag"] == '"7"'
        assert "content-type" not in answer.headers
    elif answer.status_code != 200:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == {412: "stale", 428: "if_match_required"}[answer.status_code]
