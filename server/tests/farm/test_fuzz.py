"""Every operation of the OpenAPI document under generated requests: never a 500, no answer that it does not name.

`whole/test_fuzz.py` asks the same of all services in every run, with fewer requests.
"""

import random
from typing import Any

import httpx
import pytest
import schemathesis
from apps import Apps
from bellwether.platform.ids import new_id
from bellwether.platform.testing.auth_double import AuthDouble
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, seed, settings
from starlette.testclient import TestClient

STREAMS = ("/jobs/{job_id}/events", "/live", "/sync/stream")
BASE = "/api/v1/farm"
Answer = tuple[str, int, Any]


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_no_request_breaks_the_service(new_app: Apps, auth: AuthDouble, chance: random.Random) -> None:
    app = new_app("farm")
    examples = settings(
        max_examples=100,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    answers: list[Answer] = []
    undocumented: list[Answer] = []
    with TestClient(app, raise_server_exceptions=False, headers=auth.bearer(new_id())) as client:
        real = place(client)

        def ask(case: Any) -> None:
            answers.append(send(client, case, real))

        for operation in operations(app):
            before, known = len(answers), operation.definition.raw["responses"]
            seed(chance.randrange(2**32))(examples(given(case=operation.as_strategy())(ask)))()
            undocumented += [answer for answer in answers[before:] if str(answer[1]) not in known]
    assert [answer for answer in answers if answer[1] >= 500] == []
    assert undocumented == []
    succeeded = {label for label, status, _ in answers if status < 300}
    assert {"POST /api/v1/farm/farms", "POST /api/v1/farm/animals", "GET /api/v1/farm/animals"} <= succeeded


def place(client: httpx.Client) -> dict[str, str]:
    """A farm, a flock and an animal, so that some requests get further than the first check."""
    farm = client.post(f"{BASE}/farms", json={"name": "Fuzz"}).json()["id"]
    flock = client.post(f"{BASE}/flocks", json={"farm_id": farm, "name": "F", "code": "f"}).json()["id"]
    animal = client.post(f"{BASE}/animals", json={"farm_id": farm, "flock_id": flock}).json()["id"]
    return {"farm_id": farm, "flock_id": flock, "animal_id": animal}


def operations(app: FastAPI) -> list[Any]:
    """All but the streams, which end with a job or an access only."""
    schema: Any = schemathesis.openapi.from_dict(app.openapi())
    found = [result.ok() for result in schema.get_all_operations()]
    return [operation for operation in found if not operation.path.endswith(STREAMS)]


def send(client: httpx.Client, case: Any, real: dict[str, str]) -> Answer:
    """One generated request with the real ids in the places of the generated ones."""
    for values in (case.path_parameters, case.query, case.body):
        if isinstance(values, dict):
            values.update({name: value for name, value in real.items() if name in values})
    kwargs = case.as_transport_kwargs(base_url="http://testserver")
    kwargs.pop("cookies", None)
    kwargs["headers"] = {
        name: value for name, value in dict(kwargs["headers"]).items() if name.lower() != "authorization"
    }
    answer = client.request(**kwargs)
    return case.operation.label, answer.status_code, kwargs
