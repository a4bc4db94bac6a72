"""Covariance matrices with a structure, from files."""

import numpy as np
import polars as pl
import pytest

from .test_bad_input import refused

MODEL = """traits = ["a", "b", "c"]

[[effects]]
name = "animal"
kind = "additive"

[[effects]]
name = "pen"
kind = "random"
traits = ["a"]

[variances]
additive = [[2.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 2.0]]
residual = [[2.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 2.0]]
random.pen = [[1.0]]

[options]
estimate = "ai-reml"

[structures]
"""
ONE = 'additive = {structure = "factor_analytic", factors = 1}\n'


@pytest.fixture(scope="module")
def flock():
    """60 lambs of 6 sires, three weights."""
    rng = np.random.default_rng(4)
    sire = np.repeat(np.arange(6), 10)
    factor = 0.5 * rng.normal(size=6)[sire] + np.sqrt(0.75) * rng.normal(size=60)
    y = 20.0 + 1.6 * factor[:, None] * [1.0, 1.3, 0.8] + rng.normal(size=(60, 3)) * 1.3
    rows = [f"L{i},S{sire[i]},,P{i % 5},{','.join(f'{value:.2f}' for value in values)}" for i, values in enumerate(y)]
    return "animal,sire,dam,pen,a,b,c\n" + "\n".join(rows) + "\n"


def test_loadings_and_what_compares_models(evaluate, flock):
    answer = evaluate(flock, flock, MODEL + ONE)
    assert answer.exit_code == 0, answer.stderr
    table = answer.table("loadings")
    assert table.columns == ["component", "row", "factor", "estimate", "se"]
    assert table["factor"].to_list() == ["factor1"] * 3 + ["specific"] * 3
    loadings, specific = table["estimate"].to_numpy()[:3], table["estimate"].to_numpy()[3:]
    found = answer.table("variances").filter(pl.col("component") == "additive")
    variance = found.filter(pl.col("row") == pl.col("column"))["estimate"].to_numpy()
    assert variance == pytest.approx(loadings**2 + specific, abs=1e-3)
    covariance = found.filter((pl.col("row") == "c") & (pl.col("column") == "a"))["estimate"].item()
    assert covariance == pytest.approx(loadings[0] * loadings[2], abs=1e-6)
    estimation = answer.report["estimation"]
    (part,) = estimation["structures"]
    assert (part["component"], part["structure"], part["factors"]) == ("additive", "factor_analytic", 1)
    assert [row["specific"] for row in part["rows"]] == pytest.approx(specific.tolist())
    communality = [row["communality"] for row in part["rows"]]
    assert communality == pytest.approx((loadings**2 / (loadings**2 + specific)).tolist())
    minus2, p, n = answer.report["minus2_log_likelihood"], 6 + 1 + 6, 180 - 3
    assert estimation["n_parameters"] == p
    assert estimation["aic"] == pytest.approx(minus2 + 2 * p)
    assert estimation["bic"] == pytest.approx(minus2 + p * np.log(n))


def test_without_a_structure_there_are_no_loadings(evaluate, flock):
    answer = evaluate(flock, flock, MODEL.replace("\n[structures]", ""))
    assert answer.exit_code == 0, answer.stderr
    assert not (answer.out / "loadings.csv").exists()
    assert answer.report["estimation"]["structures"] == []
    assert answer.report["estimation"]["n_parameters"] == 13


WRONG = {
    "too many factors": (ONE.replace("1}", "4}"), "factors"),
    "no room for specific variances": (ONE.replace("1}", "3}"), "factors"),
    "factors without structure": ('additive = {structure = "diagonal", factors = 1}\n', "factors"),
    "factors missing": ('additive = {structure = "reduced_rank"}\n', "factors"),
    "no factor": (ONE.replace("1}", "0}"), "factors"),
    "another effect": ('permanent = {structure = "diagonal"}\n', "unknown_structure_of"),
    "another name": ('genetic = {structure = "diagonal"}\n', "unknown_key"),
    "the residual": ('residual = {structure = "diagonal"}\n', "unknown_key"),
    "another structure": ('additive = {structure = "toeplitz"}\n', "bad_value"),
    "one trait": ('random.pen = {structure = "diagonal"}\n', "structure_of_one"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_structure_names_its_line(evaluate, flock, name):
    text, code = WRONG[name]
    answer = evaluate(flock, flock, MODEL + text, arguments=["--json"])
    refused(answer, "model.toml", code, len(MODEL.splitlines()) + 1)


def test_sampling_takes_no_structure(evaluate, flock):
    model = (MODEL + ONE).replace("ai-reml", "mc-reml")
    answer = evaluate(flock, flock, model, arguments=["--json"])
    refused(answer, "model.toml", "structure_by_sampling", len(MODEL.splitlines()) + 1)
    assert "mc-reml" in answer.problem["errors"][0]["message"]


@pytest.mark.parametrize("reliability", ["exact", "approximate"])
def test_a_singular_matrix_is_taken_as_it_is(evaluate, flock, reliability):
    """A correlation of 1: the second breeding value is twice the first, and as reliable."""
    model = MODEL.split("[options]")[0].replace("[[2.0, 0.0, 0.0], [0.0, 2.0", "[[2.0, 4.0, 0.0], [4.0, 8.0", 1)
    answer = evaluate(flock, flock, model + f'[options]\nreliability = "{reliability}"\n')
    assert answer.exit_code == 0, answer.stderr
    table = answer.table().sort("animal", "trait")
    ebv = table["ebv"].to_numpy().reshape(-1, 3)
    assert ebv[:, 1] == pytest.approx(2.0 * ebv[:, 0], abs=1e-9)
    both = table["reliability"].to_numpy().reshape(-1, 3)
    assert both[:, 1] == pytest.approx(both[:, 0], abs=1e-9 if reliability == "exact" else 1e-3)
    (told,) = [warning["message"] for warning in answer.report["warnings"] if warning["code"] == "singular_matrix"]
    assert "solved as 2 of them" in told
