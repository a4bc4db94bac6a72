"""Reproduction from the log of a farm to breeding values: joinings, lambings, deaths and weanings over the API."""

import io
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import numpy as np
import polars as pl
import pytest
from apps import Apps, calling
from bellwether.modelling.flocks.reproduction import Birth, Joined, records_of
from bellwether.platform.ids import new_id

from .barn import Barn, Farm
from .conftest import People, Person, RunJob

EVENTS = "http://test/api/v1/farm/events"
EASES = ("unassisted", "unassisted", "easy_assisted", "difficult_assisted")
Event = dict[str, Any]


def happened(kind: str, day: str, animal: UUID | None = None, **payload: Any) -> Event:
    """As a phone sends it."""
    event: Event = {"kind": kind, "occurred_on": day, "payload": payload}
    return event if animal is None else event | {"animal_id": str(animal)}


def season(rng: np.random.Generator, year: int, ewes: list[UUID], rams: list[UUID], joining: str) -> list[Event]:
    """One in six stays barren; a lamb in five dies before weaning; a twin goes to a ewe that has one."""
    events = [
        happened("joining.started", f"{year}-03-01", ewe_ids=[str(one) for one in ewes],
                 sire_ids=[str(one) for one in rams]) | {"id": joining},
        happened("joining.ended", f"{year}-04-10", joining_id=joining),
    ]  # fmt: skip
    for i, ewe in enumerate(ewes):
        if i % 6 == 5:
            continue
        size = 1 + int(rng.random() < 0.4 + 0.02 * i)
        lambs = [{"id": str(new_id()), "sex": ("male", "female")[int(rng.integers(2))]} for _ in range(size)]
        if i % 7 == 3:
            lambs[-1]["born"] = "dead"
        day = f"{year}-08-{3 + i % 20:02d}"
        events.append(happened("lambing.recorded", day, ewe, lambs=lambs, ease=EASES[int(rng.integers(4))]))
        for lamb in lambs:
            if "born" in lamb:
                continue
            if rng.random() < 0.2:
                events.append(happened("animal.died", f"{year}-09-10", UUID(lamb["id"]), cause="exposure"))
            else:
                events.append(happened("weaning.recorded", f"{year}-11-20", UUID(lamb["id"]), weight=30.5))
    return events


@pytest.fixture(scope="module")
async def world(apps: Apps, people: People, barn: Barn) -> tuple[Farm, Person]:
    """Two seasons of thirty ewes by four rams, as events."""
    rng = np.random.default_rng(7)
    farm = await barn.farm()
    owner = people(user_id=farm.owner_id)
    fathers, rams, ewes = ([new_id() for _ in range(n)] for n in (4, 3, 30))
    rows: list[dict[str, Any]] = [{"id": key, "sex": "male", "tag": f"F{i}"} for i, key in enumerate(fathers)]
    rows += [
        {"id": key, "sex": "male", "tag": f"R{i}", "birth_date": date(2020, 8, 1), "sire_id": fathers[i]}
        for i, key in enumerate(rams)
    ]
    rows += [
        {"id": key, "sex": "female", "tag": f"E{i}", "birth_date": date(2021 - i % 2, 8, 1), "drop_year": 2021 - i % 2,
         "sire_id": fathers[i % 4]}
        for i, key in enumerate(ewes)
    ]  # fmt: skip
    await barn.animals(farm, rows)
    async with calling(apps("farm")) as client:
        for year in (2023, 2024):
            await send(client, farm, owner, season(rng, year, ewes, rams, str(new_id())))
    return farm, owner


async def send(client: httpx.AsyncClient, farm: Farm, owner: Person, events: list[Event]) -> None:
    """All are taken."""
    for start in range(0, len(events), 100):
        body = {"farm_id": str(farm.id), "events": events[start : start + 100]}
        answer = await client.post(EVENTS, json=body, headers=owner.headers)
        assert answer.status_code == 200, answer.text
        assert answer.json()["rejected"] == 0, [one for one in answer.json()["items"] if one["verdict"] == "rejected"]


