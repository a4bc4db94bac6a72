"""A flock evaluated by told models: the same tables and model through the API and through the command give the same
bits."""

import csv
import io
import json
import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import numpy as np
import pytest
from bellwether.commands.evaluate import app
from typer.testing import CliRunner

from .barn import Barn, Farm
from .conftest import People, Person, RunJob

FIXED = [{"name": "sex", "kind": "fixed"}, {"name": "birth_type", "kind": "fixed"}]
ANIMAL = {"name": "animal", "kind": "additive"}
TWO = {"additive": [[5.5, 6.0], [6.0, 15.75]], "residual": [[16.5, 12.0], [12.0, 29.25]]}
ONE = {"additive": [[5.5]], "residual": [[16.5]]}


def of_group(code: str) -> dict[str, Any]:
    return {"name": f"group_{code}", "kind": "fixed", "traits": [code]}


MULTI_TRAIT = {
    "traits": ["WWT", "PWT"],
    "effects": [of_group("WWT"), of_group("PWT"), *FIXED, ANIMAL],
    "variances": TWO,
    "options": {"reliability": "exact"},
}
MATERNAL = {
    "traits": ["WWT"],
    "effects": [of_group("WWT"), *FIXED, ANIMAL, {"name": "dam", "kind": "maternal"}],
    "variances": {"additive_maternal": [[5.5, -1.0], [-1.0, 3.0]], "residual": 14.0},
}
REPEATABILITY = {
    "traits": ["AWT"],
    "effects": [
        of_group("AWT"),
        {"name": "age", "kind": "covariate"},
        ANIMAL,
        {"name": "animal", "kind": "permanent"},
    ],
    "variances": {"additive": 20.0, "permanent": 10.0, "residual": 25.0},
}
GROUPS = {
    "traits": ["WWT"],
    "effects": [of_group("WWT"), *FIXED, ANIMAL],
    "variances": ONE,
    "groups": {"names": ["unknown_sire", "unknown_dam"]},
}
METAFOUNDERS = {
    "traits": ["WWT"],
    "effects": [of_group("WWT"), *FIXED, ANIMAL],
    "variances": ONE,
    "metafounders": {"names": ["unknown"], "gamma": [[0.3]]},
}
GENOMIC = {
    "traits": ["WWT"],
    "effects": [of_group("WWT"), *FIXED, ANIMAL],
    "variances": ONE,
    "genomic": {"method": "ssgblup", "blend": 0.05},
}
ESTIMATED = {
    "traits": ["WWT"],
    "effects": [of_group("WWT"), {"name": "dam", "kind": "random"}, ANIMAL],
    "variances": {"additive": 6.0, "residual": 12.0, "random": {"dam": 2.0}},
    "options": {"estimate": "ai-reml"},
}
STRUCTURED = MULTI_TRAIT | {
    "structures": {"additive": {"structure": "reduced_rank", "factors": 1}},
    "options": {"estimate": "ai-reml"},
}
MODELS: dict[str, dict[str, Any] | None] = {
    "default": None,
    "multi-trait": MULTI_TRAIT,
    "maternal": MATERNAL,
    "repeatability": REPEATABILITY,
    "groups": GROUPS,
    "metafounders": METAFOUNDERS,
    "genomic": GENOMIC,
    "estimated": ESTIMATED,
    "structured": STRUCTURED,
}


@pytest.fixture(scope="module")
async def world(people: People, barn: Barn, admin: asyncpg.Connection) -> dict[str, Any]:
    """A flock with weights of lambs and repeated weights of ewes, and genotypes of lambs under their tags."""
    farm = await barn.farm()
    season = await barn.season(farm)
    rng = np.random.default_rng(11)
    weights = []
    for ewe in season["ewes"]:
        merit = rng.normal(0, 5)
        for year in (2018, 2019, 2020):
            day = date(year, 3, 1) + timedelta(days=int(rng.integers(0, 3)))
            kg = round(float(62 + year % 3 + merit + rng.normal(0, 5)), 1)
            weights.append((ewe, "AWT", kg, day, 365 * (year - 2015), f"S/{year}"))
    await barn.weights(farm, weights)
    owner = people(user_id=farm.owner_id)
    lambs = season["lambs"][:60]
    tags = {
        row["id"]: row["tag"]
        for row in await admin.fetch("select id, tag from farm.animal where farm_id = $1", farm.id)
    }
    dosages = rng.integers(0, 3, (len(lambs), 200))
    answer = await upload(owner, farm, "chip.csv", dosage_csv([tags[key] for key in lambs], dosages))
    assert answer.status_code == 201, answer.text
    return {
        "farm": farm,
        "owner": owner,
        "genotypes": answer.json()["id"],
        "chip": dosage_csv([str(key) for key in lambs], dosages),
        "n_genotyped": len(lambs),
    }


