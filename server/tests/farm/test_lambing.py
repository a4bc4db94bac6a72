"""Lambings over HTTP: the lambs become animals with what the log knows of them, and go when it was wrong."""

from typing import Any

import pytest
from bellwether.platform.ids import new_id

from .conftest import Farmer, weights_of
from .season import LAMBED_ON, claims, ended, ewe, get, joined, lamb, lambed, of, ram
from .test_event_log import DIED, NOTE, fate_of, log_of, refused, send, taken
from .test_mobs import assigned, mob, taken_back


async def warnings_of(farmer: Farmer, event: dict[str, Any]) -> list[str]:
    """Append what must be taken; the codes of its warnings."""
    found = await send(farmer, event)
    assert found["rejected"] == 0, found
    return [one["code"] for one in found["items"][0]["warnings"]]


async def test_lambs_become_animals(farmer: Farmer) -> None:
    dam, sire = await ewe(farmer), await ram(farmer)
    (joining,) = await taken(farmer, joined([dam], [sire]))
    twins = [
        lamb(weight=4.2, identifiers=[{"kind": "eid", "value": "982 000123456789"}]),
        lamb(sex="male", born="dead", weight=2.5, death_cause="dystocia"),
    ]
    await taken(farmer, ended(joining), lambed(dam, twins, ease="unassisted", maternal_score=1))
    live, dead = [await get(farmer, one["id"]) for one in twins]
    assert (live["birth_date"], live["birth_type"], live["drop_year"]) == (LAMBED_ON, 2, 2024)
    assert (live["dam_id"], live["sire_id"], live["fate"]) == (dam, sire, "alive")
    assert live["identifiers"][0]["value"] == "982000123456789"
    assert live["tag"] == "982000123456789"
    assert (dead["fate"], dead["fate_on"], dead["birth_type"], dead["rear_type"]) == ("dead", LAMBED_ON, 2, 0)
    assert {(one["trait"], one["weight_kg"]) for one in await weights_of(farmer)} == {("BWT", 4.2), ("BWT", 2.5)}
    assert [one["kind"] for one in await log_of(farmer, animal_id=live["id"])] == ["lambing.recorded"]
    assert await refused(farmer, NOTE | {"animal_id": live["id"]}) == "before_birth"
    assert await refused(farmer, of(dead["id"], "marking.recorded", "2024-09-01")) == "off_farm"


async def test_a_phone_may_speak_of_a_lamb_in_the_batch_in_which_it_is_born(farmer: Farmer) -> None:
    dam, foster = await ewe(farmer), await ewe(farmer)
    one, two = lamb(), lamb()
    await taken(
        farmer,
        lambed(dam, [one, two]),
        of(two["id"], "lamb.fostered", "2024-08-07", to_id=foster),
        DIED | {"animal_id": one["id"], "occurred_on": "2024-08-08"},
    )
    assert await claims(farmer, two["id"]) == {"dam": {dam}, "rearing_dam": {foster}}
    assert await fate_of(farmer, one["id"]) == "dead"
    assert (await get(farmer, one["id"]))["rear_type"] == 0


async def test_a_correction_keeps_the_lambs_that_it_names(farmer: Farmer) -> None:
    wrong, dam = await ewe(farmer), await ewe(farmer)
    one, two = lamb(weight=4), lamb(sex="male")
    (event,) = await taken(farmer, lambed(wrong, [one, two]))
    better = lambed(dam, [one | {"weight": 5, "sex": "male"}], "2024-08-06", supersedes=event)
    await taken(farmer, better)
    found = await get(farmer, one["id"])
    assert (found["dam_id"], found["birth_date"], found["birth_type"], found["sex"]) == (dam, "2024-08-06", 1, "male")
    assert [(item["weight_kg"], item["occurred_on"]) for item in await weights_of(farmer)] == [(5, "2024-08-06")]
    await farmer.ask("GET", f"/animals/{two['id']}", 404)
    (event,) = [item["id"] for item in await log_of(farmer, animal_id=one["id"])]
    await taken(farmer, taken_back(event))
    await farmer.ask("GET", f"/animals/{one['id']}", 404)
    assert await weights_of(farmer) == []
    await taken(farmer, lambed(dam, [one]))


