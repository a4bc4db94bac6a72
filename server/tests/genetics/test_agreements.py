"""Agreements of farms: who may take which step, who sees them, and that of those who race one wins."""

import asyncio
from typing import Any

import asyncpg
import pytest
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database
from bellwether.platform.ids import new_id
from sqlalchemy import text

from .barn import Barn, Farm
from .conftest import BASE, People, Person
from .test_access import filled

STEPS = "/agreements/{agreement}/farms/{farm}"


@pytest.fixture
async def world(people: People, barn: Barn) -> dict[str, Any]:
    """Two farms, of which one has proposed an agreement and asked the other."""
    first, second = await barn.farm(), await barn.farm()
    owner, other = people(user_id=first.owner_id), people(user_id=second.owner_id)
    agreement = await proposed(owner, first)
    found = {"agreement": agreement, "first": first, "second": second, "owner": owner, "other": other}
    found |= {"farm": second.id, "flock": second.flock_id, "own": first.id, "own_flock": first.flock_id}
    await owner.ask("POST", f"/agreements/{agreement}/invitations", json={"farm_id": str(second.id)})
    return found


async def proposed(owner: Person, farm: Farm) -> str:
    """An agreement of one farm so far."""
    body = {"farm_id": str(farm.id), "name": "Hill", "flock_ids": [str(farm.flock_id)]}
    answer = await owner.ask("POST", "/agreements", json=body)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"].endswith(answer.json()["id"])
    return str(answer.json()["id"])


async def step(person: Person, agreement: str, farm: Farm, kind: str, based_on: int) -> Any:
    """A step of a farm."""
    body: dict[str, Any] = {"based_on": based_on}
    if kind == "acceptance":
        body["flock_ids"] = [str(farm.flock_id)]
    return await person.ask("POST", f"/agreements/{agreement}/farms/{farm.id}/{kind}", json=body)


def states(answer: Any) -> dict[str, str]:
    """Where the farms stand."""
    return {each["farm_id"]: each["state"] for each in answer.json()["farms"]}


ROUTES: list[tuple[str, str, Any, bool]] = [
    ("GET", "/agreements", None, False),
    ("GET", "/agreements/{agreement}", None, False),
    ("POST", "/agreements", {"farm_id": "{farm}", "name": "Coast", "flock_ids": ["{flock}"]}, True),
    ("POST", "/agreements/{agreement}/invitations", {"farm_id": "{farm}"}, True),
    ("POST", STEPS + "/acceptance", {"based_on": 1, "flock_ids": ["{flock}"]}, True),
    ("POST", STEPS + "/refusal", {"based_on": 1}, True),
    ("POST", STEPS + "/leaving", {"based_on": 1}, True),
]


@pytest.mark.parametrize(("method", "path", "body", "is_owners"), ROUTES)
async def test_the_matrix(
    people: People, world: dict[str, Any], admin: asyncpg.Connection, method: str, path: str, body: Any, is_owners: bool
) -> None:
    url, json = filled(path, world), filled(body, world)
    assert (await people().client.request(method, BASE + url, json=json)).status_code == 401
    assert (await people("administrator").ask(method, url, json=json)).status_code == 403

    stranger = await people().ask(method, url, json=json)
    if url == "/agreements" and method == "GET":
        assert (stranger.status_code, stranger.json()["items"]) == (200, [])
    else:
        assert stranger.status_code == 404

    worker = people()
    farms = {"invitations": world["own"]}
    await admin.execute(
        "insert into farm.membership (user_id, farm_id, role) values ($1, $2, 'worker')",
        worker.id, farms.get(url.rpartition("/")[2], world["farm"]),
    )  # fmt: skip
    theirs = await worker.ask(method, url, json=json)
    assert (theirs.status_code, theirs.json().get("code")) == ((403, "owners_only") if is_owners else (200, None))

    person = world["owner"] if url.endswith("/invitations") else world["other"]
    mine = await person.ask(method, url, json=json)
    expected = {"/invitations": 409, "/leaving": 409, "/agreements": 201 if method == "POST" else 200}
    assert mine.status_code == expected.get(url[url.rindex("/") :], 200), mine.text


