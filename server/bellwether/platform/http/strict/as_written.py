"""A request counts as it is written, or is refused: nothing is left unread, nothing can be read in two ways.

`hold_to_what_is_written(app)` does it for every route of a service at once, so that none can forget it. Values are held
to their types by `fields.py`; here it is names (known, once) and text (no control characters).
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from typing import NamedTuple, cast

from fastapi import Depends, FastAPI, Request, params
from fastapi._compat import ModelField
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute, iter_route_contexts

from bellwether.platform.http.dependencies import principal
from bellwether.platform.http.strict.fields import strict
from bellwether.platform.http.strict.rows import is_read_by_row
from bellwether.platform.http.strict.text import CONTROL, ESCAPED_CONTROL, control_in, harmless, not_text
from bellwether.platform.http.strict.words import MOST_TOLD
from bellwether.platform.problems import Problem, RowError, Unprocessable

#: parts of a schema that hold values or Python's own things
UNTOUCHED = ("metadata", "serialization", "default", "expected", "members")


class UnknownParameter(Unprocessable):
    """The address has a parameter that nobody reads: left unread, it would change nothing and tell nobody."""

    code, title = "unknown_parameter", "The address has a parameter that is not known here"


class RepeatedParameter(Unprocessable):
    """Which of the two is meant?"""

    code, title = "repeated_parameter", "The address has a parameter twice that counts once"


class FormFields(Unprocessable):
    """The form has a field that nobody reads, or one twice."""

    code, title = "unknown_field", "The form has a field that is not known here, or one twice"


class RepeatedField(Unprocessable):
    """Readers of JSON disagree about which of the two counts."""

    code, title = "repeated_field", "A field stands twice in one object"


class NotText(Unprocessable):
    """What no keyboard writes and no table keeps."""

    title = "A text has a control character, or half of a surrogate pair"


class NotANumber(Problem):
    """NaN and Infinity are no JSON."""

    status, code, title = 400, "malformed_json", "The body is not JSON"


class Known(NamedTuple):
    """The names that a route reads."""

    parameters: frozenset[str]
    form: frozenset[str] | None
    has_body: bool
    answers_itself: bool
    is_read_by_row: bool


def hold_to_what_is_written(app: FastAPI, *, answering_themselves: tuple[str, ...] = ()) -> None:
    """Every route that `app` has by now. Routers must have been included with `AS_WRITTEN` among their dependencies.

    The addresses `answering_themselves` say in a form of their own what is wrong with a value in their body.

    Raises:
        TypeError: a parameter is a list, for which there is no rule yet.
    """
    known: dict[int, Known] = {}
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute):
            dependant = cast(Dependant, context.dependant)
            strict(dependant)
            after_who_calls(dependant)
            known[id(route)] = known_to(route, dependant, route.path in answering_themselves)
    app.state.known = known


def after_who_calls(dependant: Dependant) -> None:
    """A stranger is told that he is one before he is told what the route reads."""
    mine = [each for each in dependant.dependencies if each.call is as_written]
    others = [each for each in dependant.dependencies if each.call is not as_written]
    place = next((n for n, each in enumerate(others, 1) if asks_who_calls(each)), 0)
    dependant.dependencies[:] = [*others[:place], *mine, *others[place:]]


def asks_who_calls(dependant: Dependant) -> bool:
    """Whether it needs the caller, however indirectly."""
    return dependant.call is principal or any(asks_who_calls(each) for each in dependant.dependencies)


def known_to(route: APIRoute, dependant: Dependant, answers_itself: bool) -> Known:
    """The names that a route reads, however indirectly."""
    found = [field for field in get_flat_params(dependant) if isinstance(field.field_info, params.Query)]
    form = {field.alias for field in body_params(dependant) if isinstance(field.field_info, params.Form)}
    names = frozenset(field.alias for field in found)
    by_row = any(is_read_by_row(field.field_info.annotation) for field in body_params(dependant))
    return Known(names, frozenset(form) or None, route.body_field is not None, answers_itself, by_row)


def body_params(dependant: Dependant) -> Iterator[ModelField]:
    """The parts of its body that a route reads, however indirectly."""
    yield from dependant.body_params
    for each in dependant.dependencies:
        yield from body_params(each)


async def as_written(request: Request) -> None:
    """Refuses what the route would not read, and what could be read in two ways.

    Raises:
        UnknownParameter, RepeatedParameter, FormFields, RepeatedField, NotText, NotANumber
    """
    known: Known | None = request.app.state.known.get(id(request.scope["route"]))
    if known is None:
        return
    names(request.query_params.multi_items(), known.parameters, "parameter", UnknownParameter, RepeatedParameter)
    if known.form is not None:
        sent = await request.form()
        names(sent.multi_items(), known.form, "field", FormFields, FormFields)
    elif known.has_body:
        constant = None if known.answers_itself else refused_number
        written(await request.body(), constant, rows=not known.is_read_by_row)


AS_WRITTEN = Depends(as_written)


def names(
    sent: Iterable[tuple[str, object]],
    known: frozenset[str],
    what: str,
    unknown: type[Unprocessable],
    repeated: type[Unprocessable],
) -> None:
    """Each name is known and stands once, and its text is text."""
    errors, seen = [], set[str]()
    for name, value in sent:
        if name not in known:
            errors.append(unknown_name(harmless(name), known, what))
        elif name in seen:
            message = f"The {what} {name} stands more than once"
            errors.append(RowError(field=name, code=f"repeated_{what}", message=message, fix=f"Send {name} once"))
        elif isinstance(value, str) and CONTROL.search(value):
            errors.append(not_text(name))
        seen.add(name)
        if len(errors) == MOST_TOLD:
            break
    if errors:
        kinds = {f"unknown_{what}": unknown, f"repeated_{what}": repeated}
        raise kinds.get(errors[0].code, NotText)(errors[0].message, errors=errors)


def unknown_name(name: str, known: frozenset[str], what: str) -> RowError:
    """With the known name that is nearest."""
    message = f"The {what} {name} is not known here"
    near = get_close_matches(name.lower(), sorted(known), n=1)
    if near:
        return RowError(field=name, code=f"unknown_{what}", message=message, fix=f"Did you mean {near[0]}?")
    rest = f"Known here: {', '.join(sorted(known))}" if known else f"Leave it out: no {what} is read here"
    return RowError(field=name, code=f"unknown_{what}", message=message, fix=rest)


def written(body: bytes, constant: Callable[[str], object] | None, *, rows: bool = True) -> None:
    """JSON that all readers read alike; without `rows`, text within lists is left to who reads them one by one.

    What is no JSON at all the framework has refused before.
    """
    if body:
        found = json.loads(body, object_pairs_hook=once_each, parse_constant=constant)
        if ESCAPED_CONTROL.search(body) and (place := control_in(found, "", lists=rows)) is not None:
            error = not_text(place or "the body")
            raise NotText(error.message, errors=[error])


def once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object, each of whose names stands once."""
    found = dict(pairs)
    if len(found) < len(pairs):
        counted = Counter(name for name, _ in pairs)
        twice = harmless(next(name for name, times in counted.items() if times > 1))
        message = f"{twice} stands twice in one object: readers disagree about which one counts"
        fix = f"Send {twice} once"
        raise RepeatedField(message, errors=[RowError(field=twice, code=RepeatedField.code, message=message, fix=fix)])
    return found


def refused_number(text: str) -> object:
    """NaN, Infinity and -Infinity are Python's, not JSON's."""
    raise NotANumber(f"{text} is no value of JSON: send a number, or null where there is none")
