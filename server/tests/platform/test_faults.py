"""A value that is not as it is written is refused in our words, and the same words stand on both sides.

`contracts/cases/faults.json` is read by `users/platform/http/faults.test.ts` as well.
"""

import json
import re
from collections.abc import AsyncIterator, Callable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import httpx
import pytest
from bellwether.platform.http.problem_documents import install
from bellwether.platform.http.schemas import Schema
from bellwether.platform.http.strict.as_written import AS_WRITTEN, hold_to_what_is_written
from bellwether.platform.http.strict.words import told
from bellwether.value_words import NEVER_SENT, WORDS, Words
from fastapi import APIRouter, FastAPI, Form
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field
from pydantic_core._pydantic_core import list_all_errors

CASES = json.loads((Path(__file__).parents[3] / "contracts/cases/faults.json").read_text())
#: how Pydantic and zod speak
LIBRARY = re.compile(
    r"Input should|Field required|Extra inputs|Value error|valid dictionary|Invalid input|expected \w+,"
)
ID = "0198c0de-0000-7000-8000-000000000001"


class Probe(Schema):
    """What the test service takes."""

    number: Annotated[float, Field(ge=0, le=2000)] | None = None
    whole: Annotated[int, Field(ge=0, le=9)] | None = None
    flag: bool | None = None
    words: Annotated[str, Field(min_length=2, max_length=5)] | None = None
    day: date | None = None
    at: datetime | None = None
    id: UUID | None = None
    role: Literal["owner", "worker", "viewer"] | None = None
    texts: Annotated[list[str], Field(max_length=2)] | None = None
    anything: dict[str, object] | None = None


router = APIRouter(prefix="/probe")


@router.post("")
async def take(body: Probe) -> Probe:
    return body


@router.get("")
async def look(
    limit: Annotated[int, Field(ge=1, le=1000)] = 100, accepted: bool | None = None, flock_id: UUID | None = None
) -> dict[str, str]:
    return {"limit": str(limit), "accepted": str(accepted), "flock_id": str(flock_id)}


@router.post("/form")
async def take_form(farm_id: Annotated[UUID, Form()], commit: Annotated[bool, Form()] = True) -> dict[str, str]:
    return {"farm_id": str(farm_id), "commit": str(commit)}


@router.get("/{number}")
async def one(number: int) -> dict[str, int]:
    return {"number": number}


@cache
def probe_app() -> FastAPI:
    made = FastAPI()
    install(made)
    made.include_router(router, dependencies=[AS_WRITTEN])
    hold_to_what_is_written(made)
    return made


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(probe_app()), base_url="http://test") as client:
        yield client


async def answer_to(client: httpx.AsyncClient, case: dict[str, Any]) -> httpx.Response:
    if "query" in case:
        return await client.get(f"/probe?{case['query']}")
    return await client.post("/probe", content=case["body"], headers={"content-type": "application/json"})


@pytest.mark.parametrize("case", CASES["refused"], ids=lambda case: case.get("body", case.get("query"))[:40])
async def test_a_fault_has_its_code_and_our_words(client: httpx.AsyncClient, case: dict[str, Any]) -> None:
    answer = await answer_to(client, case)
    found = answer.json()
    row = found["errors"][0] if found["errors"] else {}
    told = {"status": answer.status_code, "code": found["code"]}
    if "error" in case:
        told |= {"error": {name: row[name] for name in ("field", "code", "message", "fix")}}
    assert told == {name: case[name] for name in ("status", "code", "error") if name in case}, answer.text
    assert not LIBRARY.search(answer.text)


@pytest.mark.parametrize("case", CASES["taken"], ids=lambda case: case.get("body", case.get("query"))[:40])
async def test_what_is_as_it_is_written_is_taken(client: httpx.AsyncClient, case: dict[str, Any]) -> None:
    assert (await answer_to(client, case)).status_code == 200


