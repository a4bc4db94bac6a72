"""The edge in front of the real Python services, on the test database: their contracts and ours agree."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from apps import Apps
from bellwether.catalogue import BUN_SERVICES, PYTHON_SERVICES, TITLES
from bellwether.edge.app import create
from bellwether.edge.graph.example import EXAMPLE
from bellwether.launch.entry.serve import Mounted
from bellwether.platform.ids import new_id
from bellwether.platform.settings import PlatformSettings
from bellwether.platform.testing.auth_double import AuthDouble
from brapi_standard import DOCUMENT, Client, standard

RUN = """
insert into genetics.evaluation_run (id, farm_id, flock_id, reliability, state, traits, model, variances, data_sha256,
  engine_version, finished_at) values ($1, $2, $3, 'exact', 'succeeded', '{WWT}', '{}', '{}', $4, '1', now())
"""
VALUE = """
insert into genetics.breeding_value (farm_id, run_id, animal_id, trait, effect, value, reliability, inbreeding,
  percentile) values ($1, $2, $3, 'WWT', 'additive', 1.25, 0.6, 0, 50)
"""
PUBLICATION = """
insert into genetics.publication (id, farm_id, flock_id, number, run_id, is_automatic) values ($1, $2, $3, 1, $1, true)
"""

DROP = {"dropYear": 2024, "n": 1, "mean": 1.25}


class Hosts(httpx.AsyncBaseTransport):
    """Requests go to the application that is named like their host."""

    def __init__(self, apps: dict[str, Any]) -> None:
        self.transports = {name: httpx.ASGITransport(app, raise_app_exceptions=False) for name, app in apps.items()}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """To the service, or to nobody."""
        transport = self.transports.get(request.url.host)
        if transport is None:
            raise httpx.ConnectError("nobody there", request=request)
        return await transport.handle_async_request(request)


@pytest.fixture
async def whole(platform: PlatformSettings, apps: Apps) -> AsyncIterator[httpx.AsyncClient]:
    """The edge and the four services; a client without a token that reaches all of them."""
    services = {name: apps(name) for name in PYTHON_SERVICES}
    urls = {name: f"http://{name}" for name in TITLES}
    hosts = Hosts(services)
    edge = create(platform.model_copy(update={"service_urls": urls}), hosts)
    async with AsyncExitStack() as stack:
        for app in (*services.values(), edge):
            await stack.enter_async_context(app.router.lifespan_context(app))
        hosts.transports["edge"] = httpx.ASGITransport(edge, raise_app_exceptions=False)
        yield await stack.enter_async_context(httpx.AsyncClient(transport=hosts, base_url="http://edge"))


@pytest.fixture
async def embedded(platform: PlatformSettings, apps: Apps) -> AsyncIterator[httpx.AsyncClient]:
    """The edge and the four services in one process, as `./bellwether up` runs them."""
    hosts = Hosts({})
    settings = platform.model_copy(update={"service_urls": dict.fromkeys(PYTHON_SERVICES, "http://one")})
    mounted = Mounted({name: apps(name) for name in PYTHON_SERVICES} | {"edge": create(settings, hosts)}, settings)
    hosts.transports["one"] = httpx.ASGITransport(mounted, raise_app_exceptions=False)
    async with (
        mounted.lifespan(mounted.shared),
        httpx.AsyncClient(transport=hosts, base_url="http://one", timeout=10) as client,
    ):
        yield client


async def make(client: httpx.AsyncClient, path: str, token: dict[str, str], body: Any) -> Any:
    """Create something in farm."""
    answer = await client.post(f"http://farm/api/v1/farm{path}", json=body, headers=token)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_face_beside_the_prefix_of_its_service_is_reached(
    embedded: httpx.AsyncClient, auth: AuthDouble
) -> None:
    farmer = Client(embedded, auth.bearer(new_id()), "one")
    assert await farmer.data("/commoncropnames") == ["sheep"]
    assert await farmer.data("/callsets") == []
    refused = await embedded.get("/brapi/v2/nothing", headers=auth.bearer(new_id()))
    assert (refused.status_code, refused.json()) == (404, "not_found: There is no such address")


async def test_the_server_names_what_exists_and_nothing_else(embedded: httpx.AsyncClient, auth: AuthDouble) -> None:
    """Of all services, by one address; each call that it names is answered."""
    farmer = Client(embedded, auth.bearer(new_id()), "one")
    info = (await farmer.ask("GET", "/serverinfo"))["result"]
    found = {call["service"]: call["methods"] for call in info["calls"]}
    assert found["serverinfo"] == ["GET"]
    assert found["search/germplasm"] == found["search/allelematrix"] == ["POST"]
    for service, methods in found.items():
        if DOCUMENT.exists():
            assert {name.lower() for name in methods} <= set(standard()["paths"][f"/{service}"]), service
    for name in [name for name in found if "{" not in name and "/" not in name]:
        await farmer.ask("GET", f"/{name}")
    assert (await farmer.ask("GET", "/serverinfo", dataType="text/csv"))["result"]["calls"] == []
    assert (await embedded.get("/brapi/v2/serverinfo")).status_code == 401
    farmer.headers = auth.bearer(new_id(), ["student"])
    assert (await farmer.ask("GET", "/serverinfo", 403)).startswith("not_allowed")


async def evaluated(whole: httpx.AsyncClient, farmer: dict[str, str], dsn: str) -> tuple[str, str, str, UUID]:
    """A flock, a ram and his weighed lamb in it, and the run that gave the lamb a breeding value."""
    farm = (await make(whole, "/farms", farmer, {"name": "Long Gully"}))["id"]
    flock = (await make(whole, "/flocks", farmer, {"farm_id": farm, "name": "Stud", "code": "1"}))["id"]
    place = {"farm_id": farm, "flock_id": flock}
    sire = (await make(whole, "/animals", farmer, {**place, "sex": "male", "birth_date": "2022-08-01"}))["id"]
    lamb = {
        **place,
        "sex": "female",
        "birth_date": "2024-08-01",
        "identifiers": [{"kind": "visual", "value": "240001"}],
        "parents": [{"parent_id": sire, "parent_type": "sire"}],
    }
    lamb_id = (await make(whole, "/animals", farmer, lamb))["id"]
    weight = {"animal_id": lamb_id, "trait": "WWT", "weight": 31.5, "occurred_on": "2024-11-11"}
    await make(whole, "/weights", farmer, {"farm_id": farm, "weights": [weight]})
    return flock, sire, lamb_id, await store_value(dsn, farm, flock, lamb_id)


async def test_a_flock_with_animals_parents_weights_and_breeding_values(
    whole: httpx.AsyncClient, auth: AuthDouble, postgres_server: Any
) -> None:
    farmer = auth.bearer(new_id())
    flock, sire, lamb_id, run_id = await evaluated(whole, farmer, postgres_server.dsn)

    answer = await whole.post("/graphql", json={"query": EXAMPLE, "variables": {"id": flock}}, headers=farmer)
    body = answer.json()
    assert "errors" not in body, body["errors"]
    nodes = {node["id"]: node for node in body["data"]["flock"]["animals"]["nodes"]}
    assert nodes.keys() == {sire, lamb_id}
    assert nodes[lamb_id] == {
        "id": lamb_id,
        "tag": "240001",
        "sex": "female",
        "birthDate": "2024-08-01",
        "sire": {"id": sire, "tag": nodes[sire]["tag"]},
        "dam": None,
        "weights": [{"trait": "WWT", "weightKg": 31.5, "occurredOn": "2024-11-11"}],
        "breedingValues": [{"trait": "WWT", "value": 1.25, "reliability": 0.6, "runId": str(run_id)}],
    }
    assert body["data"]["flock"]["animals"]["pageInfo"] == {"endCursor": None, "hasNextPage": False}
    past = """query ($id: ID!) { flock(id: $id) { trend(trait: "WWT") { runId unit points { dropYear n mean } slope }
      animals { nodes { id breedingValueHistory(trait: "WWT") { effect value runId publishedAt } } } } }"""
    answer = await whole.post("/graphql", json={"query": past, "variables": {"id": flock}}, headers=farmer)
    found = answer.json()["data"]["flock"]
    assert found["trend"] == {"runId": str(run_id), "unit": "kg", "points": [DROP], "slope": None}
    values = {node["id"]: node["breedingValueHistory"] for node in found["animals"]["nodes"]}
    assert [(value["value"], value["runId"]) for value in values[lamb_id]] == [(1.25, str(run_id))]
    assert values[sire] == []
    other = await whole.post(
        "/graphql", json={"query": past, "variables": {"id": flock}}, headers=auth.bearer(new_id())
    )
    assert other.json()["data"] == {"flock": None}
    flocks = await whole.post("/graphql", json={"query": "{ flocks { nodes { id } } }"}, headers=farmer)
    assert flocks.json()["data"]["flocks"]["nodes"] == [{"id": flock}]

    neighbour = await whole.post(
        "/graphql", json={"query": EXAMPLE, "variables": {"id": flock}}, headers=auth.bearer(new_id())
    )
    assert neighbour.json()["data"] == {"flock": None}
    assert neighbour.json()["errors"][0]["extensions"]["status"] == 404
    student = await whole.post(
        "/graphql", json={"query": EXAMPLE, "variables": {"id": flock}}, headers=auth.bearer(new_id(), ["student"])
    )
    assert student.json()["errors"][0]["extensions"]["code"] == "not_allowed"


async def store_value(dsn: str, farm: str, flock: str, animal: str) -> UUID:
    """A finished run with one breeding value; genetics' own tests make them by evaluating."""
    run_id = new_id()
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(RUN, run_id, farm, flock, "0" * 64)
        await connection.execute(VALUE, farm, run_id, animal)
        await connection.execute(PUBLICATION, run_id, farm, flock)
    finally:
        await connection.close()
    return run_id


