"""A feed shows the tasks of one farm to whoever has its address, as long as its member belongs to the farm."""

from datetime import UTC, datetime, timedelta

import asyncpg
import icalendar
import pytest
import structlog
from bellwether.farm.persons import sharing
from bellwether.platform.context import Context
from bellwether.platform.http.middleware import logged
from bellwether.platform.ids import new_id
from bellwether.platform.testing.auth_double import AuthDouble

from ..conftest import BASE, Farmer, NewFarmer
from .conftest import Planned


async def feed(farmer: Farmer, farm: str, name: str = "Phone") -> tuple[str, str]:
    """A new one: its id, and the path of its address."""
    made = await farmer.make(f"/farms/{farm}/calendar-feeds", name=name)
    return made["id"], BASE + made["address"].partition("/api/v1/farm")[2]


async def test_an_address_shows_open_tasks_without_a_token(planned: Planned) -> None:
    farmer = planned.farmer
    _, address = await feed(farmer, farmer.farm_id)
    answer = await farmer.client.get(address)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/calendar")
    assert answer.headers["cache-control"] == "private, no-store"
    events = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    tasks = await planned.tasks()
    assert {str(event["uid"]): str(event["summary"]) for event in events} == {
        f"{task['id']}@bellwether": task["title"] for task in tasks
    }
    own = (await farmer.ask("GET", f"/farms/{farmer.farm_id}/tasks.ics", 200)).content
    assert {str(e["uid"]) for e in icalendar.Calendar.from_ical(own).walk("VEVENT")} == {str(e["uid"]) for e in events}


async def test_the_address_is_kept_nowhere(planned: Planned) -> None:
    farmer = planned.farmer
    feed_id, address = await feed(farmer, farmer.farm_id)
    secret = address.split("/")[-2]
    listed = (await farmer.ask("GET", f"/farms/{farmer.farm_id}/calendar-feeds", 200)).text
    assert feed_id in listed
    assert secret not in listed
    connection = await asyncpg.connect(farmer.admin_dsn)
    try:
        names = [row[0] for row in await connection.fetch("select tablename from pg_tables where schemaname = 'farm'")]
        for name in names:
            found = await connection.fetchval(
                f"select count(*) from farm.{name} t where t::text like $1", f"%{secret}%"
            )
            assert found == 0, name
    finally:
        await connection.close()


async def test_no_line_of_the_log_has_the_secret(planned: Planned) -> None:
    _, address = await feed(planned.farmer, planned.farmer.farm_id)
    with structlog.testing.capture_logs() as lines:
        await planned.farmer.client.get(address)
        await planned.farmer.client.get(address + "x")
    secret = address.split("/")[-2]
    assert next(line["path"] for line in lines if line["event"] == "request") == "/api/v1/farm/calendars/***/tasks.ics"
    assert secret not in str(lines)


def test_ids_are_logged_and_secrets_are_not() -> None:
    path = f"/api/v1/farm/farms/{new_id()}/tasks"
    assert logged(path) == path
    assert logged("/x/" + "aZ_-0" * 8 + "aZ0") == "/x/***"


async def test_what_was_ended_opens_nothing(planned: Planned, new_farmer: NewFarmer) -> None:
    farmer = planned.farmer
    feed_id, address = await feed(farmer, farmer.farm_id)
    other = await new_farmer()
    path = f"/farms/{farmer.farm_id}/calendar-feeds/{feed_id}"
    await other.ask("DELETE", path, 404)
    assert (await farmer.client.get(address)).status_code == 200
    await farmer.ask("DELETE", path, 204)
    assert (await farmer.client.get(address)).status_code == 404
    await farmer.ask("DELETE", path, 404)
    guessed = f"{BASE}/calendars/{'A' * 43}/tasks.ics"
    assert (await farmer.client.get(guessed)).status_code == 404
    assert (await farmer.client.get(f"{BASE}/calendars/short/tasks.ics")).status_code == 422


