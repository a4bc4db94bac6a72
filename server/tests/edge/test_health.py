"""The platform's health as its services tell it."""

import asyncio
from typing import Any

import httpx
import pytest
from bellwether.catalogue import TITLES
from bellwether.edge.app import create
from bellwether.edge.health.probe import Probes
from bellwether.edge.upstream import Upstream
from bellwether.platform.settings import PlatformSettings

from .conftest import Doubles, Handler, hang_up

READY = {"status": "ready", "missing": {}}


def readyz(doubles: Doubles, **answers: Handler) -> None:
    """Each service is ready, but for those that answer otherwise."""

    def answer(request: httpx.Request) -> httpx.Response:
        other = answers.get(request.url.host.removesuffix(".test"))
        return other(request) if other else httpx.Response(200, json=READY)

    doubles.answers["GET", "/readyz"] = answer


def says(status: int, body: Any) -> Handler:
    """This answer."""
    return lambda _request: httpx.Response(status, json=body)


async def states(client: httpx.AsyncClient) -> dict[str, str]:
    """The state of each service that is not simply ready."""
    services = (await client.get("/healthz", headers={"Authorization": ""})).json()["services"]
    assert [item["service"] for item in services] == list(TITLES)
    return {item["service"]: item["state"] for item in services if item["state"] != "ready"}


async def test_all_ready(client: httpx.AsyncClient, doubles: Doubles) -> None:
    readyz(doubles)
    assert await states(client) == {}
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, READY)
    probes = [request for request in doubles.requests if request.url.path == "/readyz"]
    assert all("x-bellwether-probe" in request.headers for request in probes)


async def test_one_not_ready_and_one_down(client: httpx.AsyncClient, doubles: Doubles) -> None:
    lost = {"status": "not ready", "missing": {"farm.database": "PostgreSQL does not answer"}}
    readyz(doubles, farm=says(503, lost), chats=hang_up, auth=says(503, ["odd"]))
    assert await states(client) == {"farm": "not ready", "auth": "not ready", "chats": "down"}
    answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["missing"] == {
        "farm": "farm.database: PostgreSQL does not answer",
        "auth": "it answered 503",
        "chats": "connection: no answer (ConnectError)",
    }


async def test_a_degraded_service_is_ready(client: httpx.AsyncClient, doubles: Doubles) -> None:
    readyz(doubles, profiles=says(200, {"status": "degraded", "checks": {"dynamodb": "ok", "nats": "no answer"}}))
    assert await states(client) == {"profiles": "degraded"}
    assert (await client.get("/readyz")).status_code == 200


@pytest.mark.parametrize(("path", "key"), [("/readyz", "missing"), ("/healthz", "services")])
async def test_a_probing_edge_hears_about_this_process_alone(
    client: httpx.AsyncClient, doubles: Doubles, path: str, key: str
) -> None:
    answer = await client.get(path, headers={"X-Bellwether-Probe": "edge"})
    assert answer.status_code == 200
    assert key in answer.json()
    assert not doubles.calls


async def test_services_in_one_process_are_probed_once(platform: PlatformSettings, doubles: Doubles) -> None:
    lost = {"status": "not ready", "missing": {"research.database": "gone"}}
    doubles.answers["GET", "/readyz"] = says(503, lost)
    urls = dict.fromkeys(("farm", "genetics", "research"), "http://one.test/")
    app = create(platform.model_copy(update={"service_urls": urls}), httpx.MockTransport(doubles))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://edge") as client:
        answer = (await client.get("/readyz")).json()
    assert doubles.calls == {"GET /readyz": 1}
    assert answer["missing"]["research"] == "research.database: gone"
    assert "farm" not in answer["missing"]
    assert answer["missing"]["chats"] == "not configured"


async def test_many_who_look_are_one_question_in_a_second(platform: PlatformSettings, doubles: Doubles) -> None:
    readyz(doubles)
    now = [0.0]
    settings = platform.model_copy(update={"service_urls": {"farm": "http://farm.test"}})
    upstream = Upstream(settings, httpx.MockTransport(doubles))
    probes = Probes(upstream, lambda: now[0])
    for at, calls in ((0.0, 1), (0.9, 1), (1.1, 2)):
        now[0] = at
        await asyncio.gather(*(probes.latest({}) for _ in range(5)))
        assert doubles.calls["GET /readyz"] == calls
    await upstream.close()


async def test_metrics_and_problems(client: httpx.AsyncClient, scraping: dict[str, str]) -> None:
    assert (await client.get("/metrics")).status_code == 401
    assert "bellwether_http_requests_total" in (await client.get("/metrics", headers=scraping)).text
    answer = await client.get("/nowhere")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
