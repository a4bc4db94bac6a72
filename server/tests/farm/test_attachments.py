"""Photos and papers by the hash of their bytes: what lies is refused, and no record waits for one."""

import hashlib
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from apps import Apps, calling
from bellwether.farm.attachments import repository
from bellwether.farm.attachments.kinds import KINDS, kind_of
from bellwether.platform.context import Context
from bellwether.platform.ids import new_id
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from .conftest import Farmer, NewFarmer
from .test_merges import merge, undo
from .test_tenancy import counts

STARTS = {
    "image/jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "image/png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "image/webp": b"RIFF\x24\x00\x00\x00WEBPVP8 ",
    "image/heic": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1",
    "video/mp4": b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isom",
    "application/pdf": b"%PDF-1.7\n",
}
JPEG = STARTS["image/jpeg"]
TABLES = ("attachment", "attachment_part", "attachment_link")


@pytest.fixture(scope="module")
async def client(apps: Apps) -> AsyncIterator[httpx.AsyncClient]:
    """The service with room for 12 MB of a farm."""
    async with calling(apps("farm", quota_stored_mb_of_farm=12)) as client:
        yield client


def sha256(content: bytes) -> str:
    """As an address names it."""
    return hashlib.sha256(content).hexdigest()


def photo(size: int = 100, start: bytes = JPEG) -> bytes:
    """A file that begins as one."""
    return start + bytes(n % 251 for n in range(size - len(start)))


async def put(
    farmer: Farmer,
    content: bytes,
    expect: int = 201,
    kind: str = "image/jpeg",
    key: str | None = None,
    farm: str | None = None,
) -> dict[str, Any]:
    """Send the bytes."""
    path = f"/farms/{farm or farmer.farm_id}/attachments/{key or sha256(content)}"
    answer = await farmer.ask("PUT", path, expect, content=content, headers={"Content-Type": kind})
    found: dict[str, Any] = answer.json()
    return found


async def link(farmer: Farmer, expect: int = 201, farm: str | None = None, **body: Any) -> dict[str, Any]:
    """Say what has an attachment."""
    answer = await farmer.ask("POST", f"/farms/{farm or farmer.farm_id}/attachment-links", expect, json=body)
    found: dict[str, Any] = answer.json()
    return found


async def links(farmer: Farmer, **query: str) -> list[dict[str, Any]]:
    """What refers to attachments."""
    answer = await farmer.ask("GET", f"/farms/{farmer.farm_id}/attachment-links", 200, params=query)
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def ewe(farmer: Farmer, **body: Any) -> str:
    """An animal."""
    return str((await farmer.animal(sex="female", birth_date="2022-08-01", **body))["id"])


async def note(farmer: Farmer, animal: str, **event: Any) -> str:
    """An event."""
    sent = {"kind": "note.added", "animal_id": animal, "occurred_on": "2024-11-11", "payload": {"text": "lame"}}
    body = {"farm_id": farmer.farm_id, "events": [sent | event]}
    items = (await farmer.ask("POST", "/events", json=body)).json()["items"]
    assert items[0]["verdict"] != "rejected", items
    return str(items[0]["id"])


@pytest.mark.parametrize("kind", STARTS)
async def test_what_was_sent_comes_back(farmer: Farmer, kind: str) -> None:
    content = photo(2_500_000, STARTS[kind])
    made = await put(farmer, content, kind=kind)
    assert (made["media_type"], made["size_bytes"], made["links"]) == (kind, 2_500_000, 0)
    path = f"/farms/{farmer.farm_id}/attachments/{sha256(content)}"
    found = await farmer.ask("GET", path, 200)
    assert found.content == content
    assert found.headers["content-type"] == kind
    assert found.headers["content-disposition"] == (
        f'attachment; filename="{sha256(content)[:16]}.{KINDS[kind].ending}"'
    )
    assert found.headers["x-content-type-options"] == "nosniff"
    assert found.headers["cache-control"] == "private, no-cache"
    known = await farmer.ask("GET", path, 304, headers={"If-None-Match": found.headers["etag"]})
    assert (known.content, known.headers["etag"]) == (b"", found.headers["etag"])


