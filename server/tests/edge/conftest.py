"""The edge in this process, in front of doubles of the services that count what they are asked."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from bellwether.catalogue import TITLES
from bellwether.edge.app import create
from bellwether.platform.settings import PlatformSettings
from bellwether.platform.testing.auth_double import AuthDouble
from fastapi import FastAPI

FLOCK = "0198c5a0-11aa-7f00-8c55-2b7d9e1f0a34"
FARM = "0198c5a0-11aa-7f00-8c55-2b7d9e1f0a35"
Handler = Callable[[httpx.Request], httpx.Response]


def animal_id(number: int) -> str:
    """The id of a double's animal."""
    return f"0198c5a0-0000-7000-8000-{number:012}"


def animal(number: int, sire: int | None = None, dam: int | None = None) -> dict[str, Any]:
    """An animal as farm answers it."""
    return {
        "id": animal_id(number),
        "tag": f"T{number}",
        "sex": "female",
        "birth_date": "2024-08-01",
        "sire_id": None if sire is None else animal_id(sire),
        "dam_id": None if dam is None else animal_id(dam),
    }


# animals 0-99 are in the flock, their sires 900-909 and dams 800-849 are elsewhere, and those come from 990 and 991
ANIMALS = {
    item["id"]: item
    for item in (
        *(animal(number, 900 + number % 10, 800 + number % 50) for number in range(100)),
        *(animal(number, 990) for number in range(900, 910)),
        *(animal(number, 991) for number in range(800, 850)),
        *(animal(number) for number in (990, 991)),
    )
}
IN_FLOCK = [animal_id(number) for number in range(100)]


@dataclass
class Doubles:
    """All services behind one transport. `answers` replaces an answer by (method, path)."""

    calls: Counter[str] = field(default_factory=Counter)
    requests: list[httpx.Request] = field(default_factory=list)
    answers: dict[tuple[str, str], Handler] = field(default_factory=dict)

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        self.requests.append(request)
        self.calls[f"{request.method} {request.url.path}"] += 1
        key = (request.method, request.url.path)
        if key in self.answers:
            return self.answers[key](request)
        body = json.loads(request.content) if request.content else {}
        return httpx.Response(200, json=self.found(request, body))

    def found(self, request: httpx.Request, body: dict[str, Any]) -> Any:
        """What farm and genetics have."""
        ids = body.get("ids") or body.get("animal_ids") or []
        match request.url.path.removeprefix("/api/v1"):
            case "/farm/flocks":
                return {"items": [{"id": FLOCK, "name": "Hill", "farm_id": FARM}], "next": None}
            case "/farm/animals":
                assert (request.url.params["farm_id"], request.url.params["flock_id"]) == (FARM, FLOCK)
                return self.page(int(request.url.params["limit"]), int(request.url.params.get("cursor", 0)))
            case "/farm/animals/query":
                return {"items": [ANIMALS[item] for item in ids if item in ANIMALS]}
            case "/farm/weights/query":
                return {"items": [weight(item, day) for item in ids for day in ("2024-12-01", "2024-11-01")]}
            case "/genetics/breeding-values/query":
                return {"items": [value(item) for item in ids if item in IN_FLOCK]}
            case _:
                return {"id": FLOCK, "name": "Hill", "farm_id": FARM}

    def page(self, limit: int, start: int) -> dict[str, Any]:
        """A page of the flock."""
        ids = IN_FLOCK[start : start + limit]
        is_more = start + limit < len(IN_FLOCK)
        return {"items": [ANIMALS[item] for item in ids], "next": str(start + limit) if is_more else None}


def weight(animal: str, day: str) -> dict[str, Any]:
    """A weight as farm answers it."""
    return {"animal_id": animal, "trait": "WWT", "weight_kg": 31.5, "occurred_on": day, "age_days": 90}


def value(animal: str) -> dict[str, Any]:
    """A breeding value as genetics answers it."""
    return {"animal_id": animal, "trait": "WWT", "effect": "direct", "value": 1.25, "reliability": 0.6, "run_id": FLOCK}


def refuse(status: int, code: str, detail: str) -> Handler:
    """A problem document."""
    document = {"status": status, "code": code, "detail": detail, "title": detail}
    return lambda _request: httpx.Response(status, json=document)


def hang_up(request: httpx.Request) -> httpx.Response:
    """Nobody there."""
    raise httpx.ConnectError("refused", request=request)


@pytest.fixture
def doubles() -> Doubles:
    """Fresh doubles."""
    return Doubles()


@pytest.fixture
def pages_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this edge looks for its pages: nothing is there."""
    monkeypatch.setenv("EDGE_PAGES_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def edge(platform: PlatformSettings, doubles: Doubles, pages_dir: Path) -> FastAPI:
    """The edge in front of the doubles."""
    urls = {name: f"http://{name}.test" for name in TITLES}
    return create(platform.model_copy(update={"service_urls": urls}), httpx.MockTransport(doubles))


@pytest.fixture
async def client(edge: FastAPI, auth: AuthDouble) -> AsyncIterator[httpx.AsyncClient]:
    """A caller with a farmer's token."""
    transport = httpx.ASGITransport(edge, raise_app_exceptions=False)
    async with (
        edge.router.lifespan_context(edge),
        httpx.AsyncClient(transport=transport, base_url="http://edge", headers=auth.bearer()) as client,
    ):
        yield client
