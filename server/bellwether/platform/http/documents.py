"""The OpenAPI document of a service as generators of clients need it: what needs a token says so, and what needs none;
each schema has a title of its own; errors are problem documents.
"""

from collections.abc import Iterator, Mapping
from typing import cast

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from bellwether.platform.http.dependencies import principal
from bellwether.platform.json import JsonObject, JsonValue

BEARER = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
#: values, in which `title` is a word like any other
VALUES = ("example", "examples", "default", "enum", "const", "mapping")
FRAMEWORKS = ("HTTPValidationError", "ValidationError")
_FAULT = {
    "type": "object",
    "properties": {
        "row": {"type": ["integer", "null"]},
        "field": {"type": ["string", "null"]},
        "code": {"type": "string"},
        "message": {"type": "string"},
        "fix": {"type": "string"},
    },
    "required": ["row", "field", "code", "message", "fix"],
}
_NAMES = ("type", "title", "status", "detail", "instance", "code")
#: the very schema that the Bun services give, so that the merged document has one
PROBLEM = {
    "type": "object",
    "properties": {name: {"type": "integer" if name == "status" else "string"} for name in _NAMES}
    | {"errors": {"type": "array", "items": _FAULT}},
    "required": [*_NAMES, "errors"],
    "title": "Problem",
}


def describe(app: FastAPI) -> None:
    """Let `app.openapi` give such a document."""
    plain = app.openapi

    def openapi() -> JsonObject:
        if not app.openapi_schema:
            document = cast(JsonObject, plain())
            leave_out_errors_of_the_framework(document)
            state_security(app, document)
            components = cast(dict[str, dict[str, JsonValue]], document.setdefault("components", {}))
            components.setdefault("schemas", {})["Problem"] = cast(JsonValue, PROBLEM)
            components["securitySchemes"] = {"bearer": cast(JsonValue, BEARER)}
            components["schemas"] = cast(dict[str, JsonValue], files(titled(components["schemas"])))
            document["paths"] = without_titles(document["paths"])
            app.openapi_schema = document
        return cast(JsonObject, app.openapi_schema)

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way to change it


def leave_out_errors_of_the_framework(document: JsonObject) -> None:
    """It states its own form of 422 where a route states none: no service of ours gives that."""
    for operations in cast(dict[str, dict[str, dict[str, dict[str, JsonValue]]]], document["paths"]).values():
        for operation in operations.values():
            if FRAMEWORKS[0] in str(operation["responses"].get("422")):
                del operation["responses"]["422"]
    schemas = cast(dict[str, dict[str, JsonValue]], document.get("components", {})).get("schemas", {})
    for name in FRAMEWORKS:
        schemas.pop(name, None)


def state_security(app: FastAPI, document: JsonObject) -> None:
    """What each operation needs, from what its route asks for."""
    paths = cast(dict[str, dict[str, dict[str, JsonValue]]], document["paths"])
    for context in iter_route_contexts(app.routes):
        if isinstance(context.original_route, APIRoute) and context.path_format in paths:
            needs_token = principal in calls(cast(Dependant, context.dependant))
            for method in {each.lower() for each in context.methods or ()} & paths[context.path_format].keys():
                paths[context.path_format][method]["security"] = [{"bearer": []}] if needs_token else []


def calls(dependant: Dependant) -> Iterator[object]:
    """All that a route asks for, however indirectly."""
    for dependency in dependant.dependencies:
        yield dependency.call
        yield from calls(dependency)


def titled(schemas: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Each schema under its name alone: generators name classes by titles, and drop what has a name twice."""
    return {name: {**cast(JsonObject, without_titles(schema)), "title": name} for name, schema in schemas.items()}


def files(part: JsonValue) -> JsonValue:
    """With each file of a form named as generators know it: without the format they would send its name or its text."""
    if isinstance(part, list):
        return [files(item) for item in part]
    if not isinstance(part, dict):
        return part
    found = {name: value if name in VALUES else files(value) for name, value in part.items()}
    return {**found, "format": "binary"} if part.get("contentMediaType") == "application/octet-stream" else found


def without_titles(part: JsonValue) -> JsonValue:
    """Without the titles that FastAPI makes of each field's name."""
    if isinstance(part, list):
        return [without_titles(item) for item in part]
    if not isinstance(part, dict):
        return part
    return {
        name: value if name in VALUES else without_titles(value)
        for name, value in part.items()
        if name != "title" or not isinstance(value, str)
    }
