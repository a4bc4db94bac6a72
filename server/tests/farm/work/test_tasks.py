"""Tasks follow from events, and from corrections of them; what people say of a task stays with it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import icalendar
from bellwether.farm.work.tasks.calendar import calendar_of
from bellwether.farm.work.tasks.schemas import Task
from bellwether.platform.ids import new_id
from hypothesis import given
from hypothesis import strategies as st

from ..conftest import NewFarmer
from ..season import ewe, joined, lamb, lambed, of
from ..test_event_log import taken
from ..test_mobs import moved
from ..test_treatments import remedy, treated
from .conftest import JOINED, Planned, joining

DUE = {"rams_out": 35, "scan": 85, "lambing": 147, "marking": 196, "weaning": 247}


def after(days: int, since: str = JOINED) -> str:
    """So many days later."""
    return str(date.fromisoformat(since) + timedelta(days))


async def test_a_joining_asks_for_what_comes_after_it(planned: Planned) -> None:
    found = {task["rule"]: task for task in await planned.tasks()}
    assert {rule: task["due_on"] for rule, task in found.items()} == {rule: after(n) for rule, n in DUE.items()}
    assert found["scan"]["title"] == "Scan the ewes: Ewes"
    assert found["scan"]["event_id"] == planned.joining
    assert found["scan"]["is_overdue"]
    assert [task["due_on"] for task in await planned.tasks()] == sorted(after(n) for n in DUE.values())


async def test_a_correction_of_the_event_is_one_of_its_tasks(planned: Planned) -> None:
    scan = await planned.task("scan")
    await planned.change(scan, note="Ask Kim", assigned_to=str(planned.farmer.user_id))
    later = joining(planned.mob, planned.ram, "2025-03-08", planned_end="2025-04-20") | {"supersedes": planned.joining}
    (corrected,) = await taken(planned.farmer, later)
    again = await planned.task("scan")
    assert (again["id"], again["due_on"], again["note"]) == (scan["id"], after(92), "Ask Kim")
    assert again["event_id"] == corrected
    assert (await planned.task("rams_out"))["due_on"] == "2025-04-20"
    gone = {"kind": "event.retracted", "supersedes": corrected, "occurred_on": "2025-05-01", "payload": {}}
    await taken(planned.farmer, gone)
    assert await planned.tasks(state="all") == []
    path = f"/farms/{planned.farmer.farm_id}/tasks/{scan['id']}"
    await planned.farmer.ask("GET", path, 404)


async def test_rams_are_out_when_the_joining_has_ended(planned: Planned) -> None:
    later = joining(planned.mob, planned.ram, "2025-03-02") | {"supersedes": planned.joining}
    await taken(planned.farmer, later)
    ended = {"kind": "joining.ended", "occurred_on": "2025-04-10", "payload": {"joining_id": planned.joining}}
    await taken(planned.farmer, ended)
    out = await planned.task("rams_out", state="done")
    assert (out["done_on"], out["done_by"]) == ("2025-04-10", None)


async def test_what_was_done_to_the_joined_ewes_and_their_lambs_is_done(planned: Planned) -> None:
    farmer = planned.farmer
    one, other = await ewe(farmer), await ewe(farmer)
    (started,) = await taken(farmer, joined([one], [planned.ram], "2024-03-01"))
    mine = {task["rule"]: task for task in await planned.tasks() if task["event_id"] == started}
    assert set(mine) == set(DUE)
    await taken(farmer, of(other, "pregscan.recorded", "2024-05-25", result="single"))
    assert "scan" in {task["rule"] for task in await planned.tasks() if task["event_id"] == started}
    await taken(farmer, of(one, "pregscan.recorded", "2024-05-25", result="single"))
    young = lamb()
    await taken(farmer, lambed(one, [young], "2024-07-30"))
    await taken(farmer, of(young["id"], "marking.recorded", "2024-09-20"))
    left = {task["rule"] for task in await planned.tasks() if task["event_id"] == started}
    assert left == {"rams_out", "weaning"}
    done = {task["rule"]: task["done_on"] for task in await planned.tasks(state="done")}
    assert done == {"scan": "2024-05-25", "lambing": "2024-07-30", "marking": "2024-09-20"}


async def test_i18_a_treatment_says_when_withdrawals_are_over_and_what_is_to_be_repeated(planned: Planned) -> None:
    farmer = planned.farmer
    drench = await remedy(farmer, meat=14, esi=28)
    today = datetime.now(ZoneInfo("Australia/Sydney")).date()
    given = treated(drench, str(today), group_id=planned.mob)
    given["payload"]["repeat_on"] = str(today + timedelta(21))
    await taken(farmer, given)
    due = {task["rule"]: task["due_on"] for task in await planned.tasks() if task["rule"] not in DUE}
    assert due == {
        "meat_clear": str(today + timedelta(14)),
        "repeat_treatment": str(today + timedelta(21)),
        "export_clear": str(today + timedelta(28)),
    }
    await taken(farmer, treated(drench, "2024-03-01", group_id=planned.mob))
    assert (await planned.task("meat_clear", state="done"))["done_on"] == "2024-03-15"


async def test_i16_a_planned_move_is_a_task_until_the_mob_has_moved(planned: Planned) -> None:
    plan = moved(planned.mob, planned.paddock, "2025-06-01") | {"kind": "group.move_planned"}
    plan["payload"]["planned_on"] = "2025-06-20"
    await taken(planned.farmer, plan)
    assert (await planned.task("move"))["due_on"] == "2025-06-20"
    (done,) = await taken(planned.farmer, moved(planned.mob, planned.paddock, "2025-06-18"))
    assert (await planned.task("move", state="done"))["done_on"] == "2025-06-18"
    taken_back = {"kind": "event.retracted", "supersedes": done, "occurred_on": "2025-06-19", "payload": {}}
    await taken(planned.farmer, taken_back)
    assert (await planned.task("move"))["state"] == "open"


async def test_a_task_is_done_put_off_and_given_to_somebody(planned: Planned) -> None:
    scan = await planned.task("scan")
    assert scan["rev"] == 0
    off = await planned.change(scan, snoozed_until="2030-01-01")
    assert (off["due_on"], off["planned_on"], off["is_overdue"], off["rev"]) == ("2030-01-01", after(85), False, 1)
    assert (await planned.change(scan, 412, done=True))["code"] == "stale"
    done = await planned.change(off, done=True, snoozed_until=None)
    assert (done["state"], done["done_by"], done["due_on"]) == ("done", str(planned.farmer.user_id), after(85))
    assert "scan" not in {task["rule"] for task in await planned.tasks()}
    assert (await planned.change(done, done=False))["state"] == "open"
    refused = await planned.change(await planned.task("marking"), 422, due_on="2025-01-01")
    assert refused["errors"][0]["code"] == "task_follows"
    stranger = await planned.change(await planned.task("marking"), 422, assigned_to=str(new_id()))
    assert stranger["errors"][0]["code"] == "not_a_member"


async def test_a_task_may_be_written_down(planned: Planned) -> None:
    path = f"/farms/{planned.farmer.farm_id}/tasks"
    made = await planned.farmer.make(path, title="Order tags", due_on="2031-01-01", note="orange")
    assert (made["rule"], made["planned_on"], made["rev"]) == (None, "2031-01-01", 1)
    again = await planned.change(made, title="Order ear tags", due_on="2031-02-01", note=None)
    assert (again["title"], again["due_on"], again["note"], again["rev"]) == ("Order ear tags", "2031-02-01", None, 2)
    body = {"id": made["id"], "title": "x", "due_on": "2031-01-01"}
    assert (await planned.farmer.ask("POST", path, 409, json=body)).json()["code"] == "task_exists"


async def test_pages_hold_every_task_once(planned: Planned) -> None:
    found, cursor = [], None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        path = f"/farms/{planned.farmer.farm_id}/tasks"
        page = (await planned.farmer.ask("GET", path, 200, params=query)).json()
        found += page["items"]
        if (cursor := page["next"]) is None:
            break
    assert found == await planned.tasks()
    assert [task["rule"] for task in await planned.tasks(until=after(85))] == ["rams_out", "scan"]


async def test_a_farm_sets_its_own_days_and_rules(planned: Planned) -> None:
    path = f"/farms/{planned.farmer.farm_id}/task-rules"
    usual = (await planned.farmer.ask("GET", path, 200)).json()["rules"]
    own = {"name": "crutch", "kind": "joining.started", "title": "Crutch the ewes", "days": 110}
    rules = [{"name": "scan", "days": 90}, {"name": "marking", "is_on": False}, own]
    await planned.farmer.ask("PUT", path, 200, json={"rules": rules})
    found = {task["rule"]: task["due_on"] for task in await planned.tasks()}
    assert (found["scan"], found["crutch"], "marking" in found) == (after(90), after(110), False)
    for wrong in ([{"name": "crutch", "days": 1}], [own, own], [{"name": "scan", "kind": "group.moved"}]):
        await planned.farmer.ask("PUT", path, 422, json={"rules": wrong})
    await planned.farmer.ask("PUT", path, 200, json={"rules": []})
    assert (await planned.farmer.ask("GET", path, 200)).json()["rules"] == usual


async def test_the_matrix(planned: Planned, new_farmer: NewFarmer) -> None:
    farm = planned.farmer.farm_id
    other, viewer = await new_farmer(), await new_farmer(with_farm=False)
    student = await new_farmer(with_farm=False, roles=("student",))
    await planned.farmer.make(f"/farms/{farm}/members", user_id=str(viewer.user_id), role="viewer")
    task = (await planned.tasks())[0]
    reads = [f"/farms/{farm}/{each}" for each in ("tasks", f"tasks/{task['id']}", "task-rules", "tasks.ics")]
    match = {"If-Match": '"0"'}
    writes: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", f"/farms/{farm}/tasks", {"title": "x", "due_on": "2030-01-01"}),
        ("PATCH", f"/farms/{farm}/tasks/{task['id']}", {"done": True}),
        ("PUT", f"/farms/{farm}/task-rules", {"rules": []}),
    ]
    for path in reads:
        assert (await other.client.get(f"http://farm/api/v1/farm{path}")).status_code == 401
        for who, status in ((student, 403), (other, 404), (viewer, 200), (planned.farmer, 200)):
            await who.ask("GET", path, status)
    for method, path, body in writes:
        assert (await other.client.request(method, f"http://farm/api/v1/farm{path}", json=body)).status_code == 401
        for who, status in ((student, 403), (other, 404), (viewer, 403)):
            await who.ask(method, path, status, json=body, headers=match)


@given(title=st.text(min_size=1, max_size=200), note=st.text(max_size=2000), days=st.integers(0, 4000))
def test_a_calendar_says_of_a_task_what_was_written(title: str, note: str, days: int) -> None:
    title, note = "".join(filter(str.isprintable, title)).strip() or "x", "".join(filter(str.isprintable, note))
    due = date(2025, 1, 1) + timedelta(days)
    task = Task(
        id=uuid4(), farm_id=uuid4(), title=title, due_on=due, planned_on=due, state="open", is_overdue=False, rule=None,
        event_id=None, group_id=None, animal_id=None, note=note or None, assigned_to=None, snoozed_until=None,
        done_on=None, done_by=None, rev=3,
    )  # fmt: skip
    text = calendar_of("Öko; farm, \\n", [task, task.model_copy(update={"state": "done"})], datetime.now(UTC))
    assert all(len(line) <= 75 for line in text.split(b"\r\n"))
    (event,) = icalendar.Calendar.from_ical(text).walk("VEVENT")
    assert (str(event["summary"]), event["dtstart"].dt, event["sequence"]) == (title, due, 3)
    assert str(event.get("description", "")) == note
