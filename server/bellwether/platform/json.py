"""JSON as Python sees it, and as text."""

from typing import TypeAlias

import orjson

JsonValue: TypeAlias = "dict[str, JsonValue] | list[JsonValue] | str | int | float | bool | None"
JsonObject: TypeAlias = dict[str, JsonValue]


def json_text(value: object) -> str:
    """A parameter for `jsonb`; numbers of numpy are numbers."""
    return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY).decode()
