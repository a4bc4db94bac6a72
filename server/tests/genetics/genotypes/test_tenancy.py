"""Who may do what with chips, samples and genotypes, and whose rows anybody sees."""

from typing import Any

import asyncpg
import pytest
from bellwether.genetics.genotypes import calls
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database
from bellwether.platform.ids import new_id
from sqlalchemy import text

TABLES = ("chip", "sample", "genotyping", "genotype", "genotype_import", "genotype_export")


@pytest.fixture
async def world(new_lab: Any, people: Any, barn: Any, admin: asyncpg.Connection) -> dict[str, Any]:
    """A farm with genotypes and an export, a viewer of it, and another farm."""
    lab = await new_lab()
    row = await lab.take(lab.flock.plink())
    assert row["state"] == "succeeded", row["error"]
    body = {"farm_id": str(lab.farm.id), "chip_id": lab.chip_id, "format": "plink"}
    export = (await lab.person.ask("POST", "/genotype-exports", json=body)).json()["id"]
    viewer, other = people(), await barn.farm()
    await admin.execute(
        "insert into farm.membership (user_id, farm_id, role) values ($1, $2, 'viewer')", viewer.id, lab.farm.id
    )
    sample = (await lab.person.ask("GET", f"/samples?farm_id={lab.farm.id}&limit=1")).json()["items"][0]
    return {"lab": lab, "import": row["id"], "export": export, "viewer": viewer, "other": other, "sample": sample}


