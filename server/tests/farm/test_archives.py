"""A whole farm as an archive, and the same farm again in an empty one: all of it, or nothing."""

import csv
import hashlib
import io
import json
import re
import shlex
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import anyio.to_thread
import pytest
from bellwether.commands.demo.season import DemoSeason
from bellwether.farm.archives import job
from bellwether.farm.archives.problems import ArchiveBroken, ArchiveRejected
from bellwether.farm.archives.reading import read, renamed
from bellwether.farm.archives.tables import SINCE, TABLES
from bellwether.platform.context import Context
from bellwether.platform.ids import new_id
from bellwether.platform.jobs.run import JobRun
from sqlalchemy import text

from .conftest import BASE, Farmer, NewFarmer, Quiet, animals_of
from .exporting import exported, written
from .furnished import furnished, lived
from .test_attachments import link, links, photo, put, sha256
from .test_demo_season import Inside
from .test_event_log import taken
from .test_mobs import taken_back
from .test_trading import cost


async def empty_farm(farmer: Farmer, **more: Any) -> Farmer:
    """Another farm of the same user, in the same place."""
    made = await farmer.make("/farms", **{"name": "Elsewhere", "country": "AU"} | more)
    return replace(farmer, farm_id=made["id"], flock_id="")


async def sent(farmer: Farmer, content: bytes, expect: int = 202) -> dict[str, Any]:
    """An archive on its way in."""
    headers = {"content-type": "application/octet-stream"}
    path = f"/farms/{farmer.farm_id}/archive"
    found: dict[str, Any] = (await farmer.ask("POST", path, expect, content=content, headers=headers)).json()
    return found


async def taken_in(farmer: Farmer, content: bytes) -> dict[str, Any]:
    """What the worker does with it."""
    queued = await sent(farmer, content)
    quiet, context = Quiet(), Context(user_id=farmer.user_id, request_id="test")
    async with farmer.database.transaction(context) as session:
        found = await session.execute(
            text("select id from farm.archive_file where farm_id = :farm"), {"farm": UUID(farmer.farm_id)}
        )
        payload = {"farm_id": farmer.farm_id, "archive_id": str(found.scalar_one())}
    run = JobRun(new_id(), job.KIND, 1, payload, UUID(farmer.farm_id), context, farmer.database, quiet, quiet)
    try:
        done = await job.run(run)
        # a job that fell after its commit is begun again
        assert await job.run(run) == done
        return done
    finally:
        await farmer.end(queued)


