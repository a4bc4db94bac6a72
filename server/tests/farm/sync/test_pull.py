"""What a device has not seen comes once, in the order of the commits, page by page; what went is told of."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from bellwether.farm.access import one_writer
from bellwether.farm.collections.registry import ALL
from bellwether.farm.collections.repository import last_sql, page_sql
from bellwether.farm.sync import repository
from bellwether.farm.sync.pulling import Place
from bellwether.platform.context import Context
from bellwether.platform.ids import new_id
from sqlalchemy import text

from ..conftest import SAMPLES, Farmer, NewFarmer
from ..test_event_log import taken
from ..test_mobs import farm_with, moved
from .conftest import Device, farm, in_the_database, new_animal, statuses


async def test_a_device_reads_what_is_there_and_then_what_changed(farmer: Farmer) -> None:
    creek, _, group, (ewe, *_) = await farm_with(farmer)
    await taken(farmer, moved(group, creek, "2024-03-01"))
    device = Device(farmer)
    await device.pull()
    animal = device.row("animals", ewe)
    assert (animal["sex"], animal["flock_id"], animal["fate"]) == ("female", farmer.flock_id, "alive")
    assert device.row("groups", group)["name"] == "Ewes"
    assert device.row("paddocks", creek)["name"] == "Creek"
    assert {row["paddock_id"] for row in device.of("paddock_versions").values()} >= {creek}
    assert all(row["geometry"]["type"] == "MultiPolygon" for row in device.of("paddock_versions").values())
    assert sorted(row["kind"] for row in device.of("events").values()) == ["group.assigned"] * 3 + ["group.moved"]
    assert await device.pull() == []
    await farmer.ask("PATCH", f"/animals/{ewe}", 200, json={"rear_type": 2}, headers={"If-Match": "*"})
    (came,) = await device.pull()
    assert (came["id"], came["doc"]["rear_type"], came["deleted"]) == (ewe, 2, False)
    assert came["rev"] == came["doc"]["rev"] > animal["rev"]


async def test_a_first_sync_goes_in_pages_and_is_taken_up_again(farmer: Farmer) -> None:
    await farmer.take_in((SAMPLES / "sg_submission_like.csv").read_bytes(), "sg")
    whole, paged = Device(farmer), Device(farmer)
    await whole.pull()
    first = await paged.page(limit=5)
    assert len(first["documents"]) == 5
    assert first["full_sync"]
    assert first["has_more"]
    paged.cursor = first["cursor"]
    paged.rows = {(one["collection"], one["id"]): one["doc"] for one in first["documents"]}
    await farmer.animal()
    await paged.pull(limit=5)
    await whole.pull()
    assert paged.rows == whole.rows
    assert {"flocks", "animals", "identifiers", "parent_claims", "measurements"} <= {name for name, _ in whole.rows}
    assert (await paged.page())["full_sync"] is False


async def test_the_order_of_the_commits_is_the_order_of_the_numbers(farmer: Farmer) -> None:
    """Two transactions are open at once and are committed in reverse order: no row is lost."""
    device = Device(farmer)
    await device.pull()
    farm_id = farm(farmer)
    add = text("insert into farm.animal (id, farm_id, flock_id, source) values (:id, :farm, :flock, 'api')")
    ids = [new_id(), new_id()]
    context = Context(user_id=farmer.user_id)
    began, may_end = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        async with farmer.database.transaction(context) as session:
            await one_writer(session, farm_id)
            await session.execute(add, {"id": ids[0], "farm": farm_id, "flock": UUID(farmer.flock_id)})
            began.set()
            await may_end.wait()

    async def second() -> None:
        async with farmer.database.transaction(context) as session:
            await session.execute(text("select 1"))
            await one_writer(session, farm_id)
            await session.execute(add, {"id": ids[1], "farm": farm_id, "flock": UUID(farmer.flock_id)})

    running = asyncio.create_task(first())
    await began.wait()
    waiting = asyncio.create_task(second())
    done, _ = await asyncio.wait({waiting}, timeout=0.3)
    assert not done, "whoever comes second waits: its number would be above one that nobody can see yet"
    assert await device.pull() == []
    may_end.set()
    await asyncio.gather(running, waiting)
    assert [came["id"] for came in await device.pull()] == [str(key) for key in ids]


async def test_a_writer_that_does_not_hold_the_lock_is_refused(farmer: Farmer) -> None:
    for table, values in (
        ("flock (id, farm_id, name, code)", "gen_random_uuid(), :farm, 'x', 'x'"),
        ("animal_group (id, farm_id, name, type)", "gen_random_uuid(), :farm, 'x', 'physical'"),
        ("location (id, farm_id, scheme, value)", "gen_random_uuid(), :farm, 'uk.cph', 'x'"),
    ):
        with pytest.raises(Exception, match="does not hold the lock"):
            async with farmer.database.transaction(Context(user_id=farmer.user_id)) as session:
                await session.execute(text(f"insert into farm.{table} values ({values})"), {"farm": farm(farmer)})


async def test_what_went_is_told_of_and_those_who_never_had_it_hear_nothing(farmer: Farmer) -> None:
    path = f"/farms/{farmer.farm_id}/locations"
    made = (await farmer.ask("POST", path, 201, json={"scheme": "uk.cph", "value": "34/123/1234"})).json()
    device = Device(farmer)
    await device.pull()
    await farmer.ask("DELETE", f"{path}/{made['id']}", 204)
    (gone,) = await device.pull()
    assert (gone["collection"], gone["id"], gone["deleted"], gone["doc"]) == ("locations", made["id"], True, None)
    fresh = Device(farmer)
    assert all(not came["deleted"] for came in await fresh.pull())


async def test_a_row_that_went_in_the_middle_of_a_first_sync_goes(farmer: Farmer) -> None:
    path = f"/farms/{farmer.farm_id}/locations"
    made = (await farmer.ask("POST", path, 201, json={"scheme": "uk.cph", "value": "34/123/1234"})).json()
    device = Device(farmer)
    page = await device.page(limit=3)
    device.cursor = page["cursor"]
    assert made["id"] in {one["id"] for one in page["documents"]}
    await farmer.ask("DELETE", f"{path}/{made['id']}", 204)
    assert [came["id"] for came in await device.pull() if came["deleted"]] == [made["id"]]


async def test_who_was_away_for_too_long_begins_anew(farmer: Farmer) -> None:
    """Tombstones live for 400 days; an older cursor is 410, whatever it is of, and a first sync is not."""
    path = f"/farms/{farmer.farm_id}/locations"
    made = (await farmer.ask("POST", path, 201, json={"scheme": "uk.cph", "value": "34/123/1234"})).json()
    away, here = Device(farmer), Device(farmer)
    await away.pull()
    await farmer.ask("DELETE", f"{path}/{made['id']}", 204)
    await here.pull()
    age = "update farm.tombstone set deleted_at = deleted_at - $2::interval where farm_id = $1"
    for days, expect in ((399, 200), (2, 410)):
        await in_the_database(farmer, age, farm(farmer), timedelta(days=days))
        await here.push(new_animal(farmer))
        answer = await away.page(expect)
    assert answer["code"] == "cursor_expired"
    await here.pull()
    await away.push(new_animal(farmer))
    away.cursor, away.rows = None, {}
    await away.pull(limit=1)
    await here.pull()
    assert away.rows == here.rows


async def test_some_collections_and_no_others(farmer: Farmer, device: Device) -> None:
    await farmer.animal(identifiers=[{"kind": "visual", "value": "12"}])
    some = Device(farmer)
    assert {came["collection"] for came in await some.pull(collections="animals,flocks")} == {"animals", "flocks"}
    assert (await some.page(422, collections="animals"))["code"] == "other_collections"
    some.cursor = None
    wrong = await some.page(422, collections="animal")
    assert (wrong["code"], wrong["errors"][0]["fix"]) == ("unknown_collection", "did you mean animals?")
    some.cursor = "AAAA"
    assert (await some.page(422))["code"] == "bad_cursor"
    for seq in (-(2**70), 2**70):
        some.cursor = Place.model_construct(seq=seq, began=0, names="", farm_id=None).text
        assert (await some.page(422))["code"] == "bad_cursor"


async def test_undoing_an_import_takes_its_rows_from_the_devices(farmer: Farmer, device: Device) -> None:
    before = dict(device.rows)
    done = await farmer.take_in((SAMPLES / "sg_submission_like.csv").read_bytes(), "sg")
    await device.pull()
    assert len(device.rows) > len(before)
    await farmer.undo(done["import_id"])
    await device.pull()
    assert device.rows == before


async def test_scope_is_membership(farmer: Farmer, new_farmer: NewFarmer) -> None:
    other = await new_farmer()
    stranger = Device(other, farm_id=farmer.farm_id)
    assert (await stranger.page(404))["code"] == "not_found"
    assert (await stranger.push(new_animal(farmer), expect=404))[0]["code"] == "not_found"
    await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(other.user_id), role="viewer")
    await stranger.pull()
    assert stranger.of("flocks").keys() == {farmer.flock_id}
    assert (await stranger.push(new_animal(farmer), expect=403))[0]["code"] == "read_only_member"


async def test_every_query_of_a_pull_uses_an_index(farmer: Farmer) -> None:
    fill = """
    insert into farm.farm (id, name, created_by) select gen_random_uuid(), 'many', gen_random_uuid()
      from generate_series(1, 300);
    insert into farm.flock (id, farm_id, name, code) select gen_random_uuid(), id, 'many', 'many' from farm.farm
      where name = 'many';
    insert into farm.animal (id, farm_id, flock_id, source) select gen_random_uuid(), farm_id, id, 'api'
      from farm.flock, generate_series(1, 20) where code = 'many';
    insert into farm.identifier (id, farm_id, animal_id, scheme, value, raw, kind)
      select gen_random_uuid(), farm_id, id, 'x', id::text, id::text, 'visual' from farm.animal where tag is null;
    insert into farm.observation (id, farm_id, flock_id, animal_id, trait, stage, value, unit, raw_value, raw_unit,
      occurred_on, source) select gen_random_uuid(), farm_id, flock_id, id, 'WWT', 'W', 30, 'kg', '30', 'kg',
      '2024-01-01', 'api' from farm.animal where tag is null;
    insert into farm.task (id, farm_id, title, due_on) select gen_random_uuid(), id, 'x', '2024-01-01'
      from farm.farm, generate_series(1, 20);
    insert into farm.product (id, farm_id, name, unit, meat_whp, meat_whp_unit)
      select gen_random_uuid(), id, n::text, 'ml', 14, 'days' from farm.farm, generate_series(1, 20) n;
    insert into farm.yard_session (id, farm_id, kind, name, held_on, devices, traits, fields)
      select gen_random_uuid(), id, 'weigh', 'x', '2024-01-01', '{}', '{}', '{}' from farm.farm, generate_series(1, 20);
    analyze farm.flock, farm.animal, farm.identifier, farm.observation, farm.task, farm.product, farm.yard_session;
    """
    connection = await asyncpg.connect(farmer.admin_dsn)
    await connection.execute("begin")
    try:
        await connection.execute(fill)
        await connection.execute(f"set local role farm_app; set local app.user_id = '{farmer.user_id}'")
        asked: list[tuple[Any, ...]] = [
            (page_sql(ALL), farm(farmer), 0, 1000, 0, [one.relation for one in ALL]),
            (last_sql(ALL), farm(farmer)),
            (repository.HORIZON, farm(farmer)),
        ]
        for statement, *values in asked:
            plan = "\n".join(row[0] for row in await connection.fetch(f"explain {statement}", *values))
            for table in ("animal", "identifier", "observation", "flock", "task", "product", "yard_session"):
                assert f"Seq Scan on {table}" not in plan, plan
    finally:
        await connection.close()


async def test_results_stand_in_the_order_of_the_rows(device: Device, farmer: Farmer) -> None:
    rows = [new_animal(farmer) for _ in range(3)]
    results = await device.push(*rows)
    assert [result["mutation_id"] for result in results] == [row["mutation_id"] for row in rows]
    assert statuses(results) == ["applied"] * 3
