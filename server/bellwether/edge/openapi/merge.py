"""Merging the OpenAPI documents of the services.

A component that two services describe differently, or that leads to such a one, gets its service's name in front.
"""

from collections.abc import Iterator, Mapping
from typing import Any, cast

OpenApi = dict[str, Any]
"""A document whose form is another's to say."""
Key = tuple[str, str]
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
            paths[path] = labelled(cast(OpenApi, renamed(item, names)), service, operation_ids)
        for key, value in components_of(document):
            section = components.setdefault(key[0], {})
            section[names.get(key, key[1])] = renamed(value, names)
    tags = [{"name": service, "description": titles.get(service, service)} for service in documents]
    return {"tags": tags, "paths": paths, "components": components}


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
            versions.setdefault(key, []).append(value)
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


def labelled(item: OpenApi, service: str, operation_ids: set[str]) -> OpenApi:
    """A path whose operations carry their service as the first tag, and an id that no other has."""
    for method in METHODS:
        if (operation := item.get(method)) is None:
            continue
        operation["tags"] = [service, *(tag for tag in operation.get("tags", []) if tag != service)]
        name = operation.get("operationId") or f"{method}_{service}_{len(operation_ids)}"
        operation["operationId"] = f"{service}_{name}" if name in operation_ids else name
        operation_ids.add(operation["operationId"])
    return item
