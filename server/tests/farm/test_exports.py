"""Exports over HTTP: who may, what is refused, how long a file is there."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest
from bellwether.farm.exports import repository
from bellwether.farm.exports.problems import NotInEncoding

from .conftest import Farmer, NewFarmer
from .exporting import exported, ordered, written


async def test_a_file_is_there_when_its_job_has_ended_and_for_seven_days(farmer: Farmer) -> None:
    await farmer.animal(sex="female", identifiers=[{"kind": "visual", "value": "240001"}])
    sent = await ordered(farmer, "animals")
    path = f"/exports/{sent['export_id']}"
    assert (await farmer.ask("GET", path, 200)).json()["state"] == "waiting"
    assert (await farmer.ask("GET", path + "/file", 409)).json()["code"] == "export_not_ready"
    await written(farmer, sent["export_id"])
    found = (await farmer.ask("GET", path, 200)).json()
    assert (found["state"], found["report"]["written"]) == ("ready", {"animals": 1})
    kept = datetime.fromisoformat(found["expires_at"]) - datetime.fromisoformat(found["finished_at"])
    assert kept == timedelta(days=7)
    answer = await farmer.ask("GET", path + "/file", 200)
    assert found["file_name"] in answer.headers["content-disposition"]
    assert b"240001" in answer.content
    await written(farmer, sent["export_id"])
    again = await farmer.ask("GET", path + "/file", 200)
    assert again.content == answer.content
    await expire(farmer)
    assert (await farmer.ask("GET", path + "/file", 410)).json()["code"] == "export_expired"
    assert [each["state"] for each in (await listed(farmer))] == ["expired"]
    await ordered(farmer, "animals")
    connection = await asyncpg.connect(farmer.admin_dsn)
    left = await connection.fetchval("select count(*) from farm.export_part where farm_id = $1", UUID(farmer.farm_id))
    await connection.close()
    assert left == 0


async def listed(farmer: Farmer) -> list[dict[str, object]]:
    """All exports of the farm."""
    items: list[dict[str, object]] = (
        await farmer.ask("GET", "/exports", 200, params={"farm_id": farmer.farm_id})
    ).json()["items"]
    return items


async def expire(farmer: Farmer) -> None:
    """As if seven days were over."""
    connection = await asyncpg.connect(farmer.admin_dsn)
    await connection.execute(
        "update farm.export set expires_at = now() - interval '1 s' where farm_id = $1", UUID(farmer.farm_id)
    )
    await connection.close()


async def test_who_may_and_who_may_not(farmer: Farmer, new_farmer: NewFarmer) -> None:
    """Anonymous, another farm, a viewer of this farm, a role without the permission."""
    viewer, stranger = await new_farmer(with_farm=False), await new_farmer()
    await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(viewer.user_id), role="viewer")
    content, _ = await exported(farmer, "animals")
    export_id = (await listed(farmer))[0]["id"]
    body = {"farm_id": farmer.farm_id, "flock_id": farmer.flock_id, "format": "animals"}
    anybody = {"Authorization": ""}
    assert (await farmer.ask("POST", "/exports", json=body, headers=anybody)).status_code == 401
    assert (await farmer.ask("GET", f"/exports/{export_id}/file", headers=anybody)).status_code == 401
    await stranger.ask("POST", "/exports", 422, json=body)
    for path in (f"/exports/{export_id}", f"/exports/{export_id}/file"):
        await stranger.ask("GET", path, 404)
    assert (await stranger.ask("GET", "/exports", 200, params={"farm_id": farmer.farm_id})).json()["items"] == []
    await viewer.ask("POST", "/exports", 202, json=body)
    assert (await viewer.ask("GET", f"/exports/{export_id}/file", 200)).content == content


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"traits": ["WWT"]}, "option_unused"),
        ({"file": "dbf"}, "invalid"),
        ({"colour": "red"}, "unknown_field"),
    ],
)
async def test_what_is_refused(farmer: Farmer, options: dict[str, object], code: str) -> None:
    body = {"farm_id": farmer.farm_id, "flock_id": farmer.flock_id, "format": "animals", "options": options}
    answer = await farmer.ask("POST", "/exports", 422, json=body)
    assert (answer.json()["code"], len(answer.json()["errors"])) == (code, 1)
    unknown = {"farm_id": farmer.farm_id, "flock_id": farmer.flock_id, "format": "measurements"}
    answer = await farmer.ask("POST", "/exports", 422, json=unknown | {"options": {"traits": ["XYZ"]}})
    assert answer.json()["code"] == "trait_unknown"


async def test_a_character_that_the_encoding_does_not_have_is_named(farmer: Farmer) -> None:
    await farmer.animal(identifiers=[{"kind": "visual", "value": "1"}, {"kind": "name", "value": "羊"}])
    sent = await ordered(farmer, "animals", encoding="cp1252")
    with pytest.raises(NotInEncoding, match="row 2 has '羊'"):
        await written(farmer, sent["export_id"])
    await farmer.end(sent, "failed")
    assert (await listed(farmer))[0]["state"] == "waiting"


async def test_no_question_reads_a_large_table_from_end_to_end(farmer: Farmer) -> None:
    connection = await asyncpg.connect(farmer.admin_dsn)
    await connection.execute("begin; set local enable_seqscan = off; set local search_path = farm, public")
    farm, flock, now = UUID(farmer.farm_id), UUID(farmer.flock_id), datetime.now(UTC)
    # of a farm whose animals are of one flock any index of the farm's animals does
    other = await farmer.make("/flocks", farm_id=farmer.farm_id, name="Other", code="OT")
    many = "select gen_random_uuid(), $1, $2, 'api' from generate_series(1, 2000)"
    await connection.execute(f"insert into farm.animal (id, farm_id, flock_id, source) {many}", farm, UUID(other["id"]))
    await connection.execute("analyze farm.animal")
    asked: list[tuple[str, tuple[object, ...], tuple[str, ...]]] = [
        (repository.ANIMALS, (farm, flock), ("animal_flock",)),
        (repository.MEASURED, (farm, flock, []), ("observation_flock",)),
        (as_plain(repository.EXPIRE, "farm_id", "now"), (farm, now), ("export_farm", "export_part_pkey")),
        (as_plain(repository.LIST, "farm_id", "after", "limit"), (farm, None, 10), ("export_farm",)),
    ]
    for statement, values, indexes in asked:
        plan = "\n".join(row[0] for row in await connection.fetch(f"explain {statement}", *values))
        assert [index for index in indexes if index not in plan] == [], plan
        assert "Seq Scan" not in plan, plan
    await connection.close()


def as_plain(statement: object, *names: str) -> str:
    """The statement for the driver."""
    text = str(statement)
    for place, name in enumerate(names, 1):
        text = text.replace(f":{name}", f"${place}")
    return text
