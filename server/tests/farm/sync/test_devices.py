"""Devices say what they have not sent; signing out never loses it; who leaves a farm is told to clear the device."""

from typing import Any

from bellwether.platform.ids import new_id

from ..conftest import Farmer, NewFarmer
from .conftest import Device, Row, new_animal

REPORT = {"name": "Yard tablet", "unsent": 3, "rev": 1042}


async def ask(farmer: Farmer, farm_id: str, method: str, path: str, expect: int, **more: Any) -> Row:
    """Under /sync of a farm."""
    found: Row = (await farmer.ask(method, f"/farms/{farm_id}/sync/{path}", expect, **more)).json()
    return found


async def test_a_device_says_what_it_has_not_sent(farmer: Farmer) -> None:
    farm_id, phone, tablet = farmer.farm_id, str(new_id()), str(new_id())
    made = await ask(farmer, farm_id, "PUT", f"devices/{phone}", 200, json=REPORT)
    assert (made["id"], made["unsent"], made["rev"], made["signed_out_at"]) == (phone, 3, 1042, None)
    await ask(farmer, farm_id, "PUT", f"devices/{tablet}", 200, json=REPORT | {"unsent": 4})
    assert (await ask(farmer, farm_id, "GET", "unsent", 200))["unsent"] == 7
    later = await ask(farmer, farm_id, "PUT", f"devices/{phone}", 200, json={"name": "Phone", "unsent": 0})
    assert (later["name"], later["unsent"], later["rev"]) == ("Phone", 0, 1042)
    assert [one["id"] for one in (await ask(farmer, farm_id, "GET", "devices", 200))["items"]] == [phone, tablet]


async def test_signing_out_does_not_lose_what_was_not_sent(farmer: Farmer) -> None:
    farm_id, phone = farmer.farm_id, str(new_id())
    await ask(farmer, farm_id, "PUT", f"devices/{phone}", 200, json=REPORT)
    path = f"devices/{phone}/sign-out"
    refused = await ask(farmer, farm_id, "POST", path, 409, json={"unsent": 3})
    assert refused["code"] == "unsent_rows"
    assert (await ask(farmer, farm_id, "GET", "unsent", 200))["unsent"] == 3
    left = await ask(farmer, farm_id, "POST", path, 200, json={"unsent": 3, "abandon": True})
    assert left["signed_out_at"] is not None
    assert (await ask(farmer, farm_id, "GET", "unsent", 200)) == {"unsent": 0, "devices": []}
    back = await ask(farmer, farm_id, "PUT", f"devices/{phone}", 200, json=REPORT)
    assert back["signed_out_at"] is None


async def test_losing_access_sends_a_purge(farmer: Farmer, new_farmer: NewFarmer) -> None:
    worker = await new_farmer(with_farm=False)
    await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(worker.user_id), role="worker")
    phone = Device(worker, farm_id=farmer.farm_id)
    await ask(worker, farmer.farm_id, "PUT", f"devices/{phone.id}", 200, json=REPORT)
    await phone.pull()
    await farmer.ask("DELETE", f"/farms/{farmer.farm_id}/members/{worker.user_id}", 204)
    assert (await phone.page(403))["code"] == "access_ended"
    assert (await phone.push(new_animal(farmer), expect=403))[0]["code"] == "access_ended"
    for path in ("watermelon", "rxdb/animals", "stream"):
        assert (await ask(worker, farmer.farm_id, "GET", path, 403))["code"] == "access_ended"


async def test_who_sees_and_changes_which_device(farmer: Farmer, new_farmer: NewFarmer) -> None:
    """Anonymous, another farm, a viewer, the owner."""
    viewer, stranger = await new_farmer(with_farm=False), await new_farmer()
    farm_id, mine, theirs = farmer.farm_id, str(new_id()), str(new_id())
    await farmer.make(f"/farms/{farm_id}/members", user_id=str(viewer.user_id), role="viewer")
    await ask(farmer, farm_id, "PUT", f"devices/{mine}", 200, json=REPORT)
    await ask(viewer, farm_id, "PUT", f"devices/{theirs}", 200, json=REPORT)
    assert (await ask(viewer, farm_id, "PUT", f"devices/{mine}", 409, json=REPORT))["code"] == "not_your_device"
    assert [one["id"] for one in (await ask(viewer, farm_id, "GET", "devices", 200))["items"]] == [theirs]
    assert len((await ask(farmer, farm_id, "GET", "devices", 200))["items"]) == 2
    await ask(viewer, farm_id, "POST", f"devices/{mine}/sign-out", 404, json={"unsent": 0})
    asked: list[tuple[str, str, dict[str, Any]]] = [
        ("PUT", f"devices/{theirs}", {"json": REPORT}),
        ("GET", "devices", {}),
        ("GET", "unsent", {}),
        ("POST", f"devices/{theirs}/sign-out", {"json": {"unsent": 0}}),
    ]
    for method, path, more in asked:
        await ask(stranger, farm_id, method, path, 404, **more)
        anonymous = await farmer.client.request(method, f"http://farm/api/v1/farm/farms/{farm_id}/sync/{path}", **more)
        assert anonymous.status_code == 401
