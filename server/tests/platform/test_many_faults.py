"""What is wrong a hundred thousand times is told in the time of a few: no answer costs more than its body is long."""

import time
from collections.abc import Callable

import httpx
import pytest
from bellwether.platform.http import problem_documents
from bellwether.platform.http.schemas import Schema
from bellwether.platform.http.strict.as_written import NotText, RepeatedField, UnknownParameter, names, written
from bellwether.platform.http.strict.words import MOST_TOLD
from fastapi import FastAPI

MANY = 60_000
Timed = Callable[[], float]


class Sheep(Schema):
    """A body with few fields."""

    tag: str
    weights: list[float]


@pytest.fixture
def seconds() -> Timed:
    """Processor seconds of this test so far."""
    began = time.process_time()
    return lambda: time.process_time() - began


@pytest.mark.parametrize("place", [0, MANY // 2, MANY])
def test_a_name_that_stands_twice_among_many(place: int, seconds: Timed) -> None:
    pairs = [f'"n{n}":1' for n in range(MANY)]
    pairs.insert(place, f'"n{MANY - 1}":2')
    with pytest.raises(RepeatedField, match=f"n{MANY - 1} stands twice"):
        written(("{" + ",".join(pairs) + "}").encode(), None)
    assert seconds() < 1


def test_parameters_that_nobody_reads(seconds: Timed) -> None:
    with pytest.raises(UnknownParameter) as found:
        names([(f"limt{n}", "1") for n in range(MANY)], frozenset({"limit", "cursor"}), "parameter",
              UnknownParameter, UnknownParameter)  # fmt: skip
    assert len(found.value.errors) == MOST_TOLD
    assert found.value.errors[0].fix == "Did you mean limit?"
    assert seconds() < 1


def test_a_control_character_deep_inside(seconds: Timed) -> None:
    with pytest.raises(NotText):
        written(b'{"a":' + b"[" * 300 + b'"\\u0000"' + b"]" * 300 + b',"b":[' + b"1," * MANY + b"1]}", None)

    assert seconds() < 1


async def test_values_that_break_rules(seconds: Timed) -> None:
    app = FastAPI()
    problem_documents.install(app)

    @app.post("/sheep")
    async def take(body: Sheep) -> None: ...

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        for body in (
            {"tag": "1", "weights": ["x"] * MANY},
            {f"n{n}": 1 for n in range(MANY)},
            {"tag": "1", "weights": [{}] * MANY},
        ):
            answer = await client.post("/sheep", json=body)
            found = answer.json()
            assert answer.status_code == 422
            assert len(found["errors"]) <= MOST_TOLD + 1
            assert found["errors"][-1]["code"] == "more"
            assert found["errors"][-1]["message"].endswith("more values break a rule")
    assert seconds() < 8