async def test_a_lamb_of_which_more_is_known_does_not_go(farmer: Farmer) -> None:
    dam = await ewe(farmer)
    one = lamb()
    event, _ = await taken(farmer, lambed(dam, [one]), NOTE | {"animal_id": one["id"], "occurred_on": "2024-09-01"})
    assert await refused(farmer, taken_back(event)) == "lamb_has_records"
    assert await refused(farmer, lambed(dam, [lamb()], supersedes=event)) == "lamb_has_records"
    late = lambed(dam, [one], "2024-09-02", supersedes=event)
    assert await refused(farmer, late) == "born_after_record"
    await taken(farmer, lambed(dam, [one, lamb()], supersedes=event))
    assert (await get(farmer, one["id"]))["birth_type"] == 2


async def test_what_is_in_the_way_of_a_lambing_is_said(farmer: Farmer) -> None:
    dam, young = await ewe(farmer), await ewe(farmer, birth_date="2024-03-01")
    known = await ewe(farmer)
    (event,) = await taken(farmer, lambed(dam, [lamb()]))
    one = lamb()
    for sent, code in (
        (lambed(dam, [lamb()], "2024-08-06"), "lambed_already"),
        (lambed(young, [lamb()]), "dam_too_young"),
        (lambed(await ewe(farmer), [lamb(id=known)]), "lamb_exists"),
        (lambed(await ram(farmer), [lamb()]), "sex_clash"),
        (lambed(await ewe(farmer), [one, one]), "invalid_value"),
        (lambed(await ewe(farmer), [lamb(weight=45)]), "out_of_range"),
        (lambed(await ewe(farmer), [lamb(identifiers=[{"kind": "eid", "value": "98200012345678"}])]), "eid_length"),
        (lambed(await ewe(farmer), [lamb()], embryo_transfer=True), "no_transfer"),
        (taken_back(str(new_id())), "not_found"),
    ):
        assert await refused(farmer, sent) == code, sent
    assert event


async def test_i3_gestation(farmer: Farmer) -> None:
    sire = await ram(farmer)
    for day, code in (
        ("2024-06-15", "gestation_impossible"),
        ("2024-07-10", "gestation_unusual"),
        ("2024-07-14", None),
        ("2024-09-16", None),
        ("2024-09-17", "gestation_unusual"),
        ("2024-10-03", "gestation_impossible"),
    ):
        dam = await ewe(farmer)
        (joining,) = await taken(farmer, joined([dam], [sire]))
        await taken(farmer, ended(joining))
        found = (await send(farmer, lambed(dam, [lamb()], day)))["items"][0]
        codes = [one["code"] for one in (*found["errors"], *found["warnings"])]
        assert codes == ([] if code is None else [code]), day
        assert (found["verdict"] == "rejected") == (code == "gestation_impossible")


async def test_i3_after_one_known_service(farmer: Farmer) -> None:
    sire = await ram(farmer)
    for day, code in (("2024-07-20", "gestation_unusual"), ("2024-07-21", None), ("2024-08-04", "gestation_unusual")):
        dam = await ewe(farmer)
        await taken(farmer, of(dam, "ai.done", "2024-03-01", sire_id=sire, method="ai_frozen_laparoscopic"))
        assert await warnings_of(farmer, lambed(dam, [lamb()], day)) == ([] if code is None else [code]), day


async def test_i8_i9_the_recipient_bears_and_the_donor_is_the_dam(farmer: Farmer) -> None:
    donor, recipient, sire = await ewe(farmer), await ewe(farmer), await ram(farmer)
    one = lamb()
    await taken(farmer, of(recipient, "embryo.transferred", "2024-03-14", donor_id=donor, sire_id=sire))
    await taken(farmer, lambed(recipient, [one]))
    assert await claims(farmer, one["id"]) == {"et_donor_dam": {donor}, "et_recipient_dam": {recipient}, "sire": {sire}}
    assert (await get(farmer, one["id"]))["dam_id"] == donor


