"""The pages on reports and on work are true: each of their commands is sent, in its order, and answered."""

import re
import shlex
from string import Template

from ..conftest import BASE
from ..typed_pages import ADDRESS, COMMAND, DOCS, FENCE, type_in, values
from .conftest import Planned


async def test_the_page_on_reports_is_typed_in(planned: Planned) -> None:
    text, kinds = (DOCS / "how-to/print-a-report.md").read_text(), []
    token = planned.farmer.headers["Authorization"].removeprefix("Bearer ")
    names = {"FARM": planned.farmer.farm_id, "TOKEN": token}
    commands = [command for block in FENCE.findall(text) for _, command, _ in COMMAND.findall(block)]
    assert len(commands) == text.count("curl ")
    # the last one watches, and ends with the access only: see test_live.py
    for command in commands[:-1]:
        words = [Template(word).substitute(names) for word in shlex.split(command.replace("\\\n", " "))]
        address = next(word for word in words if word.startswith(ADDRESS)).replace(ADDRESS, BASE)
        headers = dict(line.split(": ", 1) for line in values(words, "-H"))
        answer = await planned.farmer.client.get(address, headers=headers)
        assert answer.status_code == 200, answer.text
        kinds.append(answer.headers["content-type"].partition(";")[0].rpartition("/")[2])
    assert kinds == ["json", "pdf", "vnd.openxmlformats-officedocument.spreadsheetml.sheet", "png", "csv", "json"]
    index = (await planned.farmer.ask("GET", f"/farms/{planned.farmer.farm_id}/reports", 200)).json()["items"]
    known = {item["name"] for item in index}
    assert set(re.findall(r"`([a-z]+-[a-z]+)`", text)) <= known
    assert set(re.findall(r"/reports/([a-z-]+)", text)) <= known


async def test_the_page_on_work_is_typed_in(planned: Planned) -> None:
    farmer = planned.farmer
    gone = {"kind": "event.retracted", "supersedes": planned.joining, "occurred_on": "2025-05-01", "payload": {}}
    await farmer.ask("POST", "/events", 200, json={"farm_id": farmer.farm_id, "events": [gone]})
    names = {"FARM": farmer.farm_id, "MOB": planned.mob, "RAM": planned.ram}
    events, tasks, rules, _, done, feed = await type_in(farmer, "how-to/plan-the-work.md", names)
    assert events["rejected"] == 0
    assert [task["rule"] for task in tasks["items"]] == ["rams_out", "scan", "lambing", "marking", "weaning"]
    assert {rule["name"]: rule["days"] for rule in rules["rules"]}["crutch"] == 110
    assert done["state"] == "done"
    calendar = await farmer.client.get(BASE + feed["address"].partition("/api/v1/farm")[2])
    assert calendar.text.count("BEGIN:VEVENT") == 6
    table = re.findall(r"^\| (`.*?`) \|", (DOCS / "how-to/plan-the-work.md").read_text(), re.MULTILINE)
    usual = {rule["name"] for rule in rules["rules"]} - {"crutch"}
    assert {name for cell in table for name in re.findall(r"`(\w+)`", cell)} == usual
