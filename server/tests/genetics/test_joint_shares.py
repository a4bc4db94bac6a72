"""What each farm sees of a joint run: its own animals and the shared sires, through any route and any field."""

import re
from collections.abc import Iterator
from typing import Any

import asyncpg
import httpx
import pytest
from apps import Apps
from bellwether.edge.app import create
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database
from bellwether.platform.ids import new_id
from bellwether.platform.settings import PlatformSettings
from sqlalchemy import text

from .agreeing import EID, Agreed, agreed, hand_out, run_of
from .barn import Barn
from .conftest import BASE, People, Person, RunJob
from .test_access import filled

PREFIX = "/api/v1/genetics"
MARK = "ZZ"
#: every field of the root, of one's own ids and of the other farm's
GRAPH = (
    """flock(id: "{flock}") { name trend(trait: "WWT") { points { n mean } } }""",
    """flock(id: "{flock}") { animals(first: 40) { nodes { id tag sire { id tag } breedingValues { value } } } }""",
    """flocks(first: 2) { nodes { name animals(first: 20) { nodes { id tag breedingValues { value runId } } } } }""",
    """flocks(first: 1) { nodes { animals(first: 20) { nodes { breedingValueHistory(trait: "WWT") { value } } } } }""",
    """animal(id: "{animal}") { id tag breedingValues { value } sire { id tag breedingValues { value } } }""",
    """ranking(flockId: "{flock}", indexId: "{index}", first: 40) { nodes { value animal { id tag } } }""",
    """pedigree(animalId: "{animal}") { __typename }""",
    """why(runId: "{run}", animalId: "{animal}", trait: "WWT") { value }""",
)


@pytest.fixture(scope="module")
async def world(people: People, barn: Barn, run_job: RunJob, admin: asyncpg.Connection) -> Agreed:
    """A joint run that was handed out and published by both farms; the tags of the second farm's animals are marked."""
    found = await agreed(barn, people, admin)
    await admin.execute("update farm.animal set tag = $2 || tag where farm_id = $1", found.second.farm.id, MARK)
    job = await run_of(found, run_job)
    assert job["state"] == "succeeded", job["error"]
    await hand_out(found)
    for each in (found.first, found.second):
        answer = await each.owner.ask("POST", f"/evaluations/{each.share}/publication", json={"replaces": None})
        assert answer.status_code == 200, answer.text
    body = {"name": "Growth", "weights": [{"trait": "WWT", "weight": 1.0}]}
    made = await found.first.owner.ask("POST", f"/farms/{found.first.farm.id}/indexes", json=body)
    assert made.status_code == 201, made.text
    found.words = {
        "run": found.run, "share": found.first.share, "theirs": found.second.share, "index": made.json()["id"],
        "flock": found.first.farm.flock_id, "agreement": found.agreement,
    }  # fmt: skip
    return found


def values_for(name: str, world: Agreed, *, are_theirs: bool) -> list[str]:
    """What stands for a parameter: of the farm, or of the other one."""
    place = world.second if are_theirs else world.first
    runs = [world.run, place.share]
    ram, lamb = str(place.season["rams"][0]), str(place.season["lambs"][0])
    return {
        "run_id": runs, "from_run": runs[:1], "to_run": runs[1:], "flock_id": [str(place.farm.flock_id)],
        "farm_id": [str(place.farm.id)], "animal_id": [ram, lamb], "job_id": [world.run], "trait": ["WWT"],
        "definition_id": [world.definition], "agreement_id": [world.agreement], "index_id": [world.words["index"]],
        "number": ["1"], "code": ["WWT"],
    }.get(name, [])  # fmt: skip


def asked(document: dict[str, Any], world: Agreed, *, are_theirs: bool) -> Iterator[str]:
    """Every address that can be read, with ids of the world in its path and its query."""
    for path, item in document["paths"].items():
        if not path.startswith(PREFIX) or "get" not in item or path.endswith(("/events", "/healthz", "/readyz")):
            continue
        places = [path.removeprefix(PREFIX)]
        for name in re.findall(r"{(\w+)}", path):
            told = values_for(name, world, are_theirs=are_theirs)
            if path.endswith("/tables/{name}"):
                told = told or [
                    "pedigree.csv",
                    "records.csv",
                    "shared.csv",
                    "model.json",
                    "breeding_values.csv",
                    "values.csv",
                ]
            places = [place.replace(f"{{{name}}}", value) for place in places for value in told or [str(new_id())]]
        known = {
            each["name"]: values_for(each["name"], world, are_theirs=are_theirs)
            for each in item["get"].get("parameters", [])
            if each["in"] == "query"
        }
        pairs = [(name, value) for name, told in known.items() for value in told]
        for place in places:
            yield place
            if "trait" in known:
                yield f"{place}?trait=WWT"
            trait = "&trait=WWT" if "trait" in known else ""
            index = f"&index_id={world.words['index']}" if "index_id" in known else ""
            yield from (
                f"{place}?{name}={value}{trait}{index}" for name, value in pairs if name not in ("trait", "index_id")
            )
            if "from_run" in known:
                yield f"{place}?from_run={world.run}&to_run={world.first.share}&trait=WWT"


