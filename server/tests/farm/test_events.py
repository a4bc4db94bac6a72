"""Every fact of the farm has the shape that contracts/events promises."""

import json
from pathlib import Path
from typing import Any

import asyncpg
import jsonschema_rs

from .conftest import SAMPLES, Farmer, NewFarmer

CONTRACTS = Path(__file__).parents[3] / "contracts" / "events"
WEIGHT = {"trait": "WWT", "weight": 31.5, "occurred_on": "2024-11-11"}


async def test_facts_keep_their_contracts(farmer: Farmer, new_farmer: NewFarmer, postgres_server: Any) -> None:
    friend = await new_farmer(with_farm=False)
    await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(friend.user_id), role="worker")
    await farmer.ask("DELETE", f"/farms/{farmer.farm_id}/members/{friend.user_id}", 204)
    animal = await farmer.animal()
    await farmer.make("/weights", farm_id=farmer.farm_id, weights=[WEIGHT | {"animal_id": animal["id"]}])
    await farmer.take_in((SAMPLES / "sg_submission_like.csv").read_bytes(), "sg")
    connection = await asyncpg.connect(postgres_server.dsn)
    rows = await connection.fetch("select type, payload from farm.outbox where farm_id = $1", farmer.farm_id)
    await connection.close()
    promised = {path.stem: json.loads(path.read_text()) for path in CONTRACTS.glob("farm.*.json")}
    assert {row["type"] for row in rows} == set(promised)
    for row in rows:
        jsonschema_rs.validate(promised[row["type"]], json.loads(row["payload"]))
    for contract in promised.values():
        jsonschema_rs.validate(contract, contract["examples"][0])
