"""What was recorded in another order, corrected after what depends on it, or of two animals that are one."""

from datetime import UTC, datetime, timedelta

import pytest

from .conftest import Farmer, NewFarmer
from .season import claims, ended, ewe, get, joined, lamb, lambed, of, ram
from .test_event_log import BACK, SOLD, log_of, refused, send, taken
from .test_mobs import assigned, mob, taken_back
from .test_treatments import clear, ewes, remedy, treated

EID = [{"kind": "eid", "value": "982000123456789"}]


async def test_i3_a_ewe_who_comes_into_a_joined_group_and_lambs_in_one_batch(farmer: Farmer) -> None:
    dam, sire, group = await ewe(farmer), await ram(farmer), await mob(farmer)
    payload = {"sire_ids": [sire]}
    started = {"kind": "joining.started", "occurred_on": "2024-03-01", "group_id": group, "payload": payload}
    await taken(farmer, started)
    found = await send(farmer, assigned(dam, group, "2024-03-01"), lambed(dam, [lamb()], "2024-04-10"))
    assert [error["code"] for error in found["items"][1]["errors"]] == ["gestation_impossible"]


async def test_i3_a_joining_fits_the_litters_that_were_recorded_before(farmer: Farmer) -> None:
    dam, sire = await ewe(farmer), await ram(farmer)
    joining, _ = await taken(farmer, joined([dam], [sire]), lambed(dam, [lamb()]))
    late = joined([dam], [sire], "2024-07-01", supersedes=joining)
    assert await refused(farmer, late) == "gestation_impossible"
    await taken(farmer, joined([dam], [sire], "2024-11-01"), joined([dam], [sire], "2024-03-02", supersedes=joining))
    other = await ewe(farmer)
    await taken(farmer, lambed(other, [lamb()]))
    assert await refused(farmer, of(other, "ai.done", "2024-07-01", sire_id=sire, method="ai_fresh")) == (
        "gestation_impossible"
    )


async def test_i1_i5_a_corrected_lambing_fits_what_became_of_its_lambs(farmer: Farmer) -> None:
    dam = await ewe(farmer)
    son, daughter = lamb(sex="male"), lamb()
    (event,) = await taken(farmer, lambed(dam, [son, daughter], "2022-08-05"))
    child = (await farmer.animal(birth_date="2023-08-01"))["id"]
    await farmer.make(f"/animals/{child}/parents", parent_id=son["id"], parent_type="sire")
    await taken(farmer, lambed(daughter["id"], [lamb()], "2024-08-05"))
    for day, lambs, code in (
        ("2023-08-10", [son, daughter], "born_before_parent"),
        ("2022-08-05", [son, daughter | {"sex": "male"}], "sex_clash"),
        ("2022-08-05", [son | {"sex": "female"}, daughter], "sex_clash"),
    ):
        assert await refused(farmer, lambed(dam, lambs, day, supersedes=event)) == code
    await taken(farmer, lambed(dam, [son, daughter], "2022-08-04", supersedes=event))


async def test_i5_a_wether_was_no_female(farmer: Farmer) -> None:
    dam, one = await ewe(farmer), lamb(sex="male")
    event, _ = await taken(farmer, lambed(dam, [one]), of(one["id"], "marking.recorded", "2024-09-01", castrated=True))
    assert await refused(farmer, lambed(dam, [one | {"sex": "female"}], supersedes=event)) == "sex_clash"


async def test_no_lamb_is_born_in_the_future_nor_weeks_after_the_lambing(farmer: Farmer) -> None:
    dam = await ewe(farmer)
    assert await refused(farmer, lambed(dam, [lamb(born_on="2100-01-01")])) == "date_impossible"
    found = await send(farmer, lambed(dam, [lamb(born_on="2024-08-20")]))
    assert [one["code"] for one in found["items"][0]["warnings"]] == ["litter_apart"]


