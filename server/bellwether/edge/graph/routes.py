"""The address of GraphQL."""

import json
from typing import Annotated

from fastapi import APIRouter, Request
from graphql import GraphQLError
from pydantic import AfterValidator, ConfigDict, Field, StringConstraints
from starlette.responses import JSONResponse, PlainTextResponse, Response
from strawberry.schema.exceptions import CannotGetOperationTypeError

from bellwether.edge.graph.errors import rendered
from bellwether.edge.graph.example import EXAMPLE
from bellwether.edge.graph.loaders import Loaders
from bellwether.edge.graph.schema import schema, sdl
from bellwether.edge.graph.types import Asking
from bellwether.edge.pages.files import pages_of, wants_html
from bellwether.platform.http.dependencies import Me
from bellwether.platform.http.schemas import Schema

router = APIRouter(tags=["graphql"])
#: an ordinary query is read and judged in this time; one that takes more counts as several requests
A_REQUESTS_WORK_S = 0.005
NO_OPERATION = GraphQLError("The document has no operation of this name: leave operationName out, or correct it")


def encodable(variables: dict[str, object] | None) -> dict[str, object] | None:
    """Half of a surrogate pair is a character to JSON and to nobody else: no service could be sent it."""
    try:
        json.dumps(variables, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise ValueError("must not contain half of a surrogate pair") from error
    return variables


class GraphQLRequest(Schema):
    """A query with its variables."""

    query: Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
    variables: Annotated[dict[str, object] | None, AfterValidator(encodable)] = None
    operation_name: Annotated[str, StringConstraints(max_length=200)] | None = Field(
        default=None, alias="operationName"
    )
    extensions: dict[str, object] | None = None

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"query": EXAMPLE, "variables": {"id": "0198c5a0-11aa-7f00-8c55-2b7d9e1f0a34"}}]
        }
    )


class GraphQLAnswer(Schema):
    """Data, errors, or some of each."""

    data: dict[str, object] | None = None
    errors: list[dict[str, object]] = Field(default_factory=list)


@router.post("/graphql", response_model=GraphQLAnswer)
async def ask(body: GraphQLRequest, request: Request, me: Me) -> Response:
    """Nested reads across services, with the caller's own rights; the services decide what is visible.

    Errors stand in `errors`, each with `extensions.code` and `extensions.status`; what could be read stands in `data`.
    """
    asking = Asking(Loaders(request.app.state.upstream.caller(passed_on(request))))
    try:
        result = await schema.execute(
            body.query, variable_values=body.variables, operation_name=body.operation_name, context_value=asking
        )
    except CannotGetOperationTypeError:
        return JSONResponse({"data": None, "errors": rendered([NO_OPERATION])})
    finally:
        request.app.state.buckets.charge(str(me.user_id), asking.work_s / A_REQUESTS_WORK_S)
    answer: dict[str, object] = {"data": result.data}
    if result.errors:
        answer["errors"] = rendered(result.errors)
    return JSONResponse(answer)


@router.get("/graphql", include_in_schema=False)
async def page(request: Request) -> Response:
    """A page to try queries for a browser, the schema for everybody else."""
    return pages_of(request).page("graphql") if wants_html(request) else PlainTextResponse(sdl())


def passed_on(request: Request) -> dict[str, str]:
    """The headers that a service gets: who asks, in which request and trace."""
    state = request.scope["state"]
    headers = {"Authorization": request.headers["authorization"], "X-Request-Id": state["request_id"]}
    if state["traceparent"]:
        headers["traceparent"] = state["traceparent"]
    return headers
