"""Queries that cost too much are refused before any service is asked."""

import json
from typing import Any

import httpx
import pytest

from .conftest import FLOCK, Doubles

FULL = "id sire { id } dam { id } weights { trait } breedingValues { trait }"


async def errors(client: httpx.AsyncClient, query: str, **variables: Any) -> list[tuple[str, int]]:
    """Codes and statuses of a refused query."""
    answer = await client.post("/graphql", json={"query": query, "variables": variables})
    assert answer.status_code == 200
    assert answer.json()["data"] is None
    return [(error["extensions"]["code"], error["extensions"]["status"]) for error in answer.json()["errors"]]


def nested(levels: int) -> str:
    """A query of this many levels."""
    return f'{{ animal(id: "{FLOCK}") ' + "{ sire " * (levels - 2) + "{ id }" + " }" * (levels - 1)


@pytest.mark.parametrize(
    ("query", "code", "status"),
    [
        ("{ flocks(first: 201) { nodes { id } } }", "invalid_first", 422),
        ("{ flocks(first: 0) { nodes { id } } }", "invalid_first", 422),
        ("{ flocks(first: -5) { nodes { id } } }", "invalid_first", 422),
        (nested(13), "query_too_deep", 422),
        (
            f"{{ flocks(first: 50) {{ nodes {{ animals(first: 50) {{ nodes {{ {FULL} }} }} }} }} }}",
            "query_too_costly",
            422,
        ),
        ("{ nothing }", "invalid_query", 422),
        ("{ flocks(first: ", "malformed_query", 400),
        ("{ " + "flocks " * 2000 + "}", "malformed_query", 400),
        ("mutation { x }", "invalid_query", 422),
        ("{ flocks(first: " + "9" * 5000 + ") { nodes { id } } }", "invalid_first", 422),
        ("query ($n: Int = null) { flocks(first: $n) { nodes { id } } }", "invalid_first", 422),
        ("fragment All on Flock { id }", "invalid_query", 422),
        (nested(240), "malformed_query", 400),
        ("{ " + 'flock(id: "x") { id } ' * 21 + "}", "query_too_large", 422),
        ("{ " + "a: flocks { nodes { id } } " * 21 + "}", "query_too_large", 422),
        ('{ flock(id: "x") { ' + "id " * 480 + "} }", "query_too_large", 422),
        (" ".join(f"query Q{n} {{ flocks {{ nodes {{ id }} }} }}" for n in range(11)), "query_too_large", 422),
        (
            "{ flocks { nodes { id } } } " + " ".join(f"fragment F{n} on Flock {{ id }}" for n in range(21)),
            "query_too_large",
            422,
        ),
    ],
)
async def test_refused(client: httpx.AsyncClient, doubles: Doubles, query: str, code: str, status: int) -> None:
    assert (code, status) in await errors(client, query)
    assert not doubles.calls


async def test_work_counts_not_requests_alone(client: httpx.AsyncClient, edge: Any, doubles: Doubles) -> None:
    """Whoever sends queries that are dear to judge has fewer of them."""
    buckets = edge.state.buckets
    buckets._buckets.clear()
    await client.post("/graphql", json={"query": "{ flocks { nodes { id } } }"})
    (cheap,) = (buckets.burst - bucket.tokens for bucket in buckets._buckets.values())
    key = next(iter(buckets._buckets))
    buckets.charge(key, 30)
    buckets.charge(key, 10_000)
    assert buckets._buckets[key].tokens == -buckets.burst
    buckets.charge("nobody", 1)
    refused = await client.post("/graphql", json={"query": "{ flocks { nodes { id } } }"})
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 1
    buckets._buckets.clear()
    dear = " ".join(f"a{n}: flocks {{ nodes {{ id }} }}" for n in range(100))
    await client.post("/graphql", json={"query": f"{{ {dear} }}"})
    assert buckets.burst - buckets._buckets[key].tokens > cheap + 1


async def test_lengths_in_variables_count(client: httpx.AsyncClient, doubles: Doubles) -> None:
    query = "query ($n: Int! = 5, $m: Int!) { flocks(first: $n) { nodes { animals(first: $m) { nodes { FULL } } } } }"
    query = query.replace("FULL", FULL)
    assert await errors(client, query, n=50, m=200) == [("query_too_costly", 422)]
    assert await errors(client, query, n=999, m=1) == [("invalid_first", 422)]
    assert await errors(client, query, n="x", m=1) == [("invalid_first", 422)]
    assert not doubles.calls
    accepted = await client.post("/graphql", json={"query": query, "variables": {"m": 10}})
    assert "errors" not in accepted.json()


@pytest.mark.parametrize("value", [True, 1.5, float("nan"), 10**30, [1], {"a": 1}])
async def test_a_variable_of_a_wrong_kind_is_the_callers_fault(client: httpx.AsyncClient, value: Any) -> None:
    body = json.dumps({"query": "query ($n: Int!) { flocks(first: $n) { nodes { id } } }", "variables": {"n": value}})
    answer = await client.post("/graphql", content=body, headers={"Content-Type": "application/json"})
    assert {error["extensions"]["status"] for error in answer.json()["errors"]} == {422}, answer.text


async def test_an_operation_that_is_not_there(client: httpx.AsyncClient) -> None:
    answer = await client.post("/graphql", json={"query": "{ flocks { nodes { id } } }", "operationName": "Other"})
    assert answer.json()["errors"][0]["extensions"] == {"code": "invalid_query", "status": 422, "places": 1}