async def test_i8_a_recipient_that_was_joined_as_well_is_asked_for(farmer: Farmer) -> None:
    donor, recipient, sire = await ewe(farmer), await ewe(farmer), await ram(farmer)
    await taken(
        farmer,
        of(recipient, "embryo.transferred", "2024-03-14", donor_id=donor, sire_id=sire),
        joined([recipient], [await ram(farmer)], "2024-03-20"),
    )
    one = lamb()
    assert await refused(farmer, lambed(recipient, [one], "2024-08-10")) == "which_conception"
    await taken(farmer, lambed(recipient, [one], "2024-08-10", embryo_transfer=False))
    assert (await get(farmer, one["id"]))["dam_id"] == recipient


async def test_i8_a_transfer_on_which_a_lambing_stands_is_not_taken_back(farmer: Farmer) -> None:
    donor, recipient, sire = await ewe(farmer), await ewe(farmer), await ram(farmer)
    moved = of(recipient, "embryo.transferred", "2024-03-14", donor_id=donor, sire_id=sire)
    (transfer,) = await taken(farmer, moved)
    one = lamb()
    (event,) = await taken(farmer, lambed(recipient, [one], embryo_transfer=True))
    assert await refused(farmer, taken_back(transfer)) == "litter_unclear"
    (event,) = await taken(farmer, lambed(recipient, [one], supersedes=event))
    assert await refused(farmer, joined([recipient], [sire])) == "litter_unclear"
    await taken(farmer, taken_back(transfer))
    assert await claims(farmer, one["id"]) == {"dam": {recipient}}


async def test_i12_litter_mates_are_born_within_two_days(farmer: Farmer) -> None:
    dam, other = await ewe(farmer), await ewe(farmer)
    assert await warnings_of(farmer, lambed(dam, [lamb(), lamb(born_on="2024-08-07")])) == []
    assert await warnings_of(farmer, lambed(other, [lamb(), lamb(born_on="2024-08-08")])) == ["litter_apart"]


async def test_sires_follow_from_the_joinings_whose_exposure_fits(farmer: Farmer) -> None:
    dam, first, second = await ewe(farmer), await ram(farmer), await ram(farmer)
    one = lamb()
    early, late = await taken(farmer, joined([dam], [first]), joined([dam], [second], "2024-04-01"))
    await taken(farmer, ended(early, "2024-03-31"), ended(late, "2024-05-01"))
    await taken(farmer, lambed(dam, [one], "2024-08-01"))
    assert await claims(farmer, one["id"]) == {"dam": {dam}, "sire": {first}}
    (again,) = await taken(farmer, joined([dam], [first, second], supersedes=early))
    assert await claims(farmer, one["id"]) == {"dam": {dam}}
    assert await claims(farmer, one["id"], status="proposed") == {"sire": {first, second}}
    await taken(farmer, joined([dam], [second], supersedes=again))
    assert await claims(farmer, one["id"]) == {"dam": {dam}, "sire": {second}}


async def test_ewes_of_a_group_are_exposed_while_they_are_in_it(farmer: Farmer) -> None:
    dam, sire, group = await ewe(farmer), await ram(farmer), await mob(farmer)
    one = lamb()
    started = {
        "kind": "joining.started",
        "group_id": group,
        "occurred_on": "2024-03-01",
        "payload": {"sire_ids": [sire]},
    }
    joining, inside = await taken(farmer, started, assigned(dam, group, "2024-03-05"))
    await taken(farmer, ended(joining), lambed(dam, [one]))
    assert (await claims(farmer, one["id"]))["sire"] == {sire}
    await taken(farmer, assigned(dam, group, "2024-03-20", supersedes=inside))
    assert (await claims(farmer, one["id"]))["sire"] == {sire}
    await taken(farmer, taken_back((await log_of(farmer, animal_id=dam))[-1]["id"]))
    assert "sire" not in await claims(farmer, one["id"])