async def test_a_feed_ends_with_the_access_of_its_member(planned: Planned, new_farmer: NewFarmer) -> None:
    farmer, helper = planned.farmer, await new_farmer(with_farm=False)
    farm = farmer.farm_id
    await farmer.make(f"/farms/{farm}/members", user_id=str(helper.user_id), role="viewer")
    helpers, address = await feed(helper, farm, "Helper")
    mine, _ = await feed(farmer, farm, "Mine")
    assert (await farmer.client.get(address)).status_code == 200
    seen = {item["id"] for item in (await helper.ask("GET", f"/farms/{farm}/calendar-feeds", 200)).json()["items"]}
    assert seen == {helpers}
    owners = {item["id"] for item in (await farmer.ask("GET", f"/farms/{farm}/calendar-feeds", 200)).json()["items"]}
    assert owners == {helpers, mine}
    await farmer.ask("DELETE", f"/farms/{farm}/members/{helper.user_id}", 204)
    assert (await farmer.client.get(address)).status_code == 404


async def test_a_feed_opens_nothing_while_its_account_is_disabled(planned: Planned, auth: AuthDouble) -> None:
    """Nor for one that is erased; while nobody can say it is not opened either."""
    farmer = planned.farmer
    _, address = await feed(farmer, farmer.farm_id)
    auth.disabled.add(str(farmer.user_id))
    assert (await farmer.client.get(address)).status_code == 404
    auth.disabled.clear()
    assert (await farmer.client.get(address)).status_code == 200
    async with farmer.database.transaction(Context.system()) as session:
        await sharing.forget(session, farmer.user_id)
    assert (await farmer.client.get(address)).status_code == 404


async def test_a_feed_ends_on_the_day_on_which_access_does(planned: Planned, new_farmer: NewFarmer) -> None:
    farmer, helper = planned.farmer, await new_farmer(with_farm=False)
    soon = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    member = {"user_id": str(helper.user_id), "role": "viewer", "ends_at": soon}
    await farmer.make(f"/farms/{farmer.farm_id}/members", **member)
    _, address = await feed(helper, farmer.farm_id)
    assert (await farmer.client.get(address)).status_code == 200
    connection = await asyncpg.connect(farmer.admin_dsn)
    try:
        over = "update farm.membership set ends_at = clock_timestamp() - interval '1 second' where user_id = $1"
        await connection.execute(over, helper.user_id)
    finally:
        await connection.close()
    assert (await farmer.client.get(address)).status_code == 404


async def test_an_owner_ends_the_feed_of_a_member(planned: Planned, new_farmer: NewFarmer) -> None:
    farmer, helper = planned.farmer, await new_farmer(with_farm=False)
    await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(helper.user_id), role="worker")
    helpers, address = await feed(helper, farmer.farm_id)
    await farmer.ask("DELETE", f"/farms/{farmer.farm_id}/calendar-feeds/{helpers}", 204)
    assert (await farmer.client.get(address)).status_code == 404


async def test_the_matrix(planned: Planned, new_farmer: NewFarmer) -> None:
    other, student = await new_farmer(), await new_farmer(with_farm=False, roles=("student",))
    path = f"/farms/{planned.farmer.farm_id}/calendar-feeds"
    assert (await other.client.post(BASE + path, json={"name": "x"})).status_code == 401
    for method in ("GET", "POST"):
        body = {"json": {"name": "x"}} if method == "POST" else {}
        await student.ask(method, path, 403, **body)
        await other.ask(method, path, 404, **body)


async def test_nobody_has_more_feeds_than_calendars(farmer: Farmer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bellwether.farm.work.feeds.service.MOST", 1)
    await feed(farmer, farmer.farm_id)
    refused = await farmer.ask("POST", f"/farms/{farmer.farm_id}/calendar-feeds", 409, json={"name": "x"})
    assert refused.json()["code"] == "too_many_feeds"