async def test_who_has_the_bytes_is_answered_without_reading_them(
    farmer: Farmer, new_farmer: NewFarmer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put(farmer, photo())
    path, etag = f"/farms/{farmer.farm_id}/attachments/{sha256(photo())}", f'"{sha256(photo())}"'
    read = list[int]()

    async def no_part(*arguments: Any) -> None:
        read.append(arguments[-1])

    monkeypatch.setattr(repository, "read_part", no_part)
    await farmer.ask("GET", path, 304, headers={"If-None-Match": f'"other", W/{etag}'})
    await (await new_farmer()).ask("GET", path, 404, headers={"If-None-Match": etag})
    assert read == []
    await farmer.ask("GET", path, 412, headers={"If-None-Match": etag, "If-Match": '"other"'})


async def test_the_same_again_changes_nothing(farmer: Farmer) -> None:
    made = await put(farmer, photo())
    # a generated client says nothing of the kind: the bytes do
    assert await put(farmer, photo(), 200, kind="application/octet-stream") == made
    page = (await farmer.ask("GET", f"/farms/{farmer.farm_id}/attachments", 200)).json()
    assert page["items"] == [made]


async def test_what_lies_is_refused_and_told_what_it_is(farmer: Farmer) -> None:
    content = photo()
    wrong = await put(farmer, content, 422, key="0" * 64)
    assert wrong["code"] == "hash_wrong"
    assert sha256(content) in wrong["errors"][0]["message"]
    wrong = await put(farmer, content, 422, kind="image/png")
    assert (wrong["code"], wrong["errors"][0]["message"]) == ("kind_wrong", "the bytes are image/jpeg, not image/png")
    for said, sent in (
        ("text/html", content),
        ("image/jpeg", b"<script>"),
        ("image/jpeg", b""),
        ("image/gif", b"GIF89a"),
    ):
        wrong = await put(farmer, sent, 415, kind=said)
        assert (wrong["code"], "image/jpeg" in wrong["title"]) == ("kind_unknown", True)
    await put(farmer, content, 422, key=sha256(content).upper())
    assert (await put(farmer, photo(10_000_001), 413))["code"] == "body_too_large"
    assert (await put(farmer, photo(64_000_001), 413))["code"] == "body_too_large"
    assert (await farmer.ask("GET", f"/farms/{farmer.farm_id}/attachments", 200)).json()["items"] == []


async def test_a_farm_keeps_so_much_and_no_more(farmer: Farmer) -> None:
    first, second = photo(9_000_000), photo(9_000_000, STARTS["image/png"])
    await put(farmer, first)
    refused = await put(farmer, second, 409, kind="image/png")
    assert (refused["code"], "12 MB of attachments" in refused["detail"]) == ("quota_reached", True)
    await put(farmer, first, 200)
    await farmer.ask("DELETE", f"/farms/{farmer.farm_id}/attachments/{sha256(first)}", 204)
    await put(farmer, second, kind="image/png")


async def test_no_record_waits_for_a_photo(farmer: Farmer) -> None:
    animal = await ewe(farmer)
    made = await link(farmer, sha256=sha256(photo()), animal_id=animal)
    assert (made["state"], made["size_bytes"]) == ("awaited", None)
    assert await links(farmer, state="awaited") == [made]
    await put(farmer, photo())
    (found,) = await links(farmer, animal_id=animal)
    assert (found["state"], found["media_type"]) == ("stored", "image/jpeg")
    assert await links(farmer, state="awaited") == []
    path = f"/farms/{farmer.farm_id}/attachments/{sha256(photo())}"
    assert (await farmer.ask("DELETE", path, 409)).json()["code"] == "attachment_linked"
    await farmer.ask("DELETE", f"/farms/{farmer.farm_id}/attachment-links/{made['id']}", 204)
    await farmer.ask("DELETE", path, 204)
    await farmer.ask("GET", path, 404)


async def test_a_link_is_made_once_and_of_one_thing(farmer: Farmer) -> None:
    animal, key = await ewe(farmer), sha256(photo())
    event = await note(farmer, animal)
    made = await link(farmer, sha256=key, animal_id=animal)
    assert await link(farmer, 200, sha256=key, animal_id=animal) == made
    assert await link(farmer, 200, sha256=key, animal_id=animal, id=made["id"]) == made
    assert (await link(farmer, 409, sha256=key, animal_id=animal, id=str(new_id())))["code"] == "link_exists"
    assert (await link(farmer, 409, sha256=key, event_id=event, id=made["id"]))["code"] == "link_exists"
    assert (await link(farmer, 422, sha256=key))["code"] == "link_of_one"
    assert (await link(farmer, 422, sha256=key, animal_id=animal, event_id=event))["code"] == "link_of_one"
    assert (await link(farmer, 422, sha256=key, animal_id=str(new_id())))["code"] == "reference_not_found"
    assert (await link(farmer, 422, sha256=key, event_id=animal))["code"] == "reference_not_found"


async def test_a_photo_follows_its_event_and_its_animal(farmer: Farmer) -> None:
    """What is corrected keeps its photo; what is merged takes it along, and back when it is undone (I29)."""
    loser, winner = await ewe(farmer), await ewe(farmer)
    event = await note(farmer, loser)
    of_event = await link(farmer, sha256=sha256(photo()), event_id=event)
    of_animal = await link(farmer, sha256=sha256(photo(101)), animal_id=loser)
    corrected = await note(farmer, loser, supersedes=event, payload={"text": "very lame"})
    assert await links(farmer, event_id=corrected) == [of_event]
    assert await links(farmer, animal_id=loser) == [of_event, of_animal]
    assert await links(farmer, animal_id=winner) == []
    made = await merge(farmer, loser, winner)
    assert await links(farmer, animal_id=winner) == [of_event, of_animal]
    await undo(farmer, made)
    assert await links(farmer, animal_id=winner) == []
    assert await links(farmer, animal_id=loser) == [of_event, of_animal]


async def test_an_import_whose_animal_has_a_photo_is_not_undone(farmer: Farmer) -> None:
    done = await farmer.take_in(b"VID,Sex,Date of birth\n240001,F,2024-08-01\n", "flock")
    page = await farmer.ask("GET", "/animals", 200, params={"farm_id": farmer.farm_id})
    (animal,) = page.json()["items"]
    made = await link(farmer, sha256=sha256(photo()), animal_id=animal["id"])
    path = f"/imports/{done['import_id']}/undo"
    refused = (await farmer.ask("POST", path, 409)).json()
    assert [each["code"] for each in refused["errors"]] == ["attached_since"]
    await farmer.ask("DELETE", f"/farms/{farmer.farm_id}/attachment-links/{made['id']}", 204)
    await farmer.undo(done["import_id"])


async def test_a_phone_sends_links_and_hears_when_the_bytes_are_there(farmer: Farmer) -> None:
    animal, link_id = await ewe(farmer), str(new_id())
    base = f"/farms/{farmer.farm_id}/sync"
    mutation = {
        "mutation_id": str(new_id()),
        "collection": "attachment_links",
        "op": "upsert",
        "id": link_id,
        "doc": {"sha256": sha256(photo()), "animal_id": animal},
    }
    body = {"device_id": str(new_id()), "mutations": [mutation]}
    pushed = (await farmer.ask("POST", f"{base}/push", 200, json=body)).json()
    assert [row["status"] for row in pushed["results"]] == ["applied"], pushed
    query = {"collections": "attachment_links"}
    first = (await farmer.ask("GET", f"{base}/changes", 200, params=query)).json()
    assert [(row["id"], row["doc"]["stored"]) for row in first["documents"]] == [(link_id, False)]
    await put(farmer, photo())
    query["cursor"] = first["cursor"]
    then = (await farmer.ask("GET", f"{base}/changes", 200, params=query)).json()
    assert [(row["id"], row["doc"]["stored"]) for row in then["documents"]] == [(link_id, True)]
    gone = {"mutation_id": str(new_id()), "collection": "attachment_links", "op": "delete", "id": link_id}
    gone["base_rev"] = then["documents"][0]["rev"]
    pushed = (await farmer.ask("POST", f"{base}/push", 200, json=body | {"mutations": [gone]})).json()
    assert [row["status"] for row in pushed["results"]] == ["applied"], pushed
    assert await links(farmer) == []


@pytest.mark.parametrize("who", ["anonymous", "student", "other", "viewer", "worker"])
async def test_who_may_do_what(farmer: Farmer, new_farmer: NewFarmer, who: str) -> None:
    animal, farm = await ewe(farmer), farmer.farm_id
    await put(farmer, photo())
    made = await link(farmer, sha256=sha256(photo()), animal_id=animal)
    one = await new_farmer(with_farm=False, roles=("student",) if who == "student" else ("farmer",))
    if who in ("viewer", "worker"):
        await farmer.make(f"/farms/{farm}/members", user_id=str(one.user_id), role=who)
    if who == "anonymous":
        one.headers = {}
    path, read, write = f"/farms/{farm}", {"viewer": 200, "worker": 200}.get(who, 404), {"viewer": 403}.get(who, 404)
    if who in ("anonymous", "student"):
        read = write = 401 if who == "anonymous" else 403
    if who == "other":
        seen = await farmer.ask("GET", f"{path}/attachment-links", 200)
        assert len(seen.json()["items"]) == 1
    for address in (f"attachments/{sha256(photo())}", "attachments", "attachment-links"):
        await one.ask("GET", f"{path}/{address}", read)
    new = photo(102)
    may = who == "worker"
    await put(one, new, 201 if may else write, farm=farm)
    await link(one, 201 if may else write, farm=farm, sha256=sha256(new), animal_id=animal)
    await one.ask("DELETE", f"{path}/attachment-links/{made['id']}", 204 if may else write)
    await one.ask("DELETE", f"{path}/attachments/{sha256(photo())}", 204 if may else write)


@pytest.mark.parametrize("role", ["viewer", "worker"])
async def test_a_paper_of_what_something_cost_is_of_owners(farmer: Farmer, new_farmer: NewFarmer, role: str) -> None:
    """Neither its link nor its bytes are there for others, until something that they see has the same bytes."""
    animal, bill = await ewe(farmer), photo(103)
    said = {"kind": "cost.recorded", "occurred_on": "2024-03-01", "payload": {"amount": 9, "category": "feed"}}
    body = {"farm_id": farmer.farm_id, "events": [said]}
    event = (await farmer.ask("POST", "/events", 200, json=body)).json()["items"][0]["id"]
    await put(farmer, bill)
    made = await link(farmer, sha256=sha256(bill), event_id=event)
    one = await new_farmer(with_farm=False)
    await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(one.user_id), role=role)
    path = f"/farms/{farmer.farm_id}"
    for address in (f"attachment-links?event_id={event}", "attachment-links", "attachments"):
        assert (await one.ask("GET", f"{path}/{address}", 200)).json()["items"] == []
    await one.ask("GET", f"{path}/attachments/{sha256(bill)}", 404)
    if role == "worker":
        await one.ask("DELETE", f"{path}/attachment-links/{made['id']}", 404)
        await one.ask("DELETE", f"{path}/attachments/{sha256(bill)}", 404)
        assert (await put(one, bill, 201, farm=farmer.farm_id))["links"] == 0
        await link(one, 201, farm=farmer.farm_id, sha256=sha256(bill), animal_id=animal)
    else:
        await link(farmer, sha256=sha256(bill), animal_id=animal)
    assert (await one.ask("GET", f"{path}/attachments/{sha256(bill)}", 200)).content == bill
    assert [item["links"] for item in (await one.ask("GET", f"{path}/attachments", 200)).json()["items"]] == [1]
    assert [found["id"] for found in await links(farmer, event_id=event)] == [made["id"]]
    assert len(await links(farmer)) == 2


