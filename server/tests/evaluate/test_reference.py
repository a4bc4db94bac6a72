"""Published cases as files, the rules of each as in its JSON; other cases stand with the part of the command they show.

Where a case holds a matrix that the command does not write (A, A*-inverse, A(Gamma)), its breeding values are compared
with those that dense algebra finds from the published matrix.
"""

import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from .conftest import MODEL, PEDIGREE, RECORDS

GENETIC = (
    'traits = ["y"]\neffects = [{name = "animal", kind = "additive"}]\n[variances]\nadditive = 2.0\nresidual = 3.0\n'
)


def pedigree_csv(rows):
    return "animal,sire,dam\n" + "".join(f"{a},{s},{d}\n" for a, s, d in rows)


def level(answer, effect, trait=None):
    """Estimates of an effect by level."""
    rows = answer.table("fixed_effects").filter(pl.col("effect") == effect)
    rows = rows if trait is None else rows.filter(pl.col("trait") == trait)
    return dict(zip(rows["level"], rows["estimate"], strict=True))


def solved(answer):
    assert answer.exit_code == 0, answer.stdout + answer.stderr
    return answer.table()


@pytest.mark.reference("mrode_animal_model")
def test_animal_model(evaluate, case):
    data = case("mrode_animal_model")
    answer = evaluate(pedigree_csv(data["pedigree"]), pl.DataFrame(data["records"]).write_csv())
    table, expected = solved(answer), data["expected"]
    np.testing.assert_allclose(table["ebv"], expected["ebv"], atol=data["tolerance"])
    assert level(answer, "sex") == pytest.approx(expected["fixed"], abs=data["tolerance"])
    errors = np.sqrt((1.0 - table["reliability"].to_numpy()) * 20.0)
    np.testing.assert_allclose(errors, expected["sep"], atol=data["tolerance"])


@pytest.mark.reference("mrode_animal_model")
def test_animal_model_in_a_process_of_its_own(tmp_path, case):
    for name, text in {"p.csv": PEDIGREE, "r.csv": RECORDS, "m.toml": MODEL}.items():
        (tmp_path / name).write_text(text)
    options = ["--pedigree", "p.csv", "--records", "r.csv", "--model", "m.toml", "--out", "results"]
    command = [sys.executable, "-m", "bellwether.commands.evaluate", *options]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("8 animals, 5 records")
    table = pl.read_csv(tmp_path / "results" / "breeding_values.csv")
    data = case("mrode_animal_model")
    np.testing.assert_allclose(table["ebv"], data["expected"]["ebv"], atol=data["tolerance"])


@pytest.mark.reference("mrode_sire_model")
def test_sire_model(evaluate, case):
    data = case("mrode_sire_model")
    records = pl.DataFrame(data["records"]).rename({"sire": "animal"}).write_csv()
    model = MODEL.replace("20.0", str(data["parameters"]["var_s"])).replace("40.0", str(data["parameters"]["var_e"]))
    answer = evaluate(pedigree_csv(data["pedigree"]), records, model)
    table = solved(answer)
    found = dict(zip(table["animal"], table["ebv"], strict=True))
    assert found == pytest.approx(data["expected"]["sire"], abs=data["tolerance"])
    assert level(answer, "sex") == pytest.approx(data["expected"]["fixed"], abs=data["tolerance"])


@pytest.mark.reference("mrode_multitrait_equal")
def test_two_traits(evaluate, case):
    data = case("mrode_multitrait_equal")
    genetic, residual = data["parameters"]["G0"], data["parameters"]["R0"]
    model = MODEL.replace('["WWG"]', '["WWG", "PWG"]').replace("[[20.0]]", str(genetic))
    answer = evaluate(
        pedigree_csv(data["pedigree"]),
        pl.DataFrame(data["records"]).write_csv(),
        model.replace("[[40.0]]", str(residual)),
    )
    table, expected = solved(answer), data["expected"]
    for k, trait in enumerate(("WWG", "PWG")):
        found = table.filter(pl.col("trait") == trait)
        np.testing.assert_allclose(found["ebv"], expected["ebv"][trait], atol=data["tolerance"])
        np.testing.assert_allclose(found["reliability"], expected["reliability"][trait], atol=data["tolerance"])
        pev = (1.0 - found["reliability"].to_numpy()) * genetic[k][k]
        np.testing.assert_allclose(pev, expected["pev"][trait], atol=0.003)
        assert level(answer, "sex", trait) == pytest.approx(expected["fixed"][trait], abs=data["tolerance"])