def dosage_csv(names: list[str], dosages: np.ndarray[Any, Any]) -> str:
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["animal", *(f"m{j}" for j in range(dosages.shape[1]))])
    rows.writerows([name, *row] for name, row in zip(names, dosages.tolist(), strict=True))
    return out.getvalue()


async def upload(person: Person, farm: Farm, name: str, content: str | bytes) -> Any:
    data = {"farm_id": str(farm.id)}
    return await person.ask("POST", "/genotype-files", data=data, files={"file": (name, content)})


async def evaluated(world: dict[str, Any], run_job: RunJob, name: str) -> UUID:
    """Run a model of the list."""
    body: dict[str, Any] = {} if MODELS[name] is None else {"model": MODELS[name]}
    if name == "genomic":
        body["genotypes"] = world["genotypes"]
    run_id: UUID = await world["owner"].evaluate(world["farm"].flock_id, **body)
    job = await run_job(run_id)
    assert job["state"] == "succeeded", job["error"]
    return run_id


@pytest.mark.parametrize("name", MODELS)
async def test_the_command_gives_the_same_bits(
    world: dict[str, Any], run_job: RunJob, admin: asyncpg.Connection, tmp_path: Path, name: str
) -> None:
    run_id = await evaluated(world, run_job, name)
    listed = (await world["owner"].ask("GET", f"/evaluations/{run_id}/tables")).json()["items"]
    names = {item["name"] for item in listed}
    for table in names:
        answer = await world["owner"].ask("GET", f"/evaluations/{run_id}/tables/{table}")
        assert answer.status_code == 200
        (tmp_path / table).write_bytes(answer.content)
    options = [f"--{option}={tmp_path / file}" for option, file in
               (("pedigree", "pedigree.csv"), ("records", "records.csv"), ("model", "model.json"))]  # fmt: skip
    if name == "genomic":
        (tmp_path / "chip.csv").write_text(world["chip"])
        options.append(f"--genotypes={tmp_path / 'chip.csv'}")
    out = tmp_path / "out"
    result = CliRunner().invoke(app, [*options, f"--out={out}"])
    assert result.exit_code == 0, result.output
    results = {path.name for path in out.iterdir()} - {"report.json"}
    assert results == names - {"pedigree.csv", "records.csv", "model.json", "report.json"}
    assert results >= {"breeding_values.csv", "fixed_effects.csv", "random_effects.csv"}
    for table in results:
        assert (out / table).read_bytes() == (tmp_path / table).read_bytes(), table
    reports = [json.loads((folder / "report.json").read_text()) for folder in (out, tmp_path)]
    assert reports[0]["input_sha256"] == reports[1]["input_sha256"]

    stored = await admin.fetch("select * from genetics.breeding_value where run_id = $1", run_id)
    found = {(str(row["animal_id"]), row["trait"], row["effect"]): row["value"] for row in stored}
    with (out / "breeding_values.csv").open() as file:
        rows = list(csv.DictReader(file))
    model = MODELS[name] or {}
    groups = [group for part in ("groups", "metafounders") for group in model.get(part, {}).get("names", [])]
    values = {(r["animal"], r["trait"], r["effect"]): float(r["ebv"]) for r in rows if r["animal"] not in groups}
    assert found == values


@pytest.mark.parametrize("name", ["default", "maternal", "genomic"])
async def test_the_inputs_of_a_run_give_the_same_bits(
    world: dict[str, Any], run_job: RunJob, tmp_path: Path, name: str
) -> None:
    run_id = await evaluated(world, run_job, name)
    answer = await world["owner"].ask("GET", f"/evaluations/{run_id}/inputs")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    again = await world["owner"].ask("GET", f"/evaluations/{run_id}/inputs")
    assert again.content == answer.content
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        packed.extractall(tmp_path)
    files = {"ped.csv", "rec.csv", "model.toml", "README.txt"} | ({"genotypes.csv"} if name == "genomic" else set())
    assert set(packed.namelist()) == files
    command = next(line for line in (tmp_path / "README.txt").read_text().splitlines() if "evaluate" in line)
    words = [str(tmp_path / word) if (tmp_path / word).exists() else word for word in command.split()[2:]]
    result = CliRunner().invoke(app, [*words[:-1], str(tmp_path / "results")])
    assert result.exit_code == 0, result.output
    for table in ("breeding_values.csv", "fixed_effects.csv", "random_effects.csv"):
        kept = await world["owner"].ask("GET", f"/evaluations/{run_id}/tables/{table}")
        assert (tmp_path / "results" / table).read_bytes() == kept.content, table


async def test_a_told_model_is_what_was_fitted(world: dict[str, Any], run_job: RunJob) -> None:
    maternal = await evaluated(world, run_job, "maternal")
    report = (await world["owner"].ask("GET", f"/evaluations/{maternal}")).json()
    assert report["model"]["told"]["effects"][-1] == {"name": "dam", "kind": "maternal"}
    assert report["variances"]["source"] == "told"
    assert {effect["kind"] for effect in report["model"]["effects"]} == {"fixed", "additive", "maternal"}
    repeated = await evaluated(world, run_job, "repeatability")
    report = (await world["owner"].ask("GET", f"/evaluations/{repeated}")).json()
    assert report["counts"]["records_by_trait"] == {"AWT": 60}


