"""JSON as Python sees it, and as text."""

import hashlib
import json
from typing import TypeAlias
from uuid import UUID

import orjson

JsonValue: TypeAlias = "dict[str, JsonValue] | list[JsonValue] | str | int | float | bool | None"
JsonObject: TypeAlias = dict[str, JsonValue]


def json_text(value: object) -> str:
    """A parameter for `jsonb`; numbers of numpy are numbers, ids of asyncpg are ids."""
    return orjson.dumps(value, default=plain_id, option=orjson.OPT_SERIALIZE_NUMPY).decode()


def plain_id(value: object) -> str:
    """An id whose class is asyncpg's own."""
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} is no JSON")


def fingerprint(sent: object) -> bytes:
    """SHA-256 of what was sent, in whatever order its names stand; also with numbers that no field takes."""
    try:
        said = orjson.dumps(sent, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        said = json.dumps(sent, sort_keys=True).encode()
    return hashlib.sha256(said).digest()
