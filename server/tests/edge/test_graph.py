"""Nested reads: what comes back, how many calls they take, and how errors are told."""

from typing import Any

import httpx
import pytest
from bellwether.edge.app import sdl
from bellwether.edge.graph.example import EXAMPLE

from .conftest import FLOCK, Doubles, animal_id, hang_up, refuse

QUERY = EXAMPLE.replace("first: 20", "first: 100")


async def ask(client: httpx.AsyncClient, query: str, status: int = 200, **variables: Any) -> dict[str, Any]:
    """A query's answer."""
    answer = await client.post("/graphql", json={"query": query, "variables": variables})
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_one_query_crosses_the_services_with_one_call_for_each_level(
    client: httpx.AsyncClient, doubles: Doubles
) -> None:
    answer = await ask(client, QUERY, id=FLOCK)
    assert "errors" not in answer
    assert answer["data"]["flock"]["name"] == "Hill"
    nodes = answer["data"]["flock"]["animals"]["nodes"]
    assert len(nodes) == 100
    assert nodes[3] == {
        "id": animal_id(3),
        "tag": "T3",
        "sex": "female",
        "birthDate": "2024-08-01",
        "sire": {"id": animal_id(903), "tag": "T903"},
        "dam": {"id": animal_id(803), "tag": "T803"},
        "weights": [
            {"trait": "WWT", "weightKg": 31.5, "occurredOn": "2024-11-01"},
            {"trait": "WWT", "weightKg": 31.5, "occurredOn": "2024-12-01"},
        ],
        "breedingValues": [{"trait": "WWT", "value": 1.25, "reliability": 0.6, "runId": FLOCK}],
    }
    assert doubles.calls == {
        f"GET /api/v1/farm/flocks/{FLOCK}": 1,
        "GET /api/v1/farm/animals": 1,
        "POST /api/v1/farm/animals/query": 1,
        "POST /api/v1/farm/weights/query": 1,
        "POST /api/v1/genetics/breeding-values/query": 1,
    }


async def test_each_generation_is_one_more_call(client: httpx.AsyncClient, doubles: Doubles) -> None:
    query = """query ($id: ID!) { flock(id: $id) { animals(first: 100) { nodes {
        sire { sire { tag } } dam { sire { tag } } } } } }"""
    answer = await ask(client, query, id=FLOCK)
    nodes = answer["data"]["flock"]["animals"]["nodes"]
    assert {(node["sire"]["sire"]["tag"], node["dam"]["sire"]["tag"]) for node in nodes} == {("T990", "T991")}
    assert doubles.calls["POST /api/v1/farm/animals/query"] == 2


async def test_animals_of_the_page_are_not_asked_for_again(client: httpx.AsyncClient, doubles: Doubles) -> None:
    query = f'{{ flock(id: "{FLOCK}") {{ animals {{ nodes {{ id }} }} }} }}'
    await ask(client, query)
    assert sum(doubles.calls.values()) == 2
    one = await ask(client, f'{{ animal(id: "{animal_id(1)}") {{ tag }} other: animal(id: "{FLOCK}") {{ tag }} }}')
    assert one["data"] == {"animal": {"tag": "T1"}, "other": None}
    assert doubles.calls["POST /api/v1/farm/animals/query"] == 1


async def test_pages(client: httpx.AsyncClient) -> None:
    query = """query ($after: String) { flock(id: "%s") { animals(first: 60, after: $after) {
        nodes { tag } pageInfo { endCursor hasNextPage } } } }"""
    first = (await ask(client, query % FLOCK))["data"]["flock"]["animals"]
    assert (len(first["nodes"]), first["pageInfo"]) == (60, {"endCursor": "60", "hasNextPage": True})
    last = (await ask(client, query % FLOCK, after="60"))["data"]["flock"]["animals"]
    assert (len(last["nodes"]), last["pageInfo"]) == (40, {"endCursor": None, "hasNextPage": False})
    flocks = await ask(client, "{ flocks { nodes { id name } pageInfo { hasNextPage } } }")
    assert flocks["data"]["flocks"]["nodes"] == [{"id": FLOCK, "name": "Hill"}]


async def test_the_services_see_the_caller(client: httpx.AsyncClient, doubles: Doubles) -> None:
    headers = {"X-Request-Id": "request-of-a-test", "traceparent": "00-" + "a" * 32 + "-" + "b" * 16 + "-01"}
    await client.post("/graphql", json={"query": "{ flocks { nodes { id } } }"}, headers=headers)
    seen = doubles.requests[-1].headers
    assert seen["authorization"] == client.headers["authorization"]
    assert (seen["x-request-id"], seen["traceparent"]) == (headers["X-Request-Id"], headers["traceparent"])


@pytest.mark.parametrize("headers", [{"Authorization": ""}, {"Authorization": "Bearer x.y.z"}])
async def test_no_token_no_query(client: httpx.AsyncClient, doubles: Doubles, headers: dict[str, str]) -> None:
    answer = await client.post("/graphql", json={"query": "{ flocks { nodes { id } } }"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert answer.headers["content-type"] == "application/problem+json"
    assert not doubles.calls


async def test_a_flock_of_somebody_else_is_an_error_with_the_services_code(
    client: httpx.AsyncClient, doubles: Doubles
) -> None:
    doubles.answers["GET", f"/api/v1/farm/flocks/{FLOCK}"] = refuse(404, "flock_not_found", "There is no such flock")
    answer = await ask(client, QUERY, id=FLOCK)
    assert answer["data"] == {"flock": None}
    error = answer["errors"][0]
    assert error["message"] == "There is no such flock"
    assert error["path"] == ["flock"]
    assert error["extensions"] == {"code": "flock_not_found", "status": 404, "service": "farm", "places": 1}


@pytest.mark.parametrize(
    ("handler", "code", "status"),
    [(hang_up, "service_unavailable", 503), (refuse(403, "not_allowed", "No"), "not_allowed", 403)],
)
async def test_what_one_service_refuses_leaves_the_rest(
    client: httpx.AsyncClient, doubles: Doubles, handler: Any, code: str, status: int
) -> None:
    doubles.answers["POST", "/api/v1/genetics/breeding-values/query"] = handler
    answer = await ask(client, QUERY, id=FLOCK)
    nodes = answer["data"]["flock"]["animals"]["nodes"]
    assert {node["breedingValues"] for node in nodes} == {None}
    assert all(node["weights"] for node in nodes)
    assert len(answer["errors"]) == 1
    extensions = answer["errors"][0]["extensions"]
    assert extensions == {"code": code, "status": status, "service": "genetics", "places": 100}


async def test_nonsense_of_a_service_is_not_shown(client: httpx.AsyncClient, doubles: Doubles) -> None:
    doubles.answers["GET", "/api/v1/farm/flocks"] = lambda _request: httpx.Response(200, json={"secret": "s3cret"})
    answer = await ask(client, "{ flocks { nodes { id } } }")
    assert answer["errors"][0]["extensions"]["code"] == "internal"
    assert "s3cret" not in str(answer)
    assert "items" not in str(answer)


async def test_a_program_gets_the_schema(client: httpx.AsyncClient) -> None:
    plain = await client.get("/graphql", headers={"Authorization": ""})
    assert plain.text == sdl()
    assert plain.text.startswith('"""A sheep"""')
