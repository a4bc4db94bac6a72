"""Mobs, moves and placements over HTTP: where everybody stands after each event, corrections and new drawings."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest
from bellwether.platform.context import Context
from bellwether.platform.ids import new_id
from sqlalchemy import text

from .conftest import Farmer, NewFarmer
from .test_event_log import SOLD, refused, send, taken
from .test_paddocks import draw, square

#: the farm goes by the clock of Sydney, in summer 11 hours before UTC
MARCH_ENDS = "2024-03-31T13:00:00Z"


async def mob(farmer: Farmer, name: str = "Ewes", **more: Any) -> str:
    """A group."""
    made = await farmer.make("/groups", farm_id=farmer.farm_id, name=name, **more)
    return str(made["id"])


def assigned(animal: str, group: str, day: str = "2024-02-01", **more: Any) -> dict[str, Any]:
    """An animal joins a group."""
    return {"kind": "group.assigned", "animal_id": animal, "group_id": group, "occurred_on": day, "payload": {}} | more


def left(animal: str, group: str, day: str) -> dict[str, Any]:
    """It leaves it."""
    return assigned(animal, group, day) | {"kind": "group.left"}


def moved(group: str, paddock: str | None, day: str, **more: Any) -> dict[str, Any]:
    """A mob is moved."""
    payload = {"paddock_id": paddock}
    return {"kind": "group.moved", "group_id": group, "occurred_on": day, "payload": payload} | more


def moved_alone(animal: str, paddock: str, day: str, **more: Any) -> dict[str, Any]:
    """An animal is moved."""
    payload = {"paddock_id": paddock}
    return {"kind": "animal.moved", "animal_id": animal, "occurred_on": day, "payload": payload} | more


def taken_back(event: str) -> dict[str, Any]:
    """It did not happen."""
    return {"kind": "event.retracted", "supersedes": event, "occurred_on": "2024-12-01", "payload": {}}


async def where(farmer: Farmer, animal: str, at: str | None = None) -> str | None:
    """The name of a paddock."""
    params = {"at": at} if at else {}
    found = (await farmer.ask("GET", f"/animals/{animal}/location", 200, params=params)).json()
    return found["paddock_name"]  # type: ignore[no-any-return]


async def group_of(farmer: Farmer, group: str) -> dict[str, Any]:
    """As a user sees it."""
    found: dict[str, Any] = (await farmer.ask("GET", f"/groups/{group}", 200)).json()
    return found


async def members(farmer: Farmer, group: str, **query: Any) -> set[str]:
    """Who is in it, page by page."""
    found, cursor = set(), None
    while True:
        params = query | {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await farmer.ask("GET", f"/groups/{group}/members", 200, params=params)).json()
        found |= {item["animal_id"] for item in page["items"]}
        cursor = page["next"]
        if cursor is None:
            return found


async def farm_with(farmer: Farmer, n_ewes: int = 3) -> tuple[str, str, str, list[str]]:
    """Two paddocks, and a mob of ewes since the first of February."""
    creek = (await draw(farmer, "Creek", valid_from="2024-01-01"))["id"]
    hill = (await draw(farmer, "Hill", square(148.7), valid_from="2024-01-01"))["id"]
    group, ewes = await mob(farmer), [(await farmer.animal(sex="female"))["id"] for _ in range(n_ewes)]
    if ewes:
        await taken(farmer, *(assigned(ewe, group) for ewe in ewes))
    return creek, hill, group, ewes


async def test_i16_of_the_mobs_move_and_its_own_the_newer_one_counts(farmer: Farmer) -> None:
    creek, hill, group, (first, second, _) = await farm_with(farmer)
    await taken(farmer, moved(group, creek, "2024-03-01"))
    assert [await where(farmer, ewe) for ewe in (first, second)] == ["Creek", "Creek"]
    await taken(farmer, moved_alone(first, hill, "2024-03-05"))
    assert [await where(farmer, ewe) for ewe in (first, second)] == ["Hill", "Creek"]
    await taken(farmer, moved(group, creek, "2024-03-03"))
    assert await where(farmer, first) == "Hill"
    (last,) = await taken(farmer, moved(group, creek, "2024-03-09"))
    assert await where(farmer, first) == "Creek"
    assert await where(farmer, first, "2024-03-06T00:00:00Z") == "Hill"
    await taken(farmer, taken_back(last))
    assert await where(farmer, first) == "Hill"
    assert (await group_of(farmer, group))["paddock_id"] == creek


async def test_i16_a_planned_move_moves_nobody(farmer: Farmer) -> None:
    creek, hill, group, (ewe, *_) = await farm_with(farmer)
    await taken(farmer, moved(group, creek, "2024-03-01"))
    plan = moved(group, hill, "2024-04-01") | {"kind": "group.move_planned"}
    plan["payload"]["planned_on"] = "2030-01-01"
    await taken(farmer, plan)
    draft = await mob(farmer, "To draft", type="planned")
    await taken(farmer, assigned(ewe, draft, "2024-04-02"))
    assert await where(farmer, ewe) == "Creek"
    assert (await group_of(farmer, group))["head"] == 3
    assert (await group_of(farmer, draft))["head"] == 1
    assert await refused(farmer, moved(draft, hill, "2024-04-03")) == "not_physical"


async def test_i16_a_back_dated_move_changes_history_and_not_where_the_mob_is(farmer: Farmer) -> None:
    creek, hill, group, (ewe, *_) = await farm_with(farmer)
    await taken(farmer, moved(group, creek, "2024-03-10"))
    await taken(farmer, moved(group, hill, "2024-03-01"))
    assert (await where(farmer, ewe), (await group_of(farmer, group))["paddock_id"]) == ("Creek", creek)
    assert await where(farmer, ewe, "2024-03-05T00:00:00Z") == "Hill"


async def test_a_corrected_move_takes_the_place_of_the_wrong_one(farmer: Farmer) -> None:
    creek, hill, group, (ewe, *_) = await farm_with(farmer)
    (wrong,) = await taken(farmer, moved(group, creek, "2024-03-10"))
    other = await mob(farmer, "Rams")
    await taken(farmer, moved(group, hill, "2024-03-10", supersedes=wrong))
    assert await where(farmer, ewe) == "Hill"
    (second,) = await taken(farmer, moved(group, creek, "2024-03-12"))
    await taken(farmer, moved(other, creek, "2024-03-12", supersedes=second))
    assert await where(farmer, ewe) == "Hill"
    assert (await group_of(farmer, other))["paddock_id"] == creek


async def test_i15_and_i26_an_animal_is_in_one_mob_and_the_head_counts_are_the_open_memberships(
    farmer: Farmer,
) -> None:
    creek, _, group, ewes = await farm_with(farmer)
    other, study = await mob(farmer, "Twins"), await mob(farmer, "Study", type="logical")
    await taken(farmer, moved(group, creek, "2024-02-02"), assigned(ewes[0], study, "2024-02-03"))
    await taken(farmer, assigned(ewes[0], other, "2024-03-01"))
    assert [(await group_of(farmer, key))["head"] for key in (group, other, study)] == [2, 1, 1]
    assert await members(farmer, group) == set(ewes[1:])
    assert await members(farmer, group, at="2024-02-15T00:00:00Z") == set(ewes)
    assert await where(farmer, ewes[0]) == "Creek"
    await taken(farmer, SOLD | {"animal_id": ewes[1]})
    assert [(await group_of(farmer, key))["head"] for key in (group, other)] == [1, 1]
    assert await where(farmer, ewes[1]) is None
    await taken(farmer, left(ewes[0], other, "2024-04-01"))
    assert (await group_of(farmer, other))["head"] == 0
    assert await refused(farmer, left(ewes[0], other, "2024-04-02")) == "not_a_member"
    assert await refused(farmer, assigned(ewes[2], group, "2024-04-02")) == "changes_nothing"
    assert await refused(farmer, assigned(ewes[1], group, "2024-04-02")) == "changes_nothing"


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"group_id": str(new_id())}, "not_found", "events.0.group_id"),
        ({"payload": {"paddock_id": str(new_id())}}, "not_found", "events.0.payload.paddock_id"),
        ({"occurred_on": "2023-12-31"}, "paddock_not_valid", "events.0.occurred_on"),
        ({"payload": {}}, "missing_field", "events.0.payload.paddock_id"),
    ],
    ids=["group", "paddock", "day", "nothing"],
)
async def test_what_is_wrong_with_a_move_is_said(farmer: Farmer, change: Any, code: str, field: str) -> None:
    creek, _, group, _ = await farm_with(farmer, 0)
    found = await send(farmer, moved(group, creek, "2024-03-01") | change)
    (error,) = found["items"][0]["errors"]
    assert (error["code"], error["field"]) == (code, field)
    assert error["fix"]


async def test_i15_a_stay_over_a_new_drawing_is_a_placement_in_each(farmer: Farmer, postgres_server: Any) -> None:
    creek, _, group, (ewe, *_) = await farm_with(farmer)
    await taken(farmer, moved(group, creek, "2024-03-01"))
    drawing = {"geometry": square(side=0.02), "valid_from": "2024-04-01"}
    await farmer.ask("POST", f"/paddocks/{creek}/versions", 201, json=drawing)
    items = (await farmer.ask("GET", f"/paddocks/{creek}/grazing", 200)).json()["items"]
    assert [item["since"] for item in items] == [MARCH_ENDS, "2024-03-01T01:00:00Z"]
    assert (items[1]["until"], items[0]["until"]) == (MARCH_ENDS, None)
    assert items[0]["version_id"] != items[1]["version_id"]
    assert await where(farmer, ewe) == "Creek"
    connection = await asyncpg.connect(postgres_server.dsn)
    copied = "insert into farm.placement select farm_id, gen_random_uuid(), group_id, animal_id, paddock_id, version_id"
    for rest, error in (
        (", period, during from farm.placement", asyncpg.ExclusionViolationError),
        (", period, tstzrange('2020-01-01', '2020-02-01') from farm.placement", asyncpg.CheckViolationError),
        (", tstzrange('2020-01-01', null), tstzrange('2020-01-01', '2020-02-01') from farm.placement",
         asyncpg.ForeignKeyViolationError),
    ):  # fmt: skip
        with pytest.raises(error):
            await connection.execute(f"{copied}{rest} where farm_id = $1 and upper_inf(during)", UUID(farmer.farm_id))
    twice = """
        insert into farm.group_member select farm_id, $2, type, animal_id, during
        from farm.group_member where group_id = $1
    """
    with pytest.raises(asyncpg.ExclusionViolationError):
        await connection.execute(twice, UUID(group), UUID(await mob(farmer, "Others")))
    await connection.close()


async def test_grazing_and_rest_of_a_paddock(farmer: Farmer) -> None:
    creek, hill, group, _ = await farm_with(farmer)
    await taken(farmer, moved(group, creek, "2024-03-01"), moved(group, hill, "2024-03-11"))
    await taken(farmer, moved(group, creek, "2024-04-11"), moved(group, None, "2024-04-12"))
    first = (await farmer.ask("GET", f"/paddocks/{creek}/grazing", 200, params={"limit": 1})).json()
    cursor = {"limit": 1, "cursor": first["next"]}
    second = (await farmer.ask("GET", f"/paddocks/{creek}/grazing", 200, params=cursor)).json()
    assert [page["items"][0]["rested_days"] for page in (first, second)] == [31, None]
    assert second["next"] is None
    rests = (await farmer.ask("GET", "/rests", 200, params={"farm_id": farmer.farm_id})).json()["items"]
    assert [(item["name"], item["is_grazed"]) for item in rests] == [("Creek", False), ("Hill", False)]
    assert rests[0]["grazed_until"] == "2024-04-12T02:00:00Z"
    assert rests[1]["rest_days"] - rests[0]["rest_days"] == 1
    await taken(farmer, moved(group, hill, "2024-05-01"))
    rests = (await farmer.ask("GET", "/rests", 200, params={"farm_id": farmer.farm_id})).json()["items"]
    assert (rests[1]["is_grazed"], rests[1]["rest_days"]) == (True, 0)


async def test_stocking_by_head_and_by_dse(farmer: Farmer) -> None:
    creek, hill, group, ewes = await farm_with(farmer)
    ram = (await farmer.animal(sex="male"))["id"]
    await taken(farmer, moved(group, creek, "2024-03-01"), moved_alone(ewes[0], hill, "2024-03-02"))
    await taken(farmer, moved_alone(ram, creek, "2024-03-02"))
    body = {"farm_id": farmer.farm_id, "ratings": {"ewe": 1.5, "ram": 2.0}}
    set_ = (await farmer.ask("PUT", "/dse-ratings", 200, json=body)).json()
    assert (set_["ratings"]["ewe"], "lamb" in set_["usual"], "ewe" in set_["usual"]) == (1.5, True, False)
    items = (await farmer.ask("GET", "/stocking", 200, params={"farm_id": farmer.farm_id})).json()["items"]
    assert [(item["name"], item["head"], item["classes"]) for item in items] == [
        ("Creek", 3, {"ewe": 2, "ram": 1}),
        ("Hill", 1, {"ewe": 1}),
    ]
    assert items[0]["dse"] == 2 * 1.5 + 2.0
    assert items[0]["head_per_ha"] == pytest.approx(3 / items[0]["area_ha"])
    assert items[0]["dse_per_ha"] == pytest.approx(5 / items[0]["area_ha"])
    await farmer.ask("PUT", "/dse-ratings", 422, json=body | {"ratings": {"goat": 1}})


async def test_i29_two_animals_that_are_one_stand_in_one_mob(farmer: Farmer) -> None:
    creek, hill, group, (winner, loser, _) = await farm_with(farmer)
    (alone,) = await taken(farmer, moved_alone(loser, hill, "2024-03-05"))
    await taken(farmer, moved(group, creek, "2024-03-01"))
    merge = (await farmer.make("/merges", loser_id=loser, winner_id=winner))["id"]
    assert (await where(farmer, winner), (await group_of(farmer, group))["head"]) == ("Hill", 2)
    await farmer.ask("POST", f"/merges/{merge}/undo", 200)
    assert [await where(farmer, key) for key in (winner, loser)] == ["Creek", "Hill"]
    assert (await group_of(farmer, group))["head"] == 3
    await farmer.make("/merges", loser_id=loser, winner_id=winner)
    (later,) = await taken(farmer, moved(group, creek, "2024-03-10"))
    assert await where(farmer, winner) == "Creek"
    await taken(farmer, taken_back(later))
    assert await where(farmer, winner) == "Hill"
    await taken(farmer, taken_back(alone))
    assert await where(farmer, winner) == "Creek"


async def test_a_time_that_no_farm_has_seen_is_refused(farmer: Farmer) -> None:
    _, _, group, (ewe, *_) = await farm_with(farmer)
    for at in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"):
        await farmer.ask("GET", f"/animals/{ewe}/location", 422, params={"at": at})
        await farmer.ask("GET", f"/groups/{group}/members", 422, params={"at": at})


async def test_groups_are_changed_by_whoever_read_them(farmer: Farmer) -> None:
    group = await mob(farmer)
    await mob(farmer, "Rams")
    await farmer.ask("POST", "/groups", 409, json={"farm_id": farmer.farm_id, "name": "EWES"})
    await farmer.ask("PATCH", f"/groups/{group}", 428, json={"name": "Old ewes"})
    found = await farmer.ask("PATCH", f"/groups/{group}", 200, json={"name": "Old"}, headers={"If-Match": '"1"'})
    assert (found.json()["name"], found.json()["rev"], found.headers["ETag"]) == ("Old", 2, '"2"')
    await farmer.ask("PATCH", f"/groups/{group}", 409, json={"name": "rams"}, headers={"If-Match": '"2"'})
    query = {"farm_id": farmer.farm_id, "limit": 1}
    first = (await farmer.ask("GET", "/groups", 200, params=query)).json()
    second = (await farmer.ask("GET", "/groups", 200, params=query | {"cursor": first["next"]})).json()
    assert [item["name"] for item in first["items"] + second["items"]] == ["Old", "Rams"]
    assert (await farmer.ask("GET", "/groups", 200, params=query | {"type": "logical"})).json()["items"] == []


async def test_whereabouts_are_those_of_the_farm_alone(farmer: Farmer, new_farmer: NewFarmer) -> None:
    creek, _, group, (ewe, *_) = await farm_with(farmer)
    await taken(farmer, moved(group, creek, "2024-03-01"))
    other, viewer = await new_farmer(), await new_farmer(with_farm=False)
    await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(viewer.user_id), role="viewer")
    mine = f"?farm_id={farmer.farm_id}"
    for path in (f"/groups{mine}", f"/groups/{group}", f"/groups/{group}/members", f"/animals/{ewe}/location",
                 f"/paddocks/{creek}/grazing", f"/rests{mine}", f"/stocking{mine}", f"/dse-ratings{mine}"):  # fmt: skip
        await other.ask("GET", path, 404)
        await viewer.ask("GET", path, 200)
    ratings, named = {"farm_id": farmer.farm_id, "ratings": {}}, {"farm_id": farmer.farm_id, "name": "X"}
    for user, expect in ((other, 422), (viewer, 403)):
        await user.ask("PUT", "/dse-ratings", expect, json=ratings)
        await user.ask("POST", "/groups", expect, json=named)
    for user, expect in ((other, 404), (viewer, 403)):
        await user.ask("PATCH", f"/groups/{group}", expect, json={"name": "X"}, headers={"If-Match": "*"})
    theirs = (await other.animal())["id"]
    assert await refused(other, assigned(theirs, group)) == "not_found"
    assert await refused(other, moved_alone(theirs, creek, "2024-03-01")) == "not_found"
    async with farmer.database.transaction(Context(user_id=other.user_id)) as session:
        for table in ("animal_group", "group_member", "placement", "dse_rating"):
            assert (await session.execute(text(f"select count(*) from farm.{table}"))).scalar_one() == 0
