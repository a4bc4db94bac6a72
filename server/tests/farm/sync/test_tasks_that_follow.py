"""Tasks that follow from events, on phones: they come, change and go with the events, and keep their ids."""

from typing import Any

from ..conftest import Farmer
from ..season import ewe, joined, lamb, lambed, of, ram
from ..test_event_log import taken
from ..test_mobs import assigned, mob
from ..test_treatments import remedy, treated
from ..work.conftest import joining
from .conftest import Device, statuses, upsert
from .test_work_on_phones import listed

RETRACTED = {"kind": "event.retracted", "payload": {}}


def same(task: dict[str, Any], row: dict[str, Any]) -> bool:
    """Whether a phone sees what the desk sees, but for what passes by itself, which is over after its day."""
    done = task["done_on"] if row["done"] or not row["passes"] else None
    names = ("id", "rule", "event_id", "group_id", "animal_id", "note", "assigned_to", "snoozed_until")
    seen = [row[name] for name in names] + [row["due_on"], row["done_on"]]
    listed = [task[name] for name in names] + [task["planned_on"], done]
    return seen == listed and task["title"].startswith(row["title"])


async def agree(farmer: Farmer, *devices: Device) -> dict[str, dict[str, Any]]:
    """Every device holds what the desk lists; the tasks by their rule."""
    tasks = await listed(farmer)
    for device in devices:
        await device.pull()
        rows = device.of("tasks")
        assert rows.keys() == tasks.keys()
        assert [row for key, row in rows.items() if not same(tasks[key], row)] == []
    return {str(task["rule"]): devices[0].row("tasks", key) for key, task in tasks.items()}


async def test_they_come_change_and_go_with_the_event(farmer: Farmer, device: Device, other: Device) -> None:
    first, sire = await ewe(farmer), await ram(farmer)
    (started,) = await taken(farmer, joined([first], [sire], "2024-03-01"))
    before = await agree(farmer, device, other)
    assert before["scan"]["due_on"] == "2024-05-25"
    later = joined([first], [sire], "2024-03-08") | {"supersedes": started}
    (corrected,) = await taken(farmer, later)
    after = await agree(farmer, device)
    assert (after["scan"]["id"], after["scan"]["due_on"]) == (before["scan"]["id"], "2024-06-01")
    assert after["scan"]["rev"] > before["scan"]["rev"]
    said = device.edit("tasks", after["scan"]["id"], note="with Kim")
    assert statuses(await device.push(said)) == ["applied"]
    await taken(farmer, of(first, "pregscan.recorded", "2024-06-02", result="single"))
    scanned = await agree(farmer, device, other)
    assert [scanned["scan"][name] for name in ("done", "done_on", "note")] == [True, "2024-06-02", "with Kim"]
    await taken(farmer, RETRACTED | {"supersedes": corrected, "occurred_on": "2024-07-01"})
    gone = await device.pull()
    assert {(one["id"], one["deleted"]) for one in gone if one["collection"] == "tasks"} == {
        (row["id"], True) for row in before.values()
    }
    assert await agree(farmer, device, other) == {}
    late = Device(farmer)
    assert not any(one["deleted"] for one in await late.pull())
    (refused,) = await device.push(upsert("tasks", before["scan"]["id"], {"done": True}, base_rev=1))
    assert refused["status"] == "rejected"


async def test_rules_of_the_farm_count_on_phones(farmer: Farmer, device: Device) -> None:
    await taken(farmer, joined([await ewe(farmer)], [await ram(farmer)], "2024-03-01"))
    before = await agree(farmer, device)
    assert statuses(await device.push(device.edit("tasks", before["marking"]["id"], note="bring tags"))) == ["applied"]
    own = {"name": "crutch", "kind": "joining.started", "title": "Crutch the ewes", "days": 110}
    path = f"/farms/{farmer.farm_id}/task-rules"
    await farmer.ask("PUT", path, 200, json={"rules": [own, {"name": "marking", "is_on": False}]})
    changed = await agree(farmer, device)
    assert ("crutch" in changed, "marking" in changed) == (True, False)
    await farmer.ask("PUT", path, 200, json={"rules": []})
    again = await agree(farmer, device)
    assert ("crutch" in again, again["marking"]["note"]) == (False, "bring tags")


