"""Ready-made models: each is fitted, those of flocks are definitions that one can take."""

from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import polars as pl
import pytest
from bellwether.modelling.flocks.told import check_limits, check_told
from bellwether.modelling.from_files import run
from bellwether.modelling.model_file.building import read_columns
from bellwether.modelling.model_file.model_file import told_model
from bellwether.modelling.ready_made import READY_MADE, ReadyMade

from .barn import Barn
from .conftest import BASE, People, RunJob

ROUTE = "/ready-made-models"


@pytest.mark.parametrize("made", READY_MADE.values(), ids=list(READY_MADE))
def test_it_is_fitted(made: ReadyMade, tmp_path: Path) -> None:
    check_limits(made.model)
    if made.takes == "flocks":
        check_told(made.model)
    rng = np.random.default_rng(5)
    n, n_base = 160, 40
    sire = [0] * n_base + [1 + 2 * int(rng.integers(0, 5)) for _ in range(n - n_base)]
    dam = [0] * n_base + [12 + 2 * int(rng.integers(0, 14)) for _ in range(n - n_base)]
    pedigree = pl.DataFrame({"animal": range(1, n + 1), "sire": sire, "dam": dam})
    rows: dict[str, Any] = {"animal": np.repeat(np.arange(n_base + 1, n + 1), 2)}
    size = len(rows["animal"])
    for _, name, _kind in read_columns(made.model):
        if name in ("animal", "dam"):
            continue
        is_number = name.startswith("age") and name != "ewe_age"
        rows[name] = rng.integers(0, 3, size) if not is_number else rng.normal(0, 5, size)
    ordinal = {trait.name for trait in made.model.trait if trait.type == "ordinal"}
    for trait in made.model.trait_names:
        rows[trait] = rng.integers(1, 4, size) if trait in ordinal else 30 + rng.normal(0, 2, size)
    (tmp_path / "ped.csv").write_text(pedigree.write_csv())
    (tmp_path / "rec.csv").write_text(pl.DataFrame(rows).write_csv())
    (tmp_path / "model.json").write_text(told_model(made.model).text)
    files = [tmp_path / name for name in ("ped.csv", "rec.csv", "model.json")]
    report = run(*files, None, tmp_path / "out", lambda _share, _step: None)
    assert report["converged"]
    values = pl.read_csv(tmp_path / "out" / "breeding_values.csv")
    expected = 2 if any(effect.kind == "maternal" for effect in made.model.effects) else 1
    assert len(values) == n * len(made.model.trait_names) * expected
    assert values["ebv"].std() > 0  # type: ignore[operator]


async def test_one_is_taken_as_a_definition_and_run(people: People, barn: Barn, run_job: RunJob) -> None:
    farm = await barn.farm()
    await barn.season(farm, n_drops=2)
    owner = people(user_id=farm.owner_id)
    body = {"farm_id": str(farm.id), "name": "Weaning", "flock_ids": [str(farm.flock_id)], "ready_made": "weaning"}
    made = await owner.ask("POST", "/definitions", json=body)
    assert made.status_code == 201, made.text
    assert made.json()["content"]["ready_made"] == "weaning"
    answer = await owner.ask("POST", f"/definitions/{made.json()['id']}/runs")
    run_id = UUID(answer.json()["id"])
    assert (await run_job(run_id))["state"] == "succeeded"
    ranked = await owner.ask("GET", f"/breeding-values?run_id={run_id}")
    assert ranked.json()["items"]
    both = await owner.ask("POST", "/definitions", json={**body, "name": "Both", "traits": ["WWT"]})
    assert (both.status_code, both.json()["errors"][0]["code"]) == (422, "said_twice")
    tables = await owner.ask("POST", "/definitions", json={**body, "name": "Eggs", "ready_made": "worm_eggs"})
    assert (tables.status_code, tables.json()["errors"][0]["code"]) == (422, "takes_tables")


async def test_the_matrix(people: People) -> None:
    assert (await people().client.request("GET", BASE + ROUTE)).status_code == 401
    assert (await people("administrator").ask("GET", ROUTE)).status_code == 403
    listed = await people().ask("GET", ROUTE)
    assert (listed.status_code, [item["name"] for item in listed.json()["items"]]) == (200, list(READY_MADE))


@pytest.mark.parametrize(("n_drops", "is_enough"), [(1, False), (8, True)])
async def test_variances_are_estimated_where_there_is_enough(
    people: People, barn: Barn, run_job: RunJob, n_drops: int, is_enough: bool
) -> None:
    """Enough: the heritability of half sibs would have a standard error of at most 0.1 (Robertson 1959)."""
    farm = await barn.farm()
    for i in range(12 if is_enough else 1):
        await barn.season(farm, n_drops=n_drops, n_lambs=20, seed=20 + i)
    owner = people(user_id=farm.owner_id)
    run_id = await owner.evaluate(farm.flock_id, traits=["WWT"], variances="own_if_enough", reliability="none")
    job = await run_job(run_id)
    assert job["state"] == "succeeded", job["error"]
    report = (await owner.ask("GET", f"/evaluations/{run_id}")).json()
    tables = {table["name"] for table in (await owner.ask("GET", f"/evaluations/{run_id}/tables")).json()["items"]}
    codes = {verdict["code"] for verdict in report["verdicts"]}
    assert ("variances.csv" in tables, "too_few_for_variances" in codes) == (is_enough, not is_enough)
