"""Farms, members, flocks, animals and weights over HTTP: who may do what, and what is refused."""

import asyncio
from typing import Any

import httpx
import pytest
from bellwether.platform.ids import new_id

from .conftest import BASE, Farmer, NewFarmer

WEIGHT = {"trait": "WWT", "weight": 31.5, "occurred_on": "2024-11-11"}


def paths(owner: Farmer, animal: str) -> list[tuple[str, str, dict[str, Any] | None]]:
    """Every route with something of this farmer's in it."""
    farm, flock = owner.farm_id, owner.flock_id
    return [
        ("GET", f"/farms/{farm}", None),
        ("PATCH", f"/farms/{farm}", {"name": "Mine"}),
        ("GET", f"/farms/{farm}/members", None),
        ("POST", f"/farms/{farm}/members", {"user_id": str(new_id()), "role": "viewer"}),
        ("DELETE", f"/farms/{farm}/members/{owner.user_id}", None),
        ("GET", f"/flocks/{flock}", None),
        ("POST", "/flocks", {"farm_id": farm, "name": "Two", "code": "2"}),
        ("GET", f"/animals?farm_id={farm}", None),
        ("GET", f"/animals?farm_id={farm}&sort=-tag", None),
        ("GET", f"/animals/{animal}", None),
        ("GET", f"/animals/{animal}/ancestors", None),
        ("PATCH", f"/animals/{animal}", {"sex": "male"}),
        ("POST", "/animals", {"farm_id": farm, "flock_id": flock}),
        ("POST", f"/animals/{animal}/parents", {"parent_id": animal, "parent_type": "sire"}),
        ("POST", "/weights", {"farm_id": farm, "weights": [WEIGHT | {"animal_id": animal}]}),
    ]


async def test_nobody_without_a_token(farmer: Farmer, client: httpx.AsyncClient) -> None:
    animal = (await farmer.animal())["id"]
    for method, path, body in paths(farmer, animal):
        assert (await client.request(method, BASE + path, json=body)).status_code == 401, path


async def test_the_wrong_role_is_refused(farmer: Farmer, new_farmer: NewFarmer) -> None:
    animal = (await farmer.animal())["id"]
    student = await new_farmer(with_farm=False, roles=("student",))
    researcher = await new_farmer(with_farm=False, roles=("researcher",))
    for method, path, body in paths(farmer, animal):
        assert (await student.ask(method, path, json=body)).status_code == 403, path
        if method != "GET":
            assert (await researcher.ask(method, path, json=body)).status_code == 403, path


async def test_another_farm_is_not_there(farmer: Farmer, new_farmer: NewFarmer) -> None:
    animal = (await farmer.animal())["id"]
    other = await new_farmer()
    for method, path, body in paths(farmer, animal):
        answer = await other.ask(method, path, json=body, headers={"If-Match": '"1"'})
        in_body = path in ("/flocks", "/animals", "/weights")
        assert answer.status_code == (422 if in_body else 404), (path, answer.text)
        assert answer.json()["code"] == ("reference_not_found" if in_body else "not_found")
    assert (await other.ask("POST", "/animals/query", 200, json={"ids": [animal]})).json() == {"items": []}
    assert (await other.ask("POST", "/weights/query", 200, json={"animal_ids": [animal]})).json() == {"items": []}
    assert (await other.ask("GET", "/weights", 200, params={"animal_id": animal})).json()["items"] == []
    mixed = {"farm_id": other.farm_id, "weights": [WEIGHT | {"animal_id": animal}]}
    assert (await other.ask("POST", "/weights", 422, json=mixed)).json()["errors"][0]["code"] == "not_found"
    stolen = {"farm_id": other.farm_id, "flock_id": farmer.flock_id}
    assert (await other.ask("POST", "/animals", 422, json=stolen)).json()["errors"][0]["field"] == "flock_id"
    child: dict[str, Any] = {"farm_id": other.farm_id, "flock_id": other.flock_id}
    child["parents"] = [{"parent_id": animal, "parent_type": "dam"}]
    assert (await other.ask("POST", "/animals", 422, json=child)).json()["code"] == "reference_not_found"
    assert (await other.ask("POST", "/animals", 409, json=child | {"id": animal, "parents": []})).status_code == 409
    taken = {"id": farmer.farm_id, "name": "Mine now"}
    assert (await other.ask("POST", "/farms", 409, json=taken)).json()["code"] == "farm_exists"
    await other.ask("GET", f"/farms/{farmer.farm_id}", 404)


