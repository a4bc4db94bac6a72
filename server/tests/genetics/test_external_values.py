"""Breeding values of another service in a flock's evaluation."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import numpy as np
import pytest
from bellwether.commands.evaluate import app
from bellwether.commands.evaluations.inputs import write_inputs
from bellwether.modelling.external_values.values import External, ExternalValue
from bellwether.modelling.flocks.flock_data import Animal, FlockData, Measurement, select_flock
from bellwether.modelling.flocks.flock_evaluation import FlockEvaluation, evaluate_flock
from bellwether.modelling.flocks.plan import Plan, TraitPlan
from bellwether.platform.ids import new_id
from typer.testing import CliRunner

from .barn import Barn
from .conftest import People, RunJob

CODES = ("WWT", "PWT")
PLAN = Plan(
    "flock",
    (TraitPlan("WWT", 90), TraitPlan("PWT", 180)),
    True,
    [[5.5, 6.0], [6.0, 15.75]],
    [[16.5, 12.0], [12.0, 29.25]],
    "told",
    reliability="exact",
)


def flock(external: Sequence[ExternalValue] = (), *, years: Sequence[int] = (2019, 2020)) -> FlockData:
    """Two drops by three rams, weighed twice; `years` says which drops have records."""
    rng = np.random.default_rng(8)
    rams = [Animal(f"r{i}", "flock", "male") for i in range(3)]
    ewes = [Animal(f"e{i:02d}", "flock", "female", drop_year=2016) for i in range(12)]
    lambs = [
        Animal(f"l{year}{i:02d}", "flock", "female", 1, 1, f"r{i % 3}", f"e{i % 12:02d}", year)
        for year in (2019, 2020)
        for i in range(24)
    ]
    measured = []
    for lamb in lambs:
        merit = 2.0 * (int(lamb.sire_id[1]) - 1) if lamb.sire_id else 0.0
        for code, mean, age in (("WWT", 30.0, 90), ("PWT", 42.0, 180)):
            kg = round(float(mean + merit + rng.normal(0, 4)), 1)
            if lamb.drop_year in years:
                day = f"{lamb.drop_year}-11-01"
                measured.append(Measurement(f"{lamb.id}{code}", lamb.id, code, kg, day, age, f"g{lamb.drop_year}"))
    return select_flock("flock", [*rams, *ewes, *lambs], measured, external=external)


def told_by(run: FlockEvaluation, animals: Sequence[str]) -> list[ExternalValue]:
    """Values and accuracies of an evaluation, as another service would tell them."""
    solution = run.found.solution
    assert solution.reliability is not None
    place = {name: i for i, name in enumerate(run.equations.animals.ids.to_list())}
    return [
        ExternalValue(
            name,
            column.trait,
            float(solution.ebv[place[name], j]) + 100.0,
            float(np.sqrt(solution.reliability[place[name], j])),
        )
        for name in animals
        for j, column in enumerate(solution.columns)
    ]


RAMS = ("r0", "r1", "r2")


@pytest.fixture(scope="module")
def runs() -> dict[str, FlockEvaluation]:
    """An evaluation of all records, and one of the first drop's alone."""
    return {"whole": evaluate_flock(flock(), PLAN), "part": evaluate_flock(flock(years=(2019,)), PLAN)}


def blended(external: Sequence[ExternalValue], *, includes_own: bool, years: Sequence[int]) -> FlockEvaluation:
    plan = replace(PLAN, external=External("other", includes_own))
    return evaluate_flock(flock(external, years=years), plan)


def reliabilities(run: FlockEvaluation) -> np.ndarray[Any, Any]:
    """Of the rams."""
    assert run.found.solution.reliability is not None
    ids = run.equations.animals.ids.to_list()
    return np.asarray(run.found.solution.reliability[[ids.index(name) for name in RAMS]])


def test_what_both_know_counts_once(runs: dict[str, FlockEvaluation]) -> None:
    """Values of the very records that the flock has add nothing; told as others' they would count twice."""
    external = told_by(runs["whole"], RAMS)
    once = blended(external, includes_own=True, years=(2019, 2020))
    np.testing.assert_allclose(once.found.solution.ebv, runs["whole"].found.solution.ebv, atol=0.05)
    np.testing.assert_allclose(reliabilities(once), reliabilities(runs["whole"]), atol=0.01)
    assert [v.code for v in once.chosen.verdicts if v.code.startswith("external")] == ["external_without_news"]
    twice = blended(external, includes_own=False, years=(2019, 2020))
    assert np.all(reliabilities(twice) > reliabilities(runs["whole"]) + 0.02)


