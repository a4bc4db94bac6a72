"""Every field of GraphQL, as the schema lists them: a new one is asked here without anybody writing a row."""

from typing import Any, cast
from uuid import UUID

import asyncpg
import httpx
import pytest
from bellwether.edge.graph.schema import sdl
from bellwether.platform.ids import new_id
from bellwether.platform.testing.auth_double import AuthDouble
from graphql import GraphQLField, GraphQLObjectType, build_schema, get_named_type, is_required_argument

from .test_with_services import evaluated, whole

__all__ = ["whole"]

ROOT = cast(GraphQLObjectType, build_schema(sdl()).query_type)
#: what the farm of these tests has nothing of: it has no index, no sample, and its run kept no tables
BARE = ("ranking", "why", "samples")


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
    values |= {"indexId": str(new_id()), "farmId": str(await farm_of(postgres_server.dsn, flock))}
    query = {"query": "{ " + written(name, ROOT.fields[name], values) + " }"}
    mine = (await whole.post("/graphql", json=query, headers=farmer)).json()
    assert told(mine["data"]) == (name not in BARE), mine
    assert (await whole.post("/graphql", json=query)).status_code == 401
    for roles in (["farmer"], ["researcher"], ["student"], ["administrator"]):
        theirs = (await whole.post("/graphql", json=query, headers=auth.bearer(new_id(), roles))).json()
        assert not told(theirs["data"]), roles
        assert lamb not in str(theirs["data"])


#: of whose fields genetics asks a farm's consent, and for what; all others are of the farm's own people
CONSENTED = {
    "breedingValues": "breeding_values",
    "publishedValues": "breeding_values",
    "geneticTrend": "breeding_values",
    "samples": "genotypes",
}
PROJECT = "insert into research.project (id, title, state, owner_id) values ($1, 'Worms', 'running', $2)"
CONSENT = "insert into farm.consent (id, farm_id, project_id, scope, granted_by) values ($1, $2, $3, $4, $2)"
GENOTYPED = """
with chip as (insert into genetics.chip (farm_id, code, name) values ($1, 'C', 'C') returning id),
map as (insert into genetics.marker_map (chip_id, version, n_markers, sha256, file_name)
        select id, 1, 1, repeat('a', 64), 'm' from chip returning chip_id),
import as (insert into genetics.genotype_import (id, farm_id, chip_id, map_version, genotype_file_id, file_name, sha256,
             options) select $2, $1, chip_id, 1, $2, 'f', repeat('a', 64), '{}' from map returning chip_id),
sample as (insert into genetics.sample (id, farm_id, animal_id, name) values ($2, $1, $3, 'S') returning id)
insert into genetics.genotyping
  (sample_id, chip_id, farm_id, map_version, import_id, import_row, state, call_rate, sha256)
select sample.id, import.chip_id, $1, 1, $2, 0, 'accepted', 1, repeat('a', 64) from sample, import
"""


async def farm_of(dsn: str, flock: str) -> UUID:
    """The farm of a flock."""
    connection = await asyncpg.connect(dsn)
    try:
        found: UUID = await connection.fetchval("select farm_id from farm.flock where id = $1", UUID(flock))
        return found
    finally:
        await connection.close()


async def test_a_researcher_is_told_what_a_farm_consents_to_and_nothing_else(
    whole: httpx.AsyncClient, auth: AuthDouble, postgres_server: Any
) -> None:
    """Each field, without consent, with each one, and after it was withdrawn."""
    farmer, person, project = auth.bearer(new_id()), new_id(), new_id()
    researcher = auth.bearer(person, ["researcher"])
    flock, _, lamb, run = await evaluated(whole, farmer, postgres_server.dsn)
    farm = await farm_of(postgres_server.dsn, flock)
    ids = {"flock": flock, "animal": lamb, "pedigree": lamb}
    values = {"flockId": flock, "animalId": lamb, "runId": str(run), "trait": "WWT", "indexId": str(new_id())}

    async def seen() -> set[str]:
        asked = [
            written(name, field, {**values, "farmId": str(farm), "id": ids.get(name, flock)})
            for name, field in ROOT.fields.items()
        ]
        answers = [
            (await whole.post("/graphql", json={"query": f"{{ {' '.join(some)} }}"}, headers=researcher)).json()["data"]
            for some in (asked[::2], asked[1::2])
        ]
        return {name for answer in answers for name, found in answer.items() if told(found)}

    connection = await asyncpg.connect(postgres_server.dsn)
    try:
        async with connection.transaction():
            await connection.execute("select set_config('app.user_id', $1, true)", str(person))
            await connection.execute(PROJECT, project, person)
        await connection.execute(GENOTYPED, farm, new_id(), UUID(lamb))
        assert await seen() == set()
        for scope in ("measurements", "breeding_values", "genotypes"):
            consent = new_id()
            await connection.execute(CONSENT, consent, farm, project, scope)
            assert await seen() == {name for name, needed in CONSENTED.items() if needed == scope}, scope
            await connection.execute("update farm.consent set withdrawn_at = now() where id = $1", consent)
            assert await seen() == set()
    finally:
        await connection.close()