async def test_below_the_api_as_well(farmer: Farmer, new_farmer: NewFarmer) -> None:
    await put(farmer, photo())
    await link(farmer, sha256=sha256(photo()), animal_id=await ewe(farmer))
    assert all((await counts(farmer.database, Context(user_id=farmer.user_id), TABLES)).values())
    other, viewer = await new_farmer(), await new_farmer(with_farm=False)
    assert not any((await counts(other.database, Context(user_id=other.user_id), TABLES)).values())
    await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(viewer.user_id), role="viewer")
    async with viewer.database.transaction(Context(user_id=viewer.user_id)) as session:
        for table in ("attachment_link", "attachment"):
            assert (await session.execute(text(f"delete from farm.{table}"))).rowcount == 0


async def test_the_hash_of_another_farm_is_not_there(farmer: Farmer, new_farmer: NewFarmer) -> None:
    """Whoever knows the hash of a photo does not get it, nor learns that somebody has it."""
    await put(farmer, photo())
    other = await new_farmer()
    await other.ask("GET", f"/farms/{other.farm_id}/attachments/{sha256(photo())}", 404)
    assert (await link(other, sha256=sha256(photo()), animal_id=await ewe(other)))["state"] == "awaited"
    await put(other, photo(), 201)


@given(st.binary(max_size=40))
def test_no_bytes_are_of_two_kinds(content: bytes) -> None:
    kinds = [kind for kind in KINDS.values() if kind.begins(content)]
    assert len(kinds) <= 1
    assert kind_of(content) == (kinds[0] if kinds else None)


