"""Variance components from files."""

import json

import numpy as np
import polars as pl
import pytest

from .conftest import FIELD, MODEL
from .test_bad_input import refused
from .test_milk import MODEL as MILK
from .test_milk import prepared

ESTIMATE = '\n[options]\nestimate = "ai-reml"\n'


@pytest.mark.reference("milk_reml_pedigreemm")
def test_milk_from_far_start_values(evaluate, shared):
    pedigree, records, expected = prepared(shared)
    start = {"var_animal": 1.0, "var_herd": 1.0, "var_e": 1.0}
    model = MILK.format(**start, solver="auto", reliability="none") + 'estimate = "ai-reml"\n'
    answer = evaluate(pedigree, records, model)
    assert answer.exit_code == 0, answer.stderr
    table = answer.table("variances")
    names = ["component", "row", "column", "estimate", "se", "se_sampled", "mc_se", "lower", "upper"]
    assert table.columns == names
    found = dict(zip(table["component"], table["estimate"], strict=True))
    assert found["additive"] == pytest.approx(expected["var_animal"], rel=0.002)
    assert found["random.herd"] == pytest.approx(expected["var_herd"], rel=0.002)
    assert found["residual"] == pytest.approx(expected["var_e"], rel=0.002)
    total = found["additive"] + found["random.herd"] + found["residual"]
    assert found["heritability"] == pytest.approx(found["additive"] / total)
    assert (table["se"] > 0.0).all()
    assert table["se_sampled"].null_count() == 3
    report = answer.report
    assert report["minus2_log_likelihood"] == pytest.approx(expected["minus2_restricted_loglik"], abs=1e-4)
    assert report["estimation"]["rounds"] == len(report["estimation"]["history"])
    assert report["estimation"]["gradient"] < 1e-5
    assert report["estimation"]["boundary"] == []
    assert "estimate" in {step["step"] for step in report["steps"]}
    wanted = pl.read_csv(shared("datasets/pedigreemm_milk/milk_u.csv"), schema_overrides={"id": pl.String})
    both = wanted.join(answer.table(), left_on="id", right_on="animal", how="left")
    assert np.abs(both["u"] - both["ebv"]).max() < 1e-4


GRYPHON = """traits = ["birth_weight"]

[[effects]]
name = "animal"
kind = "additive"

[variances]
additive = [[1.0]]
residual = [[1.0]]
"""


def relationships(pedigree):
    """A by the tabular method (Emik and Terrill 1949), and the position of each animal."""
    rows = {row["animal"]: (row["sire"], row["dam"]) for row in pedigree.iter_rows(named=True)}
    order = {}
    while len(order) < len(rows):
        ready = (name for name, parents in rows.items() if all(p in order or p not in rows for p in parents))
        for name in [name for name in ready if name not in order]:
            order[name] = len(order)
    a = np.zeros((len(rows), len(rows)))
    for name, i in order.items():
        sire, dam = (order.get(parent) for parent in rows[name])
        for parent in (sire, dam):
            if parent is not None:
                a[i, :i] += 0.5 * a[parent, :i]
        a[:i, i] = a[i, :i]
        a[i, i] = 1.0 + (0.5 * a[sire, dam] if sire is not None and dam is not None else 0.0)
    return a, order


def dense_slope(y, k, theta):
    """Score and average information of y = 1 b + u + e through V, with the covariance k of u."""
    v_inverse = np.linalg.inv(theta[0] * k + theta[1] * np.eye(len(y)))
    of_mean = v_inverse.sum(axis=1)
    p = v_inverse - np.outer(of_mean, of_mean) / of_mean.sum()
    py = p @ y
    variates = np.column_stack([k @ py, py])
    score = 0.5 * np.array([py @ k @ py - np.sum(p * k), py @ py - np.trace(p)])
    return score, 0.5 * variates.T @ p @ variates


def test_gryphon(evaluate, shared):
    """The slope of a dense restricted likelihood is 0 at the estimates, and its information gives their errors."""
    records = shared("datasets/gryphon/gryphon.csv").read_text().replace("id,mother", "animal,mother", 1)
    pedigree = shared("datasets/gryphon/gryphonped.csv").read_text().replace("id,mother,father", "animal,dam,sire", 1)
    answer = evaluate(pedigree, records, GRYPHON + ESTIMATE)
    assert answer.exit_code == 0, answer.stderr
    table = answer.table("variances")
    theta = table["estimate"].to_numpy()[:2]
    a, place = relationships(pl.read_csv(pedigree.encode(), infer_schema=False))
    weighed = pl.read_csv(records.encode(), null_values="NA", schema_overrides={"animal": pl.String})
    weighed = weighed.drop_nulls("birth_weight")
    own = [place[name] for name in weighed["animal"]]
    score, information = dense_slope(weighed["birth_weight"].to_numpy(), a[np.ix_(own, own)], theta)
    assert score @ np.linalg.solve(information, score) < 1e-8
    np.testing.assert_allclose(table["se"][:2], np.sqrt(np.diag(np.linalg.inv(information))), rtol=1e-5)
    assert table["estimate"][2] == pytest.approx(theta[0] / theta.sum())
    assert table["se_sampled"][2] == pytest.approx(table["se"][2], rel=0.05)


