"""Who is on the farm, as phones see it: read only, without addresses, and gone once somebody has left."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bellwether.platform.ids import new_id

from ..conftest import Farmer, NewFarmer
from ..test_members import let_in
from .conftest import Device, upsert


def people(device: Device) -> dict[str, str]:
    """Users and their roles."""
    return {row["user_id"]: row["role"] for row in device.of("memberships").values()}


async def test_members_come_change_and_go(farmer: Farmer, new_farmer: NewFarmer, device: Device) -> None:
    boss, vet = str(farmer.user_id), await new_farmer(with_farm=False)
    assert people(device) == {boss: "owner"}
    end = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    await let_in(farmer, vet, ends_at=end)
    phone = Device(vet, farm_id=farmer.farm_id)
    await phone.pull()
    assert people(phone) == {boss: "owner", str(vet.user_id): "worker"}
    (first,) = await device.pull()
    assert first["doc"].keys() == {"id", "rev", "user_id", "organisation_id", "role", "granted_at", "ends_at"}
    await let_in(farmer, vet, role="viewer")
    await device.pull()
    assert (people(device)[str(vet.user_id)], device.row("memberships", first["id"])["ends_at"]) == ("viewer", None)
    path = f"/farms/{farmer.farm_id}/members/{vet.user_id}"
    await farmer.ask("DELETE", path, 204)
    (gone,) = await device.pull()
    assert (gone["id"], gone["deleted"], gone["doc"]) == (first["id"], True, None)
    assert not any(one["deleted"] for one in await Device(farmer).pull())
    await vet.ask("GET", f"{phone.path}/changes", 404)
    await let_in(farmer, vet)
    (back,) = await device.pull()
    assert (back["id"], back["doc"]["role"]) == (first["id"], "worker")
    listed = (await farmer.ask("GET", f"/farms/{farmer.farm_id}/members", 200)).json()["items"]
    assert people(device) == {member["user_id"]: member["role"] for member in listed}


async def test_members_of_an_organisation_are_on_its_farms(
    farmer: Farmer, new_farmer: NewFarmer, device: Device
) -> None:
    friend, other = await new_farmer(with_farm=False), await new_farmer()
    society = (await farmer.make("/organisations", name="Society"))["id"]
    path = f"/organisations/{society}"
    await farmer.make(f"{path}/members", user_id=str(friend.user_id), role="viewer")
    await farmer.make(f"{path}/farms", farm_id=farmer.farm_id)
    await device.pull()
    rows = device.of("memberships").values()
    of_society = {(row["user_id"], row["role"]) for row in rows if row["organisation_id"] == society}
    assert of_society == {(str(farmer.user_id), "owner"), (str(friend.user_id), "viewer")}
    elsewhere = Device(other)
    await elsewhere.pull()
    assert people(elsewhere) == {str(other.user_id): "owner"}
    await farmer.ask("DELETE", f"{path}/members/{friend.user_id}", 204)
    await device.pull()
    assert people(device) == {str(farmer.user_id): "owner"}
    await farmer.make(f"{path}/members", user_id=str(friend.user_id), role="worker")
    await farmer.ask("DELETE", f"{path}/farms/{farmer.farm_id}", 204)
    await device.pull()
    assert [row["organisation_id"] for row in device.of("memberships").values()] == [None]


async def test_no_device_makes_a_member(farmer: Farmer, device: Device) -> None:
    mine = next(iter(device.of("memberships")))
    sent: dict[str, Any] = {"user_id": str(new_id()), "role": "owner"}
    results = await device.push(
        upsert("memberships", str(new_id()), sent),
        upsert("memberships", mine, {"role": "viewer"}, base_rev=9000),
        device.deletion("memberships", mine),
    )
    assert {result["problem"]["code"] for result in results} == {"read_only_collection"}
    await device.pull()
    assert people(device) == {str(farmer.user_id): "owner"}
