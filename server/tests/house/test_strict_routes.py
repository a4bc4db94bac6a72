"""No route of any service can forget to read strictly: each is walked, and each is asked with an unknown parameter."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from apps import Apps
from bellwether.platform.http.strict.as_written import asks_who_calls
from bellwether.platform.http.strict.fields import AsWritten
from bellwether.platform.ids import new_id
from bellwether.platform.testing.auth_double import AuthDouble
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from pydantic import BaseModel

from .walked import SERVICES, code_of, requests, routes


def fields_of(dependant: Dependant) -> Iterator[Any]:
    yield from (*dependant.path_params, *dependant.query_params, *dependant.body_params)
    for dependency in dependant.dependencies:
        yield from fields_of(dependency)


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The model of a body and those inside it."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from models_in(field.annotation)
    for part in getattr(annotation, "__args__", ()):
        yield from models_in(part)


@pytest.fixture(scope="module", params=SERVICES)
def app(request: pytest.FixtureRequest, apps: Apps) -> FastAPI:
    return apps(request.param)


def test_every_field_is_read_strictly_and_every_body_knows_its_fields(app: FastAPI) -> None:
    for found in routes(app):
        assert id(found.original_route) in app.state.known, found.path
        for field in fields_of(found.dependant):
            assert isinstance(field, AsWritten), f"{found.path}: {field.name}"
        for field in found.dependant.body_params:
            for model in models_in(field.field_info.annotation):
                assert model.model_config.get("extra") == "forbid", f"{found.path}: {model.__name__}"


async def test_every_route_refuses_a_parameter_that_nobody_reads(app: FastAPI, auth: AuthDouble) -> None:
    """From whoever may call it; a stranger is told that he is one."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    roles = ("farmer", "researcher", "student", "administrator")
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        for found in routes(app):
            for method, path, sent in requests(found):
                if asks_who_calls(found.dependant):
                    stranger = await client.request(method, f"{path}?colour=red", **sent)
                    assert stranger.status_code == 401, f"{method} {path}"
                me = auth.bearer(new_id(), roles)
                answer = await client.request(method, f"{path}?colour=red", headers=me, **sent)
                assert answer.status_code in (400, 422), f"{method} {path}"
                assert code_of(answer) == "unknown_parameter", f"{method} {path}"
                assert "The parameter colour is not known here" in answer.text
