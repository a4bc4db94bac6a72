"""Rows of a batch that are read one by one: what is wrong with one of them is no matter of the others."""

from typing import Generic, TypeVar, cast, get_args

from pydantic import BaseModel, GetJsonSchemaHandler, TypeAdapter, ValidationError
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, SchemaValidator

from bellwether.platform.http.strict.fields import as_json, bounded
from bellwether.platform.http.strict.text import ESCAPED_CONTROL, control_in, not_text
from bellwether.platform.http.strict.words import MOST_TOLD, Finding, told
from bellwether.platform.problems import RowError

T = TypeVar("T")
Row = dict[str, object]
"""An object as it was sent."""


class OneByOne:
    """`Annotated[Row, OneByOne()]`: whoever takes the rows holds each of them to `fault_of_text`."""


class RowReader(OneByOne, Generic[T]):
    """Reads rows as strictly as a route reads its body, and documents them so: `Annotated[Row, reader]`."""

    def __init__(self, kind: TypeAdapter[T]) -> None:
        self._kind = kind
        self._strict = SchemaValidator(bounded(kind.core_schema), _use_prebuilt=False)

    def read(self, sent: Row, *place: str | int) -> T | list[RowError]:
        """The row, or all that is wrong with it, with `place` before the names of its fields."""
        if (fault := fault_of_text(sent, *place)) is not None:
            return [fault]
        try:
            found: T = self._strict.validate_json(as_json(sent), strict=True)
        except ValidationError as error:
            findings = error.errors(include_url=False, include_input=False)[:MOST_TOLD]
            return [told(cast(Finding, {**item, "loc": (*place, *item["loc"])})) for item in findings]
        return found

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """That of the rows, not that of an object of any kind."""
        return handler(self._kind.core_schema)


def fault_of_text(sent: Row, *place: str | int) -> RowError | None:
    """A control character somewhere in a row, or None."""
    where = control_in(sent, "") if ESCAPED_CONTROL.search(as_json(sent)) else None
    return None if where is None else not_text(".".join(str(each) for each in (*place, where) if each != ""))


def is_read_by_row(kind: object) -> bool:
    """Whether a body of this type has rows that are read one by one."""
    if isinstance(kind, OneByOne):
        return True
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return any(any(map(is_read_by_row, (one.annotation, *one.metadata))) for one in kind.model_fields.values())
    return any(map(is_read_by_row, get_args(kind)))
