"""Every route of every Python service, and a request for each."""

from collections.abc import Iterator
from typing import Any

import httpx
from bellwether.catalogue import EDGE, PYTHON_SERVICES
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

SERVICES = (*PYTHON_SERVICES, EDGE.name)
ID = "0198c0de-0000-7000-8000-000000000001"


def routes(app: FastAPI) -> list[Any]:
    """Its routes, each with the prefix and the dependencies of its routers."""
    return [found for found in iter_route_contexts(app.routes) if isinstance(found.original_route, APIRoute)]


def asked_by(dependant: Dependant) -> Iterator[object]:
    """All that a route asks for, however indirectly."""
    for dependency in dependant.dependencies:
        yield dependency.call
        yield from asked_by(dependency)


def code_of(answer: httpx.Response) -> str:
    """The code of an error: of a problem document, of the first error of a list, or the first word of a text."""
    said = answer.json()
    if isinstance(said, str):
        return said.partition(":")[0]
    return str(said["code"] if "code" in said else said["errors"][0]["code"])


def requests(route: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path and body of a request for each method; the ids in the path name nothing."""
    pieces = ("records.csv" if piece == "{name}" else piece for piece in route.path.split("/"))
    path = "/".join(ID if piece.startswith("{") else piece for piece in pieces)
    uploads = any(type(field.field_info).__name__ in ("Form", "File") for field in route.dependant.body_params)
    for method in route.methods:
        yield method, path, {} if method == "GET" else {"files": {"file": b""}} if uploads else {"json": {}}