def references(value: Any) -> Iterator[str]:
    """Every reference in a document."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for item in value.values():
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


async def test_the_merged_document_is_whole(whole: httpx.AsyncClient) -> None:
    merged = (await whole.get("/openapi.json")).json()
    assert merged["info"]["x-missing"] == list(BUN_SERVICES)
    for reference in set(references(merged)):
        found = merged
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
    ids = [
        operation["operationId"]
        for path in merged["paths"].values()
        for method, operation in path.items()
        if method != "parameters"
    ]
    assert len(ids) == len(set(ids)) > 30


async def test_the_real_services_tell_their_health(whole: httpx.AsyncClient) -> None:
    found = {item["service"]: item for item in (await whole.get("/healthz")).json()["services"]}
    assert {name: found[name]["state"] for name in (*PYTHON_SERVICES, "auth")} == dict.fromkeys(
        PYTHON_SERVICES, "ready"
    ) | {"auth": "down"}
    assert (await whole.get("/readyz")).status_code == 503


async def test_an_edge_that_shares_its_process_does_not_ask_itself_for_ever(embedded: httpx.AsyncClient) -> None:
    answer = await embedded.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["missing"] == dict.fromkeys(BUN_SERVICES, "not configured")
    merged = (await embedded.get("/openapi.json")).json()
    assert "/api/v1/farm/flocks" in merged["paths"]
    assert (await embedded.get("/api/v1/research/projects")).status_code == 401
