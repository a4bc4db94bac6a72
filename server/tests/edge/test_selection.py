"""Rankings, pedigrees and explanations in a query: one call to genetics each, and the animals of a page in one more."""

from typing import Any

import httpx

from .conftest import FLOCK, IN_FLOCK, Doubles
from .test_graph import ask

LAMB, RAM = IN_FLOCK[3], IN_FLOCK[4]


def answers(body: Any) -> Any:
    return lambda _request: httpx.Response(200, json=body)


async def test_a_ranking_with_its_animals(client: httpx.AsyncClient, doubles: Doubles) -> None:
    parts = [{"trait": "WWT", "value": 1.5, "reliability": 0.4, "part": 3.0}]
    item = {"run_id": FLOCK, "value": 3.0, "reliability": 0.4, "percentile": 99.0, "inbreeding": 0.0, "parts": parts}
    page = {"items": [{"animal_id": key, **item} for key in (LAMB, RAM)], "next": "more"}
    doubles.answers["GET", "/api/v1/genetics/rankings"] = answers(page)
    query = """query ($id: ID!) { ranking(flockId: $id, indexId: $id, first: 2) {
        nodes { value percentile parts { trait part } animal { id tag } } endCursor } }"""
    found = (await ask(client, query, id=FLOCK))["data"]["ranking"]
    assert [node["animal"]["id"] for node in found["nodes"]] == [LAMB, RAM]
    assert found["nodes"][0]["parts"] == [{"trait": "WWT", "part": 3.0}]
    assert found["endCursor"] == "more"
    assert doubles.calls == {"GET /api/v1/genetics/rankings": 1, "POST /api/v1/farm/animals/query": 1}
    assert doubles.requests[0].url.params["limit"] == "2"


async def test_a_pedigree(client: httpx.AsyncClient, doubles: Doubles) -> None:
    body = {
        "nodes": [{"id": LAMB, "generation": 0, "inbreeding": 0.25}],
        "edges": [{"parent_id": RAM, "child_id": LAMB, "role": "sire"}],
    }
    doubles.answers["GET", f"/api/v1/genetics/animals/{LAMB}/pedigree"] = answers(body)
    query = """query ($id: ID!) { pedigree(animalId: $id, up: 2) {
        nodes { id generation inbreeding } edges { parentId childId role } } }"""
    found = (await ask(client, query, id=LAMB))["data"]["pedigree"]
    assert found["nodes"] == [{"id": LAMB, "generation": 0, "inbreeding": 0.25}]
    assert found["edges"] == [{"parentId": RAM, "childId": LAMB, "role": "sire"}]


async def test_why_and_what_genetics_refuses(client: httpx.AsyncClient, doubles: Doubles) -> None:
    body = {
        "value": 1.0, "reliability": 0.5, "parent_average": 0.5, "mendelian_sampling": 0.5, "n_records": 1,
        "yield_deviation": 2.0, "n_progeny": 0, "progeny": None, "weights": [0.7, 0.3, 0.0],
    }  # fmt: skip
    path = f"/api/v1/genetics/evaluations/{FLOCK}/animals/{LAMB}/why"
    doubles.answers["GET", path] = answers(body)
    query = """query ($run: ID!, $id: ID!) { why(runId: $run, animalId: $id, trait: "WWT") {
        value weights parentAverage } }"""
    found = await ask(client, query, run=FLOCK, id=LAMB)
    assert found["data"]["why"] == {"value": 1.0, "weights": [0.7, 0.3, 0.0], "parentAverage": 0.5}
    refused = await ask(client, query, run=FLOCK, id="x")
    assert refused["data"]["why"] is None
    assert refused["errors"][0]["extensions"]["code"] == "invalid_id"
