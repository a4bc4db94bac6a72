"""The fields of a request, read strictly: no number from `true` or "31", no day from 0, one spelling for each value.

FastAPI reads a body as Python's objects, where strict would refuse the text of a UUID or a day; so each field of a
route gets a validator of its own that reads JSON as JSON and text as text.
"""

import json
import re
from contextlib import suppress
from datetime import UTC, date
from typing import cast

from fastapi import params
from fastapi._compat import ModelField
from fastapi.dependencies.models import Dependant
from pydantic import ValidationError
from pydantic_core import CoreSchema, PydanticKnownError, PydanticSerializationError, SchemaValidator, to_json
from pydantic_core.core_schema import ErrorType, datetime_schema, no_info_before_validator_function

INT64 = 2**63 - 1
HALF = re.compile("[\ud800-\udfff]")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
ANY_MOMENT = SchemaValidator(datetime_schema())
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ].+")
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
WHOLE = re.compile(r"-?\d+", re.ASCII)
NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
TRUTHS = ("true", "false")
#: generated clients in Python write a truth into a form as Python does
TRUTHS_OF_FORMS = (*TRUTHS, "True", "False")
#: parts of a schema that hold values or Python's own things
UNTOUCHED = ("metadata", "serialization", "default", "expected", "members")


def strict(dependant: Dependant) -> None:
    """Put a strict field in the place of each field."""
    for fields in (dependant.path_params, dependant.query_params, dependant.body_params):
        fields[:] = [field if isinstance(field, AsWritten) else AsWritten.of(field) for field in fields]
    for dependency in dependant.dependencies:
        strict(dependency)


class AsWritten(ModelField):
    """A field of a request, read strictly."""

    @classmethod
    def of(cls, field: ModelField) -> "AsWritten":
        """The same field, strict."""
        return cls(field_info=field.field_info, name=field.name, mode=field.mode, config=field.config)

    def __post_init__(self) -> None:
        super().__post_init__()
        schema = self._type_adapter.core_schema
        self._is_json = isinstance(self.field_info, params.Body) and not isinstance(self.field_info, params.Form)
        if isinstance(self.field_info, params.Query) and schema["type"] in ("list", "set", "tuple"):
            raise TypeError(f"{self.name}: say first what a parameter means that stands several times")
        # the ready validators of the models are lax: these are built anew
        self._strict = SchemaValidator(bounded(schema), _use_prebuilt=False)

    def validate(
        self,
        value: object,
        values: dict[str, object] = {},  # noqa: B006 - the signature is FastAPI's, and nobody writes into it
        *,
        loc: tuple[int | str, ...] = (),
    ) -> tuple[object, list[dict[str, object]]]:
        """The value, or what is wrong with it."""
        try:
            if self._is_json:
                return self._strict.validate_json(as_json(value), strict=True), []
            if isinstance(value, str):
                found = self._strict.validate_strings(value, strict=True)  # type: ignore[arg-type]  # or text
                kind = misspelt(value, found, TRUTHS_OF_FORMS if isinstance(self.field_info, params.Form) else TRUTHS)
                return (None, [{"type": kind, "loc": loc}]) if kind else (found, [])
        except ValidationError as error:
            return None, [
                {**item, "loc": (*loc, *item["loc"])} for item in error.errors(include_url=False, include_input=False)
            ]
        return super().validate(value, values, loc=loc)


def as_json(value: object) -> bytes:
    """What was parsed as JSON again: half of a surrogate pair, which is no text, as another character that is none."""
    try:
        return to_json(value)
    except PydanticSerializationError:
        return HALF.sub(r"\\u0000", json.dumps(value, ensure_ascii=False)).encode()


def bounded(schema: CoreSchema) -> CoreSchema:
    """The schema for what crosses the wire: finite numbers, integers that a table holds, days that are written as days.

    Strict alone still takes "0" for the first day of 1970, for it is a number of seconds.
    """
    return cast(CoreSchema, bounded_part(schema))


def bounded_part(part: object) -> object:
    """One node of a schema with all below it."""
    if isinstance(part, list):
        return [bounded_part(item) for item in part]
    if isinstance(part, tuple):
        return tuple(bounded_part(item) for item in part)
    if not isinstance(part, dict):
        return part
    kept = {name: value if name in UNTOUCHED else bounded_part(value) for name, value in part.items()}
    match kept.get("type"):
        case "float":
            return {**kept, "allow_inf_nan": False}
        case "int" if "le" not in kept and "lt" not in kept:
            return {"ge": -INT64, **kept, "le": INT64} if "gt" not in kept else {**kept, "le": INT64}
        case "date":
            return no_info_before_validator_function(day_of, cast(CoreSchema, kept))
        case "datetime":
            return no_info_before_validator_function(moment_of, cast(CoreSchema, kept))
        case "uuid":
            return no_info_before_validator_function(id_of, cast(CoreSchema, kept))
    return kept


def day_of(value: object) -> object:
    """A day from its text; the rest of the schema gets a day."""
    if isinstance(value, str):
        with suppress(ValueError):
            if DAY.fullmatch(value):
                return date.fromisoformat(value)
        raise PydanticKnownError("date_parsing", {"error": "of another form"})
    return value


def moment_of(value: object) -> object:
    """A date and time from its text."""
    if isinstance(value, str):
        if not MOMENT.fullmatch(value):
            raise PydanticKnownError("datetime_parsing", {"error": "of another form"})
        moment = ANY_MOMENT.validate_python(value)
        try:
            # what is stored is UTC, which ends within a day of the calendar's ends
            moment.astimezone(UTC)
        except OverflowError as error:
            raise ValueError("must lie within the years 1 to 9999 in UTC") from error
        return moment
    return value


def id_of(value: object) -> object:
    """An id as it is given out: Python would take it in braces, without its hyphens and as a URN too."""
    if isinstance(value, str) and not ID.fullmatch(value):
        raise PydanticKnownError("uuid_parsing", {"error": "of another form"})
    return value


def misspelt(text: str, found: object, truths: tuple[str, ...] = TRUTHS) -> ErrorType | None:
    """Text of a query or a form has one spelling for each value: `true`, never `1` or `yes`; `10`, never `1_0`."""
    if isinstance(found, bool):
        return None if text in truths else "bool_parsing"
    if isinstance(found, int):
        return None if WHOLE.fullmatch(text) else "int_parsing"
    if isinstance(found, float):
        return None if NUMBER.fullmatch(text) else "float_parsing"
    return None