async def test_a_joining_and_what_belongs_to_it(farmer: Farmer) -> None:
    dam, first, second = await ewe(farmer), await ram(farmer), await ram(farmer)
    (joining,) = await taken(farmer, joined([dam], [first]))
    swap = {"kind": "ram.replaced", "occurred_on": "2024-03-10"}
    said = {"joining_id": joining, "out_id": first, "in_id": second}
    assert await refused(farmer, ended(str(new_id()))) == "not_found"
    assert await refused(farmer, ended(joining, "2024-02-01")) == "ends_before_start"
    assert await refused(farmer, swap | {"payload": said | {"out_id": second, "in_id": first}}) == "not_in_joining"
    await taken(farmer, swap | {"payload": said})
    (end,) = await taken(farmer, ended(joining))
    assert await refused(farmer, ended(joining)) == "joining_ended"
    assert await refused(farmer, taken_back(joining)) == "has_parts"
    await taken(farmer, ended(joining, "2024-04-12", supersedes=end))
    one = lamb()
    await taken(farmer, lambed(dam, [one], "2024-08-25"))
    assert (await claims(farmer, one["id"]))["sire"] == {second}


async def test_i3_a_ram_is_not_taken_out_of_a_joining_from_under_what_followed(farmer: Farmer) -> None:
    """The ram who came left again, or the litters since are his alone."""
    dam, first, second = await ewe(farmer), await ram(farmer), await ram(farmer)
    (joining,) = await taken(farmer, joined([dam], [first]))
    swap = {"kind": "ram.replaced", "payload": {"joining_id": joining, "out_id": first, "in_id": second}}
    (came,) = await taken(farmer, swap | {"occurred_on": "2024-03-10"})
    back = {"kind": "ram.replaced", "payload": {"joining_id": joining, "out_id": second}}
    (left,) = await taken(farmer, back | {"occurred_on": "2024-03-20"})
    assert await refused(farmer, taken_back(came)) == "not_in_joining"
    only_first = swap | {
        "occurred_on": "2024-03-10",
        "supersedes": came,
        "payload": {"joining_id": joining, "out_id": first},
    }
    assert await refused(farmer, only_first) == "not_in_joining"
    assert await refused(farmer, joined([dam], [second], supersedes=joining)) == "not_in_joining"
    await taken(farmer, taken_back(left))
    one = lamb()
    await taken(farmer, lambed(dam, [one], "2024-08-28"))
    assert (await claims(farmer, one["id"]))["sire"] == {second}
    await taken(farmer, taken_back(came))
    assert (await claims(farmer, one["id"]))["sire"] == {first}
    gone = {"kind": "ram.replaced", "occurred_on": "2024-03-02", "payload": {"joining_id": joining, "out_id": first}}
    late = {"kind": "ram.replaced", "occurred_on": "2024-03-25", "payload": {"joining_id": joining, "in_id": second}}
    (other,) = await taken(farmer, late)
    await taken(farmer, gone)
    assert (await claims(farmer, one["id"]))["sire"] == {second}
    assert await refused(farmer, taken_back(other)) == "gestation_impossible"


@pytest.mark.parametrize("said", [3, None])
async def test_i11_rear_type_is_at_most_the_lambs_alive(farmer: Farmer, said: int | None) -> None:
    dam, foster = await ewe(farmer), await ewe(farmer)
    one, two, three = lamb(), lamb(), lamb()
    await taken(farmer, lambed(dam, [one, two]), lambed(foster, [three]))
    wean = of(one["id"], "weaning.recorded", "2024-11-10", weight=30, **({} if said is None else {"rear_type": said}))
    if said:
        assert await refused(farmer, wean) == "rear_type_too_high"
    (moved,) = await taken(farmer, of(three["id"], "lamb.fostered", "2024-08-08", to_id=dam))
    await taken(farmer, wean)
    assert (await get(farmer, one["id"]))["rear_type"] == 3
    death = DIED | {"animal_id": two["id"], "occurred_on": "2024-09-01"}
    if said:
        assert await refused(farmer, death) == "rear_type_too_high"
        assert await refused(farmer, taken_back(moved)) == "rear_type_too_high"
    else:
        await taken(farmer, death)
        assert (await get(farmer, one["id"]))["rear_type"] == 2
        await taken(farmer, taken_back(moved))
        assert (await get(farmer, one["id"]))["rear_type"] == 1