FARMS, LINKS = 200, 50
FILL = f"""
create temp table f as select gen_random_uuid() as id, gen_random_uuid() as animal from generate_series(1, {FARMS});
insert into farm.farm (id, name, created_by) select id, 'many', id from f;
insert into farm.flock (id, farm_id, name, code, recording_scheme)
  select gen_random_uuid(), id, 'many', 'many', 'none' from f;
insert into farm.animal (id, farm_id, flock_id, source)
  select f.animal, o.farm_id, o.id, 'api' from farm.flock o join f on f.id = o.farm_id;
insert into farm.animal (id, farm_id, flock_id, source)
  select gen_random_uuid(), o.farm_id, o.id, 'api'
  from farm.flock o join f on f.id = o.farm_id, generate_series(1, {LINKS});
insert into farm.attachment (farm_id, sha256, media_type, size_bytes)
  select f.id, encode(sha256((f.id::text || n)::bytea), 'hex'), 'image/jpeg', 9
  from f, generate_series(1, {LINKS}) as n;
insert into farm.attachment_part (farm_id, sha256, part, content)
  select a.farm_id, a.sha256, 0, 'nine byte' from farm.attachment a join f on f.id = a.farm_id;
insert into farm.attachment_link (farm_id, id, sha256, animal_id)
  select a.farm_id, gen_random_uuid(), a.sha256, f.animal from farm.attachment a join f on f.id = a.farm_id;
alter table farm.event disable trigger held;
insert into farm.event (farm_id, id, place, kind, version, animal_id, occurred_on, tz, payload, sent_sha256, source)
  select f.id, gen_random_uuid(), 1, 'note.added', 1, f.animal, '2024-01-01', 'UTC', '{{}}', sha256(''), 'api'
  from f, generate_series(1, 60);
alter table farm.event enable trigger held;
analyze farm.animal, farm.attachment, farm.attachment_part, farm.attachment_link, farm.event;
"""