def test_values_of_more_records_bring_the_rams_near_to_what_all_records_say(runs: dict[str, FlockEvaluation]) -> None:
    external = told_by(runs["whole"], RAMS)
    found = blended(external, includes_own=True, years=(2019,))
    ids = found.equations.animals.ids.to_list()
    at = [ids.index(name) for name in RAMS]
    contrast = [run.found.solution.ebv[at] - run.found.solution.ebv[at].mean(axis=0) for run in
                (runs["whole"], found, runs["part"])]  # fmt: skip
    whole, blend, part = contrast
    assert np.abs(blend - whole).max() < 0.5 * np.abs(part - whole).max()
    assert np.all(reliabilities(found) > reliabilities(runs["part"]))
    assert np.all(reliabilities(found) < reliabilities(runs["whole"]) + 0.02)
    records = found.equations.records.frame
    assert records.filter(records["sex"] == "external values").height == 6


async def imported(
    admin: asyncpg.Connection, farm_id: UUID, rows: Sequence[tuple[UUID, str, float, float | None]]
) -> None:
    """Values as an import of the farm leaves them."""
    async with admin.transaction():
        await admin.execute("set local session_replication_role = replica")
        await admin.executemany(
            "insert into farm.imported_value (id, farm_id, animal_id, run_name, run_date, trait, value, accuracy,"
            " import_id, import_row) values ($1, $2, $3, 'ovis', $4, $5, $6, $7, $8, 1)",
            [(new_id(), farm_id, animal, date(2026, 3, 1), trait, value, accuracy, new_id())
             for animal, trait, value, accuracy in rows],
        )  # fmt: skip


async def test_a_run_takes_imported_values_and_the_command_gives_the_same_bits(
    people: People, barn: Barn, admin: asyncpg.Connection, run_job: RunJob, tmp_path: Path
) -> None:
    farm = await barn.farm()
    season = await barn.season(farm, n_drops=1, n_lambs=40)
    rams = season["rams"]
    values = [(ram, "Wwt", 10.0 + 2.0 * i, 0.8) for i, ram in enumerate(rams[:3])]
    await imported(admin, farm.id, [*values, (rams[3], "Wwt", 9.0, None)])
    owner = people(user_id=farm.owner_id)
    external = {"run_name": "ovis", "includes_own": False, "traits": {"WWT": "Wwt"}}
    run_id = await owner.evaluate(farm.flock_id, traits=["WWT"], external=external)
    job = await run_job(run_id)
    assert job["state"] == "succeeded", job["error"]
    report = (await owner.ask("GET", f"/evaluations/{run_id}")).json()
    assert "external_without_accuracy" in [found["code"] for found in report["verdicts"]]
    found = await admin.fetch(
        "select animal_id, value, reliability from genetics.breeding_value where run_id = $1 and animal_id = any($2)",
        run_id, rams[:3],
    )  # fmt: skip
    by_ram = {row["animal_id"]: row for row in found}
    # three values with a base of their own: two differences
    assert all(0.4 < row["reliability"] < 0.7 for row in found)
    assert by_ram[rams[2]]["value"] - by_ram[rams[0]]["value"] > 2.0

    answer = await owner.ask("GET", f"/evaluations/{run_id}/inputs")
    write_inputs(answer.content, tmp_path)
    files = {"pedigree": "ped.csv", "records": "rec.csv", "model": "model.toml"}
    options = [f"--{name}={tmp_path / file}" for name, file in files.items()]
    result = CliRunner().invoke(app, [*options, f"--out={tmp_path / 'out'}"])
    assert result.exit_code == 0, result.output
    table = await owner.ask("GET", f"/evaluations/{run_id}/tables/breeding_values.csv")
    assert (tmp_path / "out" / "breeding_values.csv").read_bytes() == table.content
    again = await run_job(UUID((await owner.ask("POST", f"/evaluations/{run_id}/repeat")).json()["id"]))
    assert json.loads(again["result"])["is_same"]


MATERNAL = {
    "traits": ["WWT"],
    "effects": [{"name": "animal", "kind": "additive"}, {"name": "dam", "kind": "maternal"}],
    "variances": {"additive_maternal": [[5.5, -1.0], [-1.0, 3.0]], "residual": 14.0},
}


async def test_other_runs_and_models_that_have_no_place_for_them_are_refused(
    people: People, barn: Barn, admin: asyncpg.Connection
) -> None:
    farm, stranger = await barn.farm(), await barn.farm()
    ram = new_id()
    await barn.animals(farm, [{"id": ram, "sex": "male", "tag": "R1"}])
    await imported(admin, farm.id, [(ram, "WWT", 2.0, 0.5)])
    external = {"run_name": "ovis", "includes_own": False}
    wrong: list[tuple[Any, dict[str, Any], str]] = [
        (farm, {"external": external | {"run_name": "other"}}, "external.run_name"),
        (stranger, {"external": external}, "external.run_name"),
        (farm, {"external": external, "model": MATERNAL}, "model.effects.dam"),
        (farm, {"external": external, "variances": "own_if_enough"}, "variances"),
    ]
    for owned, body, field in wrong:
        owner = people(user_id=owned.owner_id)
        answer = await owner.ask("POST", "/evaluations", json={"flock_id": str(owned.flock_id), **body})
        assert answer.status_code == 422
        assert [row["field"] for row in answer.json()["errors"]] == [field]