def requests(world: dict[str, Any]) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Every route about one thing of the farm, or about the farm."""
    lab, farm = world["lab"], world["lab"].farm.id
    chip, animal, sample = lab.chip_id, world["sample"]["animal_id"], world["sample"]["id"]
    share = {"farm_id": str(farm), "animal_id": animal, "with_farm_id": str(world["other"].id)}
    query = "&".join(f"{key}={value}" for key, value in share.items())
    decision = {"json": {"state": "accepted", "note": "looked at"}}
    new = {"json": {"farm_id": str(farm), "chip_id": chip, "format": "vcf"}}
    named = {"data": {"farm_id": str(farm), "code": "C9", "name": "C"}, "files": {"file": ("m.bim", "1 a 0 5 A G\n")}}
    return {
        "GET chips": ("GET", f"/chips?farm_id={farm}", {}),
        "GET chip": ("GET", f"/chips/{chip}", {}),
        "GET maps": ("GET", f"/chips/{chip}/maps", {}),
        "GET map": ("GET", f"/chips/{chip}/maps/1", {}),
        "GET markers": ("GET", f"/chips/{chip}/maps/1/markers", {}),
        "GET import": ("GET", f"/genotype-imports/{world['import']}", {}),
        "GET imported": ("GET", f"/genotype-imports/{world['import']}/samples", {}),
        "GET export": ("GET", f"/genotype-exports/{world['export']}", {}),
        "GET file": ("GET", f"/genotype-exports/{world['export']}/file", {}),
        "GET animal": ("GET", f"/animals/{animal}/genotypes", {}),
        "GET marker": ("GET", f"/chips/{chip}/markers/s1/genotypes?farm_id={farm}", {}),
        "GET stretch": ("GET", f"/chips/{chip}/genotypes?farm_id={farm}&chromosome=3", {}),
        "GET frequencies": ("GET", f"/chips/{chip}/frequencies?farm_id={farm}&limit=2", {}),
        "GET shares": ("GET", f"/genotype-shares?farm_id={farm}", {}),
        "POST export": ("POST", "/genotype-exports", new),
        "POST chip": ("POST", "/chips", named),
        "POST map": ("POST", f"/chips/{chip}/maps", {"files": {"file": ("m.bim", "1 b 0 5 A G\n")}}),
        "PATCH sample": (
            "PATCH",
            f"/samples/{sample}",
            {"json": {"is_preferred": True}, "headers": {"If-Match": '"1"'}},
        ),
        "PATCH genotyping": ("PATCH", f"/samples/{sample}/genotypings/{chip}", decision),
        "POST share": ("POST", "/genotype-shares", {"json": share}),
        "DELETE share": ("DELETE", f"/genotype-shares?{query}", {}),
    }


#: lists that are empty for who sees nothing
LISTS = ("/genotype-imports?farm_id=", "/genotype-exports?farm_id=", "/samples?farm_id=")


async def test_who_may_do_what(world: dict[str, Any], people: Any) -> None:
    lab, viewer = world["lab"], world["viewer"]
    asked = requests(world)
    anonymous = {name: (await lab.person.client.request(verb, "http://genetics/api/v1/genetics" + path, **more))
                 for name, (verb, path, more) in asked.items()}  # fmt: skip
    assert {name: each.status_code for name, each in anonymous.items()} == dict.fromkeys(asked, 401)
    for who, expected in ((people("administrator"), 403), (people(), 404)):
        found = {name: (await who.ask(verb, path, **more)).status_code for name, (verb, path, more) in asked.items()}
        assert found == dict.fromkeys(asked, expected)
    stranger = people()
    for path in LISTS:
        assert (await stranger.ask("GET", path + str(lab.farm.id))).json()["items"] == []
        assert (await people("administrator").ask("GET", path + str(lab.farm.id))).status_code == 403
    found = {name: await viewer.ask(verb, path, **more) for name, (verb, path, more) in asked.items()}
    for name, answer in found.items():
        writes = not name.startswith("GET") and name != "POST export"
        expected = (403,) if writes else (409,) if name == "GET file" else (200, 202)
        assert answer.status_code in expected, (name, answer.text)
        assert not writes or answer.json()["code"] == "read_only_member"
    owner = {name: await lab.person.ask(verb, path, **more) for name, (verb, path, more) in asked.items()}
    assert {name: each.status_code for name, each in owner.items() if each.status_code >= 400} == {"GET file": 409}


async def test_what_a_farm_shares_is_seen_and_nothing_else(world: dict[str, Any], people: Any) -> None:
    lab, other = world["lab"], world["other"]
    reader = people(user_id=other.owner_id)
    animal = world["sample"]["animal_id"]
    body = {"farm_id": str(lab.farm.id), "animal_id": animal, "with_farm_id": str(other.id)}
    assert (await lab.person.ask("POST", "/genotype-shares", json=body)).status_code == 201
    mine = (await lab.person.ask("GET", f"/animals/{animal}/genotypes")).json()
    assert (await reader.ask("GET", f"/animals/{animal}/genotypes")).json() == mine
    path = f"/chips/{lab.chip_id}/markers/s1/genotypes?farm_id={other.id}"
    assert (await reader.ask("GET", path)).json()["items"] == []
    shown = (await reader.ask("GET", path + "&shared=true")).json()["items"]
    assert [row["animal_id"] for row in shown] == [animal]
    for row in lab.flock.rows:
        if str(row["id"]) != animal:
            assert (await reader.ask("GET", f"/animals/{row['id']}/genotypes")).status_code == 404
    query = "&".join(f"{key}={value}" for key, value in body.items())
    assert (await lab.person.ask("DELETE", f"/genotype-shares?{query}")).status_code == 204
    assert (await reader.ask("GET", f"/animals/{animal}/genotypes")).status_code == 404
    assert (await reader.ask("GET", f"/chips/{lab.chip_id}")).status_code == 404


@pytest.mark.parametrize("table", TABLES)
async def test_rows_of_other_farms_are_neither_seen_nor_changed(
    database: Database, world: dict[str, Any], table: str
) -> None:
    farm = world["lab"].farm.id
    count = text(f"select count(*) from genetics.{table} where farm_id = :farm")
    for context, is_seen in ((Context(user_id=new_id()), False), (Context(), False), (Context(farm_ids=(farm,)), True)):
        async with database.reading(context) as session:
            assert ((await session.execute(count, {"farm": farm})).scalar_one() > 0) == is_seen


async def test_calls_are_never_changed(admin: asyncpg.Connection, world: dict[str, Any]) -> None:
    """Not even by a superuser: a correction is a new version."""
    with pytest.raises(asyncpg.ObjectNotInPrerequisiteStateError):
        await admin.execute("update genetics.genotype set calls = calls where farm_id = $1", world["lab"].farm.id)


async def test_calls_of_few_and_of_many_samples_are_the_same(database: Database, world: dict[str, Any]) -> None:
    lab = world["lab"]
    async with database.reading(Context(farm_ids=(lab.farm.id,))) as session:
        blocks = await calls.layout(session, lab.chip_id, 1)
        found = await session.execute(text("select id from genetics.sample where farm_id = :f order by name"),
                                      {"f": lab.farm.id})  # fmt: skip
        ids = [row.id for row in found]
        kept = calls.Kept(lab.farm.id, lab.chip_id, 1, ids, [1] * len(ids))
        few = await calls.read_matrix(session, kept, blocks)
        many = await calls.read_matrix(session, calls.Kept(lab.farm.id, lab.chip_id, 1, ids * 26, [1] * 520), blocks)
    assert (many[500:] == few).all()