async def test_a_farm_accepts_changes_its_flocks_leaves_and_comes_back(world: dict[str, Any]) -> None:
    agreement, second, owner, other = (world[name] for name in ("agreement", "second", "owner", "other"))
    accepted = await step(other, agreement, second, "acceptance", 1)
    assert states(accepted) == {str(world["own"]): "accepted", str(second.id): "accepted"}
    again = await step(other, agreement, second, "acceptance", 2)
    assert again.status_code == 200, again.text
    assert (await step(other, agreement, second, "refusal", 3)).json()["code"] == "step_cannot_follow"
    left = await step(other, agreement, second, "leaving", 3)
    assert states(left)[str(second.id)] == "left"
    assert (await step(other, agreement, second, "acceptance", 4)).json()["code"] == "step_cannot_follow"
    asked = await owner.ask("POST", f"/agreements/{agreement}/invitations", json={"farm_id": str(second.id)})
    assert (asked.status_code, states(asked)[str(second.id)]) == (201, "invited")
    assert (await step(other, agreement, second, "refusal", 5)).status_code == 200
    seen = (await other.ask("GET", f"/agreements/{agreement}")).json()["farms"]
    flocks = {each["farm_id"]: each["flock_ids"] for each in seen}
    assert flocks == {str(world["own"]): None, str(second.id): []}


async def test_what_makes_no_sense_is_refused_by_name(world: dict[str, Any]) -> None:
    agreement, second, other = world["agreement"], world["second"], world["other"]
    late = await step(other, agreement, second, "acceptance", 7)
    assert (late.status_code, late.json()["errors"][0]["field"]) == (409, "based_on")
    body = {"based_on": 1, "flock_ids": [str(world["own_flock"])]}
    foreign = await other.ask("POST", f"/agreements/{agreement}/farms/{second.id}/acceptance", json=body)
    assert (foreign.status_code, foreign.json()["code"]) == (404, "no_such_flock")
    # the invited farm asks nobody, and its owner takes no step for another farm
    assert (await step(other, agreement, world["first"], "leaving", 1)).status_code == 404
    invited = await other.ask("POST", f"/agreements/{agreement}/invitations", json={"farm_id": str(new_id())})
    assert invited.status_code == 404


async def test_of_a_farm_that_accepts_and_leaves_at_once_one_wins(world: dict[str, Any]) -> None:
    """Conditional steps: each names the one before it, and the second to come finds it taken."""
    agreement, second, other = world["agreement"], world["second"], world["other"]
    await step(other, agreement, second, "acceptance", 1)
    raced = await asyncio.gather(
        *(step(other, agreement, second, kind, 2) for kind in ("leaving", "acceptance") for _ in range(5))
    )
    assert sorted(answer.status_code for answer in raced) == [200] + [409] * 9
    assert {answer.json()["code"] for answer in raced if answer.status_code == 409} == {"other_step"}


async def test_the_database_lets_nobody_take_a_step_for_a_farm(world: dict[str, Any], database: Database) -> None:
    """Row-level security, whatever the code above forgets: no job, no member of another farm, no step out of order."""
    insert = text(
        "insert into genetics.agreement_step (agreement_id, farm_id, number, kind, farm_name, flock_ids, taken_by) "
        "values (:agreement, :farm, :number, :kind, 'Hill', :flocks, :by)"
    )
    second, by = world["second"], world["second"].owner_id
    accepted = {"number": 2, "kind": "accepted", "flocks": [second.flock_id], "by": by, "farm": second.id}
    refused = [
        (Context(farm_ids=(second.id,)), accepted, "row-level security"),
        (Context(user_id=world["first"].owner_id), accepted, "row-level security"),
        (Context(user_id=by), {**accepted, "number": 1}, "cannot take the step"),
        (Context(user_id=by), {**accepted, "kind": "left", "flocks": []}, "cannot take the step"),
        (Context(user_id=by), {**accepted, "farm": world["own"], "number": 2}, "row-level security"),
    ]
    for context, values, why in refused:
        with pytest.raises(Exception, match=why):
            async with database.transaction(context) as session:
                await session.execute(insert, {"agreement": world["agreement"], **values})
    for context, n in ((Context(user_id=by), 2), (Context(user_id=new_id()), 0), (Context(), 0)):
        async with database.transaction(context) as session:
            count = text("select count(*) from genetics.agreement_step where agreement_id = :id")
            assert (await session.execute(count, {"id": world["agreement"]})).scalar_one() == n
    with pytest.raises(Exception, match="permission denied"):
        async with database.transaction(Context(user_id=by)) as session:
            await session.execute(text("update genetics.agreement set name = 'Mine'"))