@pytest.mark.reference("blupf90_quicktour_animal")
def test_quick_tour_without_inbreeding(evaluate, case):
    data = case("blupf90_quicktour_animal")
    model = """traits = ["y1"]
effects = [
  {name = "A", kind = "fixed"}, {name = "S", kind = "fixed"}, {name = "x", kind = "covariate"},
  {name = "animal", kind = "additive"},
]
variances = {additive = 0.5, residual = 2.0}
options = {inbreeding = false}
"""
    answer = evaluate(pedigree_csv(data["pedigree"]), pl.DataFrame(data["records"]).write_csv(), model)
    expected, near = data["expected"], data["tolerance"]
    np.testing.assert_allclose(solved(answer)["ebv"], expected["ebv"], atol=near)
    a, s, x = (level(answer, effect) for effect in ("A", "S", "x"))
    assert x[None] == pytest.approx(expected["slope"], abs=near)
    found = {"A2_minus_A1": a["2"] - a["1"], "A3_minus_A1": a["3"] - a["1"], "S2_minus_S1": s["2"] - s["1"]}
    assert found == pytest.approx(expected["contrasts"], abs=near)


SIMULATED = """traits = ["t1"]
effects = [
  {name = "farm", kind = "fixed"}, {name = "sex", kind = "fixed"}, {name = "year", kind = "fixed"},
  {name = "animal", kind = "additive"},
]
variances = {additive = 100.0, residual = 100.0}
options = {inbreeding = false, estimate = "ai-reml", reliability = "none", weights = "weight"}
"""


@pytest.mark.reference("blupf90_aireml_sim4641")
def test_variances_of_simulated_animals(evaluate, case, shared):
    data = case("blupf90_aireml_sim4641")
    rows = np.loadtxt(shared(data["records_file"]))
    columns = pl.DataFrame(dict(zip(data["columns"], rows.T, strict=True)))
    whole = pl.col("animal", "farm", "sex", "year").cast(pl.Int64)
    records = columns.with_columns(whole, pl.col("t1").replace(float(data["missing_code"]), None))
    pedigree = pedigree_csv(np.loadtxt(shared(data["pedigree_file"]), dtype=int))
    answer = evaluate(pedigree, records.write_csv(), SIMULATED)
    solved(answer)
    expected, near = data["expected"], data["tolerance"]
    found = {row["component"]: row for row in answer.table("variances").iter_rows(named=True)}
    for name, variance in (("additive", "var_a"), ("residual", "var_e")):
        assert found[name]["estimate"] == pytest.approx(expected[variance], abs=near)
        assert found[name]["se"] == pytest.approx(expected[f"se_{variance}"], abs=near)
    assert found["heritability"]["estimate"] == pytest.approx(expected["h2"], abs=1e-4)
    estimation = answer.report["estimation"]
    np.testing.assert_allclose(estimation["inverse_average_information"], expected["inverse_AI"], rtol=near)
    minus2 = data["verification"]["minus2logL_full_constant_no_inbreeding"]
    assert answer.report["minus2_log_likelihood"] == pytest.approx(minus2, abs=1e-4)


@pytest.mark.reference("inbreeding_sim4641")
def test_inbreeding_of_simulated_animals(evaluate, case, shared):
    data = case("inbreeding_sim4641")
    pedigree = pedigree_csv(np.loadtxt(shared(data["pedigree_file"]), dtype=int))
    answer = evaluate(pedigree, None, None)
    f, expected = solved(answer)["inbreeding"], data["expected"]
    np.testing.assert_allclose(f, expected["F"], atol=data["tolerance"])
    assert f.sum() == pytest.approx(expected["sum_F"], abs=1e-8)
    assert answer.report["counts"]["inbred"] == expected["n_inbred"]


def observed(ids):
    """A record of every other animal."""
    value = {animal: 1.0 + (k * k) % 7 for k, animal in enumerate(ids) if k % 2 == 0 or k == len(ids) - 1}
    return value, "animal,y\n" + "".join(f"{animal},{y}\n" for animal, y in value.items())


def from_relationships(a, ids, value):
    """Breeding values by generalised least squares from the relationship matrix; variances 2 and 3."""
    y, one = np.array(list(value.values())), np.ones(len(value))
    of = [ids.index(animal) for animal in value]
    v = np.linalg.inv(2.0 * a[np.ix_(of, of)] + 3.0 * np.eye(len(y)))
    mean = (one @ v @ y) / (one @ v @ one)
    return 2.0 * a[:, of] @ v @ (y - mean)