@pytest.mark.parametrize(
    ("name", "trait", "n_records", "found"),
    [
        ("litter_size", "NLB", 60, {0.0, 1.0, 2.0}),
        ("lambs_weaned", "NLW", 60, {0.0, 1.0, 2.0}),
        ("lambing_ease", "LE", 50, {1.0, 2.0, 3.0}),
        ("lamb_survival", "LSV", None, {1.0, 2.0}),
    ],
)
async def test_events_become_breeding_values(
    world: tuple[Farm, Person], run_job: RunJob, name: str, trait: str, n_records: int | None, found: set[float]
) -> None:
    farm, owner = world
    body = {"farm_id": str(farm.id), "name": name, "flock_ids": [str(farm.flock_id)], "ready_made": name}
    made = await owner.ask("POST", "/definitions", json=body)
    assert made.status_code == 201, made.text
    run_id = (await owner.ask("POST", f"/definitions/{made.json()['id']}/runs")).json()["id"]
    job = await run_job(UUID(run_id))
    assert job["state"] == "succeeded", job["error"]
    table = await owner.ask("GET", f"/evaluations/{run_id}/tables/records.csv")
    records = pl.read_csv(io.BytesIO(table.content))
    assert set(records[trait].to_list()) == found
    assert n_records is None or len(records) == n_records
    assert set(records[f"group_{trait}"].to_list()) == {f"{farm.flock_id}/{year}" for year in (2023, 2024)}
    ranked = (await owner.ask("GET", f"/breeding-values?run_id={run_id}&limit=200")).json()["items"]
    assert np.std([each["value"] for each in ranked]) > 0
    told = await owner.ask("GET", f"/evaluations/{run_id}/tables/breeding_values.csv")
    values = pl.read_csv(io.BytesIO(told.content))
    effects = {"additive", "maternal"} if name in ("lambing_ease", "lamb_survival") else {"additive"}
    assert set(values["effect"].to_list()) == effects


async def test_they_need_a_model(world: tuple[Farm, Person]) -> None:
    farm, owner = world
    answer = await owner.ask("POST", "/evaluations", json={"flock_id": str(farm.flock_id), "traits": ["NLB"]})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "needs_model")


DAY = date(2024, 8, 1)
LAMB = Birth("f", "l1", "e1", DAY, "unassisted", False, "a", 1, False, None, date(2024, 11, 20), "e1")
EWE = Joined("f", "j", "e2", date(2024, 3, 1), date(2024, 4, 10), "natural", None, True)


@pytest.mark.parametrize(
    ("other", "is_counted"),
    [
        ({}, True),
        ({"is_over": False}, False),
        ({"gone_on": date(2024, 6, 1)}, False),
        ({"method": "et"}, False),
        ({"flock_id": "another, of which no lambing is recorded"}, False),
    ],
)
def test_a_barren_ewe_counts_where_that_is_known(other: dict[str, Any], is_counted: bool) -> None:
    told = {name: getattr(EWE, name) for name in Joined.__slots__} | other
    found = records_of([LAMB], [Joined(**told)], ["NLB", "NLW"])
    barren = [(one.trait, one.value) for one in found if one.animal_id == "e2"]
    assert barren == ([("NLB", 0.0), ("NLW", 0.0)] if is_counted else [])


@pytest.mark.parametrize(
    ("other", "value"),
    [
        ({"weaned_on": None, "died_on": date(2024, 9, 1)}, 1.0),
        ({"weaned_on": None, "is_stillborn": True}, 1.0),
        ({"weaned_on": None, "died_on": date(2025, 3, 1)}, None),
        ({"weaned_on": None}, None),
        ({"rearing_dam_id": "e9"}, None),
        ({"is_transfer": True}, None),
        ({}, 2.0),
    ],
)
def test_a_lamb_survived_where_that_is_known(other: dict[str, Any], value: float | None) -> None:
    twin = Birth(**({name: getattr(LAMB, name) for name in Birth.__slots__} | {"lamb_id": "b", "place": 2} | other))
    found = records_of([LAMB, twin], [], ["LSV"])
    assert [one.value for one in found if one.animal_id == "b"] == ([] if value is None else [value])


def test_a_fostered_lamb_is_weaned_by_the_ewe_that_reared_it() -> None:
    given = Birth("f", "l2", "e2", DAY, None, False, "b", 1, False, None, date(2024, 11, 20), "e1")
    found = records_of([LAMB, given], [], ["NLB", "NLW"])
    assert {(one.animal_id, one.trait): one.value for one in found} == {
        ("e1", "NLB"): 1, ("e1", "NLW"): 2, ("e2", "NLB"): 1, ("e2", "NLW"): 0,
    }  # fmt: skip