async def test_a_sample_names_its_animal_by_tag(world: dict[str, Any], run_job: RunJob) -> None:
    run_id = await evaluated(world, run_job, "genomic")
    table = (await world["owner"].ask("GET", f"/evaluations/{run_id}/tables/report.json")).json()
    assert table["genotypes"]["animals"] == world["n_genotyped"]


async def test_a_sample_of_nobody_fails_the_run_by_name(world: dict[str, Any], run_job: RunJob) -> None:
    rng = np.random.default_rng(3)
    owner, farm = world["owner"], world["farm"]
    answer = await upload(owner, farm, "other.csv", dosage_csv(["190000", "nobody"], rng.integers(0, 3, (2, 30))))
    run_id = await owner.evaluate(farm.flock_id, model=GENOMIC, genotypes=answer.json()["id"])
    job = await run_job(run_id)
    assert job["state"] == "failed"
    error = json.loads(job["error"])
    assert error["code"] == "evaluation_refused"
    assert (error["errors"][0]["code"], "nobody" in error["errors"][0]["message"]) == ("unknown_animal", True)


def changed(**changes: Any) -> dict[str, Any]:
    return {**MULTI_TRAIT, **changes}


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"model": changed(effects=[{"name": "coat", "kind": "fixed"}, ANIMAL])}, "model.effects.coat", "missing_column"),
    ({"model": changed(traits=["WWT", "XYZ"])}, "XYZ", "unknown_trait"),
    (
        {"model": changed(variances={**TWO, "additive": [[1.0, 2.0], [2.0, 1.0]]})},
        "model.variances.additive",
        "not_positive_definite",
    ),
    (
        {"model": changed(variances={**TWO, "residual": [[1.0, 2.0], [3.0, 9.0]]})},
        "model.variances.residual",
        "not_symmetric",
    ),
    ({"model": changed(variances={"additive": 1.0})}, "model.variances", "missing_key"),
    ({"model": changed(groups={"names": ["Texel"]})}, "model.groups", "group_name"),
    ({"model": changed(options={"scheduler": "tcp://10.0.0.1:8786"})}, "model.options.scheduler", "not_available"),
    (
        {"model": changed(genomic={"method": "gblup", "frequencies": "/etc/passwd"}), "genotypes": "GENOTYPES"},
        "model.genomic.frequencies",
        "not_available",
    ),
    ({"model": changed(effects=[{"name": "WWT", "kind": "covariate"}, ANIMAL])}, "model.effects.WWT", "trait_twice"),
    ({"model": MULTI_TRAIT, "traits": ["WWT"]}, "traits", "traits"),
    ({"model": MULTI_TRAIT, "reliability": "none"}, "reliability", "said_twice"),
    ({"genotypes": "GENOTYPES"}, "genotypes", "missing_section"),
    ({"model": GENOMIC}, "genotypes", "nothing_stored"),
    ({"genotypes": "stored"}, "genotypes", "nothing_stored"),
    ({"chip_id": 7}, "chip_id", "said_in_vain"),
    (
        {"model": STRUCTURED | {"structures": {"additive": {"structure": "reduced_rank", "factors": 3}}}},
        "model.structures.additive",
        "factors",
    ),
    ({"model": changed(breed="Texel")}, "model.breed", "unknown_field"),
]


@pytest.mark.parametrize(("body", "field", "code"), WRONG, ids=lambda value: value if isinstance(value, str) else "")
async def test_a_wrong_model_is_refused_before_the_job_starts(
    world: dict[str, Any], admin: asyncpg.Connection, body: dict[str, Any], field: str, code: str
) -> None:
    known = {"GENOTYPES": world["genotypes"]}
    sent = {name: known.get(value, value) if isinstance(value, str) else value for name, value in body.items()}
    count = "select count(*) from genetics.evaluation_run where farm_id = $1"
    before = await admin.fetchval(count, world["farm"].id)
    answer = await world["owner"].ask("POST", "/evaluations", json={"flock_id": str(world["farm"].flock_id), **sent})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    rows = answer.json()["errors"]
    assert [(row["field"], row["code"]) for row in rows] == [(field, code)]
    assert all(row["message"] and row["fix"] for row in rows)
    assert await admin.fetchval(count, world["farm"].id) == before


async def test_genotypes_of_another_farm_are_not_there(people: People, barn: Barn, world: dict[str, Any]) -> None:
    other = await barn.farm()
    body = {"flock_id": str(other.flock_id), "model": GENOMIC, "genotypes": world["genotypes"]}
    answer = await people(user_id=other.owner_id).ask("POST", "/evaluations", json=body)
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_genotypes")