def changed(content: bytes, name: str, change: Callable[[str], str], **manifest: Any) -> bytes:
    """An archive with another file, and with a manifest that tells of it."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {item: archive.read(item) for item in archive.namelist()}
    files[name] = change(files[name].decode()).encode()
    said = json.loads(files["manifest.json"])
    for table in said["tables"]:
        if table["file"] == name:
            table["sha256"] = hashlib.sha256(files[name]).hexdigest()
            table["rows"] = len(list(csv.reader(io.StringIO(files[name].decode())))) - 1
    files["manifest.json"] = json.dumps(said | manifest).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for item, data in files.items():
            archive.writestr(item, data)
    return out.getvalue()


def comparable(content: bytes, farm_id: str | None = None) -> dict[str, list[tuple[str, ...]]]:
    """Rows of an archive without their order; with a farm, as they are to be in that."""
    archive = read(content)
    rows = archive.rows if farm_id is None else renamed(archive, UUID(farm_id))
    kept = {table.name: [name for name in table.columns if name not in table.told_only] for table in TABLES}
    return {name: sorted(tuple(row[column] for column in kept[name]) for row in rows[name])
            for name in kept if name != "merge"}  # fmt: skip


async def test_a_season_is_the_same_in_another_farm(farmer: Farmer) -> None:
    season = DemoSeason(Inside(farmer))
    await anyio.to_thread.run_sync(season.play)
    played = replace(farmer, farm_id=season.farm["id"], flock_id=season.id("flock"))
    content, report = await exported(played, "whole_farm")
    assert report["written"]["event"] > 50
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        said = json.loads(archive.read("manifest.json"))
    assert {one["name"]: one["rows"] for one in said["tables"]} | {"attachment": 0} == report["written"]
    other = await empty_farm(farmer, time_zone=season.farm["time_zone"])
    done = await taken_in(other, content)
    assert sum(done["rows"].values()) == sum(report["written"].values())
    again = replace(other, flock_id=str(uuid5(UUID(other.farm_id), played.flock_id)))
    copied, _ = await exported(again, "whole_farm")
    assert comparable(copied) == comparable(content, other.farm_id)
    assert await rates(again) == await rates(played)
    assert (await sent(other, content, 409))["code"] == "farm_not_empty"


async def rates(farmer: Farmer) -> list[Any]:
    """What follows from the events."""
    query = {"farm_id": farmer.farm_id, "flock_id": farmer.flock_id, "year": "2025"}
    path = f"/farms/{farmer.farm_id}/reports/season-rates"
    found = (await farmer.ask("GET", path, 200, params={"year": query["year"]})).json()
    return [list(row.values()) for row in found["rows"]]


async def test_what_was_corrected_merged_and_ended_is_the_same(farmer: Farmer) -> None:
    await lived(farmer)
    content, _ = await exported(farmer, "whole_farm")
    assert (await exported(farmer, "whole_farm"))[0] == content
    other = await empty_farm(farmer)
    await taken_in(other, content)
    again = replace(other, flock_id=str(uuid5(UUID(other.farm_id), farmer.flock_id)))
    copied, _ = await exported(again, "whole_farm")
    assert comparable(copied) == comparable(content, other.farm_id)
    fates = sorted(
        (one["sex"], one["fertility"], one["fate"], one["birth_type"] or 0) for one in await animals_of(other)
    )
    mine = sorted(
        (one["sex"], one["fertility"], one["fate"], one["birth_type"] or 0) for one in await animals_of(farmer)
    )
    assert fates == mine


async def test_what_belongs_to_a_herd_comes_back_with_it(farmer: Farmer, new_farmer: NewFarmer) -> None:
    ids = await furnished(farmer)
    content, report = await exported(farmer, "whole_farm")
    assert (await exported(farmer, "whole_farm"))[0] == content
    names = ("syndicate", "syndicate_sire", "imported_value", "task_rule", "task", "stock_value", "consignment_money",
             "batch_cost", "attachment_link", "attachment", "session_template", "yard_session",
             "dse_rating")  # fmt: skip
    found = {name: report["written"][name] for name in names}
    assert found == dict(zip(names, (3, 5, 7, 2, 3, 1, 1, 1, 4, 2, 1, 2, 1), strict=True))
    other = await empty_farm(farmer)
    assert (await taken_in(other, content))["rows"]["attachment"] == 2
    again = replace(other, flock_id=str(uuid5(UUID(other.farm_id), farmer.flock_id)))
    copied, _ = await exported(again, "whole_farm")
    assert comparable(copied) == comparable(content, other.farm_id)
    assert read(copied).photos == read(content).photos
    lamb = (await farmer.ask("GET", f"/animals/{uuid5(UUID(other.farm_id), ids['lamb'])}", 200)).json()
    assert lamb["sire_id"] is not None
    tasks = [(task["title"], task["due_on"], task["state"], task["note"]) for task in await tasks_of(again)]
    assert tasks == [(task["title"], task["due_on"], task["state"], task["note"]) for task in await tasks_of(farmer)]
    assert await days_of(again) == await days_of(farmer)
    await refused_parts(farmer, content)
    worker = await new_farmer(with_farm=False)
    await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(worker.user_id), role="worker")
    _, report = await exported(replace(worker, farm_id=farmer.farm_id, flock_id=farmer.flock_id), "whole_farm")
    assert [report["written"][name] for name in ("stock_value", "consignment_money", "batch_cost")] == [0, 0, 0]


async def days_of(farmer: Farmer) -> list[Any]:
    """What came of each day in the yards."""
    path, found = f"/farms/{farmer.farm_id}/sessions", []
    for one in (await farmer.ask("GET", path, 200)).json()["items"]:
        came = (await farmer.ask("GET", f"{path}/{one['id']}/summary", 200)).json()
        day = came["session"]
        found.append((day["name"], day["closed_at"], day["fields"], came["recorded"], came["means"], came["events"]))
    return found


async def test_an_archive_of_before_there_were_days_in_the_yards_in_it(farmer: Farmer) -> None:
    """Version 2 has neither their tables nor the day of what was recorded."""
    await farmer.animal(sex="female", birth_date="2020-08-01")
    content, _ = await exported(farmer, "whole_farm")
    files, said = without_days(content)
    other = await empty_farm(farmer)
    assert (await taken_in(other, rezipped(files, said | {"version": 2})))["rows"]["animal"] == 1
    broken = await empty_farm(farmer)
    with pytest.raises(ArchiveBroken):
        await taken_in(broken, rezipped(files, said))


def without_days(content: bytes) -> tuple[dict[str, bytes], dict[str, Any]]:
    """The files of an archive as an earlier version had them, and its manifest."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {item: archive.read(item) for item in archive.namelist()}
    said = json.loads(files.pop("manifest.json"))
    more = {name: columns for version in SINCE.values() for name, columns in version.items()}
    said["tables"] = [one for one in said["tables"] if more.get(one["name"], {""})]
    for one in said["tables"]:
        head, *lines = list(csv.reader(io.StringIO(files[one["file"]].decode())))
        kept = [place for place, name in enumerate(head) if name not in more.get(one["name"], ())]
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([[line[place] for place in kept] for line in (head, *lines)])
        files[one["file"]] = out.getvalue().encode()
        one["sha256"] = hashlib.sha256(files[one["file"]]).hexdigest()
    return {one["file"]: files[one["file"]] for one in said["tables"]}, said


