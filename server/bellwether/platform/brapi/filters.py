"""One model for both ways to ask: the body of a search names many values of a field, the query of a list one.

What is asked for of several fields must hold of all; of several values of one field, one must hold.
"""

from collections.abc import Awaitable, Callable, Collection
from inspect import Parameter, Signature
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import Query
from fastapi.exceptions import RequestValidationError
from pydantic import Field, StringConstraints, ValidationError

from bellwether.platform.brapi.wire import Wire

Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Values = Annotated[list[Text], Field(max_length=10_000)] | None
URN = "urn:uuid:"
#: fields whose names are the same for one value, or lose more than an s
ONE_OF = {"genus": "genus", "species": "species", "traitClasses": "traitClass"}
S = TypeVar("S", bound=Wire)


def of_query(model: type[S], *, only_searched: Collection[str] = ()) -> Callable[..., Awaitable[S]]:
    """A dependency that reads the parameters of a list as the search that they stand for."""
    parameters, many = [], {}
    for name, field in model.model_fields.items():
        alias, is_list = field.alias or name, field.annotation == Values
        if name not in only_searched:
            many[name] = (alias, is_list)
            one = ONE_OF.get(alias, alias.removesuffix("s")) if is_list else alias
            default = Query(None if is_list else field.default, alias=one, description=field.description)
            kind = (Text | None) if is_list else field.annotation
            default.metadata = [] if is_list else field.metadata
            parameters.append(Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=kind))

    async def asked(**given: object) -> S:
        values = {
            alias: [given[name]] if is_list else given[name]
            for name, (alias, is_list) in many.items()
            if given[name] is not None
        }
        try:
            return model.model_validate(values)
        except ValidationError as error:
            # what is wrong with several parameters together
            raise RequestValidationError(
                [{**each, "loc": ("query", *each["loc"])} for each in error.errors()]
            ) from None

    asked.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    return asked


def ids_of(values: list[str] | None) -> list[UUID] | None:
    """The ids among the values, also as URNs; another text is the id of nothing."""
    return None if not values else [found for value in values if (found := id_of(value)) is not None]


def id_of(value: str) -> UUID | None:
    """The id that a text is."""
    text = value.removeprefix(URN)
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None
