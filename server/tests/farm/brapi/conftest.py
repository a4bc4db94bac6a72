"""A client of the standard, whose every answer is held to the shape that the standard gives it.

The document of BrAPI 2.1 is read where the shared data is; without it the envelope alone is looked at.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest

from ..conftest import Farmer, NewFarmer

ROOT = "http://farm/brapi/v2"
DOCUMENT = Path(__file__).parents[5] / "shared" / "data" / "conventions" / "brapi-v2.1" / "brapi_openapi_2_1.json"


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
    answer = resolved(standard()["paths"][path][method.lower()]["responses"][str(status)])
    schema = answer["content"]["application/json"]["schema"]
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
        assert set(said["metadata"]["pagination"]) == {"pageSize", "currentPage", "totalCount", "totalPages"}
        info = [item.get("additionalInfo", {}) for item in said["result"].get("data", []) if isinstance(item, dict)]
        assert all(isinstance(value, str) for each in info for value in each.values())
    if DOCUMENT.exists():
        errors = validator(answer.request.method, template, answer.status_code).iter_errors(said)
        assert [f"{list(error.instance_path)}: {error.message}" for error in errors] == []


@dataclass
class Breeder:
    """Somebody with a client of the standard."""

    farmer: Farmer

    async def ask(self, method: str, template: str, expect: int = 200, **words: Any) -> Any:
        """One request; names in braces are filled from the words, the rest is sent."""
        path = template
        for name in [name for name in words if f"{{{name}}}" in template]:
            path = path.replace(f"{{{name}}}", str(words.pop(name)))
        sent = {"params": words} if method == "GET" else {"json": words}
        answer = await self.farmer.client.request(method, ROOT + path, headers=self.farmer.headers, **sent)
        assert answer.status_code == expect, answer.text
        held_to_the_standard(answer, template)
        return answer.json()

    async def data(self, template: str, **words: Any) -> list[Any]:
        """The things of a list."""
        found: list[Any] = (await self.ask("GET", template, **words))["result"]["data"]
        return found


NewBreeder = Callable[..., Awaitable[Breeder]]


@pytest.fixture
def new_breeder(new_farmer: NewFarmer) -> NewBreeder:
    """`await new_breeder()`: one with a farm and a flock."""

    async def make(**words: Any) -> Breeder:
        return Breeder(await new_farmer(**words))

    return make


@pytest.fixture
async def breeder(new_breeder: NewBreeder) -> Breeder:
    """One of them."""
    return await new_breeder()


@dataclass
class Family:
    """Ids of a sire, a dam and their lambs."""

    sire: str
    dam: str
    lambs: list[str]


@pytest.fixture
async def family(breeder: Breeder) -> Family:
    """Three lambs of one pair; the first was reared by another ewe as well."""
    make = breeder.farmer.animal
    sire = (await make(sex="male", birth_date="2020-08-01", identifiers=[{"kind": "eid", "value": "982000123456789"}]))[
        "id"
    ]
    dam = (await make(sex="female", birth_date="2020-08-02", identifiers=[{"kind": "visual", "value": "E1"}]))["id"]
    foster = (await make(sex="female", birth_date="2020-08-03", identifiers=[{"kind": "visual", "value": "E2"}]))["id"]
    parents = [{"parent_id": sire, "parent_type": "sire"}, {"parent_id": dam, "parent_type": "dam"}]
    reared = {"parent_id": foster, "parent_type": "rearing_dam"}
    lambs = []
    for n in range(3):
        claims = [*parents, reared] if n == 0 else parents
        tag = [{"kind": "visual", "value": f"L{n}"}]
        lambs.append((await make(sex="female", birth_date="2024-08-03", identifiers=tag, parents=claims))["id"])
    return Family(sire, dam, lambs)
