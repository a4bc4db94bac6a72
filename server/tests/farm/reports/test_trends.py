"""Trends by drop and shares of rams, counted from facts by plain functions and beside recounts of their own."""

import random
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from bellwether.farm.imported_values.models import TrendRow
from bellwether.farm.reports.breeding import syndicates, trend
from bellwether.farm.reports.models import AnimalFact, SireClaim
from bellwether.farm.reports.problems import NoSuchRun
from bellwether.platform.ids import new_id
from hypothesis import given
from hypothesis import strategies as st

from ..conftest import Farmer, NewFarmer
from .conftest import ask, told
from .test_counts import animal, asked, herd, measured, rows


def drops(*values: tuple[int | None, str, float]) -> trend.Values:
    """Animals of a drop, each with one value of a run."""
    animals = [animal(drop_year=drop) for drop, _, _ in values]
    found = [TrendRow(run, one.id, value, 0.5) for one, (_, run, value) in zip(animals, values, strict=True)]
    return trend.Values(herd(*animals), found)


def test_i27_a_trend_is_of_one_run_and_another_stands_beside_it_in_rows_of_its_own() -> None:
    facts = drops((2022, "R1", 1.0), (2022, "R1", 3.0), (2023, "R1", 4.0), (2023, "R2", 90.0), (None, "R1", 5.0))
    found = trend.count_values(facts, asked(trend.GeneticParameters("R1", beside="R2")))
    told = rows(trend.GENETIC_TREND, found)
    assert [(row["run"], row["drop"], row["mean"], row["valued"], row["born"]) for row in told] == [
        ("R1", 2022, 2.0, 2, 2), ("R1", 2023, 4.0, 1, 2), ("R2", 2023, 90.0, 1, 2),
    ]  # fmt: skip
    assert [row["slope"] for row in told] == [pytest.approx(2.0), pytest.approx(2.0), None]
    assert [row["fitted"] for row in told] == [pytest.approx(2.0), pytest.approx(4.0), None]
    assert found.left_out == {"values of animals whose drop nobody has said": 1}


def test_the_slope_is_that_of_all_animals_and_not_of_the_means_of_drops() -> None:
    """Beside numpy's: a drop of many counts for more than a drop of one."""
    import numpy

    pick = random.Random(3)
    years = [2020] * 4 + [2021] * 9 + [2022] * 2 + [2025]
    values = [(year, "R1", pick.gauss(year - 2020, 2)) for year in years]
    slope, at_zero = numpy.polyfit([year for year, _, _ in values], [value for _, _, value in values], 1)
    for row in rows(trend.GENETIC_TREND, trend.count_values(drops(*values), asked(trend.GeneticParameters("R1")))):
        assert row["slope"] == pytest.approx(slope)
        assert row["fitted"] == pytest.approx(at_zero + slope * row["drop"])


def test_a_run_that_the_farm_does_not_have_is_refused_by_name() -> None:
    with pytest.raises(NoSuchRun) as caught:
        trend.check("beside", "R9", ["R1"])
    (error,) = caught.value.errors
    assert (error.field, error.code, error.fix) == ("beside", "no_such_run", "name one of R1")
    trend.check("run", "R9", [])


def test_a_flock_is_counted_by_the_drops_that_were_born_on_the_farm() -> None:
    one, two = animal(drop_year=2023, birth_type=2), animal(drop_year=2023, fate="sold", birth_type=1)
    bought, nobody = animal(drop_year=2023, arrived_on=date(2024, 1, 1)), animal(drop_year=None)
    records = [measured(each, "WWT", kg) for each, kg in ((one, 20.0), (one, 30.0), (bought, 90.0))]
    found = trend.count_flock(trend.Facts(herd(one, two, bought, nobody), records), asked(trend.FlockParameters()))
    (row,) = rows(trend.FLOCK_TREND, found)
    names = ("drop", "born", "here", "here_pct", "litter", "measured", "measured_pct", "mean")
    assert [row[name] for name in names] == [2023, 2, 1, 50.0, 1.5, 1, 50.0, 25.0]
    assert found.left_out == {"animals whose drop nobody has said": 1}


def claimed(child: AnimalFact, ram: AnimalFact, unit: UUID | None, **more: Any) -> SireClaim:
    """By the mating, and not accepted."""
    method = "derived" if unit else "dna"
    words = {"parent_type": "sire", "method": method, "status": "proposed", "probability": None, "code": None}
    return SireClaim(child_id=child.id, parent_id=ram.id, unit=unit, **(words | more))


