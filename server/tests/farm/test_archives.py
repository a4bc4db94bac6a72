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
from bellwether.farm.archives.tables import TABLES
from bellwether.platform.context import Context
from bellwether.platform.ids import new_id
from bellwether.platform.jobs.run import JobRun
from sqlalchemy import text

from .conftest import BASE, Farmer, NewFarmer, Quiet, animals_of
from .exporting import exported, written
from .test_attachments import link, links, photo, put, sha256
from .test_demo_season import Inside
from .test_event_log import SOLD, taken
from .test_lambplan import FILE
from .test_merges import merge
from .test_mobs import assigned, mob, moved, taken_back
from .test_paddocks import draw, square
from .test_stock import stock
from .test_syndicates import rams, sired, syndicate
from .test_trading import cost
from .test_treatments import remedy, treated


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


async def lived(farmer: Farmer) -> dict[str, str]:
    """A farm on which much was corrected."""
    tags = [{"kind": "eid", "value": "982000123456700"}, {"kind": "visual", "value": "17"}]
    ram = (await farmer.animal(sex="male", birth_date="2020-08-01", identifiers=tags))["id"]
    ewe = await farmer.animal(sex="female", birth_date="2020-08-01", breeds={"denominator": 64, "parts": {"MER": 32}})
    dam = ewe["id"]
    claims = [{"parent_id": ram, "parent_type": "sire", "method": "dna", "probability": 0.99}]
    lamb = (await farmer.animal(sex="male", birth_date="2023-08-01", parents=claims))["id"]
    double = (await farmer.animal(sex="female", birth_date="2020-08-01"))["id"]
    uses = (await farmer.ask("GET", "/identifiers", 200, params={"farm_id": farmer.farm_id})).json()["items"]
    (worn,) = [use for use in uses if use["kind"] == "visual"]
    await farmer.ask("POST", f"/identifiers/{worn['id']}/end", 200, json={"on": "2024-05-01"})
    await farmer.make("/identifiers", animal_id=ram, kind="visual", value="18", on="2024-05-01", colour="red")
    paddock = (await draw(farmer, "Creek", valid_from="2024-01-01"))["id"]
    again = {"geometry": square(2), "valid_from": "2024-06-01"}
    await farmer.ask("POST", f"/paddocks/{paddock}/versions", 201, json=again)
    await more_of(farmer, dam)
    group, product = await mob(farmer), await remedy(farmer)
    await farmer.make(f"/products/{product}/batches", lot="L1", quantity=100, expires_on="2026-01-01")
    joined = {"kind": "joining.started", "group_id": group, "occurred_on": "2024-03-01", "payload": {"sire_ids": [ram]}}
    await taken(farmer, assigned(dam, group), moved(group, paddock, "2024-02-10"), joined)
    await taken(farmer, treated(product, "2024-03-05", group_id=group), stock("arrived", group, "2024-02-05", 40))
    litter = [{"id": str(new_id()), "sex": sex, "identifiers": []} for sex in ("female", "male")]
    lambing = {"kind": "lambing.recorded", "animal_id": dam, "occurred_on": "2024-07-28"}
    (born,) = await taken(farmer, lambing | {"payload": {"lambs": litter[:1]}})
    (both,) = await taken(farmer, lambing | {"payload": {"lambs": litter}, "supersedes": born})
    marked = {"kind": "marking.recorded", "animal_id": litter[1]["id"], "occurred_on": "2024-09-01"}
    await taken(farmer, marked | {"payload": {"castrated": True}})
    (sale,) = await taken(farmer, SOLD | {"animal_id": lamb, "occurred_on": "2024-10-01"})
    await taken(farmer, taken_back(sale))
    weights = [{"animal_id": key, "trait": "WWT", "weight": 66.1, "unit": "lb", "occurred_on": "2024-11-01"}
               for key in (litter[0]["id"],)]  # fmt: skip
    await farmer.make("/weights", farm_id=farmer.farm_id, weights=weights)
    await merge(farmer, dam, double)
    return {"dam": dam, "double": double, "ram": ram, "lambing": both}


async def more_of(farmer: Farmer, dam: str) -> None:
    """Own traits and classes, a consignment, ancestors and values of an own trait."""
    path = f"/farms/{farmer.farm_id}"
    number = {"code": "XJAW", "name": "Jaw", "kind": "number", "unit": "mm", "hard": {"low": 1, "high": 90}}
    word = {"code": "XCOAT", "name": "Coat", "kind": "category", "words": ["white", "spotted"]}
    truth = {"code": "XHORN", "name": "Horned", "kind": "yes_no", "valid_from": "2020-01-01"}
    for trait in (number, word, truth):
        await farmer.make(f"{path}/traits", **trait)
    classes = [{"code": "ewe", "name": "Ewes", "sex": "female"}, {"code": "rest", "name": "All others"}]
    await farmer.ask("PUT", f"{path}/stock-classes", 200, json={"items": classes})
    papers = {"number": "NVD 1", "kind": "arrival", "moved_on": "2024-02-05", "note": "from the sale"}
    await farmer.make("/consignments", farm_id=farmer.farm_id, **papers)
    number_of = [{"kind": "registration", "value": "4012342018000007"}]
    sire = (await farmer.animal(sex="male", birth_date="2018-08-01", reference_only=True, identifiers=number_of))["id"]
    await farmer.ask("POST", f"/animals/{dam}/parents", 201, json={"parent_id": sire, "parent_type": "sire"})
    values = [
        {"animal_id": dam, "trait": "XJAW", "value": 41.25, "occurred_on": "2024-01-01", "occurred_time": "07:30"},
        {"animal_id": dam, "trait": "XCOAT", "word": "spotted", "occurred_on": "2024-01-01"},
        {"animal_id": dam, "trait": "BCS", "value": 3.5, "occurred_on": "2024-01-01", "group": "1"},
    ]
    await farmer.make("/measurements", farm_id=farmer.farm_id, measurements=values)


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


