"""New genotypes make a flock stale that is evaluated with stored ones, and the clock evaluates it anew."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import orjson
from bellwether.genetics.definitions import rerunning
from bellwether.genetics.evaluations.flock_states import OWN
from bellwether.genetics.schedules.striking import strike
from bellwether.genetics.worker import consumers
from bellwether.platform.database.transactions import Database
from bellwether.platform.events.consumers import Subscription
from bellwether.platform.events.facts import Event

from ..barn import Barn
from .conftest import Lab
from .test_evaluating import weighed

FACTS = """
select event_id, type, key, key_version, farm_id, payload, created_at from genetics.outbox
where farm_id = $1 and type = any ($2::text[]) order by id
"""


async def facts(admin: asyncpg.Connection, lab: Lab) -> list[Event]:
    """What was told of the farm's genotypes."""
    return [
        Event(row["event_id"], row["type"], row["key"], row["created_at"], orjson.loads(row["payload"]),
              farm_id=row["farm_id"], key_version=row["key_version"])
        for row in await admin.fetch(FACTS, lab.farm.id, list(OWN))
    ]  # fmt: skip


async def state(lab: Lab) -> dict[str, Any]:
    """Of the flock."""
    found: dict[str, Any] = (await lab.person.ask("GET", f"/flocks/{lab.farm.flock_id}/state")).json()
    return found


async def runs(lab: Lab) -> list[dict[str, Any]]:
    """The newest first."""
    return list((await lab.person.ask("GET", f"/evaluations?flock_id={lab.farm.flock_id}")).json()["items"])


async def test_genotypes_that_come_after_a_run_mark_the_flock_and_bring_the_next_run(
    new_lab: Any, barn: Barn, database: Database, admin: asyncpg.Connection
) -> None:
    lab = await new_lab()
    await weighed(lab, barn)
    marks = next(each for each in consumers() if each.name == "genetics-stale-genotypes")
    reader = Subscription(marks, database, None)  # type: ignore[arg-type]
    at_once = Subscription(rerunning.CONSUMERS[1], database, None)  # type: ignore[arg-type]
    assert (await lab.take(lab.flock.plink(lab.flock.codes[:12], lab.flock.names[:12])))["state"] == "succeeded"
    body = {"farm_id": str(lab.farm.id), "flock_ids": [str(lab.farm.flock_id)], "traits": ["WWT"]}
    genomic = {**body, "name": "Genomic", "genotypes": "stored", "rerun": "when_stale"}
    definition = (await lab.person.ask("POST", "/definitions", json=genomic)).json()["id"]
    plain = await lab.person.ask("POST", "/definitions", json={**body, "name": "Plain", "rerun": "when_stale"})
    for each in (plain.json()["id"], definition):
        run = (await lab.person.ask("POST", f"/definitions/{each}/runs")).json()["id"]
        assert (await lab.run_job(run))["state"] == "succeeded"
    (first,) = await facts(admin, lab)
    assert await reader.apply(first), "it is told late, when a run has read it"
    assert not (await state(lab))["is_stale"]

    assert (await lab.take(lab.flock.plink(lab.flock.codes[12:], lab.flock.names[12:])))["state"] == "succeeded"
    _, second = await facts(admin, lab)
    await reader.apply(second)
    assert ((await state(lab))["is_stale"], (await state(lab))["stale_reason"]) == (True, str(second.id))
    daily = {"every": "daily", "hour": 4}
    await lab.person.ask("PUT", f"/farms/{lab.farm.id}/evaluation-schedule", json=daily)
    await strike(database, datetime.now(UTC) + timedelta(days=2))
    queued = [run for run in await runs(lab) if run["state"] == "queued"]
    assert [run["definition_id"] for run in queued] == [definition], "the other takes no genotypes"
    await at_once.apply(second)
    assert len(await runs(lab)) == 3, "one that waits reads them too"
    assert (await lab.run_job(queued[0]["id"]))["state"] == "succeeded"
    assert not (await state(lab))["is_stale"]
    report = (await lab.person.ask("GET", f"/evaluations/{queued[0]['id']}")).json()
    assert report["counts"]["genotyped"] == 20

    sample = (await lab.person.ask("GET", f"/samples?farm_id={lab.farm.id}&limit=1")).json()["items"][0]
    rejected = {"state": "rejected", "note": "another animal's"}
    path = f"/samples/{sample['id']}/genotypings/{lab.chip_id}"
    assert (await lab.person.ask("PATCH", path, json=rejected)).status_code == 200
    third = (await facts(admin, lab))[-1]
    await at_once.apply(third)
    assert [run["definition_id"] for run in await runs(lab) if run["state"] == "queued"] == [definition]
    await reader.apply(third)
    assert (await state(lab))["is_stale"]
    await lab.run_job(await lab.person.evaluate(lab.farm.flock_id, traits=["WWT"]))
    assert not (await state(lab))["is_stale"]
    again = await lab.person.ask("PATCH", path, json={"state": "accepted", "note": "it is its own"})
    assert again.status_code == 200
    await reader.apply((await facts(admin, lab))[-1])
    assert not (await state(lab))["is_stale"], "the last run takes no genotypes: none make it old"