def test_the_share_of_a_ram_is_of_those_that_are_told_and_the_rest_is_expected() -> None:
    a, b, c = (animal(sex="male", tag=tag) for tag in "ABC")
    lambs = sorted((animal() for _ in range(4)), key=lambda lamb: lamb.id)
    unit = new_id()
    three = [claimed(lamb, ram, unit, code="SYN1") for lamb in lambs for ram in (a, b, c)]
    told = [
        claimed(lambs[0], a, None, status="accepted"),
        claimed(lambs[1], b, None, parent_type="excluded_sire", status="accepted"),
    ]
    claims = sorted(three + told, key=lambda claim: claim.child_id)
    facts = syndicates.Facts(herd(a, b, c, *lambs), claims)
    found = rows(syndicates.SYNDICATES, syndicates.count(facts, asked(syndicates.OfDrop())))
    assert [(row["syndicate"], row["progeny"], row["told"]) for row in found] == [("SYN1", 4, 1)] * 3
    assert [(row["sire"], row["his"], row["dna"], row["excluded"]) for row in found] == [
        ("A", 1, 1, 0), ("B", 0, 0, 1), ("C", 0, 0, 0),
    ]  # fmt: skip
    assert [row["expected"] for row in found] == pytest.approx([1 + 1 / 2 + 2 / 3, 2 / 3, 1 / 2 + 2 / 3])


@given(st.lists(st.one_of(st.none(), st.floats(0, 1)), min_size=1, max_size=6), st.integers(0, 5))
def test_the_chances_of_the_rams_that_are_left_are_one_together(shares: list[float | None], out: int) -> None:
    """I25: a syndicate has rams with shares, with none, or some of each."""
    rams = {new_id(): share for share in shares}
    excluded = frozenset(list(rams)[:out])
    chances = syndicates.Lamb("S", 2024, rams, excluded, None, False).chances()
    assert chances.keys() == rams.keys() - excluded
    assert not chances or sum(chances.values()) == pytest.approx(1)
    assert all(chance >= 0 for chance in chances.values())


RUN = """
insert into genetics.evaluation_run
  (id, farm_id, flock_id, reliability, state, traits, model, variances, data_sha256, engine_version, finished_at)
values ($1, $2, $3, 'none', 'succeeded', '{WWT}', '{}', '{}', repeat('0', 64), 'test', clock_timestamp())
"""
VALUE = """
insert into genetics.breeding_value (farm_id, run_id, animal_id, trait, effect, value, reliability, inbreeding)
values ($1, $2, $3, 'WWT', 'additive', $4, 0.25, 0)
"""
PUBLISHED = """
insert into genetics.publication (id, farm_id, flock_id, number, run_id, is_automatic) values ($1, $2, $3, $4, $1, true)
"""


async def test_a_trend_of_evaluations_made_here_when_they_are_published(farmer: Farmer, new_farmer: NewFarmer) -> None:
    lambs = [(await farmer.animal(birth_date=f"{year}-08-01"))["id"] for year in (2022, 2023)]
    first, second, kept = new_id(), new_id(), new_id()
    admin = await asyncpg.connect(farmer.admin_dsn)
    try:
        for run in (first, second, kept):
            await admin.execute(RUN, run, UUID(farmer.farm_id), UUID(farmer.flock_id))
            for lamb, value in zip(lambs, (1.0, 3.0), strict=True):
                await admin.execute(VALUE, UUID(farmer.farm_id), run, UUID(lamb), value)
        for number, run in enumerate((first, second), 1):
            await admin.execute(PUBLISHED, run, UUID(farmer.farm_id), UUID(farmer.flock_id), number)
    finally:
        await admin.close()
    found = await told(farmer, "genetic-trend", run=str(first), beside=str(second))
    shown = [(row["run"], row["drop"], row["mean"], row["accuracy"], row["slope"]) for row in found["rows"]]
    assert shown == [
        (str(run), drop, mean, 0.5, 2.0) for run in (first, second) for drop, mean in ((2022, 1.0), (2023, 3.0))
    ]
    refused = await ask(farmer, "genetic-trend", expect=422, run=str(kept))
    assert refused.json()["code"] == "no_such_run"
    other = await new_farmer()
    assert (await told(other, "genetic-trend", run=str(first)))["rows"] == []