async def test_a_viewer_reads_and_a_worker_writes(farmer: Farmer, new_farmer: NewFarmer) -> None:
    animal = (await farmer.animal())["id"]
    viewer, worker = await new_farmer(with_farm=False), await new_farmer(with_farm=False)
    for who, role in ((viewer, "viewer"), (worker, "worker")):
        await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(who.user_id), role=role)
    for method, path, body in paths(farmer, animal):
        answer = await viewer.ask(method, path, json=body, headers={"If-Match": '"1"'})
        assert answer.status_code == (200 if method == "GET" else 403), (path, answer.text)
    await worker.make("/weights", farm_id=farmer.farm_id, weights=[WEIGHT | {"animal_id": animal}])
    answer = await worker.ask("DELETE", f"/farms/{farmer.farm_id}/members/{viewer.user_id}", 403)
    assert answer.json()["code"] == "owners_only"
    await farmer.ask("DELETE", f"/farms/{farmer.farm_id}/members/{viewer.user_id}", 204)
    await viewer.ask("GET", f"/farms/{farmer.farm_id}", 404)
    answer = await farmer.ask("DELETE", f"/farms/{farmer.farm_id}/members/{farmer.user_id}", 409)
    assert answer.json()["code"] == "last_owner"


async def test_farm_changes_need_the_latest_revision(farmer: Farmer) -> None:
    path = f"/farms/{farmer.farm_id}"
    tag = (await farmer.ask("GET", path, 200)).headers["etag"]
    await farmer.ask("PATCH", path, 428, json={"name": "New"})
    changed = await farmer.ask("PATCH", path, 200, json={"name": "New"}, headers={"If-Match": tag})
    assert changed.json()["name"] == "New"
    await farmer.ask("PATCH", path, 412, json={"name": "Newer"}, headers={"If-Match": tag})
    await farmer.ask("PATCH", path, 422, json={"nmae": "x"}, headers={"If-Match": changed.headers["etag"]})


async def test_bad_bodies_are_problems(farmer: Farmer) -> None:
    broken = await farmer.ask("POST", "/farms", 400, content=b"{", headers={"content-type": "application/json"})
    assert broken.json()["code"] == "malformed_json"
    assert (await farmer.ask("POST", "/farms", 422, json={"name": "a", "x": 1})).json()["code"] == "unknown_field"
    bad: list[Any] = [
        {"name": "a\x00b"},
        {"name": ""},
        {"name": "a", "time_zone": "Mars"},
        {"name": "a", "id": "1"},
        [],
    ]
    for body in bad:
        await farmer.ask("POST", "/farms", 422, json=body)
    await farmer.ask("GET", "/animals", 422, params={"farm_id": farmer.farm_id, "cursor": "bm9uZQ"})
    await farmer.ask("GET", "/animals", 422, params={"farm_id": farmer.farm_id, "limit": 1001})
    await farmer.ask("GET", "/weights", 422)


async def test_the_same_key_gives_the_same_animal(farmer: Farmer) -> None:
    body = {"farm_id": farmer.farm_id, "flock_id": farmer.flock_id, "sex": "female"}
    headers = {"Idempotency-Key": '"scan-1"'}
    first = await farmer.ask("POST", "/animals", 201, json=body, headers=headers)
    again = await farmer.ask("POST", "/animals", 201, json=body, headers=headers)
    assert first.json() == again.json()
    await farmer.ask("POST", "/animals", 422, json=body | {"sex": "male"}, headers=headers)


