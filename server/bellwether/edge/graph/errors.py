"""Errors of a query, each with `extensions.code` and `extensions.status`."""

from collections.abc import Iterable
from typing import cast

import structlog
from graphql import GraphQLError, GraphQLFormattedError, GraphQLSyntaxError

from bellwether.edge.graph.asked import misfit
from bellwether.edge.upstream import Refused

log = structlog.get_logger()
Rendered = GraphQLFormattedError


def rendered(errors: Iterable[GraphQLError]) -> list[Rendered]:
    """The errors for the wire. One refusal that hit many places of a list is told once, with their number."""
    told: dict[object, Rendered] = {}
    for error in errors:
        item = render(error)
        place = tuple(step for step in item.get("path", ()) if isinstance(step, str))
        key = (item["message"], item["extensions"]["code"], place or tuple(map(str, error.locations or ())))
        if key in told:
            told[key]["extensions"]["places"] += 1
        else:
            item["extensions"]["places"] = 1
            told[key] = item
    return list(told.values())


def render(error: GraphQLError) -> Rendered:
    """One error."""
    cause = error.original_error
    if isinstance(cause, Refused):
        extensions = {"code": cause.code, "status": cause.status, "service": cause.service}
        return {**error.formatted, "message": cause.detail, "extensions": extensions}
    if error.extensions and "code" in error.extensions:
        return {**error.formatted, "extensions": dict(error.extensions)}
    if isinstance(error, GraphQLSyntaxError) or "Parsing aborted" in error.message:
        return {**error.formatted, "extensions": {"code": "malformed_query", "status": 400}}
    # what the library itself says is about the query or its variables; a resolver's fault is another exception
    if cause is None or isinstance(cause, GraphQLError):
        told = {**error.formatted, "message": misfit(error) or error.message}
        return cast(Rendered, {**told, "extensions": {"code": "invalid_query", "status": 422}})
    log.error("unhandled_in_query", path=error.path, exc_info=cause or error)
    message = "Something broke on our side; the request id finds it in the log"
    return {**error.formatted, "message": message, "extensions": {"code": "internal", "status": 500}}