def questions(world: Agreed) -> list[tuple[str, dict[str, Any]]]:
    """What is asked by POST, of the other farm's animals and of one's own."""
    theirs = [str(world.second.season[kind][0]) for kind in ("rams", "ewes", "lambs")]
    mine = [str(world.first.season[kind][0]) for kind in ("rams", "ewes", "lambs")]
    found: list[tuple[str, dict[str, Any]]] = []
    for ids in (theirs, mine):
        found += [
            ("/breeding-values/query", {"animal_ids": ids, "across_runs": True}),
            ("/breeding-values/history/query", {"animal_ids": ids, "trait": "WWT"}),
            ("/kinship/query", {"animal_ids": ids}),
        ]
    for run in (world.run, world.first.share, world.second.share):
        found.append(("/matings/query", {"run_id": run, "rams": theirs[:1], "ewes": theirs[1:2], "trait": "WWT"}))
        found.append(("/connectedness", {"run_id": run, "trait": "WWT", "of": "flock"}))
        found.append((f"/evaluations/{run}/repeat", {}))
    return found


def leaks(body: str, world: Agreed, sent: str = "") -> list[str]:
    """What of the other farm's animals, tags and groups an answer tells that was not asked with."""
    names = {*world.second.animals, MARK, f"{world.second.farm.id}/", str(world.second.farm.flock_id)}
    return [name for name in names if name in body and name not in sent]


async def test_a_farm_never_sees_an_animal_of_another_through_any_route(apps: Apps, world: Agreed) -> None:
    """Every GET of the service, and what is asked by POST: own share, the other's and the joint run alike."""
    owner, document = world.first.owner, apps("genetics").openapi()
    seen: dict[str, int] = {}
    for are_theirs in (False, True):
        for url in asked(document, world, are_theirs=are_theirs):
            answer = await owner.ask("GET", url)
            assert answer.status_code < 500, (url, answer.text)
            assert leaks(answer.text, world, url) == [], url
            seen[url] = answer.status_code
    for path, body in questions(world):
        answer = await owner.ask("POST", path, json=body)
        assert answer.status_code < 500, (path, answer.text)
        assert leaks(answer.text, world, str(body)) == [], path
    ok = {url for url, status in seen.items() if status == 200}
    share, lamb = world.first.share, world.first.season["lambs"][0]
    for url in (
        f"/breeding-values?run_id={share}&trait=WWT", f"/evaluations/{share}/animals/{lamb}/why?trait=WWT",
        f"/evaluations/{share}/shared-sires", f"/evaluations/{share}/tables/pedigree.csv", f"/evaluations/{world.run}",
        f"/rankings?run_id={share}&index_id={world.words['index']}", f"/agreements/{world.agreement}",
    ):  # fmt: skip
        assert any(each.startswith(url) for each in ok), url
    assert not any(world.second.share in url for url in ok)