async def test_no_question_reads_a_large_table_from_end_to_end(farmer: Farmer) -> None:
    animal = await ewe(farmer)
    event = await note(farmer, animal)
    connection = await asyncpg.connect(farmer.admin_dsn)
    await connection.execute("begin; set local search_path = farm, public")
    farm, key = UUID(farmer.farm_id), "0" * 64
    wanted: list[dict[str, object]] = [
        {},
        {"animal_id": UUID(animal)},
        {"event_id": UUID(event)},
        {"sha256": key},
        {"state": "awaited"},
    ]
    asked: list[tuple[object, ...]] = [
        (repository.GET, farm, key),
        (repository.LIST, farm, None, 10),
        (repository.STORED_BYTES, farm),
        (repository.READ, farm, key, 0),
        (repository.GET_LINK, farm, UUID(animal)),
        (repository.SAME_LINK, farm, key, UUID(animal), None),
        *((repository.links_of(each), farm, None, 10, *each.values()) for each in wanted),
    ]
    try:
        await connection.execute(FILL)
        await connection.execute(f"set local role farm_app; set local app.user_id = '{farmer.user_id}'")
        for statement, *values in asked:
            plan = await connection.fetch(f"explain {statement}", *values)
            found = "\n".join(row[0] for row in plan)
            for table in ("attachment", "attachment_part", "attachment_link", "animal", "event"):
                assert f"Seq Scan on {table} " not in found, f"{statement}\n{found}"
    finally:
        await connection.close()
