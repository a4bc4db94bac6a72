"""Generated requests against every OpenAPI document of the running platform.

No answer is a 5xx, every refusal is a problem document or in the words of the face that it came to, every status is
one that the document names.
"""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from bellwether.catalogue import TITLES
from bellwether.launch.machine.folders import REPOSITORY
from hypothesis import HealthCheck, Phase, given, settings
from whole.conftest import Platform
from whole.flock import make_flock

#: streams end with a job or an access; the next ones end the session that the test needs; the gateway hides the last
LEFT_OUT = ("}/events", "}/live", "/sync/stream", "/logout", "/password", "/operator/", "/internal/")
QUICK = settings(
    max_examples=5,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
Answer = tuple[str, httpx.Response]


@pytest.fixture(scope="module")
def client(whole: Platform) -> Iterator[httpx.Client]:
    """A farmer who is a researcher as well, with a farm, so that requests get past the first doors."""
    user = whole.user("farmer", "researcher")
    with httpx.Client(base_url=whole.url, headers=dict(user._http.headers), timeout=20) as client:
        yield client


@pytest.fixture(scope="module")
def real(whole: Platform) -> dict[str, str]:
    """Ids that lead somewhere, though not always to one's own."""
    flock = make_flock(whole.user("farmer"))
    return {"farm_id": flock.farm_id, "flock_id": flock.id}


@pytest.mark.parametrize("service", TITLES)
def test_every_answer_is_meant(client: httpx.Client, real: dict[str, str], service: str) -> None:
    answers: list[Answer] = []
    undocumented = []
    for operation in operations(service):
        before = len(answers)
        QUICK(given(case=operation.as_strategy())(lambda case: answers.append(send(client, case, real))))()
        known = operation.definition.raw["responses"]
        undocumented += [told(answer) for answer in answers[before:] if str(answer[1].status_code) not in known]
    assert [told(answer) for answer in answers if answer[1].status_code >= 500] == []
    refused = [answer for answer in answers if answer[1].status_code >= 400]
    assert refused
    assert [told(answer) for answer in refused if not is_problem(answer[1])] == []
    assert undocumented == []


def operations(service: str) -> list[Any]:
    """Those of one document."""
    document = json.loads((REPOSITORY / "contracts" / f"{service}.openapi.json").read_text())
    found = [result.ok() for result in schemathesis.openapi.from_dict(document).get_all_operations()]
    return [operation for operation in found if not any(part in operation.path for part in LEFT_OUT)]


def send(client: httpx.Client, case: Any, real: dict[str, str]) -> Answer:
    """One generated request; every other one with ids that exist."""
    for values in (case.path_parameters, case.query, case.body):
        if isinstance(values, dict):
            values.update({name: value for name, value in real.items() if name in values})
    request = case.as_transport_kwargs(base_url=str(client.base_url))
    request.pop("cookies", None)
    request["headers"] = {name: value for name, value in request["headers"].items() if name.lower() != "authorization"}
    if "files" in request:
        # httpx sends text in a form, and schemathesis leaves some numbers as they are
        request["files"] = [(field, (name, str(value).encode())) for field, (name, value) in request["files"]]
    return case.operation.label, client.request(**request)


def is_problem(answer: httpx.Response) -> bool:
    """Whether it is a whole problem document, or what a standard has instead of one."""
    if answer.url.path.startswith("/brapi/v2/") and answer.headers["content-type"] == "application/json":
        return isinstance(answer.json(), str) and bool(answer.json())
    if "/locations/" in answer.url.path[:20] and answer.headers["content-type"] == "application/json":
        return all(each["code"] and each["title"] and each["detail"] for each in answer.json()["errors"])
    if not answer.headers["content-type"].startswith("application/problem+json"):
        return False
    body = answer.json()
    return bool(body["status"] == answer.status_code and body["code"] and body["title"] and body["detail"])


def told(answer: Answer) -> str:
    """What a person needs to find the fault."""
    label, response = answer
    sent = response.request
    content = sent.content[:300] if hasattr(sent, "_content") else b"(a stream)"
    return f"{label} -> {response.status_code}: {sent.url} {content!r} {response.text[:300]}"