async def test_an_identifier_that_was_lost_stays_ended_when_its_marking_is_corrected(farmer: Farmer) -> None:
    dam, one = await ewe(farmer), lamb()
    marked = of(one["id"], "marking.recorded", "2024-09-01", identifiers=EID)
    _, event = await taken(farmer, lambed(dam, [one]), marked)
    params = {"farm_id": farmer.farm_id, "animal_id": one["id"]}
    (use,) = (await farmer.ask("GET", "/identifiers", 200, params=params)).json()["items"]
    await farmer.ask("POST", f"/identifiers/{use['id']}/end", 200, json={"on": "2024-10-01"})
    await farmer.make("/identifiers", animal_id=one["id"], kind="eid", value="982000123456780")
    noted = of(one["id"], "marking.recorded", "2024-09-01", identifiers=EID, note="calm", supersedes=event)
    await taken(farmer, noted)
    items = (await farmer.ask("GET", "/identifiers", 200, params=params)).json()["items"]
    assert {(item["value"][-1], item["state"], item["off_date"]) for item in items} == {
        ("9", "closed", "2024-10-01"),
        ("0", "active", None),
    }


async def test_i19_a_lamb_that_was_weaned_into_a_mob_for_no_time_was_treated_with_it(farmer: Farmer) -> None:
    dam, one, first, then = await ewe(farmer), lamb(), await mob(farmer), await mob(farmer, "Weaners")
    short, long = await remedy(farmer), await remedy(farmer, "Drench B", 30)
    day = "2024-11-01"
    _, _, event, _ = await taken(
        farmer,
        lambed(dam, [one]),
        of(one["id"], "weaning.recorded", day, group_id=first),
        treated(short, day, group_id=first),
        assigned(one["id"], then, day),
    )
    assert (await clear(farmer, one["id"]))[0] == "2024-11-15"
    await taken(farmer, treated(long, day, group_id=first, supersedes=event))
    assert (await clear(farmer, one["id"]))[0] == "2024-12-01"


async def test_i29_a_merged_animal_is_checked_for_sale_under_its_old_id(farmer: Farmer) -> None:
    loser, winner = await ewes(farmer, 2)
    await taken(farmer, treated(await remedy(farmer), animal_id=loser))
    await farmer.make("/merges", loser_id=loser, winner_id=winner)
    body = {"animal_ids": [loser, winner], "on": "2024-03-02"}
    path = f"/farms/{farmer.farm_id}/sale-check/query"
    found = (await farmer.ask("POST", path, 200, json=body)).json()
    assert (found["may_be_sold"], found["unknown"]) == (0, [])
    assert [(item["animal_id"], item["meat"]["clear_on"]) for item in found["items"]] == [(winner, "2024-03-15")]


async def test_i10_two_of_a_litter_are_no_one_animal_nor_is_a_ewe_who_lambed_twice(farmer: Farmer) -> None:
    one, other = await ewe(farmer), await ewe(farmer)
    twins = [lamb(), lamb()]
    await taken(farmer, lambed(one, twins), lambed(other, [lamb()], "2024-08-20"))
    for (loser, winner), code in (
        ((twins[0]["id"], twins[1]["id"]), "litter_mates"),
        ((one, other), "lambed_already"),
    ):
        body = {"loser_id": loser, "winner_id": winner}
        refusal = (await farmer.ask("POST", "/merges", 422, json=body)).json()
        assert [error["code"] for error in refusal["errors"]] == [code]


async def test_i29_parents_follow_from_what_is_known_of_both_until_the_merge_is_undone(farmer: Farmer) -> None:
    joined_ewe, lambed_ewe = await ewe(farmer), await ewe(farmer)
    first, second = await ram(farmer), await ram(farmer)
    one = lamb()
    await taken(farmer, joined([joined_ewe], [first, second]), lambed(lambed_ewe, [one]))
    ewes_merged = await farmer.make("/merges", loser_id=joined_ewe, winner_id=lambed_ewe)
    assert await claims(farmer, one["id"]) == {"dam": {lambed_ewe}}
    assert await claims(farmer, one["id"], status="proposed") == {"sire": {first, second}}
    rams_merged = await farmer.make("/merges", loser_id=first, winner_id=second)
    assert await claims(farmer, one["id"]) == {"dam": {lambed_ewe}, "sire": {second}}
    assert (await get(farmer, one["id"]))["sire_id"] == second
    await farmer.ask("POST", f"/merges/{rams_merged['id']}/undo", 200)
    assert await claims(farmer, one["id"], status="proposed") == {"sire": {first, second}}
    await farmer.ask("POST", f"/merges/{ewes_merged['id']}/undo", 200)
    assert await claims(farmer, one["id"]) == {"dam": {lambed_ewe}}
    assert await claims(farmer, one["id"], status="proposed") == {}
    (joining,) = await log_of(farmer, kind="joining.started")
    await taken(farmer, taken_back(joining["id"]))


