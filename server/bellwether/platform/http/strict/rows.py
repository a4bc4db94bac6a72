"""Rows of a batch that are read one by one: what is wrong with one of them is no matter of the others."""

from typing import Generic, TypeVar, cast

from pydantic import GetJsonSchemaHandler, TypeAdapter, ValidationError
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, SchemaValidator, to_json

from bellwether.platform.http.strict.fields import bounded
from bellwether.platform.http.strict.words import MOST_TOLD, Finding, told
from bellwether.platform.problems import RowError

T = TypeVar("T")
Row = dict[str, object]
"""An object as it was sent."""


class RowReader(Generic[T]):
    """Reads rows as strictly as a route reads its body, and documents them so: `Annotated[Row, reader]`."""

    def __init__(self, kind: TypeAdapter[T]) -> None:
        self._kind = kind
        self._strict = SchemaValidator(bounded(kind.core_schema), _use_prebuilt=False)

    def read(self, sent: Row, *place: str | int) -> T | list[RowError]:
        """The row, or all that is wrong with it, with `place` before the names of its fields."""
        try:
            found: T = self._strict.validate_json(to_json(sent), strict=True)
        except ValidationError as error:
            findings = error.errors(include_url=False, include_input=False)[:MOST_TOLD]
            return [told(cast(Finding, {**item, "loc": (*place, *item["loc"])})) for item in findings]
        return found

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """That of the rows, not that of an object of any kind."""
        return handler(self._kind.core_schema)