@pytest.mark.parametrize("kind", [error["type"] for error in list_all_errors()])
def test_every_kind_of_error_has_our_words_or_can_never_be_sent(kind: str) -> None:
    assert (kind in WORDS) != (kind in NEVER_SENT), f"{kind}: give it words in platform/http/strict/words.py"
    example = next(error for error in list_all_errors() if error["type"] == kind)
    row = told({"type": kind, "loc": ("body", "weight"), "ctx": dict(example["example_context"] or {})})
    assert "{" not in row.message
    assert row.message.startswith("weight ")
    assert row.fix
    assert not LIBRARY.search(row.message + row.fix)


def test_no_words_for_kinds_that_do_not_exist() -> None:
    assert {*WORDS, *NEVER_SENT} == {error["type"] for error in list_all_errors()}
    assert all(isinstance(words, Words) for words in WORDS.values())


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ([("farm_id", ID), ("colour", "red")], "unknown_field", "colour"),
        ([("farm_id", ID), ("farm_id", ID)], "unknown_field", "farm_id"),
        ([("farm_id", ID), ("commit", "1")], "invalid", "commit"),
        ([("farm_id", ID), ("commit", "no")], "invalid", "commit"),
        ([("farm_id", "1")], "invalid", "farm_id"),
        ([], "invalid", "farm_id"),
    ],
)
async def test_a_form_is_held_to_the_same_rules(
    client: httpx.AsyncClient, fields: list[tuple[str, str]], code: str, field: str
) -> None:
    answer = await client.post("/probe/form", files=[(name, (None, value)) for name, value in fields] or {"": b""})
    found = answer.json()
    if fields:
        assert (answer.status_code, found["code"], found["errors"][0]["field"]) == (422, code, field), answer.text
    assert not LIBRARY.search(answer.text)


async def test_a_good_form_is_taken(client: httpx.AsyncClient) -> None:
    answer = await client.post("/probe/form", data={"farm_id": ID, "commit": "false"})
    assert answer.json() == {"farm_id": ID, "commit": "False"}


@pytest.mark.parametrize("text", ["1.0", "true", " 1", "1_0", "+1", "0x1", "1e1", "٣"])
async def test_a_number_in_a_path_is_digits(client: httpx.AsyncClient, text: str) -> None:
    answer = await client.get(f"/probe/{text}")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "wrong_type")


FIELDS: dict[str, Callable[[object], bool]] = {
    "number": lambda sent: isinstance(sent, int | float) and not isinstance(sent, bool) and 0 <= sent <= 2000,
    "whole": lambda sent: isinstance(sent, int) and not isinstance(sent, bool) and 0 <= sent <= 9,
    "flag": lambda sent: isinstance(sent, bool),
    "words": lambda sent: isinstance(sent, str) and 2 <= len(sent) <= 5,
    "day": lambda sent: isinstance(sent, str) and bool(re.fullmatch(r"\d{4}-\d\d-\d\d", sent, re.ASCII)),
    "id": lambda sent: isinstance(sent, str) and len(sent) >= 32,
    "role": lambda sent: sent in ("owner", "worker", "viewer"),
}
SENT = st.one_of(
    st.booleans(),
    st.integers(-3, 3000),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=6),
    st.integers(0, 2_000_000_000).map(str),
    st.dates().map(str),
    st.datetimes().map(lambda at: at.isoformat()),
    st.uuids().map(str),
    st.sampled_from(["owner", "true", "1", "31.5", "None", "null", "0"]),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


@settings(deadline=None)
@given(st.sampled_from(sorted(FIELDS)), SENT)
async def test_nothing_is_taken_as_something_else(field: str, sent: object) -> None:
    """Whatever is sent: it comes back as it was, or it is refused."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(probe_app()), base_url="http://test") as client:
        answer = await client.post("/probe", json={field: sent})
    if answer.status_code == 200:
        assert FIELDS[field](sent), f"{field} took {sent!r}"
        assert answer.json()[field] == sent
    else:
        assert answer.status_code == 422, answer.text
        assert not LIBRARY.search(answer.text)
