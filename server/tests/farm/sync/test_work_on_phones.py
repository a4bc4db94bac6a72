"""Tasks, days in the yards and remedies on phones: read as they were committed, done by push, gone with a tombstone."""

from typing import Any

from bellwether.platform.ids import new_id

from ..conftest import Farmer
from ..season import ewe, joined, ram
from ..test_event_log import taken
from ..test_treatments import remedy
from .conftest import EARLY, LATER, Device, statuses, upsert

WORK = "products,product_batches,session_templates,sessions,tasks"


async def listed(farmer: Farmer) -> dict[str, dict[str, Any]]:
    """Tasks of the farm by id, those that follow from events too."""
    found = (await farmer.ask("GET", f"/farms/{farmer.farm_id}/tasks", 200, params={"state": "all"})).json()["items"]
    return {task["id"]: task for task in found}


async def test_remedies_are_read_and_no_device_writes_them(farmer: Farmer, device: Device) -> None:
    product = await remedy(farmer, actives=["abamectin"])
    batch = (await farmer.make(f"/products/{product}/batches", lot="L1", quantity=100))["id"]
    await device.pull()
    found = device.row("products", product)
    assert [found[name] for name in ("name", "actives", "meat_days", "export_days", "milk_days")] == [
        "Drench A", ["abamectin"], 14, 28, None,
    ]  # fmt: skip
    assert device.row("product_batches", batch)["quantity"] == 100
    change = {"esi": {"value": 42}}
    await farmer.ask("PATCH", f"/products/{product}", 200, json=change, headers={"If-Match": "*"})
    (came,) = await device.pull()
    assert (came["collection"], came["doc"]["export_days"]) == ("products", 42)
    (refused,) = await device.push(upsert("products", str(new_id()), {"name": "Drench B"}))
    assert (refused["status"], refused["problem"]["code"]) == ("rejected", "read_only_collection")


async def test_a_day_in_the_yards_is_begun_offline_and_closed(farmer: Farmer, device: Device, other: Device) -> None:
    template, day = str(new_id()), str(new_id())
    made = {"name": "Weaning", "kind": "weigh", "traits": ["WWT"], "fields": [{"name": "Lot", "kind": "text"}]}
    begun = {"template_id": template, "name": "Weaners", "held_on": "2025-02-10", "fields": {"Lot": "7"}}
    results = await device.push(upsert("sessions", day, begun), upsert("session_templates", template, made))
    assert statuses(results) == ["applied", "applied"]
    await other.pull()
    assert [other.row("sessions", day)[name] for name in ("kind", "traits", "closed")] == ["weigh", ["WWT"], False]
    assert statuses(await other.push(other.edit("sessions", day, closed=True))) == ["applied"]
    await device.pull()
    assert device.row("sessions", day)["closed"]
    assert statuses(await device.push(device.deletion("session_templates", template))) == ["applied"]
    (gone,) = [one for one in await other.pull() if one["collection"] == "session_templates"]
    assert (gone["id"], gone["deleted"]) == (template, True)


async def test_a_task_is_done_by_push_whether_it_was_written_or_follows(
    farmer: Farmer, device: Device, other: Device
) -> None:
    written = str(new_id())
    await device.push(upsert("tasks", written, {"title": "Order tags", "due_on": "2031-01-01"}))
    await taken(farmer, joined([await ewe(farmer)], [await ram(farmer)], "2024-03-01"))
    follows = next(key for key, task in (await listed(farmer)).items() if task["rule"] is not None)
    await other.pull()
    said = [
        other.edit("tasks", written, done=True),
        upsert("tasks", follows, {"done": True, "note": "by the vet"}, base_rev=0),
    ]
    assert statuses(await other.push(*said)) == ["applied", "merged"]
    assert {key: task["state"] for key, task in (await listed(farmer)).items() if key in (written, follows)} == {
        written: "done", follows: "done",
    }  # fmt: skip
    await device.pull()
    assert (device.row("tasks", follows)["done"], device.row("tasks", follows)["note"]) == (True, "by the vet")
    for phone in (device, other):
        await phone.pull()
    assert device.rows == other.rows


async def test_two_notes_of_one_task_are_both_kept_and_somebody_is_told(
    farmer: Farmer, device: Device, other: Device
) -> None:
    key = str(new_id())
    await device.push(upsert("tasks", key, {"title": "Crutch", "due_on": "2031-01-01"}))
    for phone in (device, other):
        await phone.pull()
    first = device.edit("tasks", key, LATER, note="of the boss")
    second = other.edit("tasks", key, EARLY, note="of the worker")
    assert statuses(await device.push(first)) == ["applied"]
    (result,) = await other.push(second)
    assert result["status"] == "conflict"
    for phone in (device, other):
        await phone.pull()
        assert phone.row("tasks", key)["note"] == "of the boss"
    path = f"/farms/{farmer.farm_id}"
    (open_,) = (await farmer.ask("GET", f"{path}/conflicts", 200)).json()["items"]
    assert (open_["kept"], open_["other"]) == ("of the boss", "of the worker")
    rows = (await farmer.ask("GET", f"{path}/reports/data-quality", 200)).json()["rows"]
    (told,) = [row for row in rows if row["of"] == "devices"]
    assert (told["what"], told["found"], told["among"]) == ("conflicts that nobody has settled", 1, 1)


async def test_both_faces_have_the_work(farmer: Farmer, device: Device) -> None:
    key = str(new_id())
    await device.push(upsert("tasks", key, {"title": "Crutch", "due_on": "2031-01-01"}))
    path = f"/farms/{farmer.farm_id}/sync"
    found = (await farmer.ask("GET", f"{path}/rxdb/tasks", 200)).json()["documents"]
    assert [(doc["id"], doc["title"], doc["_deleted"]) for doc in found] == [(key, "Crutch", False)]
    changes = (await farmer.ask("GET", f"{path}/watermelon", 200, params={"schema_version": 1})).json()["changes"]
    assert [row["id"] for row in changes["tasks"]["updated"]] == [key]
