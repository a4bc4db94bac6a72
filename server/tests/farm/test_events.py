"""Every fact of the farm has the shape that contracts/events promises."""

import json
from pathlib import Path
from typing import Any

import asyncpg
import jsonschema_rs
from bellwether.farm.imports.formats import FORMATS
from bellwether.platform.ids import new_id
from bellwether.sheep.traits.search import weights

from .conftest import SAMPLES, Farmer, NewFarmer
from .sync.conftest import upsert

CONTRACTS = Path(__file__).parents[3] / "contracts" / "events"
WEIGHT = {"trait": "WWT", "weight": 31.5, "occurred_on": "2024-11-11"}


async def test_facts_keep_their_contracts(farmer: Farmer, new_farmer: NewFarmer, postgres_server: Any) -> None:
    friend = await new_farmer(with_farm=False)
    await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(friend.user_id), role="worker")
    await farmer.ask("DELETE", f"/farms/{farmer.farm_id}/members/{friend.user_id}", 204)
    animal = await farmer.animal()
    await farmer.make("/weights", farm_id=farmer.farm_id, weights=[WEIGHT | {"animal_id": animal["id"]}])
    sold = {
        "kind": "animal.departed",
        "occurred_on": "2025-01-09",
        "payload": {"fate": "sold"},
        "animal_id": animal["id"],
    }
    await farmer.ask("POST", "/events", 200, json={"farm_id": farmer.farm_id, "events": [sold]})
    twin, device_id = await farmer.animal(), str(new_id())
    for sheep, more in ((animal, {}), (twin, {"if_taken": "dispute"})):
        await farmer.make("/identifiers", animal_id=sheep["id"], kind="eid", value="982000123456789", **more)
    for who, rear_type in ((device_id, 1), (str(new_id()), 2)):
        edit = upsert("animals", twin["id"], {"rear_type": rear_type}, base_rev=1000)
        body = {"device_id": who, "mutations": [edit]}
        await farmer.ask("POST", f"/farms/{farmer.farm_id}/sync/push", 200, json=body)
    conflicts = f"/farms/{farmer.farm_id}/conflicts"
    for conflict in (await farmer.ask("GET", conflicts, 200)).json()["items"]:
        await farmer.ask("POST", f"{conflicts}/{conflict['id']}/settle", 200, json={"choice": "other"})
    one, other = await farmer.animal(), await farmer.animal()
    merge = await farmer.make("/merges", loser_id=one["id"], winner_id=other["id"])
    await farmer.ask("POST", f"/merges/{merge['id']}/undo", 200)
    done = await farmer.take_in((SAMPLES / "sg_submission_like.csv").read_bytes(), "sg")
    await farmer.undo(done["import_id"])
    value = b"ID,SEX,DATE,RUN_NAME,WWT,ACC_WWT\n1612342024240001,1,2025-11-15,LP2025_11,8.41,72\n"
    await farmer.take_in(b"ID,SEX,DOB\n1612342024240001,1,2024-08-03\n", "sg")
    await farmer.take_in(value, "lambplan")
    connection = await asyncpg.connect(postgres_server.dsn)
    rows = await connection.fetch("select type, payload from farm.outbox where farm_id = $1", farmer.farm_id)
    await connection.close()
    promised = {path.stem: json.loads(path.read_text()) for path in CONTRACTS.glob("farm.*.json")}
    assert {row["type"] for row in rows} == set(promised)
    for row in rows:
        jsonschema_rs.validate(promised[row["type"]], json.loads(row["payload"]))
    for contract in promised.values():
        jsonschema_rs.validate(contract, contract["examples"][0])


def test_contracts_list_what_there_is() -> None:
    said = {path.stem: json.loads(path.read_text())["properties"] for path in CONTRACTS.glob("farm.*.json")}
    for name in ("farm.import.completed.v1", "farm.import.undone.v1"):
        assert set(said[name]["kind"]["enum"]) == set(FORMATS)
    assert set(said["farm.weight.recorded.v1"]["trait"]["enum"]) == set(weights())


async def test_what_is_no_weight_is_told_once_and_in_parts(farmer: Farmer, postgres_server: Any) -> None:
    tags = [f"1612342024{n:06}" for n in range(501)]
    rows = [f"{tag},2024-08-03,{2 + n % 5},2025-02-20" for n, tag in enumerate(tags)]
    content = "\n".join(["ID,DOB,PFAT,PFATDATE", *rows, rows[0]]).encode()
    sent = await farmer.upload(content, "sg")
    for _ in range(2):
        await farmer.run_import(sent["import_id"])
    await farmer.take_in(content + b"\n\n", "sg")
    connection = await asyncpg.connect(postgres_server.dsn)
    query = "select type, key, payload from farm.outbox where farm_id = $1 and type like '%.recorded.v1' order by id"
    found = await connection.fetch(query, farmer.farm_id)
    stored = await connection.fetch("select id from farm.observation where farm_id = $1", farmer.farm_id)
    await connection.close()
    assert [(row["type"], row["key"]) for row in found] == 2 * [("farm.measurement.recorded.v1", farmer.flock_id)]
    told = [json.loads(row["payload"]) for row in found]
    assert [(data["trait"], len(data["measurements"])) for data in told] == [("PFAT", 500), ("PFAT", 1)]
    assert {item["id"] for data in told for item in data["measurements"]} == {str(row["id"]) for row in stored}
    first = told[0]["measurements"][0]
    assert (first["value"], first["unit"], first["occurred_on"]) == (2.0, "mm", "2025-02-20")