async def test_an_animal_with_tags_and_parents(farmer: Farmer) -> None:
    sire = await farmer.animal(sex="male", birth_date="2020-01-01")
    dam = await farmer.animal(sex="female", birth_date="2020-01-01")
    parents = [
        {"parent_id": sire["id"], "parent_type": "sire", "method": "dna"},
        {"parent_id": dam["id"], "parent_type": "dam"},
    ]
    tags = [{"kind": "eid", "value": "0982000123456789"}, {"kind": "visual", "value": "g 12"}]
    made = await farmer.animal(birth_date="2022-08-01", parents=parents, identifiers=tags)
    assert (made["sire_id"], made["dam_id"], made["tag"], made["drop_year"]) == (sire["id"], dam["id"], "G12", 2022)
    assert {item["value"] for item in made["identifiers"]} == {"982000123456789", "G12"}
    other = await farmer.animal(sex="male", birth_date="2020-01-01")
    claim = {"parent_id": other["id"], "parent_type": "sire"}
    assert (await farmer.ask("POST", f"/animals/{made['id']}/parents", 409, json=claim)).json()[
        "code"
    ] == "dna_claim_stands"
    found = await farmer.make(f"/animals/{made['id']}/parents", **claim, method="dna")
    assert found["sire_id"] == other["id"]


@pytest.mark.parametrize(
    ("parent", "child", "role", "code"),
    [
        ({"sex": "female"}, {}, "sire", "sex_clash"),
        ({"sex": "male", "fertility": "neutered"}, {}, "sire", "sire_is_wether"),
        ({"birth_date": "2023-01-01"}, {"birth_date": "2022-01-01"}, "sire", "born_before_parent"),
        ({"birth_date": "2021-12-01"}, {"birth_date": "2022-01-01"}, "dam", "dam_too_young"),
    ],
)
async def test_pedigree_rules(
    farmer: Farmer, parent: dict[str, str], child: dict[str, str], role: str, code: str
) -> None:
    above = await farmer.animal(**parent)
    body = {"farm_id": farmer.farm_id, "flock_id": farmer.flock_id, **child}
    claim = {"parents": [{"parent_id": above["id"], "parent_type": role}]}
    answer = await farmer.ask("POST", "/animals", 422, json=body | claim)
    assert [error["code"] for error in answer.json()["errors"]] == [code]
    below = await farmer.animal(**child)
    answer = await farmer.ask("POST", f"/animals/{below['id']}/parents", 422, json=claim["parents"][0])
    assert [error["code"] for error in answer.json()["errors"]] == [code]


async def test_loops_are_refused_even_when_two_close_one_at_once(farmer: Farmer) -> None:
    one, two = await farmer.animal(), await farmer.animal()
    claims = [
        farmer.ask("POST", f"/animals/{child['id']}/parents", json={"parent_id": parent["id"], "parent_type": "sire"})
        for child, parent in ((one, two), (two, one))
    ]
    answers = await asyncio.gather(*claims)
    assert sorted(answer.status_code for answer in answers) == [201, 422]
    refused = next(answer for answer in answers if answer.status_code == 422)
    assert refused.json()["errors"][0]["code"] == "pedigree_loop"


async def test_a_change_must_still_fit_the_relatives(farmer: Farmer) -> None:
    sire = await farmer.animal(sex="male", birth_date="2020-01-01")
    child = await farmer.animal(birth_date="2022-01-01")
    await farmer.make(f"/animals/{child['id']}/parents", parent_id=sire["id"], parent_type="sire")
    headers = {"If-Match": '"1"'}
    for change in ({"sex": "female"}, {"birth_date": "2023-01-01"}, {"fertility": "neutered"}):
        await farmer.ask("PATCH", f"/animals/{sire['id']}", 422, json=change, headers=headers)
    await farmer.ask("PATCH", f"/animals/{sire['id']}", 200, json={"birth_date": "2019-01-01"}, headers=headers)