async def test_i11_by_no_other_way_is_a_lamb_reared_among_more_than_were_alive(farmer: Farmer) -> None:
    """By a change, by a list; what a list has said stays until the lamb is weaned."""
    dam, foster = await ewe(farmer), await ewe(farmer)
    one, two, dead, three = lamb(), lamb(), lamb(born="dead"), lamb()
    await taken(farmer, lambed(dam, [one, two, dead]), lambed(foster, [three]))
    path, head = f"/animals/{one['id']}", {"If-Match": "*"}
    for key, said in ((one["id"], 3), (dead["id"], 1)):
        answer = await farmer.ask("PATCH", f"/animals/{key}", 422, json={"rear_type": said}, headers=head)
        assert [error["code"] for error in answer.json()["errors"]] == ["rear_type_too_high"]
    await farmer.ask("PATCH", path, 200, json={"rear_type": 1}, headers=head)
    done = await farmer.take_in(f"ID,RTYPE\n{one['id']},3\n{two['id']},2\n{dead['id']},1\n".encode(), "flock")
    assert done["warnings"] == {"rear_type_too_high": 2}
    await taken(farmer, of(three["id"], "lamb.fostered", "2024-08-08", to_id=dam))
    await farmer.ask("PATCH", path, 200, json={"rear_type": 3}, headers=head)
    assert [(await get(farmer, each["id"]))["rear_type"] for each in (one, two, dead)] == [3, 2, 0]
    (weaned,) = await taken(farmer, of(two["id"], "weaning.recorded", "2024-11-10", weight=30))
    assert (await get(farmer, two["id"]))["rear_type"] == 3
    await taken(farmer, taken_back(weaned))
    assert (await get(farmer, two["id"]))["rear_type"] is None


@pytest.mark.parametrize("kept", [{}, {"supersedes": True}])
async def test_a_second_official_tag_is_refused_however_the_first_came(farmer: Farmer, kept: dict[str, bool]) -> None:
    """One that was registered, or that an import brought, is of no event."""
    one = await farmer.animal(birth_date="2024-08-01", identifiers=[{"kind": "eid", "value": "982000123456703"}])
    second = of(one["id"], "marking.recorded", "2024-09-11", identifiers=[{"kind": "eid", "value": "982000123456704"}])
    if kept:
        (event,) = await taken(farmer, of(one["id"], "marking.recorded", "2024-09-11"))
        second |= {"supersedes": event}
    assert await refused(farmer, second) == "official_exists"


async def test_marking_tags_and_castrates(farmer: Farmer) -> None:
    dam, other = await ewe(farmer), await ewe(farmer, identifiers=[{"kind": "eid", "value": "982000123456701"}])
    one, two = lamb(sex="male"), lamb()
    await taken(farmer, lambed(dam, [one, two]))
    tag = {"kind": "eid", "value": "982000123456700"}
    (event,) = await taken(farmer, of(one["id"], "marking.recorded", "2024-09-10", castrated=True, identifiers=[tag]))
    found = await get(farmer, one["id"])
    assert (found["fertility"], found["tag"]) == ("neutered", tag["value"])
    again = of(one["id"], "marking.recorded", "2024-09-11", castrated=True)
    assert await refused(farmer, again) == "is_wether"
    assert await refused(farmer, again | {"animal_id": two["id"]}) == "sex_clash"
    second = of(one["id"], "marking.recorded", "2024-09-11", identifiers=[{"kind": "eid", "value": "982000123456702"}])
    assert await refused(farmer, second) == "official_exists"
    assert await refused(farmer, joined([dam], [one["id"]], "2025-03-01")) == "sex_clash"
    await taken(farmer, second | {"supersedes": event})
    found = await get(farmer, one["id"])
    assert (found["fertility"], found["tag"]) == ("unknown", "982000123456702")
    worn = of(two["id"], "marking.recorded", "2024-09-11", identifiers=[{"kind": "eid", "value": "982000123456701"}])
    assert await warnings_of(farmer, worn) == ["duplicate_identifier"]
    assert (await get(farmer, two["id"]))["tag"] is None
    assert (await get(farmer, other))["tag"] == "982000123456701"