async def test_parents_that_an_import_tells_count_at_once(farmer: Farmer, device: Device) -> None:
    """The lambs were marked before their dams were known; when the import is undone they are nobody's again."""
    dam = (await farmer.animal(sex="female", birth_date="2020-08-01", identifiers=[registered("1612342020200001")]))[
        "id"
    ]
    young = await farmer.animal(sex="female", birth_date="2024-07-28", identifiers=[registered("1612342024240001")])
    await taken(
        farmer, joined([dam], [await ram(farmer)], "2024-03-01"), of(young["id"], "marking.recorded", "2024-09-20")
    )
    assert not (await agree(farmer, device))["marking"]["done"]
    file = b"ID,SEX,DOB,DAM\n1612342024240001,2,2024-07-28,1612342020200001\n"
    done = await farmer.take_in(file, "sg")
    assert (await agree(farmer, device))["marking"]["done_on"] == "2024-09-20"
    await farmer.undo(done["import_id"])
    assert not (await agree(farmer, device))["marking"]["done"]


def registered(value: str) -> dict[str, str]:
    """A number of a herd book."""
    return {"kind": "registration", "value": value}


async def test_what_others_did_and_whom_it_was_about(farmer: Farmer, device: Device) -> None:
    """Through members of the mob, lambs by their dams, a mob treatment whose only ewe was not there, and a merge."""
    first, second, sire, group = await ewe(farmer), await ewe(farmer), await ram(farmer), await mob(farmer)
    (_, started) = await taken(farmer, assigned(first, group), joining(group, sire, "2024-03-01"))
    await agree(farmer, device)
    await taken(farmer, of(second, "pregscan.recorded", "2024-05-25", result="single"))
    assert not (await agree(farmer, device))["scan"]["done"]
    await taken(farmer, assigned(second, group, "2024-03-02"))
    young = lamb()
    await taken(farmer, lambed(first, [young], "2024-07-30"))
    (marked,) = await taken(farmer, of(young["id"], "marking.recorded", "2024-09-20"))
    found = await agree(farmer, device)
    assert (found["scan"]["done"], found["marking"]["done"], found["marking"]["group_id"]) == (True, True, group)
    await taken(farmer, RETRACTED | {"supersedes": marked, "occurred_on": "2024-09-21"})
    assert not (await agree(farmer, device))["marking"]["done"]
    drench = await remedy(farmer, meat=14, esi=28)
    await taken(farmer, treated(drench, "2024-10-01", group_id=group))
    assert (await agree(farmer, device))["meat_clear"]["passes"]
    ended = {"kind": "joining.ended", "occurred_on": "2024-04-10", "payload": {"joining_id": started}}
    (end,) = await taken(farmer, ended)
    assert (await agree(farmer, device))["rams_out"]["done_on"] == "2024-04-10"
    await taken(farmer, RETRACTED | {"supersedes": end, "occurred_on": "2024-10-02"})
    assert not (await agree(farmer, device))["rams_out"]["done"]


async def test_parents_that_are_claimed_and_animals_that_are_one(farmer: Farmer, device: Device) -> None:
    """Neither is an event, and both say of which joining a lamb is."""
    dam, sire, double = await ewe(farmer), await ram(farmer), await ewe(farmer)
    await taken(farmer, joined([dam], [sire], "2024-03-01"))
    young = (await farmer.animal(sex="female", birth_date="2024-07-30"))["id"]
    await taken(farmer, of(young, "marking.recorded", "2024-09-20"))
    assert not (await agree(farmer, device))["marking"]["done"]
    await farmer.make(f"/animals/{young}/parents", parent_type="dam", parent_id=dam)
    assert (await agree(farmer, device))["marking"]["done"]
    await taken(farmer, of(double, "pregscan.recorded", "2024-05-25", result="single"))
    assert not (await agree(farmer, device))["scan"]["done"]
    merge = await farmer.make("/merges", loser_id=double, winner_id=dam)
    assert (await agree(farmer, device))["scan"]["done"]
    await farmer.ask("POST", f"/merges/{merge['id']}/undo", 200)
    assert not (await agree(farmer, device))["scan"]["done"]


async def test_a_task_that_follows_is_done_offline_and_its_answer_is_lost(
    farmer: Farmer, device: Device, other: Device
) -> None:
    await taken(farmer, joined([await ewe(farmer)], [await ram(farmer)], "2024-03-01"))
    scan = (await agree(farmer, device, other))["scan"]["id"]
    done = device.edit("tasks", scan, done=True)
    assert await device.push(done) == await device.push(done)
    assert statuses(await other.push(other.edit("tasks", scan, note="long scan"))) == ["merged"]
    found = (await agree(farmer, device, other))["scan"]
    assert (found["done"], found["note"]) == (True, "long scan")
    (moved,) = await device.push(device.edit("tasks", scan, due_on="2024-05-01"))
    assert (moved["status"], moved["problem"]["errors"][0]["code"]) == ("rejected", "task_follows")
