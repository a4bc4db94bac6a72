"""Who may not see: cursors of other farms, members who went, money, and people who only record."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bellwether.platform.ids import new_id

from ..conftest import Farmer, NewFarmer
from ..test_event_log import taken
from ..test_members import let_in, time_passes
from ..test_trading import cost
from .conftest import Device, Row, new_animal, registered


async def test_a_cursor_of_another_farm_is_none_here(farmer: Farmer, new_farmer: NewFarmer, device: Device) -> None:
    """Numbers of all farms are drawn from one row, so that it would leave out what is older here."""
    other = await new_farmer()
    ewe = await registered(Device(other))
    away = Device(farmer)
    await away.pull()
    there = Device(other, farm_id=other.farm_id, cursor=away.cursor)
    assert (await there.page(422))["code"] == "bad_cursor"
    there.cursor = None
    assert ewe in {row["id"] for row in await there.pull()}


async def test_who_went_between_pull_and_push_writes_nothing(farmer: Farmer, new_farmer: NewFarmer) -> None:
    """By any of the faces; whoever had a device here is told to forget the farm."""
    for how in ("removed", "over", "viewer"):
        helper = await new_farmer(with_farm=False)
        end = {"ends_at": (datetime.now(UTC) + timedelta(days=3)).isoformat()} if how == "over" else {}
        await let_in(farmer, helper, **end)
        phone = Device(helper, farm_id=farmer.farm_id)
        await helper.ask("PUT", f"{phone.path}/devices/{phone.id}", 200, json={"name": "phone", "unsent": 1})
        await phone.pull()
        if how == "removed":
            await farmer.ask("DELETE", f"/farms/{farmer.farm_id}/members/{helper.user_id}", 204)
        elif how == "over":
            await time_passes(farmer, helper)
        else:
            await let_in(farmer, helper, role="viewer")
        row = new_animal(farmer)
        code = "read_only_member" if how == "viewer" else "access_ended"
        (refused,) = await phone.push(row, expect=403)
        assert refused["code"] == code
        doc: Row = row["doc"] | {"id": row["id"]}
        sent: list[tuple[str, dict[str, Any], Any]] = [
            ("watermelon", {"last_pulled_at": 2**40}, {"animals": {"created": [doc]}}),
            ("rxdb/animals", {}, [{"newDocumentState": doc}]),
        ]
        for path, query, body in sent:
            params = query | {"device_id": phone.id}
            answer = await helper.ask("POST", f"{phone.path}/{path}", 403, params=params, json=body)
            assert answer.json()["code"] == code
        for path in ("changes", "watermelon", "rxdb/animals", "stream"):
            if how != "viewer":
                assert (await helper.ask("GET", f"{phone.path}/{path}", 403)).json()["code"] == "access_ended"
    animals = (await farmer.ask("GET", "/animals", 200, params={"farm_id": farmer.farm_id})).json()["items"]
    assert animals == []


async def test_money_is_on_no_phone_but_an_owners(farmer: Farmer, new_farmer: NewFarmer, device: Device) -> None:
    """A rule of the farm's own on costs makes no task of them either, whoever sets it."""
    worker = await new_farmer(with_farm=False)
    await let_in(farmer, worker)
    (paid,) = await taken(farmer, cost(7))
    rule = {"name": "pay", "kind": "cost.recorded", "title": "Pay the bill", "days": 30}
    await worker.ask("PUT", f"/farms/{farmer.farm_id}/task-rules", 200, json={"rules": [rule]})
    await farmer.ask("PUT", f"/farms/{farmer.farm_id}/task-rules", 200, json={"rules": [rule]})
    phone = Device(worker, farm_id=farmer.farm_id)
    await phone.pull()
    await device.pull()
    assert paid in device.of("events")
    assert phone.of("events") == phone.of("tasks") == {}
    for path, params in (("rxdb/events", {}), ("watermelon", {"schema_version": 1})):
        assert paid not in (await worker.ask("GET", f"{phone.path}/{path}", 200, params=params)).text
    await worker.ask("GET", f"/events/{paid}", 404)


async def test_costs_go_from_the_phone_of_who_owns_the_farm_no_longer(farmer: Farmer, new_farmer: NewFarmer) -> None:
    """And come to that of who owns it from now on; nobody else hears of it."""
    (paid,) = await taken(farmer, cost(7))
    partner = await new_farmer(with_farm=False)
    await let_in(farmer, partner, role="owner")
    phone, desk = Device(partner, farm_id=farmer.farm_id), Device(farmer)
    for device in (phone, desk):
        await device.pull()
        assert paid in device.of("events")
    await let_in(farmer, partner, role="worker")
    gone = await phone.pull()
    assert [one["deleted"] for one in gone if one["id"] == paid] == [True]
    assert phone.of("events") == {}
    assert paid not in {one["id"] for one in await desk.pull()}
    late = Device(partner, farm_id=farmer.farm_id)
    assert paid not in {one["id"] for one in await late.pull()}
    await let_in(farmer, partner, role="owner")
    for device in (phone, late):
        back = await device.pull()
        assert [one["deleted"] for one in back if one["id"] == paid] == [False]
    assert await phone.pull() == []


async def test_who_only_records_sees_no_farm(farmer: Farmer, new_farmer: NewFarmer) -> None:
    """Nor does anybody without a token."""
    scanner = await new_farmer(with_farm=False)
    until = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    body = {
        "user_id": str(scanner.user_id),
        "flock_id": farmer.flock_id,
        "kinds": ["pregscan.recorded"],
        "ends_at": until,
    }
    await farmer.ask("POST", f"/farms/{farmer.farm_id}/recorders", 201, json=body)
    phone = Device(scanner, farm_id=farmer.farm_id)
    await phone.push(new_animal(farmer), expect=404)
    for path in ("changes", "watermelon", "rxdb/memberships", "stream", "unsent"):
        await scanner.ask("GET", f"{phone.path}/{path}", 404)
        answer = await farmer.client.get(f"http://farm/api/v1/farm{phone.path}/{path}")
        assert answer.status_code == 401
    for path in ("members", "tasks", "conflicts", "live"):
        await scanner.ask("GET", f"/farms/{farmer.farm_id}/{path}", 404)
    named = {"name": "phone", "unsent": 0}
    await scanner.ask("PUT", f"{phone.path}/devices/{new_id()}", 404, json=named)
