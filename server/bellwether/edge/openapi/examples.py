"""An example of what a schema describes: the author's own when there is one, else a plausible one."""

from typing import Any

Json = dict[str, Any]
MAX_DEPTH = 5
BY_FORMAT = {
    "uuid": "0198c5a2-7c11-7d3e-9a41-1f2d3c4b5a69",
    "date": "2025-11-02",
    "date-time": "2025-11-02T08:15:00Z",
    "email": "ada@example.org",
    "uri": "https://example.org",
}
BY_TYPE: dict[str, Any] = {"string": "text", "integer": 1, "number": 1.5, "boolean": True, "null": None}


def example_of(schema: Any, document: Json, depth: int = 0) -> Any:
    """An example value of `schema`, whose references are looked up in `document`."""
    schema = resolved(schema, document)
    if (given := own_example(schema)) is not None:
        return given
    for word in ("anyOf", "oneOf"):
        for choice in schema.get(word, ()):
            if choice.get("type") != "null":
                return example_of(choice, document, depth)
    if "allOf" in schema:
        parts = [example_of(part, document, depth) for part in schema["allOf"]]
        return {key: value for part in parts if isinstance(part, dict) for key, value in part.items()}
    return by_type(schema, document, depth)


def own_example(schema: Json) -> Any:
    """What the author of the schema gave."""
    if schema.get("examples"):
        return schema["examples"][0]
    for word in ("example", "const", "default"):
        if schema.get(word) not in (None, "", [], {}):
            return schema[word]
    return schema["enum"][0] if schema.get("enum") else None


def by_type(schema: Json, document: Json, depth: int) -> Any:
    """A value of the schema's type."""
    kind = schema.get("type", "object" if "properties" in schema else "string")
    kind = next((item for item in kind if item != "null"), "null") if isinstance(kind, list) else kind
    if kind == "object":
        fields = schema.get("properties", {}) if depth < MAX_DEPTH else {}
        return {name: example_of(field, document, depth + 1) for name, field in fields.items()}
    if kind == "array":
        return [example_of(schema.get("items", {}), document, depth + 1)] if depth < MAX_DEPTH else []
    return BY_FORMAT.get(schema.get("format", ""), BY_TYPE.get(kind))


def resolved(schema: Any, document: Json) -> Json:
    """The schema behind a reference."""
    for _ in range(MAX_DEPTH):
        if not isinstance(schema, dict) or "$ref" not in schema:
            break
        found: Any = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found.get(step, {})
        schema = found
    return schema if isinstance(schema, dict) else {}
