"""The options of a file as fields of its form, one for each of `Options`, so that what can be asked can be answered."""

import inspect
from typing import Annotated, Literal, Optional, get_args, get_origin

import orjson
from fastapi import Depends, Form
from pydantic import ValidationError

from bellwether.farm.imports.reading.options import CONTEXT, Options
from bellwether.platform.problems import RowError, Unprocessable

LONGEST = 4000
NAMES = tuple(name for name in Options.model_fields if name not in CONTEXT)
WHAT = {
    "date_order": "Needed when day and month could be swapped",
    "trait": "Stage of all weights: WWT, weaning, ...",
    "session_id": "The day in the yards on which all of it was measured; its one weight is the trait when none is said",
    "unit": "Of weights whose file does not name it; the farm's otherwise",
    "missing": "Further codes for unknown, separated by commas",
    "present": "Codes that are values although they look like unknown, separated by commas",
    "columns": 'JSON object, header -> field or ignore: {"Ear no": "vid"}',
    "words": 'JSON object, word -> meaning: {"w": "wether"}',
    "on_unknown_parent": "What becomes of a parent that neither the farm nor the file has a row for: add, refuse",
    "on_weaker_parent": "A parent that has weaker evidence than the accepted one: keep that one, refuse, replace it",
    "on_unknown_tag": "A weight of a tag that nobody has: refuse it, or keep it on an animal to identify",
    "rounded_ids": "keep: numbers of sixteen digits that all end in 0 are right",
    "lost_zeros": "keep: numbers that differ from known ones by zeros before them are other animals",
    "date_orders": 'JSON object, header -> order: {"DOB": "dmy"}',
}


class OptionWrong(Unprocessable):
    """An option of the form cannot be read."""

    code, title = "option_wrong", "An option cannot be read"


async def read_options(**given: str | None) -> Options:
    """The options that were sent.

    Raises:
        OptionWrong: one is no list, no JSON object, or has a value that is not known.
    """
    values = {name: read(name, text) for name, text in given.items() if text is not None}
    try:
        return Options.model_validate(values)
    except ValidationError as error:
        found = [wrong(str(each["loc"][0]) if each["loc"] else "options") for each in error.errors()]
        raise OptionWrong(found[0].message, errors=found) from error


def read(name: str, text: str) -> object:
    """The value of one field."""
    kind = get_origin(Options.model_fields[name].annotation)
    if kind is tuple:
        return tuple(word.strip() for word in text.split(",") if word.strip())
    if kind is not dict:
        return text
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise OptionWrong(wrong(name).message, errors=[wrong(name)]) from error
    return found


def wrong(name: str) -> RowError:
    """A finding about one option."""
    fix = f"send {WHAT[name]}" if name in WHAT else "see the API documentation"
    return RowError(field=name, code="option_wrong", message=f"{name} cannot be read", fix=fix)


def field_of(name: str) -> inspect.Parameter:
    """An optional field of the form: words as they are, lists and objects as text."""
    annotation: object = Options.model_fields[name].annotation
    kind: object = str
    parts = () if get_origin(annotation) is dict else get_args(annotation)
    choices = [part for part in (annotation, *parts) if get_origin(part) is Literal]
    if choices:
        kind = choices[0]
    described = Form(description=WHAT.get(name), max_length=None if choices else LONGEST)
    hint = Annotated[Optional[kind], described]  # type: ignore[valid-type]  # noqa: UP045
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=hint)


read_options.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
    [field_of(name) for name in NAMES], return_annotation=Options
)
Told = Annotated[Options, Depends(read_options)]
"""The options of a form, for a route."""
