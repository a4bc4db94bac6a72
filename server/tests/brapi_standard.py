"""The document of BrAPI 2.1, and a client whose every answer is held to the shape that the standard gives it.

The document is read where the shared data is; without it the envelope alone is looked at.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs

DOCUMENT = Path(__file__).parents[3] / "shared" / "data" / "conventions" / "brapi-v2.1" / "brapi_openapi_2_1.json"


@cache
def standard() -> dict[str, Any]:
    """The document of the standard in the words of JSON Schema: `nullable` is one of its own."""
    found: dict[str, Any] = with_nulls(json.loads(DOCUMENT.read_text()))
    return found


def with_nulls(part: Any) -> Any:
    """`nullable` as a type more."""
    if isinstance(part, list):
        return [with_nulls(item) for item in part]
    if not isinstance(part, dict):
        return part
    found = {name: with_nulls(value) for name, value in part.items()}
    if found.pop("nullable", False) is True and isinstance(found.get("type"), str):
        found["type"] = [found["type"], "null"]
        if "enum" in found:
            found["enum"] = [*found["enum"], None]
    return found


@cache
def validator(method: str, path: str, status: int) -> Any:
    """For the answers of an operation."""
    answers = standard()["paths"][path][method.lower()]["responses"]
    # some paths of the document are without some of the errors: each is a text
    answer = resolved(answers[str(status)]) if str(status) in answers or status < 400 else {}
    schema = answer["content"]["application/json"]["schema"] if answer else {"type": "string"}
    return jsonschema_rs.Draft7Validator({"components": standard()["components"], "allOf": [schema]})


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    """What a reference points to."""
    while "$ref" in part:
        found: Any = standard()
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        part = found
    return part


def held_to_the_standard(answer: httpx.Response, template: str) -> None:
    """The answer is what the standard says, or at least in its envelope."""
    said = answer.json()
    if answer.status_code >= 400:
        assert isinstance(said, str), said
    else:
        assert set(said) == {"metadata", "result"}
        assert set(said["metadata"]) == {"datafiles", "status", "pagination"}
        named = {name for name in said["metadata"]["pagination"] if not name.endswith("PageToken")}
        assert named == {"pageSize", "currentPage", "totalCount", "totalPages"}
        info = [item.get("additionalInfo", {}) for item in said["result"].get("data", []) if isinstance(item, dict)]
        assert all(isinstance(value, str) for each in info for value in each.values())
    if DOCUMENT.exists():
        errors = validator(answer.request.method, template, answer.status_code).iter_errors(said)
        assert [f"{list(error.instance_path)}: {error.message}" for error in errors] == []


@dataclass
class Client:
    """Somebody with a client of the standard, at a service named `host`."""

    client: httpx.AsyncClient
    headers: dict[str, str]
    host: str

    async def ask(self, method: str, template: str, expect: int = 200, **words: Any) -> Any:
        """One request; names in braces are filled from the words, the rest is sent."""
        path = template
        for name in [name for name in words if f"{{{name}}}" in template]:
            path = path.replace(f"{{{name}}}", str(words.pop(name)))
        sent: Any = {"params": words} if method == "GET" else {"json": words}
        url = f"http://{self.host}/brapi/v2{path}"
        answer = await self.client.request(method, url, headers=self.headers, **sent)
        assert answer.status_code == expect, answer.text
        held_to_the_standard(answer, template)
        return answer.json()

    async def data(self, template: str, **words: Any) -> list[Any]:
        """The things of a list."""
        found: list[Any] = (await self.ask("GET", template, **words))["result"]["data"]
        return found