def rezipped(files: dict[str, bytes], manifest: dict[str, Any]) -> bytes:
    """An archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in (files | {"manifest.json": json.dumps(manifest).encode()}).items():
            archive.writestr(name, content)
    return out.getvalue()


async def tasks_of(farmer: Farmer) -> list[dict[str, Any]]:
    """By their day."""
    answer = await farmer.ask("GET", f"/farms/{farmer.farm_id}/tasks", 200, params={"state": "all"})
    return sorted(answer.json()["items"], key=lambda task: (task["due_on"], task["title"]))


async def test_photos_may_stay_away_and_come_later(farmer: Farmer) -> None:
    ewe = await farmer.animal(sex="female")
    await put(farmer, photo())
    await link(farmer, sha256=sha256(photo()), animal_id=ewe["id"])
    content, report = await exported(farmer, "whole_farm", photos=False)
    assert report["written"]["attachment"] == 0
    other = await empty_farm(farmer)
    await taken_in(other, content)
    (waiting,) = await links(other)
    assert waiting["state"] == "awaited"
    await put(other, photo())
    (there,) = await links(other)
    assert there["state"] == "stored"


FAULTS = [
    ("syndicate_claim.csv", ",proposed", ",accepted"),
    ("imported_value.csv", ",0.61", ",6.1"),
    ("task.csv", ",Order ear tags,", ",,"),
    ("stock_value.csv", "ewe,", "cow,"),
]


async def refused_parts(farmer: Farmer, content: bytes) -> None:
    """Of what belongs to a herd nothing is taken that breaks a rule."""
    other = await empty_farm(farmer)
    for file, old, new in FAULTS:
        wrong = changed(content, file, lambda found, old=old, new=new: found.replace(old, new))  # type: ignore[misc]
        with pytest.raises(ArchiveRejected) as caught:
            await taken_in(other, wrong)
        assert (caught.value.errors[0].field or "").startswith(file)
    with pytest.raises(ArchiveBroken):
        read(content.replace(photo(90)[60:], b"!" * 30))
    assert await animals_of(other) == []


async def test_an_archive_with_a_fault_leaves_nothing(farmer: Farmer) -> None:
    await lived(farmer)
    content, _ = await exported(farmer, "whole_farm")
    other = await empty_farm(farmer)
    wrong = changed(content, "animal.csv", lambda found: found.replace(",female,", ",male,", 1))
    with pytest.raises(ArchiveRejected) as caught:
        await taken_in(other, wrong)
    assert all(error.row is not None and error.fix for error in caught.value.errors)
    assert await animals_of(other) == []
    other = await empty_farm(farmer)
    gone = changed(content, "measurement.csv", lambda found: found.replace("WWT", "XYZ"))
    with pytest.raises(ArchiveRejected) as caught:
        await taken_in(other, gone)
    assert caught.value.errors[0].field is not None
    assert caught.value.errors[0].field.startswith("measurement.csv")
    assert await animals_of(other) == []
    await taken_in(other, content)


async def test_what_is_no_archive(farmer: Farmer) -> None:
    content, _ = await exported(farmer, "whole_farm")
    other = await empty_farm(farmer)
    assert (await sent(other, b"not a zip", 422))["code"] == "archive_broken"
    assert (await sent(farmer, content, 409))["code"] == "farm_not_empty"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {item: archive.read(item) for item in archive.namelist()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for item, data in files.items():
            archive.writestr(item, data.replace(b"1234", b"1235") if item == "flock.csv" else data)
    damaged = content[:200] + b"\xff" * 100 + content[300:]
    for broken in (
        out.getvalue(),
        damaged,
        b"PK\x03\x04",
        changed(content, "flock.csv", lambda found: found, version=9),
    ):
        with pytest.raises(ArchiveBroken):
            read(broken)
    elsewhere = await empty_farm(farmer, country="NZ")
    with pytest.raises(Exception, match="time_zone"):
        await taken_in(elsewhere, content)


async def test_money_in_an_archive_is_seen_by_owners_alone(farmer: Farmer, new_farmer: NewFarmer) -> None:
    """Nobody else fetches what an owner exported; and what they export can be taken, though a cost was taken back."""
    viewer, second = await new_farmer(with_farm=False), await new_farmer(with_farm=False)
    for user, role in ((viewer, "viewer"), (second, "owner")):
        await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(user.user_id), role=role)
    viewer, second = (replace(one, farm_id=farmer.farm_id, flock_id=farmer.flock_id) for one in (viewer, second))
    wrong, _ = await taken(farmer, cost(4321.5), cost(8765.5))
    await taken(farmer, taken_back(wrong))
    content, report = await exported(second, "whole_farm")
    assert (report["written"]["event"], read(content).rows["event"][1]["kind"]) == (3, "cost.recorded")
    mine, report = await exported(viewer, "whole_farm")
    assert report["written"]["event"] == 0
    of_farm = {"farm_id": farmer.farm_id}
    shown = (await farmer.ask("GET", "/exports", 200, params=of_farm)).json()["items"]
    assert len(shown) == 2
    (own,) = (await viewer.ask("GET", "/exports", 200, params=of_farm)).json()["items"]
    (other,) = [one["id"] for one in shown if one["id"] != own["id"]]
    for path in (f"/exports/{other}", f"/exports/{other}/file"):
        await viewer.ask("GET", path, 404)
        await farmer.ask("GET", path, 200)
    async with viewer.database.transaction(Context(user_id=viewer.user_id)) as session:
        seen = (await session.execute(text("select distinct export_id::text from farm.export_part"))).scalars()
        assert set(seen) == {own["id"]}
    await farmer.ask("DELETE", f"/farms/{farmer.farm_id}/members/{second.user_id}", 204)
    await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(second.user_id), role="worker")
    await second.ask("GET", f"/exports/{other}/file", 404)
    done = await taken_in(await empty_farm(farmer), mine)
    assert done["rows"]["event"] == 0


async def test_an_archive_is_taken_by_owners_alone(farmer: Farmer, new_farmer: NewFarmer) -> None:
    content, _ = await exported(farmer, "whole_farm")
    other, stranger, worker = await empty_farm(farmer), await new_farmer(), await new_farmer(with_farm=False)
    await farmer.make(f"/farms/{other.farm_id}/members", user_id=str(worker.user_id), role="worker")
    path = f"/farms/{other.farm_id}/archive"
    answer = await farmer.client.post(f"http://farm/api/v1/farm{path}", content=content)
    assert answer.status_code == 401
    for user, expect in ((stranger, 404), (worker, 403)):
        await user.ask("POST", path, expect, content=content, headers={"content-type": "application/octet-stream"})
    await sent(other, content)
    for user, count in ((stranger, 0), (worker, 0), (farmer, 1)):
        async with farmer.database.transaction(Context(user_id=user.user_id)) as session:
            assert (await session.execute(text("select count(*) from farm.archive_file"))).scalar_one() == count


PAGE = (Path(__file__).parents[3] / "docs" / "how-to" / "take-a-farm-away.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ (curl .*)$", PAGE, re.MULTILINE)


async def test_the_commands_of_the_page(farmer: Farmer) -> None:
    known = {"$FARM": farmer.farm_id, "$FLOCK": farmer.flock_id}
    await farmer.animal(sex="female")
    content = b""
    for command in COMMANDS:
        for name, value in known.items():
            command = command.replace(f"'{name}'", value).replace(name, value)
        words = shlex.split(command)
        headers = farmer.headers | dict(words[at + 1].split(": ") for at, word in enumerate(words) if word == "-H")
        headers["Authorization"] = farmer.headers["Authorization"]
        body = content if "--data-binary" in words else words[words.index("-d") + 1].encode() if "-d" in words else None
        address = words[-1].replace("http://localhost:8080/api/v1/farm", BASE)
        answer = await farmer.client.request("GET" if body is None else "POST", address, content=body, headers=headers)
        assert answer.status_code in (200, 201, 202), answer.text
        if address.endswith("/exports"):
            known["$EXPORT"] = answer.json()["export_id"]
            await written(farmer, known["$EXPORT"])
        elif address.endswith("/file"):
            content = answer.content
        elif address.endswith("/farms"):
            known["$OTHER"] = answer.json()["id"]
    assert len(COMMANDS) == 4
    assert set(re.findall(r"`([a-z_]+)\.csv`", PAGE)) == {table.name for table in TABLES}