async def messages(client: httpx.AsyncClient, query: str, **body: Any) -> list[str]:
    answer = await client.post("/graphql", json={"query": query, **body})
    assert answer.json()["data"] is None
    return [error["message"] for error in answer.json()["errors"]]


async def test_of_two_operations_one_is_named(client: httpx.AsyncClient, doubles: Doubles) -> None:
    query = "query One($n: Int) { flocks(first: $n) { nodes { id } } } query Two { __typename }"
    assert await messages(client, query) == ["Which operation is meant? Say it in operationName"]
    one = await client.post("/graphql", json={"query": query, "operationName": "Two"})
    assert one.json() == {"data": {"__typename": "Query"}}
    assert await messages(client, query, operationName="Two", variables={"n": 1}) == [
        "The variable n is not declared by the operation: it declares none"
    ]


async def test_a_variable_that_nobody_declares_is_refused(client: httpx.AsyncClient, doubles: Doubles) -> None:
    query = "query ($first: Int = 50) { flocks(first: $first) { nodes { id } } }"
    assert await messages(client, query, variables={"fisrt": 5}) == [
        "The variable fisrt is not declared by the operation: did you mean first?"
    ]
    assert not doubles.calls


@pytest.mark.parametrize("value", [True, None, 1.5, ["x"], {}])
async def test_a_misfit_is_told_without_the_words_of_python(client: httpx.AsyncClient, value: Any) -> None:
    query = "query ($id: ID!) { flock(id: $id) { name } }"
    expected = ["The variable id is of the type ID!: send an id in quotes"]
    assert await messages(client, query, variables={"id": value}) == expected


@pytest.mark.parametrize("value", ["{" + FLOCK + "}", f"urn:uuid:{FLOCK}", FLOCK.replace("-", "")])
async def test_an_id_has_one_spelling(client: httpx.AsyncClient, doubles: Doubles, value: str) -> None:
    query = "query ($id: ID!) { flock(id: $id) { name } }"
    answer = await client.post("/graphql", json={"query": query, "variables": {"id": value}})
    assert answer.json()["errors"][0]["extensions"]["code"] == "invalid_id"
    assert not doubles.calls


async def test_aliases_and_fragments_do_not_hide_the_cost(client: httpx.AsyncClient, doubles: Doubles) -> None:
    part = f"fragment All on Flock {{ animals(first: 200) {{ nodes {{ {FULL} }} }} }}"
    assert await errors(
        client, f'{{ a: flock(id: "{FLOCK}") {{ ...All }} b: flock(id: "{FLOCK}") {{ ...All }} }} {part}'
    ) == [("query_too_costly", 422)]
    chain = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(18))
    last = f'fragment F18 on Query {{ flock(id: "{FLOCK}") {{ name }} }}'
    assert ("query_too_costly", 422) in await errors(client, "{ ...F0 } " + chain + last)
    assert not doubles.calls


async def test_a_fragment_that_contains_itself(client: httpx.AsyncClient) -> None:
    query = '{ flock(id: "x") { ...A } } fragment A on Flock { name ...A }'
    assert await errors(client, query) == [("invalid_query", 422)]


async def test_twelve_levels_and_the_whole_flock_are_allowed(client: httpx.AsyncClient) -> None:
    for query in (nested(12), f'{{ flock(id: "{FLOCK}") {{ animals(first: 200) {{ nodes {{ {FULL} }} }} }} }}'):
        answer = await client.post("/graphql", json={"query": query})
        assert "errors" not in answer.json(), answer.text


async def test_an_id_that_is_none(client: httpx.AsyncClient, doubles: Doubles) -> None:
    answer = (await client.post("/graphql", json={"query": '{ flock(id: "../users") { name } }'})).json()
    assert answer["data"] == {"flock": None}
    assert answer["errors"][0]["extensions"]["code"] == "invalid_id"
    assert not doubles.calls


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"{", 400, "malformed_json"),
        (b"{}", 422, "invalid"),
        (b'{"query": "{ x }", "colour": "red"}', 422, "unknown_field"),
        (b'{"query": ""}', 422, "invalid"),
        (b'{"query": "{ x }", "operationName": "\\ud800"}', 422, "invalid"),
        (b'{"query": "{ x }", "variables": {"a": ["\\ud800"]}}', 422, "invalid"),
        (b'{"query": "{ x }", "variables": {"\\ud800": 1}}', 422, "invalid"),
        (b'{"query": "' + b" " * 30_000 + b'"}', 422, "invalid"),
        (b'{"query": "' + b" " * 2_000_000 + b'"}', 413, "body_too_large"),
    ],
)
async def test_bad_bodies(client: httpx.AsyncClient, content: bytes, status: int, code: str) -> None:
    answer = await client.post("/graphql", content=content, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_introspection_is_allowed_but_not_without_end(client: httpx.AsyncClient) -> None:
    fine = await client.post(
        "/graphql", json={"query": "{ __schema { types { name fields { name type { name } } } } }"}
    )
    assert "errors" not in fine.json()
    deep = "{ __schema { types " + "{ fields { type " * 8 + "{ name }" + " } }" * 8 + " } }"
    assert (await client.post("/graphql", json={"query": deep})).json()["errors"]