async def test_i24_a_wether_is_not_compared_with_rams(farmer: Farmer) -> None:
    dam = await ewe(farmer)
    one, two = lamb(sex="male", weight=4), lamb(sex="male")
    await taken(farmer, lambed(dam, [one, two]))
    weaned = [of(each["id"], "weaning.recorded", "2024-11-10", weight=30) for each in (one, two)]
    (cut, *_) = await taken(farmer, of(one["id"], "marking.recorded", "2024-09-10", castrated=True), *weaned)

    async def groups() -> dict[str, str]:
        return {
            row["animal_id"]: row["contemporary_group"] for row in await weights_of(farmer) if row["trait"] == "WWT"
        }

    assert await groups() == {one["id"]: "1234/2024/W/b0/w/g0", two["id"]: "1234/2024/W/b0/g0"}
    await taken(farmer, taken_back(cut))
    assert len(set((await groups()).values())) == 1
    shown = {row["contemporary_group"] for row in await weights_of(farmer) if row["trait"] == "BWT"}
    assert shown == {"1234/2024/B/b0"}


async def test_a_lamb_is_fostered_by_a_ewe_and_no_ewe_by_a_lamb(farmer: Farmer) -> None:
    """I2 of whoever rears: a litter mate of some days is none, and a grown ewe is nobody's lamb."""
    dam, other = await ewe(farmer), await ewe(farmer)
    one, two = lamb(), lamb()
    await taken(farmer, lambed(dam, [one, two]))
    assert await refused(farmer, of(one["id"], "lamb.fostered", "2024-08-07", to_id=two["id"])) == "dam_too_young"
    assert await refused(farmer, of(other, "lamb.fostered", "2024-08-07", to_id=dam)) == "no_lamb"
    assert await refused(farmer, of(other, "weaning.recorded", "2024-11-07")) == "no_lamb"
    await taken(farmer, of(one["id"], "lamb.fostered", "2024-08-07", to_id=other))


async def test_a_weaned_lamb_is_in_its_group(farmer: Farmer) -> None:
    dam, group = await ewe(farmer), await mob(farmer, "Weaners")
    one = lamb()
    await taken(farmer, lambed(dam, [one]))
    (event,) = await taken(
        farmer, of(one["id"], "weaning.recorded", "2024-11-10", weight=60, weight_unit="lb", group_id=group)
    )
    found = (await farmer.ask("GET", f"/groups/{group}/members", 200)).json()["items"]
    assert [item["animal_id"] for item in found] == [one["id"]]
    assert {(item["trait"], round(item["weight_kg"], 2)) for item in await weights_of(farmer)} == {("WWT", 27.22)}
    assert await refused(farmer, of(one["id"], "weaning.recorded", "2024-11-11")) == "weaned_already"
    assert (
        await refused(farmer, of(one["id"], "lamb.fostered", "2024-11-12", to_id=await ewe(farmer))) == "weaned_already"
    )
    await taken(farmer, taken_back(event))
    assert (await farmer.ask("GET", f"/groups/{group}/members", 200)).json()["items"] == []
    assert ((await get(farmer, one["id"]))["rear_type"], await weights_of(farmer)) == (None, [])


async def test_nothing_follows_of_a_lamb_that_was_born_dead(farmer: Farmer) -> None:
    dam, other = await ewe(farmer), await ewe(farmer)
    dead, living = lamb(born="dead"), lamb(sex="male")
    (event,) = await taken(farmer, lambed(dam, [dead, living]))
    for kind, said in (
        ("lamb.fostered", {"to_id": other}),
        ("marking.recorded", {"docked": True}),
        ("weaning.recorded", {}),
    ):
        assert await refused(farmer, of(dead["id"], kind, LAMBED_ON, **said)) == "born_dead"
    (given,) = await taken(farmer, of(living["id"], "lamb.fostered", LAMBED_ON, to_id=other))
    was_dead = lambed(dam, [dead, living | {"born": "dead"}], supersedes=event)
    assert await refused(farmer, was_dead) == "lamb_has_records"
    await taken(farmer, taken_back(given), was_dead)