async def test_one_eid_is_on_one_animal_when_two_come_at_once(farmer: Farmer, new_farmer: NewFarmer) -> None:
    tags = [{"kind": "eid", "value": "982000123456789"}]
    body = {"farm_id": farmer.farm_id, "flock_id": farmer.flock_id, "identifiers": tags}
    answers = await asyncio.gather(*(farmer.ask("POST", "/animals", json=body) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"duplicate_identifier"}
    other = await new_farmer()
    await other.animal(identifiers=tags)


async def test_pages_of_animals_are_complete(farmer: Farmer) -> None:
    made = {(await farmer.animal())["id"] for _ in range(7)}
    seen: list[str] = []
    query: dict[str, Any] = {"farm_id": farmer.farm_id, "flock_id": farmer.flock_id, "limit": 3}
    while True:
        page = (await farmer.ask("GET", "/animals", 200, params=query)).json()
        seen += [animal["id"] for animal in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert (len(seen), set(seen)) == (7, made)
    empty = {"farm_id": farmer.farm_id, "flock_id": str(new_id())}
    assert (await farmer.ask("GET", "/animals", 200, params=empty)).json() == {"items": [], "next": None}


async def test_a_page_says_what_the_single_animal_says(farmer: Farmer) -> None:
    sire = await farmer.animal(sex="male", identifiers=[{"kind": "name", "value": "Rambo"}])
    parents = [{"parent_id": sire["id"], "parent_type": "sire"}]
    made = await farmer.animal(birth_date="2024-08-03", birth_type=2, rear_type=1, parents=parents)
    page = (await farmer.ask("GET", "/animals", 200, params={"farm_id": farmer.farm_id})).json()["items"]
    found = (await farmer.ask("POST", "/animals/query", 200, json={"ids": [sire["id"], made["id"]]})).json()["items"]
    assert page == found
    assert page == sorted([sire, made], key=lambda animal: animal["id"])
    assert (await farmer.ask("GET", f"/animals/{made['id']}", 200)).json() == made


async def test_weights_are_taken_whole_or_not_at_all(farmer: Farmer) -> None:
    animal = await farmer.animal(birth_date="2024-08-03")
    good = WEIGHT | {"animal_id": animal["id"]}
    bad = [good | {"weight": 301}, good | {"occurred_on": "2024-01-01"}, good | {"animal_id": str(new_id())}]
    answer = await farmer.ask("POST", "/weights", 422, json={"farm_id": farmer.farm_id, "weights": [good, *bad]})
    assert [(e["row"], e["code"]) for e in answer.json()["errors"]] == [
        (1, "out_of_range"),
        (2, "date_impossible"),
        (3, "not_found"),
    ]
    params = {"animal_id": animal["id"]}
    assert (await farmer.ask("GET", "/weights", 200, params=params)).json()["items"] == []
    pounds = good | {"weight": 70, "unit": "lb", "group": "2"}
    made = (await farmer.make("/weights", farm_id=farmer.farm_id, weights=[pounds]))["items"][0]
    assert made["weight_kg"] == pytest.approx(31.751466)
    assert (made["raw_value"], made["raw_unit"], made["age_days"]) == ("70", "lb", 100)
    assert made["contemporary_group"] == "1234/2024/W/b0/g2"
    again = (await farmer.make("/weights", farm_id=farmer.farm_id, weights=[good]))["items"][0]
    listed = (await farmer.ask("GET", "/weights", 200, params=params)).json()["items"]
    assert listed == [again]
    found = (await farmer.ask("POST", "/weights/query", 200, json={"flock_ids": [farmer.flock_id]})).json()
    assert found["items"] == [again]


async def test_breeds_are_parts_of_a_whole(farmer: Farmer) -> None:
    half = {"denominator": 64, "parts": {"MER": 48, "DOR": 16}}
    made = await farmer.animal(breeds=half)
    assert made["breeds"] == half
    part = {"denominator": 100, "parts": {"MER": 50}}
    path, match = f"/animals/{made['id']}", {"If-Match": '"1"'}
    assert (await farmer.ask("PATCH", path, 200, json={"breeds": part}, headers=match)).json()["breeds"] == part
    await farmer.ask("PATCH", path, 200, json={"sex": "male"}, headers={"If-Match": '"2"'})
    assert (await farmer.ask("GET", path, 200)).json()["breeds"] == part
    assert (await farmer.animal())["breeds"] is None


@pytest.mark.parametrize(
    "breeds",
    [
        {"denominator": 64, "parts": {"MER": 48, "DOR": 17}},
        {"denominator": 10, "parts": {"MER": 10}},
        {"denominator": 16, "parts": {}},
        {"denominator": 16, "parts": {"MER": 0}},
        {"denominator": 16, "parts": {"": 1}},
        {"denominator": 16},
    ],
    ids=str,
)
async def test_breeds_that_cannot_be(farmer: Farmer, breeds: dict[str, Any]) -> None:
    body = {"farm_id": farmer.farm_id, "flock_id": farmer.flock_id, "breeds": breeds}
    errors = (await farmer.ask("POST", "/animals", 422, json=body)).json()["errors"]
    assert all(error["field"].startswith("breeds") for error in errors)
