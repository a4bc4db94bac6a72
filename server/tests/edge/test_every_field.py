"""Every field of GraphQL, as the schema lists them: a new one is asked here without anybody writing a row."""

from typing import Any, cast

import httpx
import pytest
from bellwether.edge.graph.schema import sdl
from bellwether.platform.ids import new_id
from bellwether.platform.testing.auth_double import AuthDouble
from graphql import GraphQLField, GraphQLObjectType, build_schema, get_named_type, is_required_argument

from .test_with_services import evaluated, whole

__all__ = ["whole"]

ROOT = cast(GraphQLObjectType, build_schema(sdl()).query_type)
#: what the farm of these tests has nothing of: it has no index, and its run kept no tables
BARE = ("ranking", "why")


def written(name: str, field: GraphQLField, values: dict[str, str], above: tuple[str, ...] = ()) -> str:
    """A field with all below it; a type within itself is asked for its plain fields."""
    needed = [f'{key}: "{values[key]}"' for key, argument in field.args.items() if is_required_argument(argument)]
    arguments = ", ".join([*needed, *(["first: 3"] if "first" in field.args else [])])
    kind = get_named_type(field.type)
    below = ""
    if isinstance(kind, GraphQLObjectType):
        inner = [
            written(key, each, values, (*above, kind.name))
            for key, each in kind.fields.items()
            if get_named_type(each.type).name not in (*above, kind.name)
        ]
        below = "{ " + " ".join(inner) + " }"
    return f"{name}{f'({arguments})' if arguments else ''} {below}"


def told(value: Any) -> bool:
    """Whether an answer says anything."""
    if isinstance(value, dict):
        return any(told(each) for key, each in value.items() if key != "pageInfo")
    return value not in (None, [])


@pytest.mark.parametrize("name", sorted(ROOT.fields))
async def test_no_field_tells_others_of_a_farm(
    whole: httpx.AsyncClient, auth: AuthDouble, postgres_server: Any, name: str
) -> None:
    farmer = auth.bearer(new_id())
    flock, _, lamb, run = await evaluated(whole, farmer, postgres_server.dsn)
    ids = {"flock": flock, "animal": lamb, "pedigree": lamb}
    values = {"id": ids.get(name, flock), "flockId": flock, "animalId": lamb, "runId": str(run), "trait": "WWT"}
    values |= {"indexId": str(new_id())}
    query = {"query": "{ " + written(name, ROOT.fields[name], values) + " }"}
    mine = (await whole.post("/graphql", json=query, headers=farmer)).json()
    assert told(mine["data"]) == (name not in BARE), mine
    assert (await whole.post("/graphql", json=query)).status_code == 401
    for roles in (["farmer"], ["researcher"], ["student"], ["administrator"]):
        theirs = (await whole.post("/graphql", json=query, headers=auth.bearer(new_id(), roles))).json()
        assert not told(theirs["data"]), roles
        assert lamb not in str(theirs["data"])