@pytest.mark.reference("inbreeding_mrode2", "inbreeding_fg90")
@pytest.mark.parametrize("name", ["inbreeding_mrode2", "inbreeding_fg90"])
def test_relationships(evaluate, case, name):
    data = case(name)
    ids = [row[0] for row in data["pedigree"]]
    alone = evaluate(pedigree_csv(data["pedigree"]), None, None)
    np.testing.assert_allclose(solved(alone)["inbreeding"], data["expected"]["F"], atol=data["tolerance"])
    value, records = observed(ids)
    found = solved(evaluate(pedigree_csv(data["pedigree"]), records, GENETIC))["ebv"]
    for a in (np.array(data["expected"]["A"]), np.linalg.inv(np.array(data["expected"]["Ainv"]))):
        np.testing.assert_allclose(found, from_relationships(a, ids, value), atol=1e-10)


@pytest.mark.reference("metafounders_small")
@pytest.mark.parametrize(
    ("which", "names", "gamma"), [("one", ("M", "M"), "0.4"), ("two", ("M", "N"), "[[0.5, 0.2], [0.2, 0.7]]")]
)
def test_metafounders(evaluate, case, which, names, gamma):
    data = case("metafounders_small")
    expected = data["expected"][which]
    rows = [(a, s or names[0], d or names[1]) for a, s, d in data["pedigree"]]
    ids = [row[0] for row in rows]
    value, records = observed(ids)
    listed = list(dict.fromkeys(names))
    model = f"{GENETIC}[metafounders]\nnames = {listed}\ngamma = {gamma}\n"
    table = solved(evaluate(pedigree_csv(rows), records, model))
    a = np.array(expected["A_gamma"])[-8:, -8:]
    np.testing.assert_allclose(table["ebv"][:8], from_relationships(a, ids, value), atol=data["tolerance"])
    np.testing.assert_allclose(table["inbreeding"][:8], np.diag(a) - 1.0, atol=data["tolerance"])


@pytest.mark.reference("groups_quaas1988")
def test_groups_of_quaas(evaluate, case):
    """Mixed-model equations with the published A*-inverse; only differences between animals can be estimated."""
    data = case("groups_quaas1988")
    expected = data["expected"]["Astar_inverse"]
    ids = expected["order"][:4]
    value = dict(zip(ids, [3.0, 5.0, 4.0, 8.0], strict=True))
    records = "animal,y\n" + "".join(f"{animal},{y}\n" for animal, y in value.items())
    model = f"{GENETIC}[groups]\nnames = {data['parameters']['groups']}\n"
    found = solved(evaluate(pedigree_csv(data["pedigree"]), records, model))["ebv"].to_numpy()
    w = np.column_stack([np.ones(4), np.eye(4, 6)])
    left = w.T @ w / 3.0
    left[1:, 1:] += np.array(expected["values"]) / 2.0
    solution = np.linalg.lstsq(left, w.T @ np.array(list(value.values())) / 3.0, rcond=None)[0]
    np.testing.assert_allclose(np.diff(found[:4]), np.diff(solution[1:5]), atol=data["tolerance"])


@pytest.mark.reference("sheep_kijas_qc")
def test_quality_of_real_sheep(evaluate, case, shared):
    data = case("sheep_kijas_qc")
    prefix = shared(data["genotype_files"][0]).with_suffix("")
    ids = [line.split()[1] for line in Path(f"{prefix}.ped").read_text().splitlines()]
    pedigree = pedigree_csv([(animal, "", "") for animal in ids])
    answer = evaluate(pedigree, None, None, arguments=["--genotypes", str(prefix)])
    solved(answer)
    found, expected, near = answer.report["genotypes"], data["expected"], data["tolerance"]
    assert (found["animals"], found["markers"]) == (expected["n_animals"], expected["n_snps"])
    assert found["maf"]["mean"] == pytest.approx(expected["mean_maf"], abs=near)
    assert found["maf"]["below_0.05"] == expected["n_maf_below_0_05"]
    assert found["maf"]["monomorphic"] == expected["n_monomorphic"]
    assert found["hardy_weinberg_below_1e-6"] == expected["n_hwe_p_below_1e_6"]
    assert found["heterozygosity_f"] == pytest.approx(np.mean(list(expected["het_F"].values())), abs=near)
    assert len(found["call_rate"]["animals_below_0.9"]) == expected["animals_callrate_below_0_95"] == 0
