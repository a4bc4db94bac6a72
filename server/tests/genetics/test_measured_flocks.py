"""A measurement that is no weight, from a line of a file to a flock whose evaluation is behind its records."""

from collections.abc import Sequence

import asyncpg
import pytest
from bellwether.genetics.evaluations.flock_states import MEASUREMENT_RECORDED
from bellwether.genetics.worker import consumers
from bellwether.platform.database.transactions import Database
from bellwether.platform.events.consumers import Subscription
from bellwether.platform.events.facts import Event
from bellwether.platform.events.relay import envelope

from .barn import Barn, Farm
from .conftest import KeptSteps, People, RunJob, WorkerDied
from .farm_files import take_in

HEAD = "ID,DOB,PFAT,PFATDATE"
SCANNED = ("F1,2024-08-03,3.5,2025-02-20", "F2,2024-08-04,2.5,2025-02-20")


def file_of(rows: Sequence[str]) -> str:
    return "\n".join([HEAD, *rows])


async def told(admin: asyncpg.Connection, farm: Farm) -> list[Event]:
    """The facts about measurements that are no weights, as the relay publishes them."""
    rows = await admin.fetch(
        "select * from farm.outbox where farm_id = $1 and type = $2 order by id", farm.id, MEASUREMENT_RECORDED
    )
    return [Event.parse(envelope("farm", row, {})) for row in rows]


@pytest.mark.parametrize("arrives", ["before the run", "during the run", "after the run"])
async def test_a_fat_depth_makes_the_flock_stale_unless_the_run_has_read_it(
    people: People,
    barn: Barn,
    admin: asyncpg.Connection,
    farm_database: Database,
    database: Database,
    run_job: RunJob,
    arrives: str,
) -> None:
    farm = await barn.farm()
    await barn.season(farm, n_drops=1, n_lambs=20)
    owner, reader = people(user_id=farm.owner_id), Subscription(consumers()[0], database, None)  # type: ignore[arg-type]

    async def stale_reason() -> str | None:
        found: str | None = (await owner.ask("GET", f"/flocks/{farm.flock_id}/state")).json()["stale_reason"]
        return found

    await take_in(farm_database, farm, file_of(SCANNED))
    (first,) = await told(admin, farm)
    steps = KeptSteps(die_before="publish")
    if arrives == "before the run":
        await reader.apply(first)
        assert await stale_reason() == str(first.id)
    run_id = await owner.evaluate(farm.flock_id, traits=["WWT"])
    with pytest.raises(WorkerDied):
        await run_job(run_id, steps)
    if arrives == "during the run":
        await reader.apply(first)
    steps.die_before = ""
    assert (await run_job(run_id, steps))["state"] == "succeeded"
    if arrives == "after the run":
        await reader.apply(first)
    assert await stale_reason() is None

    corrected = SCANNED[0].replace("3.5", "4.5")
    await take_in(farm_database, farm, file_of([corrected, SCANNED[1], corrected]))
    assert [len(event.data["measurements"]) for event in await told(admin, farm)] == [2, 1]
    await reader.apply((await told(admin, farm))[1])
    assert await stale_reason() == str((await told(admin, farm))[1].id)