async def test_nor_through_any_field_of_the_graph(apps: Apps, world: Agreed, platform: PlatformSettings) -> None:
    services = {name: httpx.ASGITransport(apps(name), raise_app_exceptions=False) for name in ("farm", "genetics")}

    class Hosts(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            return await services[request.url.host].handle_async_request(request)

    urls = {name: f"http://{name}" for name in services}
    edge = create(platform.model_copy(update={"service_urls": urls}), Hosts())
    transport = httpx.ASGITransport(edge, raise_app_exceptions=False)
    async with (
        edge.router.lifespan_context(edge),
        httpx.AsyncClient(transport=transport, base_url="http://edge") as client,
    ):
        for place, other in ((world.first, world.second), (world.second, world.first)):
            for of in (place, other):
                ids = {"{flock}": str(of.farm.flock_id), "{animal}": str(of.season["lambs"][0]), "{run}": of.share}
                ids["{index}"] = world.words["index"]
                for query in GRAPH:
                    for name, value in ids.items():
                        query = query.replace(name, value)
                    body = {"query": "{ " + query + " }"}
                    answer = await client.post("/graphql", json=body, headers=place.owner.headers)
                    told = str(answer.json().get("data"))
                    if of is place and (place is world.first or "ranking" not in query):
                        assert "errors" not in answer.json(), answer.text
                    assert not any(animal in told for animal in other.animals)
                    assert place is world.second or MARK not in told


async def test_the_share_has_the_farm_s_animals_and_the_shared_sire(world: Agreed) -> None:
    percentiles = []
    for place in (world.first, world.second):
        ranked = (await place.owner.ask("GET", f"/breeding-values?run_id={place.share}&limit=200")).json()["items"]
        assert {each["animal_id"] for each in ranked} == place.animals
        percentiles += [each["percentile"] for each in ranked]
        (sire,) = (await place.owner.ask("GET", f"/evaluations/{place.share}/shared-sires")).json()["items"]
        assert (sire["numbers"], sire["n_farms"], sire["n_progeny"]) == (
            [{"scheme": "std.iso.11785", "value": EID}], 2, 10,
        )  # fmt: skip
        assert sire["animal_id"] == str(place.season["rams"][0])
        (value,) = (each["value"] for each in ranked if each["animal_id"] == sire["animal_id"])
        assert sire["values"][0]["value"] == value
        report = (await place.owner.ask("GET", f"/evaluations/{place.share}")).json()
        across = report["across"]
        assert {farm["farm_id"] for farm in across["farms"]} == {
            str(world.first.farm.id), str(world.second.farm.id),
        }  # fmt: skip
        (connected,) = across["connectedness"]
        assert (connected["n_components"], connected["pairs"][0]["common_sires"]) == (1, 1)
        others = {str(world.first.farm.id), str(world.second.farm.id)} - {str(place.farm.id)}
        assert not any(other in str(report[name]) for name in ("fixed", "verdicts") for other in others)
        ram, lamb = place.season["rams"][0], place.season["lambs"][0]
        why = await place.owner.ask("GET", f"/evaluations/{place.share}/animals/{ram}/why?trait=WWT")
        assert (why.status_code, why.json()["code"]) == (409, "of_several_farms")
        why = await place.owner.ask("GET", f"/evaluations/{place.share}/animals/{lamb}/why?trait=WWT")
        parts = why.json()
        value = parts["weights"][0] * parts["parent_average"] + parts["weights"][1] * parts["yield_deviation"]
        assert value == pytest.approx(parts["value"])
    # one scale over all farms: the best of all has 100, the worst 0, and neither farm has both ends by itself
    assert (min(percentiles), max(percentiles)) == (0.0, 100.0)


ROUTES: list[tuple[str, str, Any]] = [
    ("GET", "/evaluations/{run}", None),
    ("POST", "/evaluations/{run}/shares", None),
    ("GET", "/evaluations/{share}", None),
    ("GET", "/evaluations/{share}/shared-sires", None),
]


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
async def test_the_matrix(
    people: People, world: Agreed, admin: asyncpg.Connection, method: str, path: str, body: Any
) -> None:
    url = filled(path, world.words)
    assert (await people().client.request(method, BASE + url)).status_code == 401
    assert (await people("administrator").ask(method, url, json=body)).status_code == 403
    assert (await people().ask(method, url, json=body)).status_code == 404
    assert (await world.second.owner.ask(method, url, json=body)).status_code == 404
    viewer = people()
    await admin.execute(
        "insert into farm.membership (user_id, farm_id, role) values ($1, $2, 'viewer')",
        viewer.id, world.first.farm.id,
    )  # fmt: skip
    assert (await viewer.ask(method, url, json=body)).status_code == (403 if method == "POST" else 200)
    mine = await world.first.owner.ask(method, url, json=body)
    assert mine.status_code == 200, mine.text
    if method == "POST":
        runs = {each["farm_id"]: each["run_id"] for each in mine.json()["items"]}
        assert runs == {str(world.first.farm.id): world.first.share, str(world.second.farm.id): None}


async def test_the_database_shows_the_tables_of_a_joint_run_to_nobody_of_one_farm(
    world: Agreed, database: Database
) -> None:
    """Row-level security: only who acts for all of its farms at once, whatever the code above forgets."""
    first, second = world.first.farm, world.second.farm
    count = text("select count(*) from genetics.joint_table where run_id = :run")
    values = text("select count(*) from genetics.breeding_value where run_id = :run")
    sires = text("select count(*) from genetics.shared_sire where run_id = :run")
    for context, whole in (
        (Context(user_id=first.owner_id), False),
        (Context(user_id=second.owner_id), False),
        (Context(farm_ids=(second.id,)), False),
        (Context(), False),
        (Context(farm_ids=(first.id, second.id)), True),
    ):
        async with database.transaction(context) as session:
            assert ((await session.execute(count, {"run": world.run})).scalar_one() > 0) == whole
            is_first = context.user_id == first.owner_id or whole
            for statement in (values, sires):
                found = (await session.execute(statement, {"run": world.first.share})).scalar_one()
                assert (found > 0) == is_first
    with pytest.raises(Exception, match="nobody acts for an agreement of other farms"):
        async with database.transaction(Context(user_id=new_id())) as session:
            await session.execute(
                text("select * from genetics.act_for_agreement(:id, farm.my_writable_farms())"), {"id": world.agreement}
            )


async def test_a_person_of_both_farms_reads_what_the_run_was_made_of(
    people: People, world: Agreed, admin: asyncpg.Connection
) -> None:
    """The same route that says 404 to each of the two owners."""
    both: Person = people()
    for place in (world.first, world.second):
        assert (await place.owner.ask("GET", f"/evaluations/{world.run}/inputs")).status_code == 404
        await admin.execute(
            "insert into farm.membership (user_id, farm_id, role) values ($1, $2, 'viewer')", both.id, place.farm.id
        )
    assert (await both.ask("GET", f"/evaluations/{world.run}/inputs")).status_code == 200
