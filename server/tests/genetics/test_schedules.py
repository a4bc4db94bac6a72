"""By the clock of a farm its stale flocks are evaluated anew: once an hour that has come, whoever died meanwhile."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from bellwether.genetics.evaluations import flock_states
from bellwether.genetics.schedules.clock import Hours, following, latest
from bellwether.genetics.schedules.striking import strike
from bellwether.genetics.worker import consumers, timers
from bellwether.platform.database.transactions import Database
from bellwether.platform.events.consumers import Subscription

from .barn import Barn, Farm
from .conftest import People, Person, RunJob
from .test_access import told

ZONES = ("UTC", "Australia/Lord_Howe", "Pacific/Auckland", "America/St_Johns", "Europe/Berlin", "Pacific/Apia")


def test_the_clock_strikes_once_a_day_or_a_week_whatever_the_summer_does() -> None:
    rng = random.Random(5)
    for _ in range(60):
        weekday = rng.choice([None, *range(1, 8)])
        hours = Hours(rng.choice(ZONES), rng.randrange(24), weekday)
        now = datetime(2010, 12, 1, tzinfo=UTC) + timedelta(minutes=rng.randrange(16 * 365 * 1440))
        last = latest(hours, now)
        for _ in range(10):
            then = following(hours, last)
            assert latest(hours, then) == then
            assert latest(hours, then - timedelta(seconds=1)) == last
            days = (then.astimezone(ZoneInfo(hours.zone)) - last.astimezone(ZoneInfo(hours.zone))).days
            # Samoa had no 30 December 2011
            assert days in ((1, 2) if weekday is None else (7, 14))
            if weekday is not None:
                assert then.astimezone(ZoneInfo(hours.zone)).isoweekday() == weekday
            last = then
        assert latest(hours, now) <= now < following(hours, now)


def test_an_hour_that_is_skipped_or_repeated_comes_once() -> None:
    skipped = following(Hours("Europe/Berlin", 2), datetime(2025, 3, 29, 12, tzinfo=UTC))
    assert skipped == datetime(2025, 3, 30, 1, tzinfo=UTC)
    repeated = following(Hours("Europe/Berlin", 2), datetime(2025, 10, 25, 12, tzinfo=UTC))
    assert repeated == datetime(2025, 10, 26, 0, tzinfo=UTC)
    assert following(Hours("Europe/Berlin", 2), repeated) == datetime(2025, 10, 27, 1, tzinfo=UTC)


async def defined(people: People, barn: Barn, **more: Any) -> tuple[Farm, Person, str]:
    """A farm with a definition."""
    farm = await barn.farm()
    await barn.season(farm, n_drops=1, n_lambs=20)
    owner = people(user_id=farm.owner_id)
    body = {"farm_id": str(farm.id), "name": "Weaning", "flock_ids": [str(farm.flock_id)], "traits": ["WWT"], **more}
    made = await owner.ask("POST", "/definitions", json=body)
    assert made.status_code == 201, made.text
    return farm, owner, made.json()["id"]


async def runs_of(owner: Person, farm: Farm) -> list[dict[str, Any]]:
    """The newest first."""
    return list((await owner.ask("GET", f"/evaluations?flock_id={farm.flock_id}")).json()["items"])


async def test_a_stale_flock_is_evaluated_once_when_the_hour_has_come(
    people: People, barn: Barn, run_job: RunJob, database: Database, admin: asyncpg.Connection
) -> None:
    farm, owner, definition = await defined(people, barn, publishing="at_once")
    assert (await owner.ask("PUT", path_of(farm), json={"every": "daily", "hour": 4})).status_code == 200
    reader = Subscription(consumers()[0], database, None)  # type: ignore[arg-type]
    await reader.apply(await told(admin, farm))
    now = datetime.now(UTC)
    await strike(database, now)
    assert await runs_of(owner, farm) == []
    # nobody was there for three days, then two workers at once
    days = [now + timedelta(days=4), now + timedelta(days=4, minutes=1)]
    await asyncio.gather(*(strike(database, day) for day in days))
    (first,) = await runs_of(owner, farm)
    assert (first["definition_id"], first["requested_by"]) == (definition, str(farm.owner_id))
    state = (await owner.ask("GET", path_of(farm))).json()
    assert datetime.fromisoformat(state["next_at"]) > days[0]
    assert datetime.fromisoformat(state["last_at"]) in days
    # one that waits has not read the records yet
    await strike(database, now + timedelta(days=6))
    assert len(await runs_of(owner, farm)) == 1
    assert (await run_job(UUID(first["id"])))["state"] == "succeeded"
    await strike(database, now + timedelta(days=8))
    assert len(await runs_of(owner, farm)) == 1, "nothing is new"
    await reader.apply(await told(admin, farm))
    await strike(database, now + timedelta(days=10))
    second, _ = await runs_of(owner, farm)
    assert (await run_job(UUID(second["id"])))["state"] == "succeeded"
    report = (await owner.ask("GET", f"/evaluations/{second['id']}")).json()
    assert report["started_from"] == first["id"]


async def test_another_run_of_the_flock_does_not_hide_that_a_definition_is_behind(
    people: People, barn: Barn, run_job: RunJob, database: Database, admin: asyncpg.Connection
) -> None:
    farm, owner, definition = await defined(people, barn)
    run = (await owner.ask("POST", f"/definitions/{definition}/runs")).json()["id"]
    await run_job(UUID(run))
    await Subscription(consumers()[0], database, None).apply(await told(admin, farm))  # type: ignore[arg-type]
    await run_job(await owner.evaluate(farm.flock_id, traits=["WWT"]))
    assert not (await owner.ask("GET", f"/flocks/{farm.flock_id}/state")).json()["is_stale"]
    await owner.ask("PUT", path_of(farm), json={"every": "weekly", "hour": 23, "weekday": 7})
    await strike(database, datetime.now(UTC) + timedelta(days=8))
    assert [each["definition_id"] for each in await runs_of(owner, farm)] == [definition, None, definition]


async def test_what_cannot_be_run_stops_nobody_else(
    people: People, barn: Barn, database: Database, admin: asyncpg.Connection
) -> None:
    farm, owner, _ = await defined(people, barn)
    other = await owner.ask(
        "POST",
        "/definitions",
        json={"farm_id": str(farm.id), "name": "B", "flock_ids": [str(farm.flock_id)], "traits": ["PWT"]},
    )
    await owner.ask("PUT", path_of(farm), json={"every": "daily", "hour": 4})
    await Subscription(consumers()[0], database, None).apply(await told(admin, farm))  # type: ignore[arg-type]
    await admin.execute("alter table genetics.definition_version disable trigger keep_definition")
    await admin.execute(
        "update genetics.definition_version set created_by = gen_random_uuid() where farm_id = $1", farm.id
    )
    await admin.execute("alter table genetics.definition_version enable trigger keep_definition")
    await admin.execute(
        "update farm.membership set role = 'viewer' where farm_id = $1 and user_id = $2", farm.id, farm.owner_id
    )
    await strike(database, datetime.now(UTC) + timedelta(days=2))
    assert await runs_of(owner, farm) == []
    assert (await owner.ask("GET", path_of(farm))).json()["last_at"] is not None
    assert other.status_code == 201


def path_of(farm: Farm) -> str:
    return f"/farms/{farm.id}/evaluation-schedule"


async def test_a_schedule_is_set_by_who_may_change_the_farm(
    people: People, barn: Barn, admin: asyncpg.Connection
) -> None:
    farm = await barn.farm()
    owner = people(user_id=farm.owner_id)
    none = (await owner.ask("GET", path_of(farm))).json()
    assert (none["every"], none["next_at"], none["rev"], none["time_zone"]) == ("off", None, None, "UTC")
    body = {"every": "weekly", "hour": 5, "weekday": 1}
    first = await owner.ask("PUT", path_of(farm), json=body)
    assert (first.status_code, first.headers["etag"]) == (200, '"1"')
    then = datetime.fromisoformat(first.json()["next_at"])
    assert (then.isoweekday(), then.hour, then > datetime.now(UTC)) == (1, 5, True)
    assert (await owner.ask("PUT", path_of(farm), json=body)).status_code == 428
    assert (await owner.ask("PUT", path_of(farm), json=body, headers={"If-Match": '"7"'})).status_code == 412
    off = await owner.ask("PUT", path_of(farm), json={"every": "off"}, headers={"If-Match": '"1"'})
    assert (off.json()["every"], off.json()["next_at"], off.json()["rev"]) == ("off", None, 2)
    for wrong in ({"every": "daily", "weekday": 1}, {"every": "weekly"}, {"every": "daily", "hour": 24}):
        assert (await owner.ask("PUT", path_of(farm), json=wrong)).status_code == 422


def test_the_worker_looks_at_the_clock() -> None:
    assert [timer.run for timer in timers() if timer.name != "genetics-erased"] == [strike]
    assert flock_states.MEASUREMENT_RECORDED in consumers()[0].types


@pytest.mark.parametrize("role", ["viewer", "nobody"])
async def test_a_schedule_of_others_is_not_changed(
    people: People, barn: Barn, admin: asyncpg.Connection, role: str
) -> None:
    farm, stranger = await barn.farm(), people()
    if role == "viewer":
        await admin.execute(
            "insert into farm.membership (user_id, farm_id, role) values ($1, $2, 'viewer')", stranger.id, farm.id
        )
    answers = [
        await stranger.ask("GET", path_of(farm)),
        await stranger.ask("PUT", path_of(farm), json={"every": "off"}),
    ]
    assert [answer.status_code for answer in answers] == ([200, 403] if role == "viewer" else [404, 404])
