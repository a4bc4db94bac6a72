"""Gains and weights against a recount that shares no line with the service."""

import csv
import io
import random
from datetime import date, timedelta
from statistics import mean, median, stdev
from typing import Any

import pytest

from ..conftest import Farmer
from ..test_event_log import taken
from ..test_mobs import assigned, mob
from .conftest import ask, lamb_of, told, weigh

BORN = date(2024, 8, 1)


async def flock(farmer: Farmer, seed: int, n: int = 40) -> list[dict[str, Any]]:
    """Lambs in two mobs or none, each weighed some times at random."""
    pick = random.Random(seed)
    mobs = [await mob(farmer, "North"), await mob(farmer, "South"), None]
    names = {mobs[0]: "North", mobs[1]: "South", None: "in no mob"}
    lambs: list[dict[str, Any]] = []
    for at in range(n):
        year = pick.choice([2023, 2024])
        made = await lamb_of(farmer, f"L{at:03d}", birth_date=str(BORN), drop_year=year)
        into = pick.choice(mobs)
        days = sorted(pick.sample([100, 104, 106, 107, 120, 150], pick.randint(0, 4)))
        found = [(BORN + timedelta(days=d), round(pick.uniform(20, 60), 1)) for d in days]
        lambs.append({"id": made["id"], "tag": str(at), "mob": names[into], "drop": year, "weights": found})
        if into:
            await taken(farmer, assigned(made["id"], into, "2024-08-02"))
    for lamb in lambs:
        trait = dict(zip(range(4), ("WWT", "PWT", "PWT", "WWT"), strict=True))
        await weigh(farmer, *((lamb["id"], trait[n], kg, str(day)) for n, (day, kg) in enumerate(lamb["weights"])))
    return lambs


async def test_gain_is_that_of_animals_at_both_weighings(farmer: Farmer) -> None:
    lambs = await flock(farmer, 1)
    gains: dict[str, list[float]] = {}
    once = close = 0
    for lamb in lambs:
        if len(lamb["weights"]) == 1:
            once += 1
        elif lamb["weights"]:
            (first, light), (last, heavy) = lamb["weights"][0], lamb["weights"][-1]
            if (last - first).days < 7:
                close += 1
            else:
                gains.setdefault(lamb["mob"], []).append(1000 * (heavy - light) / (last - first).days)
    found = await told(farmer, "gain-by-mob")
    assert {row["mob"]: row["animals"] for row in found["rows"]} == {name: len(own) for name, own in gains.items()}
    for row in found["rows"]:
        assert row["gain"] == pytest.approx(mean(gains[row["mob"]]))
        assert row["gain_sd"] == pytest.approx(stdev(gains[row["mob"]]))
    assert once
    assert close
    assert found["left_out"] == {
        "animals weighed once": once, "animals weighed twice, but less than 7 days apart": close
    }  # fmt: skip
    each = await told(farmer, "gain-by-animal")
    expected = sorted((gain for own in gains.values() for gain in own), reverse=True)
    assert [row["gain"] for row in each["rows"]] == pytest.approx(expected)


async def test_a_gain_is_no_difference_of_means(farmer: Farmer) -> None:
    """A heavy animal that came to the second weighing only changes nothing."""
    one, two = [(await lamb_of(farmer, tag, birth_date=str(BORN)))["id"] for tag in ("1", "2")]
    await weigh(farmer, (one, "WWT", 30, "2024-11-01"), (one, "PWT", 33, "2024-11-11"), (two, "PWT", 60, "2024-11-11"))
    (row,) = (await told(farmer, "gain-by-mob"))["rows"]
    assert (row["animals"], row["gain"], row["gain_sd"]) == (1, pytest.approx(300), None)


async def test_six_days_are_too_few_and_seven_are_enough(farmer: Farmer) -> None:
    one = (await lamb_of(farmer, "1", birth_date=str(BORN)))["id"]
    await weigh(farmer, (one, "WWT", 30, "2024-11-01"), (one, "PWT", 33, "2024-11-07"))
    assert (await told(farmer, "gain-by-mob"))["rows"] == []
    await weigh(farmer, (one, "PWT", 33, "2024-11-08"))
    assert len((await told(farmer, "gain-by-mob"))["rows"]) == 1
    assert (await told(farmer, "gain-by-mob", until="2024-11-07"))["rows"] == []


async def test_weights_fall_into_classes_of_their_mob(farmer: Farmer) -> None:
    lambs = await flock(farmer, 2)
    found = await told(farmer, "weight-distribution", trait="WWT", width=5, drop=2024)
    last: dict[str, list[float]] = {}
    for lamb in lambs:
        of_trait = [kg for n, (_, kg) in enumerate(lamb["weights"]) if n in (0, 3)]
        if of_trait and lamb["drop"] == 2024:
            last.setdefault(lamb["mob"], []).append(of_trait[-1])
    for row in found["rows"]:
        assert row["to_kg"] - row["from_kg"] == 5
        inside = [kg for kg in last[row["mob"]] if row["from_kg"] <= kg < row["to_kg"]]
        assert row["animals"] == len(inside) > 0
    assert sum(row["animals"] for row in found["rows"]) == sum(map(len, last.values()))


async def test_days_to_a_target_are_those_of_the_animals_that_grow(farmer: Farmer) -> None:
    lambs = await flock(farmer, 3)
    found = await told(farmer, "weight-targets", target=45)
    for row in found["rows"]:
        own = [lamb["weights"] for lamb in lambs if lamb["mob"] == row["mob"] and lamb["weights"]]
        lasts = [weights[-1][1] for weights in own]
        days = []
        for weights in own:
            (last, heavy), before = weights[-1], [w for w in weights if (weights[-1][0] - w[0]).days >= 7]
            if heavy < 45 and before and heavy > before[-1][1]:
                days.append((45 - heavy) * (last - before[-1][0]).days / (heavy - before[-1][1]))
        reached = sum(kg >= 45 for kg in lasts)
        assert (row["animals"], row["at_target"], row["growing"]) == (len(own), reached, len(days))
        assert row["unknown"] == len(own) - reached - len(days)
        assert row["days"] == (pytest.approx(median(days)) if days else None)
        assert row["mean_kg"] == pytest.approx(mean(lasts))
    assert sum(row["growing"] for row in found["rows"])


async def test_an_animal_that_left_is_counted_and_not_weighed_up(farmer: Farmer) -> None:
    one = (await lamb_of(farmer, "1", birth_date=str(BORN)))["id"]
    await weigh(farmer, (one, "WWT", 30, "2024-11-01"))
    sold = {"kind": "animal.departed", "occurred_on": "2024-12-01", "payload": {"fate": "sold"}, "animal_id": one}
    await taken(farmer, sold)
    found = await told(farmer, "weight-targets", target=45)
    assert (found["rows"], found["left_out"]) == ([], {"animals that have left or died": 1})


async def test_a_long_report_is_refused_where_it_has_no_room(farmer: Farmer, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = [(await lamb_of(farmer, tag, birth_date=str(BORN)))["id"] for tag in ("1", "2")]
    for each in (one, two):
        await weigh(farmer, (each, "WWT", 30, "2024-11-01"), (each, "PWT", 33, "2024-11-11"))
    monkeypatch.setitem(__import__("bellwether.farm.reports.service", fromlist=["MOST"]).MOST, "pdf", 1)
    refused = await ask(farmer, "gain-by-animal", "pdf", 422)
    assert refused.json()["errors"][0]["code"] == "report_too_long"
    text = (await ask(farmer, "gain-by-animal", "csv")).text
    assert len(list(csv.reader(io.StringIO(text)))) == 3
