"""Merging the OpenAPI documents of the services.

A component that two services describe differently, or that leads to such a one, gets its service's name in front.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from bellwether.platform.http.documents import titled

OpenApi = dict[str, Any]
"""A document whose form is another's to say."""
Key = tuple[str, str]
#: paths that the gateway lets nobody reach
PRIVATE = re.compile("/(operator|internal)(/|$)")
WORD = re.compile(r"\w+")
METHODS = ("get", "put", "post", "patch", "delete", "head", "options", "trace")
PREFIX = "#/components/"


def merge(documents: Mapping[str, OpenApi], titles: Mapping[str, str]) -> OpenApi:
    """Paths, components and tags of all `documents`, by service."""
    clashes = clashing(documents)
    paths: OpenApi = {}
    components: dict[str, OpenApi] = {}
    operation_ids: set[str] = set()
    for service, document in documents.items():
        names = {key: f"{service}_{key[1]}" for key in clashes}
        for path, item in document.get("paths", {}).items():
            if not PRIVATE.search(path):
                paths[path] = labelled(cast(OpenApi, renamed(item, names)), path, service, operation_ids)
        for key, value in components_of(document):
            section = components.setdefault(key[0], {})
            section[names.get(key, key[1])] = renamed(value, names)
    tags = [{"name": service, "description": titles.get(service, service)} for service in documents]
    return {"tags": tags, "paths": paths, "components": components}


def public(body: OpenApi) -> OpenApi:
    """A merged document whose schemas have the titles that generators ask for, and none that no path leads to."""
    components = body["components"]
    schemas = titled(reached(body["paths"], components.get("schemas", {})))
    return {**body, "components": {**components, "schemas": schemas}}


def reached(paths: OpenApi, schemas: OpenApi) -> OpenApi:
    """The schemas that a path leads to: what only operators and services send and get is nobody else's."""
    found, left = set[str](), {name for _, name in references(paths)}
    while left:
        found |= left
        left = {name for each in left for _, name in references(schemas.get(each))} - found
    return {name: schema for name, schema in schemas.items() if name in found}


def components_of(document: OpenApi) -> Iterator[tuple[Key, object]]:
    """Each component with its section and name."""
    for section, items in document.get("components", {}).items():
        for name, value in items.items():
            yield (section, name), value


def clashing(documents: Mapping[str, OpenApi]) -> set[Key]:
    """The components that cannot be shared between services."""
    versions: dict[Key, list[object]] = {}
    for document in documents.values():
        for key, value in components_of(document):
            # a title is no part of what it says: the schema's name is
            versions.setdefault(key, []).append({**value, "title": key[1]} if isinstance(value, dict) else value)
    clashes = {key for key, values in versions.items() if any(value != values[0] for value in values)}
    shared = {key: set(references(values)) for key, values in versions.items() if len(values) > 1}
    while tainted := {key for key, reached in shared.items() if key not in clashes and reached & clashes}:
        clashes |= tainted
    return clashes


def references(value: object) -> Iterator[Key]:
    """The components that `value` names."""
    if isinstance(value, dict):
        for item in value.values():
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, str) and value.startswith(PREFIX):
        section, _, name = value.removeprefix(PREFIX).partition("/")
        yield section, name


def renamed(value: object, names: Mapping[Key, str]) -> object:
    """`value` with its references following the new names."""
    if isinstance(value, dict):
        return {key: renamed(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [renamed(item, names) for item in value]
    for section, name in references(value):
        return f"{PREFIX}{section}/{names.get((section, name), name)}"
    return value


def labelled(item: OpenApi, path: str, service: str, operation_ids: set[str]) -> OpenApi:
    """A path whose operations carry their service as the first tag, an id that no other has, and what they need."""
    for method in METHODS:
        if (operation := item.get(method)) is None:
            continue
        operation["tags"] = [service, *(tag for tag in operation.get("tags", []) if tag != service)]
        name = operation.get("operationId") or "_".join((method, *WORD.findall(path.removeprefix("/api/v1"))))
        operation["operationId"] = f"{service}_{name}" if name in operation_ids else name
        operation.setdefault("security", [])
        operation_ids.add(operation["operationId"])
    return item