async def furnished(farmer: Farmer) -> dict[str, str]:
    """A farm with all that belongs to a herd."""
    ids = await lived(farmer)
    path, (one, two) = f"/farms/{farmer.farm_id}", await rams(farmer, 2)
    lambs = [(await farmer.animal(sex="female", birth_date="2024-08-03"))["id"] for _ in range(3)]
    alike = await syndicate(farmer, [one, two], code="ALIKE")
    await sired(farmer, alike, *lambs[:2])
    await sired(farmer, await syndicate(farmer, [two, one], code="LIKELY", shares=[0.3, 0.7]), lambs[2])
    known = {"parent_id": two, "parent_type": "sire", "method": "dna", "probability": 0.98}
    await farmer.ask("POST", f"/animals/{lambs[0]}/parents", 201, json=known)
    double = (await farmer.animal(sex="male", birth_date="2020-08-01"))["id"]
    await sired(farmer, await syndicate(farmer, [double], code="DOUBLE"), lambs[1])
    await merge(farmer, one, double)
    await farmer.take_in(b"ID,SEX,DOB\n1612342024240001,1,2024-08-03\n1612342024240002,2,2024-08-03\n", "sg")
    await farmer.take_in(FILE, "lambplan")
    await worked(farmer)
    papers = (await farmer.ask("GET", "/consignments", 200, params={"farm_id": farmer.farm_id})).json()["items"]
    money = {"price": 4.2, "per": "kg", "weight_kg": 5600, "costs": 120.5}
    await farmer.ask("PUT", f"/consignments/{papers[0]['id']}/money", 200, json=money)
    worths = [{"stock_class": "ewe", "since": "2024-07-01", "amount": 180.25}]
    await farmer.ask("PUT", f"{path}/stock-values", 200, json={"items": worths})
    async with farmer.database.transaction(Context(user_id=farmer.user_id)) as session:
        batch = (await session.execute(text("select id from farm.product_batch limit 1"))).scalar_one()
    await farmer.ask("PUT", f"/product-batches/{batch}/cost", 200, json={"amount": 480})
    await put(farmer, photo())
    await put(farmer, photo(2_500_000))
    for whose in ({"animal_id": ids["dam"]}, {"animal_id": one}, {"event_id": ids["lambing"]}):
        await link(farmer, sha256=sha256(photo()), **whose)
    await link(farmer, sha256=sha256(b"to come"), animal_id=ids["dam"])
    return ids | {"lamb": lambs[2]}


async def worked(farmer: Farmer) -> None:
    """Rules of its own; tasks that follow and others, about which something was said."""
    path = f"/farms/{farmer.farm_id}"
    own = {"name": "dip", "kind": "marking.recorded", "title": "Dip the lambs", "days": 30}
    await farmer.ask("PUT", f"{path}/task-rules", 200, json={"rules": [{"name": "scan", "days": 90}, own]})
    await farmer.make(f"{path}/tasks", title="Order ear tags", due_on="2026-07-01", note="the red ones")
    await farmer.make(f"{path}/tasks", title="Mend the gate", due_on="2026-07-02", assigned_to=str(farmer.user_id))
    for task in (await farmer.ask("GET", f"{path}/tasks", 200, params={"state": "all"})).json()["items"]:
        said = {"Mend the gate": {"done": True}, "Dip the lambs": {"note": "twice", "snoozed_until": "2026-08-01"}}
        for title, change in said.items():
            if task["title"].startswith(title):
                headers = {"if-match": f'"{task["rev"]}"'}
                await farmer.ask("PATCH", f"{path}/tasks/{task['id']}", 200, json=change, headers=headers)


async def test_what_belongs_to_a_herd_comes_back_with_it(farmer: Farmer, new_farmer: NewFarmer) -> None:
    ids = await furnished(farmer)
    content, report = await exported(farmer, "whole_farm")
    assert (await exported(farmer, "whole_farm"))[0] == content
    names = ("syndicate", "syndicate_sire", "imported_value", "task_rule", "task", "stock_value", "consignment_money",
             "batch_cost", "attachment_link", "attachment")  # fmt: skip
    found = {name: report["written"][name] for name in names}
    assert found == dict(zip(names, (3, 5, 7, 2, 3, 1, 1, 1, 4, 2), strict=True))
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
    await refused_parts(farmer, content)
    worker = await new_farmer(with_farm=False)
    await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(worker.user_id), role="worker")
    _, report = await exported(replace(worker, farm_id=farmer.farm_id, flock_id=farmer.flock_id), "whole_farm")
    assert [report["written"][name] for name in ("stock_value", "consignment_money", "batch_cost")] == [0, 0, 0]


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