async def test_a_pregnant_ewe_who_was_away_when_she_was_due_is_not_lost_though_she_came_back(farmer: Farmer) -> None:
    sold, kept, sire = await ewe(farmer), await ewe(farmer), await ram(farmer)
    scans = [of(key, "pregscan.recorded", "2024-05-30", result="single") for key in (sold, kept)]
    away = SOLD | {"animal_id": sold, "occurred_on": "2024-06-10"}
    await taken(farmer, joined([sold, kept], [sire]), *scans, away)
    await taken(farmer, BACK | {"animal_id": sold, "occurred_on": "2025-02-01"})
    found = (await farmer.ask("GET", f"/farms/{farmer.farm_id}/seasons/2024/rates", 200)).json()
    assert (found["counts"]["ewes_pregnant"], found["counts"]["ewes_lost"]) == (2, 1)


async def test_a_recorder_learns_nothing_of_the_farm_from_what_is_refused(
    farmer: Farmer, new_farmer: NewFarmer
) -> None:
    scanner = await new_farmer(with_farm=False)
    eid = {"kind": "eid", "value": "982000123456789"}
    animal = (await farmer.animal(sex="female", birth_date="2022-01-05", identifiers=[eid]))["id"]
    await taken(farmer, treated(await remedy(farmer), animal_id=animal))
    ends = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    kinds = ["pregscan.recorded", "animal.departed"]
    granted = {"user_id": str(scanner.user_id), "flock_id": farmer.flock_id, "kinds": kinds, "ends_at": ends}
    await farmer.make(f"/farms/{farmer.farm_id}/recorders", **granted)
    events = [
        {"kind": "animal.departed", "occurred_on": "2024-03-05", "payload": {"fate": "sold"}},
        {"kind": "pregscan.recorded", "occurred_on": "2021-03-05", "payload": {"result": "empty"}},
    ]
    recordings = [{"animal": eid["value"], "event": event} for event in events]
    body = {"farm_id": farmer.farm_id, "flock_id": farmer.flock_id, "recordings": recordings}
    items = (await scanner.ask("POST", "/recordings", 200, json=body)).json()["items"]
    told = [error for item in items for error in item["errors"]]
    assert [error["code"] for error in told] == ["withheld", "before_birth"]
    assert not any("20" in error["message"] + error["fix"] for error in told)


@pytest.mark.parametrize("is_group", [True, False])
async def test_i3_what_becomes_of_a_joining_fits_the_litters_of_its_ewes(farmer: Farmer, is_group: bool) -> None:
    dam, sire, second, group = await ewe(farmer), await ram(farmer), await ram(farmer), await mob(farmer)
    whose = {"group_id": group} if is_group else {}
    payload = {"sire_ids": [sire]} | ({} if is_group else {"ewe_ids": [dam]})
    started = {"kind": "joining.started", "occurred_on": "2024-03-01", "payload": payload} | whose
    _, joining = await taken(farmer, assigned(dam, group, "2024-02-01"), started)
    (end,) = await taken(farmer, ended(joining, "2024-04-10"))
    await taken(farmer, lambed(dam, [lamb()], "2024-08-25"))
    late = started | {"occurred_on": "2024-07-01", "supersedes": joining}
    assert await refused(farmer, late) == "ends_before_start"
    early = ended(joining, "2024-03-02", supersedes=end)
    assert await refused(farmer, early) == "gestation_impossible"
    await taken(farmer, ended(joining, "2024-04-12", supersedes=end))
    swap = {"joining_id": joining, "out_id": sire, "in_id": second}
    swapped = {"kind": "ram.replaced", "occurred_on": "2024-03-20", "payload": swap}
    await taken(farmer, swapped)
    other = await mob(farmer, name="Maidens")
    _, again = await taken(
        farmer,
        assigned(dam, other, "2025-02-01"),
        started
        | {
            "occurred_on": "2025-03-01",
            "group_id": other,
            "payload": {"sire_ids": [sire]},
        },
    )
    await taken(farmer, lambed(dam, [lamb()], "2025-08-01"))
    moved = {"kind": "joining.started", "group_id": other, "payload": {"sire_ids": [sire]}, "supersedes": again}
    assert await refused(farmer, moved | {"occurred_on": "2025-07-01"}) == "gestation_impossible"
    await taken(farmer, moved | {"occurred_on": "2025-03-02"})