TARSUS = """traits = ["tarsus_length"]

[[effects]]
name = "sex"
kind = "fixed"

[[effects]]
name = "animal"
kind = "additive"

[[effects]]
name = "mother"
kind = "maternal"

[variances]
additive_maternal = [[{0}, 0.0], [0.0, {1}]]
residual = [[{2}]]
"""


def test_gryphon_tarsus_with_maternal_values_as_shipped(evaluate, shared):
    """The files as they are, from near and from far: the same optimum."""
    files = [shared(f"datasets/gryphon/{name}.csv") for name in ("gryphonped", "gryphon")]
    ends = []
    for start in ((10, 5, 15), (1, 30, 5)):
        answer = evaluate(*files, TARSUS.format(*start) + ESTIMATE)
        assert answer.exit_code == 0, answer.stderr
        assert answer.report["estimation"]["gradient"] < 1e-3
        table = answer.table("variances")
        ends.append((answer.report["minus2_log_likelihood"], *table["estimate"].to_list()))
    np.testing.assert_allclose(ends[0], ends[1], rtol=1e-3)


@pytest.mark.parametrize("name", ["reml_rank1_two_traits", "reml_four_traits_traceback"])
def test_a_singular_genetic_matrix_is_found(evaluate, name):
    """The one optimum that a dense search found from several starts: rank 1 of two traits, rank 3 of four."""
    folder = FIELD / name
    answer = evaluate(folder / "ped.csv", folder / "rec.csv", folder / "model.toml")
    assert answer.exit_code == 0, answer.stderr
    expected = json.loads((folder / "expected.json").read_text())
    assert answer.report["minus2_log_likelihood"] == pytest.approx(expected["minus2_log_likelihood"], abs=1e-3)
    assert answer.report["estimation"]["boundary"] == ["additive"]
    table = answer.table("variances")
    for component in ("additive", "residual"):
        found = table.filter(pl.col("component") == component)["estimate"].to_numpy()
        wanted = np.array(expected[component])[np.tril_indices(len(expected[component]))]
        np.testing.assert_allclose(found, wanted, rtol=1e-3, atol=1e-3)


def test_monte_carlo(evaluate, shared):
    """The milk records by sampling: within four Monte Carlo standard errors, the same file from the same seed."""
    pedigree, records, expected = prepared(shared)
    start = {"var_animal": 0.4, "var_herd": 0.4, "var_e": 0.4}
    model = MILK.format(**start, solver="auto", reliability="none") + 'estimate = "mc-reml"\nsamples = 20\nseed = 7\n'
    answer = evaluate(pedigree, records, model)
    assert answer.exit_code == 0, answer.stderr
    table = answer.table("variances")
    published = [expected["var_animal"], expected["var_herd"], expected["var_e"]]
    assert (np.abs(table["estimate"].to_numpy()[:3] - published) < 4.0 * table["mc_se"].to_numpy()[:3]).all()
    assert (table["mc_se"] > 0.0).all()
    estimation = answer.report["estimation"]
    assert (estimation["method"], estimation["samples"], estimation["seed"]) == ("mc-reml", 20, 7)
    assert 0.5 < estimation["mc_excess"] / (3 / 20) < 2.0  # three variances, 20 samples
    assert estimation["mc_excess"] < estimation["mc_excess_99"] < 1.0
    assert estimation["minus2_log_likelihood"] is None
    assert estimation["history"][0]["samples"] == 10
    assert answer.report["minus2_log_likelihood"] is None
    assert evaluate(pedigree, records, model).table("variances").equals(table)


def test_without_estimation_there_is_no_file(evaluate):
    answer = evaluate()
    assert not (answer.out / "variances.csv").exists()
    assert answer.report["estimation"] is None
    assert answer.report["minus2_log_likelihood"] is None


def test_too_few_records(evaluate):
    records = "animal,sex,WWG\n4,M,4.5\n5,F,2.9\n6,F,3.9\n7,M,3.5\n"
    refused(
        evaluate(records=records, model=MODEL + ESTIMATE, arguments=["--json"]), "model.toml", "too_few_records", 16
    )


def test_an_ordinal_trait_is_refused(evaluate):
    model = MODEL.replace('traits = ["WWG"]', '[[trait]]\nname = "WWG"\ntype = "ordinal"').replace("40.0", "1.0")
    for method in ("ai-reml", "mc-reml"):
        answer = evaluate(model=model + ESTIMATE.replace("ai-reml", method), arguments=["--json"])
        refused(answer, "model.toml", "not_available", 18)


def test_an_effect_that_cannot_be_estimated_is_named(evaluate):
    animals = [f"{i},0,0" for i in range(1, 31)]
    rows = [f"{i},{'MF'[i % 2]},{(i * 7919 % 101) / 10}" for i in range(1, 31)]
    pedigree = "\n".join(["animal,sire,dam", *animals]) + "\n"
    records = "\n".join(["animal,sex,WWG", *rows]) + "\n"
    answer = evaluate(pedigree, records, MODEL + ESTIMATE, arguments=["--json"])
    refused(answer, "model.toml", "not_estimable", 8)
    assert "animal has a level for every record" in answer.problem["detail"]
